package import AssayDefinition
package import AssayEngine
internal import AssayFormats

/// Rows of XML files.
package struct XMLSource: Source, Component {
  var path = ""
  var records: String?
  var encoding: TextEncodingName?

  package static let schema = Schema(
    "xml", XMLSource(), summary: "Reads records of XML files, streamed; also gzipped.",
    details: """
      Each record element is a row. Its attributes become columns `@name`, its child elements columns by their names, deeper ones
      `a.b`; a child that occurs several times becomes a JSON list of its texts. Names are without namespace prefixes. External
      entities and DTDs are not read.
      """,
    keys: [
      Key(
        "path", \.path, required: true,
        "The file, relative to the pipeline file; or a pattern such as `in/*.xml`, read in the order of names."),
      Key(
        "records", \.records,
        "The record element: a name (`partner`) or a path (`catalog/book`); the children of the root by default."),
      Key("encoding", \.encoding, shown: "as the file says", "The text's encoding."),
    ],
    rules: [
      Rule("records") { source in
        source.records.flatMap { path in
          path.drop { $0 == "/" }.split(separator: "/", omittingEmptySubsequences: false).contains("")
            ? "'\(path)' is no path of element names, such as partner or catalog/book" : nil
        }
      }
    ],
    examples: ["type: xml\npath: data/partners.xml\nrecords: partner"],
    faults: [
      FaultExample(
        "type: xml\n⟪record: partner\npath: x",
        "unknown key 'record' in source 'example' (xml); did you mean 'records'?")
    ])

  package var file: String? { path }

  package func read(into rows: SourceWriter, _ context: NodeContext) async throws {
    let format = XMLFormat(records: records, isTranscoded: encoding != nil)
    try await FileRows(path: path, format: format, encoding: encoding?.encoding).read(into: rows, context)
  }
}
