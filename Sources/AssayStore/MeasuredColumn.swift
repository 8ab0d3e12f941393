import AssayColumns
import Glibc

/// The sizes of the values of serial types 0 to 9, four bits for each.
let serialSizes: UInt64 = 0x00_8864_3210

/// A column of a window of rows with a serial type for each cell.
struct MeasuredColumn {
  /// Each cell's serial type: 0 for null, 1 to 6 for integers by their size, 7 for a double, 8 and 9 for 0 and 1, and
  /// 13 + 2 n for a text of n bytes.
  let serials: UnsafeMutablePointer<UInt32>
  /// The bytes of texts, and how many there are.
  private var bytes: UnsafePointer<UInt8>?
  private var byteCount = 0
  /// Where each text starts, in a column that holds texts alone.
  private var starts: UnsafePointer<UInt32>?
  /// In all other columns each cell's number, or where its text starts.
  private(set) var payloads: UnsafeMutablePointer<UInt64>?

  func deallocate() {
    serials.deallocate()
    payloads?.deallocate()
  }

  @inline(__always)
  func copyText(_ row: Int, _ count: Int, to target: UnsafeMutablePointer<UInt8>) {
    guard let bytes else { return }
    let start = starts.map { Int($0[row]) } ?? payloads.map { Int($0[row]) } ?? 0
    let source = UnsafeRawPointer(bytes + start)
    let target = UnsafeMutableRawPointer(target)
    if count <= 32, start + 32 <= byteCount {
      target.storeBytes(of: source.loadUnaligned(as: SIMD16<UInt8>.self), as: SIMD16<UInt8>.self)
      if count > 16 {
        target.storeBytes(
          of: source.loadUnaligned(fromByteOffset: 16, as: SIMD16<UInt8>.self), toByteOffset: 16,
          as: SIMD16<UInt8>.self)
      }
    } else {
      memcpy(target, source, count)
    }
  }

  /// Measures the cells of a window as a stage stores them under a field, and adds their sizes to those of the rows.
  /// Nil where SQLite would make something else of a cell under the column's type.
  init?(_ column: Column, _ field: Field, _ rows: Range<Int>, _ sizes: UnsafeMutablePointer<UInt64>) {
    serials = .allocate(capacity: rows.count)
    let first = rows.lowerBound
    let validity = column.validity?.words.withUnsafeBufferPointer { $0.baseAddress }
    // SQLite turns a number in a column of TEXT into text, and one in a column of the other kind of numbers into that.
    let declared = declaredType(field)
    let takesIntegers = declared.isEmpty || declared == "INTEGER"
    let takesDecimals = declared.isEmpty || declared == "REAL"
    let takesTexts = declared.isEmpty || declared == "TEXT"
    var fits = true
    switch column.storage {
    case .text(let texts):
      texts.bytes.withUnsafeBufferPointer { bytes = $0.baseAddress }
      byteCount = texts.bytes.count
      let views = TextViews(texts, from: first)
      let type = field.reading == .fromText || field.declared != nil ? field.type : nil
      switch type {
      case .integer: fits = measure(rows, validity, sizes) { parseInteger(views[$0].span).map { Number($0) } }
      case .decimal: fits = measure(rows, validity, sizes) { parseDecimal(views[$0].span).map { Number($0) } }
      case .boolean: fits = measure(rows, validity, sizes) { parseBoolean(views[$0].span).map { Number($0) } }
      default:
        fits = takesTexts
        if fits { measureTexts(views, rows, validity, sizes) }
      }
    case .integers(let values):
      fits = takesIntegers && measure(rows, validity, sizes) { Number(values[first + $0]) }
    case .decimals(let values):
      fits = takesDecimals && measure(rows, validity, sizes) { Number(values[first + $0]) }
    case .booleans(let bits):
      fits = takesIntegers && measure(rows, validity, sizes) { Number(bits[first + $0]) }
    case .variant(let cells):
      cells.bytes.withUnsafeBufferPointer { bytes = $0.baseAddress }
      byteCount = cells.bytes.count
      fits = measure(rows, validity, sizes) { row in
        let payload = cells.payloads[first + row]
        switch cells.tag(at: first + row) {
        case .null: return .null
        case .text:
          if !takesTexts { return nil }
          let count = UInt32(truncatingIfNeeded: payload)
          // A text that long lies on no leaf.
          return count > RowImage.pageSize ? nil : Number(13 + 2 * count, payload >> 32, size: UInt64(count))
        case .integer: return takesIntegers ? Number(Int64(bitPattern: payload)) : nil
        case .decimal: return takesDecimals ? Number(Double(bitPattern: payload)) : nil
        case .no: return takesIntegers ? Number(false) : nil
        case .yes: return takesIntegers ? Number(true) : nil
        }
      }
    }
    if !fits {
      deallocate()
      return nil
    }
  }

