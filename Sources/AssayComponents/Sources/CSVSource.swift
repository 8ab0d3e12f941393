package import AssayDefinition
package import AssayEngine
internal import AssayFormats

/// Rows of delimited text files.
package struct CSVSource: Source, Component {
  var path = ""
  var delimiter = ","
  var quote = "\""
  var header = true
  var encoding: TextEncodingName?
  var nulls = [""]

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
        "The file, relative to the pipeline file; or a pattern such as `in/*.csv`, read in the order of names."),
      Key("delimiter", \.delimiter, "One ASCII character between cells; `\\t` for a tab."),
      Key("quote", \.quote, "One ASCII character around cells that hold delimiters; `none` where quotes mean nothing."),
      Key("header", \.header, "Whether the first row names the columns; else they are `column_1`, `column_2` …"),
      Key(
        "encoding", \.encoding, shown: "utf-8", "The text's encoding: `utf-8`, `iso-8859-1`, `windows-1252`, `utf-16` …"
      ),
      Key("nulls", \.nulls, shown: "[\"\"]", "Texts that stand for null, quoted or not."),
    ],
    rules: [
      Rule("delimiter") { $0.dialectFault }
    ],
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
    try await FileRows(path: path, format: CSVFormat(dialect), encoding: encoding?.encoding).read(into: rows, context)
  }

  /// The dialect; the rules have seen to it that it can be read.
  private var dialect: CSVDialect {
    CSVDialect(
      delimiter: CSVDialect.byte(delimiter) ?? UInt8(ascii: ","), quote: quote == "none" ? nil : CSVDialect.byte(quote),
      header: header, nulls: nulls)
  }

  var dialectFault: String? {
    if CSVDialect.byte(delimiter) == nil { return "the delimiter must be one ASCII character, and no line end" }
    if quote != "none", CSVDialect.byte(quote) == nil {
      return "the quote must be one ASCII character, and no line end"
    }
    return dialect.problem
  }
}

extension CSVDialect {
  /// The byte that a delimiter or quote of the pipeline file stands for, `\t` for a tab; nil where it is not one byte.
  static func byte(_ written: String) -> UInt8? {
    if written == "\\t" { return UInt8(ascii: "\t") }
    return written.utf8.count == 1 ? written.utf8.first : nil
  }
}
