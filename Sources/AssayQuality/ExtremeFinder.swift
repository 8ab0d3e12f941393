import AssayColumns

/// Finds the least or greatest value of a column.
///
/// Numbers compare by value, booleans false before true, texts (dates too) by their bytes. Whether a text column is
/// numeric shows at its end, so both orders are kept. In a column of mixed kinds only the texts are compared.
struct ExtremeFinder: ColumnAccumulator {
  private let greatest: Bool
  private var best = Part()
  private var counts = ClassCounts()

  init(greatest: Bool) {
    self.greatest = greatest
  }

  struct Part: Sendable {
    var number: Cell = .null
    var text: String?
    var boolean: Bool?
    var counts = ClassCounts()
  }

  func part(of view: BatchView, at place: Int) -> Part {
    let column = view.batch.columns[place]
    let classes = view.classes(at: place)
    var part = Part(counts: view.classCounts(at: place))
    var bestNumber: Double?
    var bestRow = 0
    var bestText: Range<Int>?
    for row in 0..<column.count where classes[row] != .null {
      if classes[row].isNumeric, let number = column.double(at: row), !number.isNaN {
        if let best = bestNumber {
          if number == best {
            if precedes(numberCell(column, row, classes[row]), numberCell(column, bestRow, classes[bestRow])) {
              bestRow = row
            }
          } else if greatest ? number > best : number < best {
            (bestNumber, bestRow) = (number, row)
          }
        } else {
          (bestNumber, bestRow) = (number, row)
        }
      }
      switch column.storage {
      case .text(let texts): updateText(&bestText, texts.range(at: row), texts.bytes.span)
      case .variant(let cells):
        switch cells.tag(at: row) {
        case .text: updateText(&bestText, cells.textRange(at: row), cells.bytes.span)
        case .yes: updateBoolean(&part.boolean, true)
        case .no: updateBoolean(&part.boolean, false)
        default: break
        }
      case .booleans(let bits): updateBoolean(&part.boolean, bits[row])
      default: break
      }
    }
    if bestNumber != nil { part.number = numberCell(column, bestRow, classes[bestRow]) }
    if let bestText {
      switch column.storage {
      case .text(let texts): part.text = String(decoding: texts.bytes[bestText], as: UTF8.self)
      case .variant(let cells): part.text = String(decoding: cells.bytes[bestText], as: UTF8.self)
      default: break
      }
    }
    return part
  }

  private func numberCell(_ column: Column, _ row: Int, _ cellClass: CellClass) -> Cell {
    guard case .text(let texts) = column.storage else { return column[row] }
    if cellClass == .integer, let integer = parseInteger(texts.bytes.span.extracting(texts.range(at: row))) {
      return .integer(integer)
    }
    return column.double(at: row).map { .decimal($0) } ?? .null
  }

  private func updateText(_ best: inout Range<Int>?, _ range: Range<Int>, _ bytes: Span<UInt8>) {
    guard let old = best else {
      best = range
      return
    }
    let order = compareBytes(bytes.extracting(range), bytes.extracting(old))
    if greatest ? order > 0 : order < 0 { best = range }
  }

  private func updateBoolean(_ best: inout Bool?, _ value: Bool) {
    if best == nil || value == greatest { best = value }
  }

  private func precedes(_ left: Cell, _ right: Cell) -> Bool {
    if case .integer(let left) = left, case .integer(let right) = right {
      return greatest ? left > right : left < right
    }
    return greatest ? value(left) > value(right) : value(left) < value(right)
  }

  private func value(_ cell: Cell) -> Double {
    switch cell {
    case .integer(let value): Double(value)
    case .decimal(let value): value
    default: .nan
    }
  }

  mutating func merge(_ part: Part, rowsBefore: Int) {
    counts.merge(part.counts)
    if part.number != .null, best.number == .null || precedes(part.number, best.number) {
      best.number = part.number
    }
    if let text = part.text {
      // Strings compare by canonical equivalence in Swift; what is meant is the order of bytes.
      let isBetter = best.text.map { old in
        let order = compareBytes(text.utf8.span, old.utf8.span)
        return greatest ? order > 0 : order < 0
      }
      if isBetter ?? true { best.text = text }
    }
    if let boolean = part.boolean { updateBoolean(&best.boolean, boolean) }
  }

  func finish() -> MeasureValue {
    switch counts.narrowestType {
    case nil: .cell(.null)
    case .integer, .decimal: .cell(best.number)
    case .boolean where best.boolean != nil: .cell(.boolean(best.boolean ?? false))
    default: .cell(best.text.map { .text($0) } ?? .null)
    }
  }
}

/// The order of two texts by their bytes: negative, zero or positive.
func compareBytes(_ left: Span<UInt8>, _ right: Span<UInt8>) -> Int {
  let count = min(left.count, right.count)
  for index in 0..<count where left[index] != right[index] { return Int(left[index]) - Int(right[index]) }
  return left.count - right.count
}
