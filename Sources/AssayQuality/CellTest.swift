import AssayColumns

/// A predicate over single cells, made ready for one batch. Used generically, so that a column is one inlined loop.
protocol CellTest {
  /// Whether `holds(text:as:)` looks at the class. Otherwise it may be handed any.
  var readsClasses: Bool { get }
  mutating func holds(text: Span<UInt8>, as cellClass: CellClass) throws(GradingFault) -> Bool
  mutating func holds(integer: Int64) throws(GradingFault) -> Bool
  mutating func holds(decimal: Double) throws(GradingFault) -> Bool
  mutating func holds(boolean: Bool) throws(GradingFault) -> Bool
}

extension CellTest {
  var readsClasses: Bool { false }

  // Tests of texts read numbers and booleans as their texts.
  mutating func holds(integer: Int64) throws(GradingFault) -> Bool {
    try holds(text: String(integer).utf8.span, as: .integer)
  }
  mutating func holds(decimal: Double) throws(GradingFault) -> Bool {
    try holds(text: decimalText(decimal).utf8.span, as: .decimal)
  }
  mutating func holds(boolean: Bool) throws(GradingFault) -> Bool {
    try holds(text: (boolean ? "true" : "false").utf8.span, as: .boolean)
  }

  /// The rows among `evaluated`, none of them null, for which the test does not hold. O(bytes).
  mutating func failures(at place: Int, of view: BatchView, evaluated: Bitmap) throws(GradingFault) -> Bitmap {
    let column = view.batch.columns[place]
    var failed = evaluated.words
    switch column.storage {
    case .text(let texts):
      let bytes = texts.bytes.span
      if readsClasses {
        let classes = view.classes(at: place)
        for index in failed.indices {
          var rest = failed[index]
          while rest != 0 {
            let bit = rest & (0 &- rest)
            let row = index &* 64 &+ rest.trailingZeroBitCount
            if try holds(text: bytes.extracting(texts.range(at: row)), as: classes[row]) { failed[index] ^= bit }
            rest ^= bit
          }
        }
      } else {
        for index in failed.indices {
          var rest = failed[index]
          while rest != 0 {
            let bit = rest & (0 &- rest)
            let row = index &* 64 &+ rest.trailingZeroBitCount
            if try holds(text: bytes.extracting(texts.range(at: row)), as: .text) { failed[index] ^= bit }
            rest ^= bit
          }
        }
      }
    default:
      for row in evaluated.setIndices() {
        let isFine: Bool
        switch column.storage {
        case .text: isFine = true
        case .integers(let values): isFine = try holds(integer: values[row])
        case .decimals(let values): isFine = try holds(decimal: values[row])
        case .booleans(let bits): isFine = try holds(boolean: bits[row])
        case .variant(let cells):
          let payload = cells.payloads[row]
          switch cells.tag(at: row) {
          case .null: isFine = true
          case .text: isFine = try holds(text: cells.bytes.span.extracting(cells.textRange(at: row)), as: .text)
          case .integer: isFine = try holds(integer: Int64(bitPattern: payload))
          case .decimal: isFine = try holds(decimal: Double(bitPattern: payload))
          case .no: isFine = try holds(boolean: false)
          case .yes: isFine = try holds(boolean: true)
          }
        }
        if isFine { failed[row >> 6] ^= 1 << UInt64(row & 63) }
      }
    }
    return Bitmap(words: failed, count: evaluated.count)
  }
}
