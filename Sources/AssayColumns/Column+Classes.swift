import CAssay

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
      return textClasses(texts).classes
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

  /// The class of each cell, and how many there are of each.
  /// - Complexity: as `classes(under:)`.
  package func countedClasses(under field: Field) -> (classes: [CellClass], counts: ClassCounts) {
    if field.declared == nil, field.reading == .fromText, case .text(let texts) = storage { return textClasses(texts) }
    let classes = classes(under: field)
    var tally = InlineArray<8, Int>(repeating: 0)
    for cellClass in classes { tally[Int(cellClass.rawValue)] += 1 }
    return (classes, ClassCounts(tally))
  }

  /// The classes of texts that are read: `classify` for a whole column at once.
  private func textClasses(_ texts: TextStorage) -> (classes: [CellClass], counts: ClassCounts) {
    var tally = InlineArray<8, Int>(repeating: 0)
    let count = texts.count
    let classes = [CellClass](unsafeUninitializedCapacity: count) { classes, filled in
      filled = count
      guard count > 0 else { return }
      // A class is one byte, its raw value.
      UnsafeMutableRawBufferPointer(classes).withMemoryRebound(to: UInt8.self) { classes in
        withUnsafeMutableBytes(of: &tally) { tally in
          texts.bytes.withUnsafeBufferPointer { bytes in
            let validity = validity?.words
            assay_cell_classes(
              bytes.baseAddress, bytes.count, texts.starts, texts.lengths, validity, count, classes.baseAddress,
              tally.assumingMemoryBound(to: Int.self).baseAddress)
          }
        }
      }
    }
    return (classes, ClassCounts(tally))
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
