/// Round numbers around measured ones, for bounds that hold today and may hold tomorrow.
enum NiceBounds {
  /// 0 where all values are positive, else a round number below the least, a tenth of the range away.
  static func low(_ minimum: Double, high: Double) -> Double {
    if minimum >= 0 { return 0 }
    return -rounded(-minimum + max(high - minimum, 0) / 10, up: true)
  }

  /// A round number above the greatest value, a fifth of the range away; 0 where all values are negative.
  static func high(_ maximum: Double, low: Double) -> Double {
    if maximum <= 0 { return 0 }
    return rounded(maximum + max(maximum - low, 0) / 5, up: true)
  }

  /// A round whole number not above a positive one; at least 1.
  static func below(_ value: Double) -> Int { max(1, Int(clamping: rounded(value, up: false))) }

  /// A round whole number not below a positive one.
  static func above(_ value: Double) -> Int { max(1, Int(clamping: rounded(max(1, value), up: true).rounded(.up))) }

  /// A number as a pipeline file has it: `1500`, `0.25`, `1e+20`.
  static func text(_ value: Double) -> String {
    if let integer = Int(exactly: value), abs(value) < 1e15 { return String(integer) }
    return value.description
  }

  /// The next number of two digits and zeros, the second one 0 or 5.
  private static func rounded(_ value: Double, up: Bool) -> Double {
    guard value > 0, value.isFinite, value < 1e300 else { return value }
    var scale = 1.0
    while value / scale >= 100 { scale *= 10 }
    while value / scale < 10, scale > 1e-300 { scale /= 10 }
    let steps = value / scale / 5
    let found = (up ? steps.rounded(.up) : steps.rounded(.down)) * 5 * scale
    // Scales below one are not exact: what is printed should be short, and still beyond the value.
    let short = scale < 1 ? Double("\(Float(found))") ?? found : found
    return up ? (short >= value ? short : value) : (short <= value ? short : value)
  }
}

extension Int {
  fileprivate init(clamping value: Double) { self = value >= 9e18 ? .max : Int(value) }
}
