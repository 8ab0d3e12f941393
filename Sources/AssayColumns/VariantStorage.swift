/// Cells that carry their own kinds: JSON values, and what SQLite answers.
///
/// A tag and eight payload bytes for each cell. An integer's payload is its bits, a decimal's those of its
/// IEEE double, a text's its place in `bytes` as `start << 32 | length`. Nulls are in the column's validity and
/// have the tag `null` too.
package struct VariantStorage: Sendable {
  /// The kind of a cell.
  package enum Tag: UInt8, Sendable {
    case null, text, integer, decimal, no, yes
  }

  /// The raw values of the cells' tags.
  package var tags: [UInt8]
  /// The cells' payloads.
  package var payloads: [UInt64]
  /// The bytes of texts, valid UTF-8; at most 4 GiB.
  package var bytes: [UInt8]

  /// Cells over ready arrays. `tags` and `payloads` must be of one count.
  package init(tags: [UInt8], payloads: [UInt64], bytes: [UInt8]) {
    precondition(tags.count == payloads.count, "a cell needs a tag and a payload")
    self.tags = tags
    self.payloads = payloads
    self.bytes = bytes
  }

  /// No cells.
  package init() { self.init(tags: [], payloads: [], bytes: []) }

  /// Makes room for so many cells.
  package mutating func reserveCapacity(_ cells: Int) {
    tags.reserveCapacity(cells)
    payloads.reserveCapacity(cells)
  }

  /// How many cells there are.
  package var count: Int { tags.count }

  /// The kind of a cell.
  @inline(__always)
  package func tag(at index: Int) -> Tag { Tag(rawValue: tags[index]) ?? .null }

  /// The place in `bytes` of a cell whose tag is `text`.
  @inline(__always)
  package func textRange(at index: Int) -> Range<Int> {
    let payload = payloads[index]
    let start = Int(payload >> 32)
    return start..<(start + Int(payload & 0xFFFF_FFFF))
  }

  package mutating func appendNull() { append(.null, 0) }
  package mutating func append(_ value: Int64) { append(.integer, UInt64(bitPattern: value)) }
  package mutating func append(_ value: Double) { append(.decimal, value.bitPattern) }
  package mutating func append(_ value: Bool) { append(value ? .yes : .no, 0) }

  /// Appends a text, its bytes copied. Traps past 4 GiB.
  package mutating func append(_ value: String) {
    let start = bytes.count
    bytes.append(contentsOf: value.utf8)
    append(.text, UInt64(UInt32(start)) << 32 | UInt64(UInt32(bytes.count - start)))
  }

  /// Appends a text given as bytes, which must be valid UTF-8. Traps past 4 GiB.
  package mutating func append(utf8 value: UnsafeBufferPointer<UInt8>) {
    let start = bytes.count
    bytes.append(contentsOf: value)
    append(.text, UInt64(UInt32(start)) << 32 | UInt64(UInt32(value.count)))
  }

  /// Appends a cell.
  package mutating func append(_ cell: Cell) {
    switch cell {
    case .null: appendNull()
    case .text(let text): append(text)
    case .integer(let number): append(number)
    case .decimal(let number): append(number)
    case .boolean(let flag): append(flag)
    }
  }

  /// Appends a cell of other storage, a text's bytes copied. Returns whether it is null. Traps past 4 GiB.
  @inline(__always)
  package mutating func append(_ other: VariantStorage, at index: Int) -> Bool {
    let tag = other.tags[index]
    guard tag == Tag.text.rawValue else {
      tags.append(tag)
      payloads.append(other.payloads[index])
      return tag == Tag.null.rawValue
    }
    let start = bytes.count
    bytes.append(contentsOf: other.bytes[other.textRange(at: index)])
    append(.text, UInt64(UInt32(start)) << 32 | UInt64(UInt32(bytes.count - start)))
    return false
  }

  /// One cell by itself.
  package func cell(at index: Int) -> Cell {
    switch tag(at: index) {
    case .null: .null
    case .text: .text(String(decoding: bytes[textRange(at: index)], as: UTF8.self))
    case .integer: .integer(Int64(bitPattern: payloads[index]))
    case .decimal: .decimal(Double(bitPattern: payloads[index]))
    case .no: .boolean(false)
    case .yes: .boolean(true)
    }
  }

  private mutating func append(_ tag: Tag, _ payload: UInt64) {
    tags.append(tag.rawValue)
    payloads.append(payload)
  }
}
