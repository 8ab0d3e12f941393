extension Column {
  /// The column under a declared type: values that do not fit become null and are returned with their texts.
  ///
  /// Text stays text where the type is read from it, so nothing is rounded and `1.50` stays `1.50`. A declared number
  /// accepts leading zeros; a declared datetime accepts a date. Numbers and booleans under a declared text become
  /// their texts, and a text that spells a number becomes that number where the cells carry their own kinds.
  /// - Complexity: O(bytes).
  package func conformed(to type: ValueType) -> (column: Column, misfits: [(row: Int, text: String)]) {
    var misfits: [(row: Int, text: String)] = []
    switch storage {
    case .text(let texts):
      if type == .text { return (self, []) }
      var valid = validity ?? Bitmap(repeating: true, count: count)
      for row in 0..<count where valid[row] {
        if !fits(texts.bytes.span.extracting(texts.range(at: row)), type) {
          valid[row] = false
          misfits.append((row, texts.string(at: row)))
        }
      }
      return (Column(storage, validity: valid.setCount == count ? nil : valid), misfits)
    default:
      var cells: [Cell] = []
      cells.reserveCapacity(count)
      for row in 0..<count {
        let cell = self[row]
        let fitted = conform(cell, to: type)
        if fitted == nil { misfits.append((row, cell.text ?? "")) }
        cells.append(fitted ?? .null)
      }
      return (.cells(cells), misfits)
    }
  }
}

private func fits(_ text: Span<UInt8>, _ type: ValueType) -> Bool {
  switch type {
  case .text: true
  case .integer: parseInteger(text) != nil
  case .decimal: parseDecimal(text) != nil
  case .boolean: parseBoolean(text) != nil
  case .date: classify(text) == .date
  case .datetime:
    switch classify(text) {
    case .date, .datetime: true
    default: false
    }
  }
}

/// The cell as a value of the type, or nil where it does not fit. A null fits every type.
package func conform(_ cell: Cell, to type: ValueType) -> Cell? {
  switch (cell, type) {
  case (.null, _): return .null
  case (_, .text): return cell.text.map { .text($0) }
  case (.integer, .integer), (.decimal, .decimal), (.boolean, .boolean): return cell
  case (.integer(let value), .decimal): return .decimal(Double(value))
  case (.decimal(let value), .integer): return Int64(exactly: value).map { .integer($0) }
  case (.text(let text), _):
    let bytes = Array(text.utf8)
    switch type {
    case .integer: return parseInteger(bytes.span).map { .integer($0) }
    case .decimal: return parseDecimal(bytes.span).map { .decimal($0) }
    case .boolean: return parseBoolean(bytes.span).map { .boolean($0) }
    default: return fits(bytes.span, type) ? cell : nil
    }
  default: return nil
  }
}