  /// The views of texts from a row on.
  private struct TextViews {
    let bytes: UnsafePointer<UInt8>?
    let starts: UnsafePointer<UInt32>?
    let lengths: UnsafePointer<UInt32>?

    init(_ texts: TextStorage, from first: Int) {
      bytes = texts.bytes.withUnsafeBufferPointer { $0.baseAddress }
      starts = texts.starts.withUnsafeBufferPointer { $0.baseAddress.map { $0 + first } }
      lengths = texts.lengths.withUnsafeBufferPointer { $0.baseAddress.map { $0 + first } }
    }

    @inline(__always)
    subscript(_ row: Int) -> UnsafeBufferPointer<UInt8> {
      guard let bytes, let starts, let lengths else { return UnsafeBufferPointer(start: nil, count: 0) }
      return UnsafeBufferPointer(start: bytes + Int(starts[row]), count: Int(lengths[row]))
    }
  }

  private mutating func measureTexts(
    _ views: TextViews, _ rows: Range<Int>, _ validity: UnsafePointer<UInt64>?,
    _ sizes: UnsafeMutablePointer<UInt64>
  ) {
    starts = views.starts
    guard let lengths = views.lengths else { return }
    let first = rows.lowerBound
    for row in 0..<rows.count {
      if let validity, !isValid(first + row, validity) {
        serials[row] = 0
        sizes[row] += 1 << 48
        continue
      }
      // A text of more than 64 KB is refused with its row, so that its serial type need not be right.
      let count = lengths[row]
      let serial = 13 &+ 2 &* min(count, 0x10_0000)
      serials[row] = serial
      sizes[row] += UInt64(varintLength(Int(serial))) << 48 | UInt64(count)
    }
  }

  @inline(__always)
  private func isValid(_ row: Int, _ validity: UnsafePointer<UInt64>) -> Bool {
    validity[row &>> 6] &>> UInt64(row & 63) & 1 == 1
  }

  /// A cell that is no text of a column of texts: its serial type, its bits and its size.
  private struct Number {
    var serial: UInt32
    var bits: UInt64
    var size: UInt64

    static var null: Number { Number(0, 0, size: 0) }

    init(_ serial: UInt32, _ bits: UInt64, size: UInt64) {
      self.serial = serial
      self.bits = bits
      self.size = size
    }

    @inline(__always)
    init(_ value: Int64) {
      bits = UInt64(bitPattern: value)
      if value == 0 || value == 1 {
        serial = 8 + UInt32(truncatingIfNeeded: value)
        size = 0
      } else {
        // The bits that differ from the sign, and the sign.
        let width = 65 - (value ^ (value >> 63)).leadingZeroBitCount
        let bytes = (width + 7) / 8
        serial = bytes <= 4 ? UInt32(bytes) : bytes <= 6 ? 5 : 6
        size = serialSizes >> (UInt64(serial) * 4) & 15
      }
    }

    @inline(__always)
    init(_ value: Bool) { self.init(value ? 9 : 8, 0, size: 0) }

    @inline(__always)
    init(_ value: Double) {
      // SQLite has no NaN.
      serial = value.isNaN ? 0 : 7
      bits = value.bitPattern
      size = value.isNaN ? 0 : 8
    }
  }

  /// Takes each cell that is not null; false where there is none to take.
  @inline(__always)
  private mutating func measure(
    _ rows: Range<Int>, _ validity: UnsafePointer<UInt64>?, _ sizes: UnsafeMutablePointer<UInt64>,
    _ number: (Int) -> Number?
  ) -> Bool {
    let payloads = UnsafeMutablePointer<UInt64>.allocate(capacity: rows.count)
    self.payloads = payloads
    for row in 0..<rows.count {
      var taken = Number.null
      if validity.map({ isValid(rows.lowerBound + row, $0) }) ?? true {
        guard let found = number(row) else { return false }
        taken = found
      }
      serials[row] = taken.serial
      payloads[row] = taken.bits
      sizes[row] += UInt64(varintLength(Int(taken.serial))) << 48 | taken.size
    }
    return true
  }
}
