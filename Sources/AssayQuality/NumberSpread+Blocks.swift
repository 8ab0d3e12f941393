/// The quartiles and outliers of all values of the blocks, of which there must be one and none may be NaN.
///
/// - Complexity: O(values), two passes; memory for a few hundredths of the values.
func spread(of blocks: NumberBlocks) throws(GradingFault) -> NumberSpread {
  let count = blocks.count
  if count <= Bracket.smallest { return spread(of: try gathered(blocks)) }
  let quartiles = try quantiles([0.25, 0.5, 0.75], of: blocks)
  let (first, third) = (quartiles[0], quartiles[2])
  let (low, high) = (first - 1.5 * (third - first), third + 1.5 * (third - first))
  var outliers = 0
  try blocks.forEach { block in
    switch block.storage {
    case .doubles(let values): for value in values { outliers += value < low || value > high ? 1 : 0 }
    case .scaled(let values, let divisor):
      let first = lowestInteger(atLeast: low, divisor)
      let end = lowestInteger(atLeast: high.nextUp, divisor)
      for value in values { outliers += Int64(value) < first || Int64(value) >= end ? 1 : 0 }
    }
  }
  return NumberSpread(
    count: count, firstQuartile: first, median: quartiles[1], thirdQuartile: third, outliers: outliers)
}

/// The quantiles of all values of the blocks for shares from 0 to 1, linearly interpolated; there must be a value, and
/// none may be NaN.
///
/// A sample brackets each quantile; one pass counts what lies below a bracket and takes out what lies in it, and the
/// ranks are found among the few values taken. Where a bracket missed its rank, all values are selected from.
/// - Complexity: O(values) for each share.
func quantiles(_ shares: [Double], of blocks: NumberBlocks) throws(GradingFault) -> [Double] {
  if blocks.count > Bracket.smallest {
    let sample = try sorted(sampleOf: blocks)
    var brackets = shares.map { Bracket(share: $0, count: blocks.count, sample: sample) }
    try blocks.forEach { take($0, &brackets) }
    let found = brackets.compactMap { $0.quantile() }
    if found.count == shares.count { return found }
  }
  var values = try gathered(blocks)
  return shares.map { quantile($0, of: &values) }
}

private func gathered(_ blocks: NumberBlocks) throws(GradingFault) -> [Double] {
  var values: [Double] = []
  values.reserveCapacity(blocks.count)
  try blocks.forEach { block in block.forEach { values.append($0) } }
  return values
}

/// Some of the values in order: all of them where they are few, else a sample.
///
/// The sample is of evenly spread values, shifted from stretch to stretch so that periodic inputs give a fair one too.
func sorted(sampleOf blocks: NumberBlocks) throws(GradingFault) -> [Double] {
  let count = blocks.count
  if count <= Bracket.smallest { return try gathered(blocks).sorted() }
  let stride = max(1, count / Bracket.sampleSize)
  var sample: [Double] = []
  sample.reserveCapacity(count / stride + 1)
  var before = 0
  var stretch = 0
  try blocks.forEach { block in
    while true {
      let shift = stride == 1 ? 0 : Int(truncatingIfNeeded: (UInt64(stretch) &* 0x9E37_79B9_7F4A_7C15) >> 33) % stride
      let place = stretch * stride + shift - before
      if place >= block.count { break }
      sample.append(block[place])
      stretch += 1
    }
    before += block.count
  }
  return sample.sorted()
}

private func take(_ block: NumberBlock, _ brackets: inout [Bracket]) {
  switch block.storage {
  case .doubles(let values): for index in brackets.indices { brackets[index].take(values) }
  case .scaled(let values, let divisor): for index in brackets.indices { brackets[index].take(values, over: divisor) }
  }
}

