import AssayColumns
import AssayTestSupport
import Testing

@Suite struct ClassCountsTests {
  static let types: [([CellClass], ValueType?)] = [
    ([], nil), ([.null], nil), ([.integer], .integer), ([.integer, .null], .integer), ([.integer, .decimal], .decimal),
    ([.decimal], .decimal), ([.boolean], .boolean), ([.date], .date), ([.datetime], .datetime),
    ([.date, .datetime], .datetime), ([.text], .text), ([.code], .text), ([.code, .integer], .text),
    ([.integer, .boolean], .text), ([.integer, .date], .text), ([.decimal, .text], .text), ([.boolean, .date], .text),
    ([.integer, .decimal, .null], .decimal), ([.boolean, .null, .text], .text), ([.date, .text], .text),
  ]

  @Test(arguments: types)
  func `a column's type is the narrowest that holds all its values`(classes: [CellClass], type: ValueType?) {
    #expect(counts(classes).narrowestType == type)
    #expect(counts(classes + classes.reversed()).narrowestType == type)
  }

  static let mixed: [([CellClass], fromText: Bool, own: Bool)] = [
    ([], false, false), ([.integer, .integer, .text], true, true), ([.integer, .text], false, true),
    ([.integer, .integer, .code], false, true), ([.integer, .integer, .boolean], true, false),
    ([.text, .text, .integer], false, true), ([.null, .integer], false, false), ([.integer, .decimal], false, false),
    ([.integer, .integer, .date], true, true), ([.text, .code], false, false), ([.boolean, .integer], false, false),
  ]

  @Test(arguments: mixed)
  func `a column mixes types by the rules of its reading`(classes: [CellClass], fromText: Bool, own: Bool) {
    #expect(counts(classes).isMixedText == fromText)
    #expect(counts(classes).isMixedOwn == own)
  }

  @Test func `merged counts are those of all parts, in any order`() {
    var random = SeededRandom(seed: 21)
    let cells = (0..<1000).map { _ in CellClass.allCases[random.next(below: 8)] }
    var parts = stride(from: 0, to: 1000, by: 37).map { counts(Array(cells[$0..<min($0 + 37, 1000)])) }
    for _ in 0..<5 {
      parts.shuffle(using: &random)
      var sum = ClassCounts()
      for part in parts { sum.merge(part) }
      #expect(sum == counts(cells))
      #expect(sum.hashValue == counts(cells).hashValue)
    }
    #expect(counts(cells).values + counts(cells)[.null] == 1000)
  }

  private func counts(_ classes: [CellClass]) -> ClassCounts {
    var counts = ClassCounts()
    for cellClass in classes { counts[cellClass] += 1 }
    return counts
  }
}
