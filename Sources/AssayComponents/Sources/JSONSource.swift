package import AssayDefinition
package import AssayEngine
internal import AssayFormats

/// Rows of JSON files.
package struct JSONSource: Source, Component {
  var path = ""
  var records: RecordPath?
  var lines: Bool?
  var allowEmpty = false
  var encoding: TextEncodingName?

  package static let schema = Schema(
    "json", JSONSource(), summary: "Reads JSON files: a list of records, one record, or JSON Lines; also gzipped.",
    details: """
      Nested objects become columns `a.b`, lists stay as JSON text, and a record that is no object is a row of one column, `value`.
      Values keep their kinds: a string of digits stays a string. Where a name occurs twice in an object, the last value counts;
      rows in which it does are warned of.

      Files stream for `records` of member names, such as `$.items`, also with `[*]`, `[n]`, a forward slice or a filter that uses
      only `@` at the end. Any other path loads the document whole, within `memory`.
      """,
    keys: [
      Key(
        "path", \.path, required: true,
        "The file, relative to the pipeline file; or a pattern such as `in/*.json`, read in the order of names."),
      Key(
        "records", \.records,
        "JSONPath (RFC 9535) to the records; the elements of the outer list, or the document itself, by default."),
      Key("lines", \.lines, shown: "true for .jsonl and .ndjson", "Whether the file holds a JSON value per line."),
      Key(
        "allow_empty", \.allowEmpty, "Whether a `records` path that leads nowhere means no rows, rather than a fault."),
      Key("encoding", \.encoding, shown: "utf-8", "The text's encoding."),
    ],
    examples: [
      "type: json\npath: data/customers.json\nrecords: $.items[*]",
      "type: json\npath: logs/*.jsonl.gz",
    ],
    faults: [
      FaultExample("type: json\npath: x\nrecords: ⟪$.items[", "'$.items[' is no JSONPath")
    ])

  package var file: String? { path }

  package func read(into rows: SourceWriter, _ context: NodeContext) async throws {
    let small = path.lowercased()
    let name = small.hasSuffix(".gz") ? small.dropLast(3) : small[...]
    let isLines = lines ?? (name.hasSuffix(".jsonl") || name.hasSuffix(".ndjson"))
    var format = JSONFormat(records: records?.path, lines: isLines, allowEmpty: allowEmpty)
    if !format.isStreamed {
      // A document's values take several times the room of its text.
      format = JSONFormat(
        records: records?.path, lines: isLines, allowEmpty: allowEmpty,
        documentLimit: min(JSONFormat.defaultDocumentLimit, context.run.memoryShare / 8))
    }
    try await FileRows(path: path, format: format, encoding: encoding?.encoding).read(into: rows, context)
  }
}
