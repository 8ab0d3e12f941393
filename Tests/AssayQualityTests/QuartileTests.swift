import AssayColumns
import AssayQuality
import AssayTestSupport
import Testing

/// Holds a spread against one that a sort gives.
private func expect(_ found: NumberSpread, of values: [Double]) {
  let ordered = values.sorted()
  let (first, third) = (plainQuartile(ordered, 0.25), plainQuartile(ordered, 0.75))
  #expect(found.firstQuartile == first && found.thirdQuartile == third, "\(values.count)")
  #expect(found.median == plainQuartile(ordered, 0.5), "\(values.count)")
  let (low, high) = (first - 1.5 * (third - first), third + 1.5 * (third - first))
  #expect(found.outliers == values.count { $0 < low || $0 > high }, "\(values.count)")
  #expect(found.count == values.count)
}

/// The reference program's quartile, after a sort.
private func plainQuartile(_ ordered: [Double], _ share: Double) -> Double {
  let place = share * Double(ordered.count - 1)
  let low = Int(place)
  let high = min(low + 1, ordered.count - 1)
  return ordered[low] + (ordered[high] - ordered[low]) * (place - Double(low))
}

private func spread(_ values: [Double]) throws -> NumberSpread? {
  let column = Column(.decimals(values))
  let batch = Batch(schema: DatasetSchema([Field("c", reading: .own)]), columns: [column], rowCount: values.count)
  guard case .numbers(let spread) = try grade([batch], [.numericValues("c")])[.numericValues("c")] else { return nil }
  return spread
}

@Suite struct QuartileTests {
  enum Order: CaseIterable {
    case random, ascending, descending, equal, few, sawtooth, organPipe, heavyTailed

    func value(_ index: Int, of count: Int, _ random: inout SeededRandom) -> Double {
      switch self {
      case .random: Double.random(in: -1e3...1e3, using: &random)
      case .heavyTailed: 1 / Double.random(in: -1...1, using: &random)
      case .ascending: Double(index) * 0.1
      case .descending: Double(count - index) * 0.1
      case .equal: 4.5
      case .few: Double(Int.random(in: 0..<3, using: &random))
      case .sawtooth: Double(index % 17)
      case .organPipe: Double(min(index, count - index))
      }
    }
  }

  @Test(arguments: Order.allCases)
  func `selection finds what sorting finds`(_ order: Order) throws {
    var random = SeededRandom(seed: 3)
    for count in [1, 2, 3, 4, 5, 63, 64, 65, 600, 601, 602, 1_000, 20_011] {
      let values: [Double] = (0..<count).map { index in
        order.value(index, of: count, &random)
      }
      let found = try #require(try spread(values))
      expect(found, of: values)
    }
  }

  @Test(arguments: Order.allCases)
  func `many values in batches of any size and kind give what sorting gives`(_ order: Order) throws {
    var random = SeededRandom(seed: 5)
    for (count, scale) in [(65_537, 1.0), (150_000, 100), (150_001, 1e9)] {
      let values: [Double] = (0..<count).map { index in
        let value = order.value(index, of: count, &random)
        // Some are small integers over a power of ten, some need all bits.
        return (value * scale).rounded() / scale
      }
      var batches: [Batch] = []
      var at = 0
      while at < count {
        let size = min(count - at, 1 + random.next(below: 9_000))
        let part = Array(values[at..<(at + size)])
        let column =
          batches.count.isMultiple(of: 2)
          ? Column(.decimals(part)) : Column.texts(part.map { $0.description })
        let field = Field("c", reading: batches.count.isMultiple(of: 2) ? .own : .fromText)
        batches.append(Batch(schema: DatasetSchema([field]), columns: [column], rowCount: size))
        at += size
      }
      let memory = count == 150_000 ? 100_000 : .max
      guard
        case .numbers(let found?) = try grade(batches, [.numericValues("c")], memory: memory)[.numericValues("c")]
      else {
        Issue.record("no spread")
        return
      }
      expect(found, of: values)
    }
  }

  @Test func `infinities are values, and what is no number by value is none`() throws {
    #expect(try spread([.infinity, 1, 2, 3, 4, 5])?.outliers == 1)
    #expect(try spread([.infinity, -.infinity])?.outliers == 0)
    #expect(try spread([.nan, 1, 2, .nan])?.count == 2)
    #expect(try spread([.nan]) == nil)
  }

  @Test func `a column stops being numeric at its first other value, in any batch`() throws {
    let numbers = textBatch("c", ["1", nil, "2.5"])
    for other in ["x", "007", "true", "2026-01-01", ""] {
      let values = try grade([numbers, textBatch("c", [other]), numbers], [.numericValues("c")])
      #expect(values[.numericValues("c")] == .numbers(nil), "\(other)")
    }
    let declared = try grade([textBatch("c", ["1", "2"], declared: .text)], [.numericValues("c")])
    #expect(declared[.numericValues("c")] == .numbers(nil))
    let codes = try grade([textBatch("c", ["007", "2"], declared: .integer)], [.numericValues("c")])
    if case .numbers(let spread?) = codes[.numericValues("c")] {
      #expect(spread.median == 4.5)
    } else {
      Issue.record("none")
    }
  }
}