/// The lowest integer whose quotient by the divisor is at least a bound, as a place among the integers: ones past all
/// 32-bit integers stand for those that none reaches.
private func lowestInteger(atLeast bound: Double, _ divisor: Double) -> Int64 {
  if bound == -.infinity { return Int64(Int32.min) }
  if bound > 2_147_483_648 / divisor { return Int64(Int32.max) + 1 }
  if bound < -2_147_483_649 / divisor { return Int64(Int32.min) }
  var integer = Int64((bound * divisor).rounded(.down)) - 1
  while Double(integer) / divisor < bound { integer += 1 }
  return integer
}

/// Where a quantile must lie by a sample, and what of the values is there.
private struct Bracket {
  /// Fewer values are selected from as they are.
  static let smallest = 1 << 16
  static let sampleSize = 1 << 14

  private let rank: Int
  /// How far the quantile lies from its rank's value to the next.
  private let part: Double
  private let last: Int
  let low: Double
  let high: Double
  var below = 0
  var atLow = 0
  var atHigh = 0
  /// The values between the bounds, which are not among them.
  var inside: [Double] = []

  init(share: Double, count: Int, sample: [Double]) {
    last = count - 1
    let place = share * Double(last)
    rank = Int(place)
    part = place - Double(rank)
    // Five standard deviations of the sample's rank: one bracket in a million misses.
    let middle = share * Double(sample.count - 1)
    let margin = 5 * (Double(sample.count) * share * (1 - share)).squareRoot() + 2
    let (from, to) = (Int(middle - margin), Int(middle + margin))
    low = from > 0 ? sample[from] : -.infinity
    high = to < sample.count - 1 ? sample[to] : .infinity
  }

  /// Counts the values below and at the bounds, and takes those between them.
  mutating func take(_ values: [Double]) {
    var (below, atLow, atHigh) = (0, 0, 0)
    // Counting alone is a loop that the compiler makes wide.
    for value in values {
      below += value < low ? 1 : 0
      atLow += value == low ? 1 : 0
      atHigh += value == high ? 1 : 0
    }
    for value in values where value > low && value < high { inside.append(value) }
    add(below, atLow, atHigh)
  }

  /// The same for integers over a divisor, which are compared as integers: that saves a division for each.
  mutating func take(_ values: [Int32], over divisor: Double) {
    let lowest = lowestInteger(atLeast: low, divisor)
    let highest = lowestInteger(atLeast: high, divisor)
    let hasLow = Double(lowest) / divisor == low
    let hasHigh = Double(highest) / divisor == high
    let first = hasLow ? lowest + 1 : lowest
    let width = UInt64(max(0, highest - first))
    var (below, atLow, atHigh) = (0, 0, 0)
    values.withUnsafeBufferPointer { values in
      for value in values {
        below += Int64(value) < lowest ? 1 : 0
        atLow += Int64(value) == lowest ? 1 : 0
        atHigh += Int64(value) == highest ? 1 : 0
      }
      for value in values where UInt64(bitPattern: Int64(value) &- first) < width {
        inside.append(Double(value) / divisor)
      }
    }
    add(below, hasLow ? atLow : 0, hasHigh ? atHigh : 0)
  }

  private mutating func add(_ below: Int, _ atLow: Int, _ atHigh: Int) {
    self.below += below
    self.atLow += atLow
    // Where both bounds are one value, it has been counted.
    self.atHigh += low < high ? atHigh : 0
  }

  /// The quantile, or nil where the bracket does not hold the ranks that it lies between.
  func quantile() -> Double? {
    var values = inside
    func value(at rank: Int) -> Double? {
      if rank < below { return nil }
      if rank < below + atLow { return low }
      let place = rank - below - atLow
      guard place < values.count else { return place < values.count + atHigh ? high : nil }
      select(place, in: &values)
      return values[place]
    }
    guard let first = value(at: rank) else { return nil }
    guard part > 0, rank < last else { return first }
    guard let second = value(at: rank + 1) else { return nil }
    return first + (second - first) * part
  }
}
