/// Many texts as views into one array of bytes: a start and a length for each.
///
/// Columns that were read from one chunk share its array, and picking rows copies the views alone. Texts are
/// valid UTF-8: the formats see to it before they build one. The text of a null cell is empty.
package struct TextStorage: Sendable {
  /// The bytes, shared; at most 4 GiB.
  package var bytes: [UInt8]
  /// Where each text starts in `bytes`.
  package var starts: [UInt32]
  /// How many bytes each text has.
  package var lengths: [UInt32]

  /// Texts over ready views. Every view must lie within `bytes`.
  package init(bytes: [UInt8], starts: [UInt32], lengths: [UInt32]) {
    precondition(starts.count == lengths.count, "a text needs a start and a length")
    self.bytes = bytes
    self.starts = starts
    self.lengths = lengths
  }

  /// No texts.
  package init() { self.init(bytes: [], starts: [], lengths: []) }

  /// The given texts. O(bytes).
  package init(_ texts: some Sequence<String>) {
    self.init()
    for text in texts { append(text) }
  }

  /// How many texts there are.
  package var count: Int { starts.count }

  /// The place of a text in `bytes`.
  @inline(__always)
  package func range(at index: Int) -> Range<Int> {
    let start = Int(starts[index])
    return start..<(start + Int(lengths[index]))
  }

  /// Calls `body` with the bytes of one text, without a copy.
  @inlinable
  package func withBytes<R, E: Error>(
    at index: Int, _ body: (Span<UInt8>) throws(E) -> R
  ) throws(E) -> R {
    try body(bytes.span.extracting(range(at: index)))
  }

  /// One text as a string. O(its length).
  package func string(at index: Int) -> String {
    String(decoding: bytes[range(at: index)], as: UTF8.self)
  }

  /// Appends a text's bytes, copied into this storage's own array. Traps past 4 GiB.
  package mutating func append(_ text: String) {
    let start = bytes.count
    bytes.append(contentsOf: text.utf8)
    starts.append(UInt32(start))
    lengths.append(UInt32(bytes.count - start))
  }

  /// Appends a text given as bytes. They must be valid UTF-8. Traps past 4 GiB.
  package mutating func append(utf8 text: Span<UInt8>) {
    let start = bytes.count
    for index in text.indices { bytes.append(text[index]) }
    starts.append(UInt32(start))
    lengths.append(UInt32(bytes.count - start))
  }

  /// Appends the empty text that stands for a null.
  package mutating func appendEmpty() {
    starts.append(0)
    lengths.append(0)
  }
}
