import AssayColumns
import CAssay

/// The numbers of one column in one batch, in half the bytes of doubles where that loses nothing.
///
/// Prices, counts and codes are small integers times a power of ten. Dividing one by the other gives the same double
/// as parsing the text did, since both are the double nearest to the same decimal number.
struct NumberBlock: Sendable {
  enum Storage: Sendable {
    /// Each value is an integer over this divisor, a power of ten.
    case scaled([Int32], divisor: Double)
    case doubles([Double])
  }

  let storage: Storage

  /// The block of numbers, none of which is NaN. O(numbers).
  init(_ numbers: [Double]) {
    for divisor in Self.divisors {
      // A few values tell nearly always whether a divisor will do.
      guard numbers.prefix(16).allSatisfy({ Self.scaled($0, divisor) != nil }) else { continue }
      if let small = Self.scaled(numbers, divisor) {
        storage = .scaled(small, divisor: divisor)
        return
      }
    }
    storage = .doubles(numbers)
  }

  /// The numbers among texts, `count` of them; nil where one has an exponent or more than 15 digits.
  init?(_ texts: TextStorage, _ classes: [CellClass], count: Int) {
    var scale: UInt8 = 0
    var scales: [UInt8] = []
    var found = count
    let mantissas = [Int64](unsafeUninitializedCapacity: count) { mantissas, filled in
      scales = [UInt8](unsafeUninitializedCapacity: count) { scales, filled in
        classes.withUnsafeBytes { classes in
          texts.bytes.withUnsafeBufferPointer { bytes in
            found = assay_decimal_parts(
              bytes.baseAddress, bytes.count, texts.starts, texts.lengths,
              classes.assumingMemoryBound(to: UInt8.self).baseAddress, classes.count, mantissas.baseAddress,
              scales.baseAddress, &scale)
          }
        }
        filled = found == count ? count : 0
      }
      filled = found == count ? count : 0
    }
    guard found == count else { return nil }
    if let small = Self.small(mantissas, scales, scale) {
      storage = .scaled(small, divisor: Self.powers[Int(scale)])
    } else {
      // Up to 15 digits, and the power of ten, are exact, so that the quotient is the double nearest to the number.
      storage = .doubles((0..<count).map { Double(mantissas[$0]) / Self.powers[Int(scales[$0])] })
    }
  }

  private static let powers: [Double] = [
    1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
  ]

  /// The mantissas, brought to one scale, or nil where one does not fit.
  private static func small(_ mantissas: [Int64], _ scales: [UInt8], _ scale: UInt8) -> [Int32]? {
    if scale > 9 { return nil }
    let factors = (0...Int(scale)).map { Int64(powers[Int(scale) - $0]) }
    let small = [Int32](unsafeUninitializedCapacity: mantissas.count) { small, filled in
      for index in mantissas.indices {
        // Fifteen digits times 10⁹ would overflow, so what is too great already is told first.
        guard mantissas[index].magnitude <= 1 << 31 else { return }
        guard let value = Int32(exactly: mantissas[index] &* factors[Int(scales[index])]) else { return }
        small.initializeElement(at: filled, to: value)
        filled += 1
      }
    }
    return small.count == mantissas.count ? small : nil
  }

  init(_ storage: Storage) { self.storage = storage }

  var count: Int {
    switch storage {
    case .scaled(let values, _): values.count
    case .doubles(let values): values.count
    }
  }

  var byteCount: Int {
    switch storage {
    case .scaled(let values, _): values.count * 4
    case .doubles(let values): values.count * 8
    }
  }

  subscript(_ index: Int) -> Double {
    switch storage {
    case .scaled(let values, let divisor): Double(values[index]) / divisor
    case .doubles(let values): values[index]
    }
  }

  /// Calls the body with every value in order; inlined, so that each kind of storage has a loop of its own.
  @inline(__always)
  func forEach(_ body: (Double) -> Void) {
    switch storage {
    case .scaled(let values, let divisor):
      values.withUnsafeBufferPointer { for value in $0 { body(Double(value) / divisor) } }
    case .doubles(let values):
      values.withUnsafeBufferPointer { for value in $0 { body(value) } }
    }
  }

  private static let divisors: [Double] = [1, 10, 100, 1e3, 1e4, 1e6]

  /// Adding and taking away 1.5 × 2⁵² rounds a double below 2⁵¹ to the nearest integer without a call.
  private static let rounder = 6_755_399_441_055_744.0

  @inline(__always)
  private static func scaled(_ value: Double, _ divisor: Double) -> Int32? {
    let product = value * divisor
    guard abs(product) < 2_147_483_647 else { return nil }
    let rounded = (product + rounder) - rounder
    return rounded / divisor == value ? Int32(rounded) : nil
  }

  private static func scaled(_ numbers: [Double], _ divisor: Double) -> [Int32]? {
    let small = [Int32](unsafeUninitializedCapacity: numbers.count) { small, filled in
      numbers.withUnsafeBufferPointer { numbers in
        for value in numbers {
          guard let integer = scaled(value, divisor) else { return }
          small.initializeElement(at: filled, to: integer)
          filled += 1
        }
      }
    }
    return small.count == numbers.count ? small : nil
  }
}
