/// A number that was read from a column's values, and how many of these are numbers at all.
package struct NumberReading: Sendable, Hashable {
  /// Values, nulls left out.
  package var values: Int
  /// Those of them that are numbers.
  package var numbers: Int
  /// nil where some value is no number, or where there are too few.
  package var value: Double?

  package init(values: Int, numbers: Int, value: Double?) {
    self.values = values
    self.numbers = numbers
    self.value = value
  }
}

/// Sum, mean, deviation and extremes of a column's numbers.
package struct NumberMoments: Sendable, Hashable {
  /// Values, nulls left out.
  package var values: Int
  /// Those of them that are numbers. Where they are not all, nothing else is known.
  package var numbers: Int
  /// The sum of the decimal numbers that the values spell: 0.1 and 0.2 are 0.3.
  package var sum: Double?
  package var mean: Double?
  /// The sample standard deviation, that with n − 1; nil for fewer than two numbers.
  package var deviation: Double?
  package var minimum: Double?
  package var maximum: Double?

  /// Counts without moments.
  package init(values: Int, numbers: Int) {
    self.values = values
    self.numbers = numbers
  }

  /// One of the moments with the counts.
  package func reading(_ moment: KeyPath<NumberMoments, Double?>) -> NumberReading {
    NumberReading(values: values, numbers: numbers, value: self[keyPath: moment])
  }
}

extension NumberMoments {
  /// The moments of the blocks' numbers, in their order, so that they do not depend on where the batches end; none
  /// without blocks.
  ///
  /// The deviation comes of two passes, the second with the correction for the mean's rounding (Chan, Golub, LeVeque:
  /// Algorithms for Computing the Sample Variance, 1983), their sums compensated.
  /// - Complexity: O(numbers), two passes.
  init(of blocks: NumberBlocks?, values: Int, numbers: Int) throws(GradingFault) {
    self.init(values: values, numbers: numbers)
    guard let blocks, values == numbers else { return }
    var (sum, minimum, maximum) = (DecimalSum(), Double.infinity, -Double.infinity)
    try blocks.forEach { block in
      sum.add(block)
      block.forEach {
        minimum = min(minimum, $0)
        maximum = max(maximum, $0)
      }
    }
    let mean = sum.value / Double(numbers)
    (self.sum, self.mean, self.minimum, self.maximum) = (sum.value, mean, minimum, maximum)
    guard numbers > 1 else { return }
    var (squares, rest) = (CompensatedSum(), CompensatedSum())
    try blocks.forEach { block in
      block.forEach {
        let distance = $0 - mean
        squares.add(distance * distance)
        rest.add(distance)
      }
    }
    let variance = (squares.value - rest.value * rest.value / Double(numbers)) / Double(numbers - 1)
    deviation = max(0, variance).squareRoot()
    if variance.isNaN { deviation = .nan }
  }
}

/// A sum of numbers as the decimal numbers that they spell.
///
/// Prices and counts are small integers over a power of ten; as billionths they are added without any rounding. A double
/// holds every decimal number of up to 15 digits apart from all others, so the integer is known. All else is added up
/// with compensation.
struct DecimalSum: Sendable {
  private var billionths: Int128 = 0
  private var rest = CompensatedSum()
  private var hasRest = false
  /// The power of ten that did for the last number, tried first for the next one.
  private var power = 0

  private static let powers: [Double] = [1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9]
  private static let factors: [Int128] = [
    1_000_000_000, 100_000_000, 10_000_000, 1_000_000, 100_000, 10_000, 1_000, 100, 10, 1,
  ]
  /// Adding and taking away 1.5 × 2⁵² rounds a double below 2⁵¹ to the nearest integer without a call.
  private static let rounder = 6_755_399_441_055_744.0

  /// Adds all numbers of a block. O(numbers).
  mutating func add(_ block: NumberBlock) {
    if case .scaled(let values, let divisor) = block.storage, let place = Self.powers.firstIndex(of: divisor) {
      var sum: Int64 = 0
      // Below 2³² values of 32 bits cannot overflow it.
      for value in values { sum &+= Int64(value) }
      billionths += Int128(sum) * Self.factors[place]
      return
    }
    block.forEach { add($0) }
  }

  mutating func add(_ value: Double) {
    if take(value, power) { return }
    for place in Self.powers.indices where take(value, place) {
      power = place
      return
    }
    hasRest = true
    rest.add(value)
  }

  /// Adds a number that is an integer of up to 15 digits over a power of ten, and says whether it is.
  private mutating func take(_ value: Double, _ place: Int) -> Bool {
    let product = value * Self.powers[place]
    guard abs(product) < 1e15 else { return false }
    let rounded = (product + Self.rounder) - Self.rounder
    guard rounded / Self.powers[place] == value else { return false }
    billionths += Int128(Int64(rounded)) * Self.factors[place]
    return true
  }

  /// The double nearest to the sum; where some numbers are no short decimals, next to it.
  var value: Double {
    guard hasRest else { return decimal }
    var sum = rest
    sum.add(decimal)
    return sum.value
  }

  private var decimal: Double {
    // A division of exact doubles rounds once.
    if billionths.magnitude < 1 << 53 { return Double(Int64(billionths)) / 1e9 }
    let (whole, part) = billionths.magnitude.quotientAndRemainder(dividingBy: 1_000_000_000)
    let digits = String(part)
    let text = "\(whole).\(String(repeating: "0", count: 9 - digits.count))\(digits)"
    let value = Double(text) ?? Double(billionths.magnitude) / 1e9
    return billionths < 0 ? -value : value
  }
}

/// A sum whose rounding errors are added up beside it (Neumaier: Rundungsfehleranalyse einiger Verfahren zur Summation
/// endlicher Summen, 1974): its error does not grow with the number of values.
struct CompensatedSum: Sendable {
  private var sum = 0.0
  private var lost = 0.0

  mutating func add(_ value: Double) {
    let next = sum + value
    lost += abs(sum) >= abs(value) ? (sum - next) + value : (value - next) + sum
    sum = next
  }

  /// The sum; infinite or not a number where a plain sum is.
  var value: Double { sum.isFinite ? sum + lost : sum }
}
