extension CellClass {
  /// The class that every value of a declared type has.
  package init(_ type: ValueType) {
    switch type {
    case .text: self = .text
    case .integer: self = .integer
    case .decimal: self = .decimal
    case .boolean: self = .boolean
    case .date: self = .date
    case .datetime: self = .datetime
    }
  }
}

extension Column {
  /// The class of each cell under a field's rules: a declared type decides for all values, text is read, and cells
  /// with a kind of their own say it themselves.
  /// - Complexity: O(bytes) for text that is read, O(cells) otherwise.
  package func classes(under field: Field) -> [CellClass] {
    let count = count
    if let declared = field.declared {
      let fixed = CellClass(declared)
      return (0..<count).map { isNull($0) ? .null : fixed }
    }
    switch storage {
    case .text(let texts):
      guard field.reading == .fromText else { return (0..<count).map { isNull($0) ? .null : .text } }
      let bytes = texts.bytes.span
      return [CellClass](unsafeUninitializedCapacity: count) { classes, filled in
        for row in 0..<count {
          classes.initializeElement(
            at: row, to: isNull(row) ? .null : classify(bytes.extracting(texts.range(at: row))))
        }
        filled = count
      }
    case .integers: return (0..<count).map { isNull($0) ? .null : .integer }
    case .decimals: return (0..<count).map { isNull($0) ? .null : .decimal }
    case .booleans: return (0..<count).map { isNull($0) ? .null : .boolean }
    case .variant(let cells):
      return (0..<count).map {
        switch cells.tag(at: $0) {
        case .null: .null
        case .text: .text
        case .integer: .integer
        case .decimal: .decimal
        case .no, .yes: .boolean
        }
      }
    }
  }

  /// A cell as a double, where it is a number (or a text that spells one), else nil.
  package func double(at index: Int) -> Double? {
    if isNull(index) { return nil }
    switch storage {
    case .text(let texts): return parseDecimal(texts.bytes.span.extracting(texts.range(at: index)))
    case .integers(let values): return Double(values[index])
    case .decimals(let values): return values[index]
    case .booleans: return nil
    case .variant(let cells):
      switch cells.tag(at: index) {
      case .integer: return Double(Int64(bitPattern: cells.payloads[index]))
      case .decimal: return Double(bitPattern: cells.payloads[index])
      default: return nil
      }
    }
  }
}
