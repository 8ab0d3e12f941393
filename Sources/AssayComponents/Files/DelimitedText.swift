internal import AssayDefinition
internal import AssayFormats

/// How delimited text is written: the keys that every source of it has in common.
struct DelimitedText: Sendable {
  var delimiter = ","
  var quote = "\""
  var header = true
  var nulls = [""]

  static let keys: [Key<DelimitedText>] = [
    Key("delimiter", \.delimiter, "One ASCII character between cells; `\\t` for a tab."),
    Key("quote", \.quote, "One ASCII character around cells that hold delimiters; `none` where quotes mean nothing."),
    Key("header", \.header, "Whether the first row names the columns; else they are `column_1`, `column_2` …"),
    Key("nulls", \.nulls, shown: "[\"\"]", "Texts that stand for null, quoted or not."),
  ]

  static let rule = Rule<DelimitedText>("delimiter") { $0.fault }

  /// The dialect; the rule has seen to it that it can be read.
  var dialect: CSVDialect {
    CSVDialect(
      delimiter: CSVDialect.byte(delimiter) ?? UInt8(ascii: ","), quote: quote == "none" ? nil : CSVDialect.byte(quote),
      header: header, nulls: nulls)
  }

  /// The first key that is not as it is by default.
  var changedKey: String? {
    if delimiter != "," { return "delimiter" }
    if quote != "\"" { return "quote" }
    if !header { return "header" }
    return nulls == [""] ? nil : "nulls"
  }

  var fault: String? {
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
