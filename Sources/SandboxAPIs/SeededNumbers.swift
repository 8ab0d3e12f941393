/// SplitMix64: the same numbers for the same seed on every machine, unlike the standard library's shuffles.
struct SeededNumbers: Sendable {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }

  /// A number from 0 to `bound` − 1. The bias towards low numbers is below 2⁻³² for the bounds used here.
  mutating func below(_ bound: Int) -> Int { Int(next() % UInt64(bound)) }

  mutating func within(_ range: ClosedRange<Int>) -> Int { range.lowerBound + below(range.count) }

  /// True in so many of a thousand cases.
  mutating func chance(perMille: Int) -> Bool { below(1000) < perMille }

  mutating func pick<Element>(_ choices: [Element]) -> Element { choices[below(choices.count)] }
}

/// FNV-1a with a last mix: a number that depends on the text alone, for answers that must not depend on order.
func stableHash(_ text: String) -> UInt64 {
  var hash: UInt64 = 0xCBF2_9CE4_8422_2325
  for byte in text.utf8 { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
  var numbers = SeededNumbers(seed: hash)
  return numbers.next()
}
