import AssayColumns

/// A value with what it is compared as.
enum OrderedValue: Sendable {
  case integer(Int64)
  case decimal(Double)
  case boolean(Bool)
  case moment(Moment)
  /// The bytes of a text, shared with its column.
  case text(ArraySlice<UInt8>)

  /// The order of two values of like kinds, negative, zero or positive; nil for values of unlike kinds.
  func order(to other: OrderedValue) -> Int? {
    switch (self, other) {
    case (.integer(let left), .integer(let right)): Self.order(left, right)
    case (.decimal(let left), .decimal(let right)): Self.order(left, right)
    case (.integer(let left), .decimal(let right)): Self.order(left, right)
    case (.decimal(let left), .integer(let right)): Self.order(right, left).map { -$0 }
    case (.boolean(let left), .boolean(let right)): Self.order(left ? 1 : 0, right ? 1 : 0)
    // A date counts as its midnight: beside a time of that moment neither comes first.
    case (.moment(let left), .moment(let right)): left < right ? -1 : left > right ? 1 : 0
    case (.text(let left), .text(let right)): compareBytes(left.span, right.span)
    default: nil
    }
  }

  private static func order<Value: Comparable>(_ left: Value, _ right: Value) -> Int? {
    left < right ? -1 : left > right ? 1 : left == right ? 0 : nil
  }

  private static func order(_ left: Int64, _ right: Double) -> Int? {
    if let right = Int64(exactly: right) { return order(left, right) }
    // What is no 64-bit integer lies between two of them, or beyond all: rounding the integer changes no order.
    return order(Double(left), right)
  }

  /// The value without its column, to be kept.
  var own: OrderedValue {
    if case .text(let bytes) = self { .text(ArraySlice(Array(bytes))) } else { self }
  }
}

/// The values of one column of a batch, as they are compared: numbers by value, dates by when they are, and all else by
/// its bytes.
struct OrderedColumn {
  private let column: Column
  private let classes: [CellClass]
  /// Whether texts of the class text may be dates: cells with kinds of their own have no class for these.
  private let looksForDates: Bool

  init(_ view: BatchView, _ place: Int) {
    column = view.batch.columns[place]
    classes = view.classes(at: place)
    let field = view.batch.schema.fields[place]
    looksForDates = field.reading == .own && field.declared == nil
  }

  /// The value of a row, which must not be null.
  subscript(_ row: Int) -> OrderedValue {
    switch column.storage {
    case .integers(let values): .integer(values[row])
    case .decimals(let values): .decimal(values[row])
    case .booleans(let bits): .boolean(bits[row])
    case .text(let texts): text(texts.bytes[texts.range(at: row)], classes[row])
    case .variant(let cells):
      switch cells.tag(at: row) {
      case .null: .text([])
      case .text: text(cells.bytes[cells.textRange(at: row)], classes[row])
      case .integer: .integer(Int64(bitPattern: cells.payloads[row]))
      case .decimal: .decimal(Double(bitPattern: cells.payloads[row]))
      case .no: .boolean(false)
      case .yes: .boolean(true)
      }
    }
  }

  private func text(_ bytes: ArraySlice<UInt8>, _ cellClass: CellClass) -> OrderedValue {
    switch cellClass {
    case .integer, .decimal:
      if let integer = parseInteger(bytes.span) { return .integer(integer) }
      if let number = parseDecimal(bytes.span) { return .decimal(number) }
    case .boolean:
      if let flag = parseBoolean(bytes.span) { return .boolean(flag) }
    case .date, .datetime:
      if let moment = bytes.withUnsafeBufferPointer({ Moment(utf8: $0) }) { return .moment(moment) }
    case .text where looksForDates && bytes.count >= 10:
      if let moment = bytes.withUnsafeBufferPointer({ Moment(utf8: $0) }) { return .moment(moment) }
    default: break
    }
    return .text(bytes)
  }
}

extension Comparison {
  /// Whether values of an order stand so to each other; nil is that of unlike values, which are unequal and no more.
  func holds(_ order: Int?) -> Bool {
    guard let order else { return self == .unequal }
    return switch self {
    case .equal: order == 0
    case .unequal: order != 0
    case .less: order < 0
    case .atMost: order <= 0
    case .greater: order > 0
    case .atLeast: order >= 0
    }
  }
}

/// The rows whose value in the column at one place does not stand so to that at another, among rows that are not null in
/// the first; those that are null in the second are taken out of `rows`. No place means a column of nulls.
func comparisonFailures(
  _ view: BatchView, _ place: Int, _ other: Int?, _ comparison: Comparison, among rows: inout Bitmap
) -> Bitmap {
  guard let other else {
    rows = Bitmap(count: rows.count)
    return rows
  }
  if let validity = view.batch.columns[other].validity { rows.formIntersection(validity) }
  let (left, right) = (OrderedColumn(view, place), OrderedColumn(view, other))
  var failed = Bitmap(count: rows.count)
  for row in rows.setIndices() where !comparison.holds(left[row].order(to: right[row])) { failed[row] = true }
  return failed
}
