import AssayColumns
import AssayQuality
import AssayTestSupport
import Testing

private func shape(_ values: [Double], cuts: [Int] = [], memory: Int = .max) throws -> NumberShape? {
  var batches: [Batch] = []
  var start = 0
  for end in cuts + [values.count] {
    let part = Array(values[start..<end])
    batches.append(
      Batch(
        schema: DatasetSchema([Field("c", reading: .own)]), columns: [Column(.decimals(part))], rowCount: part.count))
    start = end
  }
  let found = try grade(batches, [.column(.numberShape, "c"), .numericValues("c")], memory: memory)
  guard case .shape(let shape) = found[.column(.numberShape, "c")] else { return nil }
  #expect(found[.numericValues("c")] == .numbers(shape?.spread), "the numbers are collected once, for both measures")
  return shape
}

@Suite struct DistributionTests {
  @Test func `percentiles, extremes and bins are those that sorting gives`() throws {
    var random = SeededRandom(seed: 11)
    for count in [1, 2, 5, 100, 1_000, 30_000] {
      let values = (0..<count).map { _ in Double.random(in: -50...50, using: &random).rounded() }
      let ordered = values.sorted()
      let found = try #require(try shape(values, cuts: count > 5 ? [count / 3, count / 2] : []))
      #expect(found.minimum == ordered[0] && found.maximum == ordered[count - 1])
      for percent in 0...100 {
        let place = Double(percent) / 100 * Double(count - 1)
        let (low, high) = (ordered[Int(place)], ordered[min(Int(place) + 1, count - 1)])
        #expect(found.percentiles[percent] >= low && found.percentiles[percent] <= high, "\(count) \(percent)")
      }
      let bins = found.histogram
      #expect(bins.counts.reduce(0, +) + bins.below + bins.above == count)
      #expect(bins.below == values.count { $0 < bins.low } && bins.above == values.count { $0 > bins.high })
    }
  }

  @Test func `one wild value does not press all others into one bin`() throws {
    let bins = try #require(try shape((0..<1000).map { Double($0 % 100) } + [1e12])).histogram
    #expect(bins.above == 1 && bins.high < 1000)
    #expect(bins.counts.count { $0 > 0 } > 5)
  }

  @Test(arguments: [[5.0, 5, 5], [7], [-Double.greatestFiniteMagnitude, .greatestFiniteMagnitude, 0], [0, -0.0]])
  func `bins hold all values of any range`(_ values: [Double]) throws {
    let bins = try #require(try shape(values)).histogram
    #expect(bins.counts.reduce(0, +) + bins.below + bins.above == values.count)
  }

  @Test func `many values are sampled, and spill to a file with the same result`() throws {
    var random = SeededRandom(seed: 5)
    let values = (0..<200_000).map { _ in Double(Int.random(in: 0..<10_000, using: &random)) }
    let found = try #require(try shape(values))
    for percent in 1..<100 { #expect(abs(found.percentiles[percent] - Double(percent) * 100) < 250, "\(percent)") }
    #expect(try shape(values, cuts: [50_000, 100_000], memory: 4096) == found)
  }

  @Test func `days are counted from dates and datetimes, in UTC, also before 1970`() throws {
    let batch = textBatch("c", ["1970-01-02", nil, "1969-12-31", "1970-01-01T23:00:00-02:00"])
    guard case .shape(let found?) = try grade([batch], [.column(.dayShape, "c")])[.column(.dayShape, "c")] else {
      Issue.record("no shape")
      return
    }
    #expect(found.minimum == -1 && found.maximum == 1 && found.spread.count == 3)
    let mixed = textBatch("c", ["1970-01-02", "x"])
    #expect(try grade([mixed], [.column(.dayShape, "c")])[.column(.dayShape, "c")] == .shape(nil))
  }

  @Test func `texts are counted to a limit, the most frequent first`() throws {
    let batches = [textBatch("c", ["b", "b", nil, "a"]), textBatch("c", ["a", "c", "b"])]
    let measure = Measure.column(.frequencies(limit: 3), "c")
    guard case .frequencies(let found?) = try grade(batches, [measure])[measure] else {
      Issue.record("no frequencies")
      return
    }
    #expect(found.entries.map(\.text) == ["b", "a", "c"] && found.entries.map(\.count) == [3, 2, 1])
    #expect(found.total == 6)
    let narrow = Measure.column(.frequencies(limit: 2), "c")
    #expect(try grade(batches, [narrow])[narrow] == .frequencies(nil))
    let cells = cellBatch("c", [.integer(1), .boolean(true), .integer(1), .null])
    guard case .frequencies(let own?) = try grade([cells], [measure])[measure] else {
      Issue.record("no frequencies")
      return
    }
    #expect(own.entries.map(\.text) == ["1", "true"])
  }
}
