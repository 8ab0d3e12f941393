/// Numbers as people read them.
enum NumberText {
  /// `1,204,000`.
  static func grouped(_ number: Int) -> String {
    let digits = Array(String(number.magnitude))
    var text = number < 0 ? "-" : ""
    for (index, digit) in digits.enumerated() {
      if index > 0, (digits.count - index).isMultiple(of: 3) { text += "," }
      text.append(digit)
    }
    return text
  }

  /// `1 row`, `1,204 rows`.
  static func count(_ number: Int, _ noun: String, plural: String? = nil) -> String {
    "\(grouped(number)) \(number == 1 ? noun : plural ?? noun + "s")"
  }

  /// `0.12 s`, `12.4 s`, `2 min 05 s`, `1 h 02 min`.
  static func duration(_ seconds: Double) -> String {
    guard seconds.isFinite, seconds >= 0, seconds < 1e9 else { return "-" }
    if seconds < 0.005 { return seconds == 0 ? "0 s" : "<0.01 s" }
    if seconds < 9.995 { return "\(fixed(seconds, 2)) s" }
    if seconds < 59.95 { return "\(fixed(seconds, 1)) s" }
    let whole = Int(seconds.rounded())
    if whole < 3600 { return "\(whole / 60) min \(twoDigits(whole % 60)) s" }
    return "\(grouped(whole / 3600)) h \(twoDigits(whole % 3600 / 60)) min"
  }

  /// A number with at most two decimal places and none that are needless: `98.2`, `100`.
  static func short(_ value: Double) -> String {
    guard value.isFinite, value.magnitude < 1e15 else { return value.description }
    if let integer = Int(exactly: value) { return grouped(integer) }
    let text = fixed(value, 2)
    return text.hasSuffix(".00") ? value.description : text.hasSuffix("0") ? String(text.dropLast()) : text
  }

  /// `0.17%`; a share that is neither none nor all is shown as neither.
  static func percent(_ part: Int, of whole: Int) -> String {
    guard whole > 0 else { return "0%" }
    let value = Double(part) / Double(whole) * 100
    if part > 0, value < 0.01 { return "<0.01%" }
    if part < whole, value > 99.99 { return ">99.99%" }
    return "\(short(Double(fixed(value, 2)) ?? value))%"
  }

  private static func fixed(_ value: Double, _ places: Int) -> String {
    let scale = places == 1 ? 10.0 : 100.0
    let scaled = Int((value.magnitude * scale).rounded())
    let (whole, rest) = scaled.quotientAndRemainder(dividingBy: Int(scale))
    return "\(value < 0 ? "-" : "")\(grouped(whole)).\(places == 1 ? String(rest) : twoDigits(rest))"
  }

  private static func twoDigits(_ number: Int) -> String { number < 10 ? "0\(number)" : String(number) }
}
