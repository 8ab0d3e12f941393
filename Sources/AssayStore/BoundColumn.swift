import AssayColumns
import GRDBSQLite

/// One column of a batch as plain pointers, so that SQLite's callbacks read a cell without counting references.
///
/// The pointers lead into the arrays of a `Column`. An array's elements lie in one heap block that neither moves nor
/// ends while a copy of the array is alive and not mutated: whoever makes a `BoundColumn` keeps the batch it was made
/// of, unchanged, for as long as the pointers are used.
struct BoundColumn {
  private enum Kind {
    case text, integerText, decimalText, booleanText, integers, decimals, booleans, variant
  }

  private let kind: Kind
  /// Set bits for cells that are not null; nil where none is null.
  private let validity: UnsafePointer<UInt64>?
  private var bytes = Self.emptyText.utf8Start
  private var starts: UnsafeRawPointer?
  private var values: UnsafeRawPointer?

  /// Text that is never read past its length of zero.
  private static let emptyText: StaticString = ""

  /// The cells of a column as SQL sees them under a field: text becomes a number where the field's type is one.
  init(_ column: Column, field: Field) {
    validity = column.validity?.words.withUnsafeBufferPointer { $0.baseAddress }
    switch column.storage {
    case .text(let texts):
      let type = field.reading == .fromText || field.declared != nil ? field.type : nil
      kind =
        switch type {
        case .integer: .integerText
        case .decimal: .decimalText
        case .boolean: .booleanText
        default: .text
        }
      texts.bytes.withUnsafeBufferPointer { if let base = $0.baseAddress { bytes = base } }
      texts.starts.withUnsafeBytes { starts = $0.baseAddress }
      texts.lengths.withUnsafeBytes { values = $0.baseAddress }
    case .integers(let numbers):
      kind = .integers
      numbers.withUnsafeBytes { values = $0.baseAddress }
    case .decimals(let numbers):
      kind = .decimals
      numbers.withUnsafeBytes { values = $0.baseAddress }
    case .booleans(let bits):
      kind = .booleans
      bits.words.withUnsafeBytes { values = $0.baseAddress }
    case .variant(let cells):
      kind = .variant
      cells.bytes.withUnsafeBufferPointer { if let base = $0.baseAddress { bytes = base } }
      cells.tags.withUnsafeBytes { starts = $0.baseAddress }
      cells.payloads.withUnsafeBytes { values = $0.baseAddress }
    }
  }

  /// Hands one cell to SQLite as a function's result.
  /// - Parameter destructor: nil where the bytes outlive the statement, SQLITE_TRANSIENT where SQLite has to copy.
  @inline(__always)
  func emit(_ row: Int, to context: OpaquePointer?, _ destructor: sqlite3_destructor_type?) {
    if let validity, validity[row &>> 6] &>> UInt64(row & 63) & 1 == 0 { return sqlite3_result_null(context) }
    guard let values else { return sqlite3_result_null(context) }
    switch kind {
    case .integers:
      sqlite3_result_int64(context, values.loadUnaligned(fromByteOffset: row &* 8, as: Int64.self))
    case .decimals:
      sqlite3_result_double(context, values.loadUnaligned(fromByteOffset: row &* 8, as: Double.self))
    case .booleans:
      let word = values.loadUnaligned(fromByteOffset: (row &>> 6) &* 8, as: UInt64.self)
      sqlite3_result_int(context, Int32(truncatingIfNeeded: word &>> UInt64(row & 63) & 1))
    case .text: emitText(text(row), to: context, destructor)
    case .integerText, .decimalText, .booleanText: emitParsed(row, to: context, destructor)
    case .variant: emitVariant(row, to: context, destructor)
    }
  }

  @inline(__always)
  private func text(_ row: Int) -> UnsafeBufferPointer<UInt8> {
    guard let starts, let values else { return UnsafeBufferPointer(start: bytes, count: 0) }
    let start = starts.loadUnaligned(fromByteOffset: row &* 4, as: UInt32.self)
    let length = values.loadUnaligned(fromByteOffset: row &* 4, as: UInt32.self)
    return UnsafeBufferPointer(start: bytes + Int(start), count: Int(length))
  }

  @inline(__always)
  private func emitText(
    _ text: UnsafeBufferPointer<UInt8>, to context: OpaquePointer?, _ destructor: sqlite3_destructor_type?
  ) {
    text.withMemoryRebound(to: CChar.self) {
      sqlite3_result_text64(context, $0.baseAddress, UInt64($0.count), destructor, UInt8(SQLITE_UTF8))
    }
  }

  /// A text under a type. One that does not fit stays text: the declared types see to those before they come here.
  private func emitParsed(_ row: Int, to context: OpaquePointer?, _ destructor: sqlite3_destructor_type?) {
    let text = text(row)
    switch kind {
    case .integerText:
      if let value = parseInteger(text.span) { return sqlite3_result_int64(context, value) }
    case .decimalText:
      if let value = parseDecimal(text.span) { return sqlite3_result_double(context, value) }
    default:
      if let value = parseBoolean(text.span) { return sqlite3_result_int(context, value ? 1 : 0) }
    }
    emitText(text, to: context, destructor)
  }

  private func emitVariant(_ row: Int, to context: OpaquePointer?, _ destructor: sqlite3_destructor_type?) {
    guard let starts, let values else { return sqlite3_result_null(context) }
    let payload = values.loadUnaligned(fromByteOffset: row &* 8, as: UInt64.self)
    switch VariantStorage.Tag(rawValue: starts.load(fromByteOffset: row, as: UInt8.self)) {
    case .text:
      emitText(
        UnsafeBufferPointer(start: bytes + Int(payload >> 32), count: Int(payload & 0xFFFF_FFFF)), to: context,
        destructor)
    case .integer: sqlite3_result_int64(context, Int64(bitPattern: payload))
    case .decimal: sqlite3_result_double(context, Double(bitPattern: payload))
    case .no: sqlite3_result_int(context, 0)
    case .yes: sqlite3_result_int(context, 1)
    case .null, nil: sqlite3_result_null(context)
    }
  }
}
