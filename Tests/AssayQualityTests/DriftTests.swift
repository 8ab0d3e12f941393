import AssayColumns
import AssayQuality
import AssayTestSupport
import Glibc
import Testing

/// Plain twins of the statistics, over all values.
private enum Twin {
  /// The share of values up to one, or below it.
  static func share(_ values: [Double], upTo value: Double) -> Double {
    Double(values.count { $0 <= value }) / Double(values.count)
  }

  /// SciPy's `ks_2samp(...).statistic`.
  static func ks(_ now: [Double], _ before: [Double]) -> Double {
    (now + before).reduce(0) { max($0, abs(share(now, upTo: $1) - share(before, upTo: $1))) }
  }

  /// NumPy's quantile, linear.
  static func quantile(_ values: [Double], _ share: Double) -> Double {
    let ordered = values.sorted()
    let place = share * Double(ordered.count - 1)
    let low = ordered[Int(place)]
    return low + (ordered[min(Int(place) + 1, ordered.count - 1)] - low) * (place - Double(Int(place)))
  }

  /// The index over values that differ, in bins at the deciles.
  static func psi(_ now: [Double], _ before: [Double]) -> Double {
    let cuts = (1...9).map { quantile(before, Double($0) / 10) }
    func counts(_ values: [Double]) -> [Double] {
      var counts = [Double](repeating: 0, count: 10)
      for value in values { counts[cuts.firstIndex { value <= $0 } ?? 9] += 1 }
      return counts
    }
    return zip(counts(now), counts(before)).reduce(0) { sum, pair in
      let p = (pair.0 + 0.5) / (Double(now.count) + 5)
      let q = (pair.1 + 0.5) / (Double(before.count) + 5)
      return sum + (p - q) * log(p / q)
    }
  }
}

private func sketch(_ values: [Double]) throws -> DistributionSketch {
  let batch = Batch(
    schema: DatasetSchema([Field("c", reading: .own)]), columns: [Column(.decimals(values))], rowCount: values.count)
  let found = try grade([batch], MeasureValues.distributionMeasures)
  return DistributionSketch(try #require(found.distribution(at: 0)))
}

private func sketch(texts: [String: Int]) -> DistributionSketch { .values(ValueFrequencies(texts)) }

@Suite struct DriftTests {
  @Test(arguments: [
    (0.0, 1.0, 5_000), (0.1, 1.0, 5_000), (1.0, 1.0, 5_000), (0.0, 2.0, 3_000), (5.0, 0.5, 1_000), (0.0, 1.0, 400),
  ])
  func `shifts of spread numbers are told as the plain twins tell them`(shift: Double, scale: Double, count: Int) throws
  {
    var random = SeededRandom(seed: 3)
    func normal() -> Double { (0..<12).reduce(-6) { sum, _ in sum + Double.random(in: 0..<1, using: &random) } }
    let before = (0..<4_000).map { _ in normal() }
    let now = (0..<count).map { _ in normal() * scale + shift }
    let (old, new) = (try sketch(before), try sketch(now))
    let psi = try #require(new.stabilityIndex(against: old))
    let ks = try #require(new.greatestDistance(from: old))
    #expect(abs(psi - Twin.psi(now, before)) < 0.02 + 0.02 * psi, "\(psi) \(Twin.psi(now, before))")
    #expect(abs(ks - Twin.ks(now, before)) < 0.012, "\(ks) \(Twin.ks(now, before))")
    #expect(old.stabilityIndex(against: old) == 0 && old.greatestDistance(from: old) == 0)
  }

  @Test func `texts are compared by their shares, by hand`() throws {
    let before = sketch(texts: ["CA": 50, "NY": 30, "TX": 20])
    let now = sketch(texts: ["CA": 20, "NY": 30, "WA": 50])
    // Counts plus a half over 100 plus four halves.
    let shares = [(20.5, 50.5), (30.5, 30.5), (0.5, 20.5), (50.5, 0.5)].map { ($0.0 / 102, $0.1 / 102) }
    let expected = shares.reduce(0) { $0 + ($1.0 - $1.1) * log($1.0 / $1.1) }
    let found = try #require(now.stabilityIndex(against: before))
    #expect(abs(found - expected) < 1e-12)
    #expect(abs(found - 3.2) < 0.1)
    // Half of 30 + 0 + 20 + 50 points.
    #expect(abs(try #require(now.greatestDistance(from: before)) - 0.5) < 1e-12)
    #expect(abs(try #require(before.greatestDistance(from: now)) - 0.5) < 1e-12)
    #expect(before.stabilityIndex(against: before) == 0)
  }

  @Test func `a column of one value drifts to either side`() throws {
    let steady = try sketch([Double](repeating: 7, count: 500))
    for other in [6.0, 8] {
      let moved = try sketch([Double](repeating: other, count: 500))
      #expect(try #require(moved.stabilityIndex(against: steady)) > 5)
      #expect(moved.greatestDistance(from: steady) == 1)
    }
    #expect(steady.stabilityIndex(against: steady) == 0)
  }

  @Test func `numbers of few values fall into bins of their own`() throws {
    let before = try sketch((0..<1000).map { $0 < 600 ? 0 : Double($0 % 4 + 1) })
    let now = try sketch((0..<1000).map { $0 < 300 ? 0 : Double($0 % 4 + 1) })
    let ks = try #require(now.greatestDistance(from: before))
    #expect(abs(ks - 0.3) < 0.012)
    let psi = try #require(now.stabilityIndex(against: before))
    // 0.6 to 0.3, and four tenths to four times 0.175.
    let expected = (0.3 - 0.6) * log(0.3 / 0.6) + 4 * (0.175 - 0.1) * log(0.175 / 0.1)
    #expect(abs(psi - expected) < 0.05, "\(psi) \(expected)")
  }

  @Test func `what is of another kind, or empty, has no distance`() throws {
    let numbers = try sketch([1, 2, 3])
    #expect(numbers.stabilityIndex(against: sketch(texts: ["a": 1])) == nil)
    #expect(numbers.greatestDistance(from: sketch(texts: ["a": 1])) == nil)
    #expect(sketch(texts: [:]).stabilityIndex(against: sketch(texts: ["a": 1])) == nil)
    let days = try grade([textBatch("c", ["2026-01-01"])], MeasureValues.distributionMeasures)
    #expect(numbers.greatestDistance(from: DistributionSketch(try #require(days.distribution(at: 0)))) == nil)
  }

  @Test(arguments: [[-Double.greatestFiniteMagnitude, 0, .greatestFiniteMagnitude], [1, 1], [-0.0, 0]])
  func `any range has a distance of nothing to itself`(_ values: [Double]) throws {
    let found = try sketch(values)
    #expect(found.greatestDistance(from: found) == 0)
    #expect(found.stabilityIndex(against: found) == 0)
  }
}
