import AssayColumns

/// The double nearest to a value rounded to two decimal places.
///
/// Rounding looks at the exact binary value, so 2.675, which is stored a little below, becomes 2.67; exact ties
/// (0.125) go to the even digit. Equal to `round(value, 2)` of Python for all doubles.
package func roundedToHundredths(_ value: Double) -> Double {
  guard value.isFinite, value != 0 else { return value }
  let magnitude = value.magnitude
  // From 2⁵² on every double is an integer; below, value = significand · 2^−shift with a positive shift.
  if magnitude >= 4_503_599_627_370_496 { return value }
  let significand = magnitude.isNormal ? magnitude.significandBitPattern | 1 << 52 : magnitude.significandBitPattern
  let shift = 1075 - (magnitude.isNormal ? Int(magnitude.exponentBitPattern) : 1)
  // Below 2⁶⁰, so a shift of 62 or more leaves less than half.
  let scaled = significand * 100
  guard shift < 62 else { return value < 0 ? -0.0 : 0 }
  var hundredths = scaled >> UInt64(shift)
  let rest = scaled & (1 << UInt64(shift) - 1)
  let half: UInt64 = 1 << UInt64(shift - 1)
  if rest > half || rest == half && hundredths & 1 == 1 { hundredths += 1 }
  return Double(sign: value.sign, magnitude: quotient(hundredths))
}

/// The double nearest to a number of hundredths below 2⁶⁰.
private func quotient(_ hundredths: UInt64) -> Double {
  // A division of exact doubles rounds once.
  if hundredths < 1 << 53 { return Double(hundredths) / 100 }
  let cents = hundredths % 100
  let text = Array("\(hundredths / 100).\(cents < 10 ? "0" : "")\(cents)".utf8)
  return parseDecimal(text.span) ?? Double(hundredths) / 100
}

extension Double {
  fileprivate init(sign: FloatingPointSign, magnitude: Double) {
    self = sign == .minus ? -magnitude : magnitude
  }
}
