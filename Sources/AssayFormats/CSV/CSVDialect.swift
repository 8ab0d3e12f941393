/// How a delimited file is written: what parts its cells, what quotes them, whether names come first.
package struct CSVDialect: Sendable, Hashable {
  /// The byte between two cells: ASCII, no line end, not the quote.
  package var delimiter: UInt8
  /// The byte around cells that hold delimiters or line ends; nil where nothing is quoted.
  package var quote: UInt8?
  /// Whether the first row holds the names. Without one the columns are `column_1`, `column_2` …
  package var header: Bool
  /// The texts that stand for null, quoted or not.
  package var nulls: [String]

  /// A dialect; what is left out is that of RFC 4180, with the empty text as null.
  package init(
    delimiter: UInt8 = UInt8(ascii: ","), quote: UInt8? = UInt8(ascii: "\""), header: Bool = true,
    nulls: [String] = [""]
  ) {
    self.delimiter = delimiter
    self.quote = quote
    self.header = header
    self.nulls = nulls
  }

  /// What makes the dialect unusable, as a sentence without a full stop, or nil. To be asked when it is configured.
  package var problem: String? {
    let unfit: Set<UInt8> = [0, UInt8(ascii: "\n"), UInt8(ascii: "\r")]
    if delimiter > 0x7F || unfit.contains(delimiter) {
      return "the delimiter must be one ASCII character, and no line end"
    }
    guard let quote else { return nil }
    if quote > 0x7F || unfit.contains(quote) { return "the quote must be one ASCII character, and no line end" }
    return quote == delimiter ? "the delimiter and the quote must differ" : nil
  }

  /// The quote as the scanner takes it.
  var quoteCode: Int32 { quote.map(Int32.init) ?? -1 }
}
