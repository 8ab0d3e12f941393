package import AssayDefinition
package import AssayEngine
internal import AssayFormats

/// Rows of delimited text files.
package struct CSVSource: Source, Component {
  var path = ""
  var text = DelimitedText()
  var encoding: TextEncodingName?

  package static let schema = Schema(
    "csv", CSVSource(), summary: "Reads delimited text files (RFC 4180), also gzipped.",
    details: """
      Quotes, doubled quotes, line breaks within quotes, CRLF and a byte order mark are read as RFC 4180 has them. A row with
      too few cells is filled with nulls, one with too many keeps its first cells; both are reported. A blank line is a null in a
      file of one column, and nothing elsewhere. An empty header becomes `column_N`, a repeated one `name_2`.

      A column's type is the narrowest that holds all its values; digits behind a leading zero (zip codes) make it text.
      """,
    keys: [
      Key(
        "path", \.path, required: true,
        "The file, relative to the pipeline file; or a pattern such as `in/*.csv`, read in the order of names.")
    ] + DelimitedText.keys.map { $0.lifted(to: \.text) } + [
      Key(
        "encoding", \.encoding, shown: "utf-8", "The text's encoding: `utf-8`, `iso-8859-1`, `windows-1252`, `utf-16` …"
      )
    ],
    rules: [DelimitedText.rule.lifted(to: \.text)],
    examples: [
      "type: csv\npath: data/orders.csv",
      "type: csv\npath: in/*.csv.gz\ndelimiter: \";\"\nencoding: windows-1252\nnulls: [\"\", NA]\ncolumns: {zipcode: text, total: decimal}",
    ],
    faults: [
      FaultExample(
        "type: csv\n⟪paht: data/orders.csv\npath: x",
        "unknown key 'paht' in source 'example' (csv); did you mean 'path'?"),
      FaultExample(
        "type: csv\npath: x\n⟪delimiter: \"||\"", "the delimiter must be one ASCII character, and no line end"),
    ])

  package var file: String? { path }

  package func read(into rows: SourceWriter, _ context: NodeContext) async throws {
    try await FileRows(path: path, format: CSVFormat(text.dialect), encoding: encoding?.encoding)
      .read(into: rows, context)
  }
}
