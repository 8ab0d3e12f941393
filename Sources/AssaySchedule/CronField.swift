/// One field of a cron expression: which numbers and names it takes.
struct CronField {
  var name: String
  var low: Int
  var high: Int
  /// Names in upper case, the first for `low`.
  var names: [String] = []
  /// Whether a range may run over the end of the field and on from its beginning.
  var wraps = true

  static let minute = CronField(name: "minute", low: 0, high: 59)
  static let hour = CronField(name: "hour", low: 0, high: 23)
  /// Months differ in length, so nothing wraps here.
  static let dayOfMonth = CronField(name: "day of month", low: 1, high: 31, wraps: false)
  static let month = CronField(
    name: "month", low: 1, high: 12,
    names: ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"])
  static let dayOfWeek = CronField(
    name: "day of week", low: 0, high: 7, names: ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"])

  /// The field's numbers as bits; in the day of month bit 0 stands for `L`.
  func mask(_ text: Substring) throws(CronFault) -> UInt64 {
    var mask: UInt64 = 0
    for item in text.split(separator: ",", omittingEmptySubsequences: false) {
      if high == 31, item == "L" || item == "l" { mask |= 1 } else { mask |= try self.item(item) }
    }
    return mask
  }

  /// The days of the week as bits 0 to 6, and those that are numbered in the month as bits 8 · day + number.
  static func masksOfWeek(_ text: Substring) throws(CronFault) -> (days: UInt64, numbered: UInt64) {
    var days: UInt64 = 0
    var numbered: UInt64 = 0
    for item in text.split(separator: ",", omittingEmptySubsequences: false) {
      if let mark = item.firstIndex(of: "#") {
        let day = try dayOfWeek.value(item[..<mark], in: item) % 7
        let number = item[item.index(after: mark)...]
        if number == "L" || number == "l" {
          numbered |= 1 << UInt64(day * 8 + CronExpression.lastNumber)
        } else if number.utf8.count == 1, let count = Int(number), (1...5).contains(count) {
          numbered |= 1 << UInt64(day * 8 + count)
        } else {
          throw dayOfWeek.fault(item, "after '#' comes which one of the month, 1-5, or L for the last")
        }
      } else if item.utf8.count == 2, item.last == "L" || item.last == "l" {
        let day = try dayOfWeek.value(item.dropLast(), in: item) % 7
        numbered |= 1 << UInt64(day * 8 + CronExpression.lastNumber)
      } else {
        days |= try dayOfWeek.item(item)
      }
    }
    return ((days | (days >> 7)) & 0x7f, numbered)
  }

  /// `*`, a number, a range, each perhaps with a step; a number with a step begins a range to the field's end.
  private func item(_ item: Substring) throws(CronFault) -> UInt64 {
    let parts = item.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
    guard let range = parts.first, !item.isEmpty else {
      throw CronFault(description: "the \(name) field has an empty part; write a value on each side of a comma")
    }
    var step = 1
    if parts.count == 2 {
      guard let value = number(parts[1]), value > 0 else {
        throw fault(item, "after '/' comes a step, a number from 1")
      }
      guard value <= high - low + 1 else { throw fault(item, "the step is longer than the field, \(low)-\(high)") }
      step = value
    }
    // Sunday is both 0 and 7: what goes on to the field's end goes on to Saturday.
    let end = names.count == 7 ? 6 : high
    if range == "*" { return bits(low, end, step) }
    let bounds = range.split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
    let from = try value(bounds[0], in: item)
    if bounds.count == 1 { return bits(from, parts.count == 2 ? max(end, from) : from, step) }
    let until = try value(bounds[1], in: item)
    if from <= until { return bits(from, until, step) }
    // SAT-SUN ends on the Sunday after, which is 7.
    if names.count == 7, until == 0 { return bits(from, 7, step) }
    guard wraps else {
      throw fault(item, "the range runs backwards, and months differ in length; write two parts, such as 28-31,1-3")
    }
    let size = end - low + 1
    return stride(from: from, through: until + size, by: step)
      .reduce(0) { $0 | 1 << UInt64(low + ($1 - low) % size) }
  }

  private func bits(_ from: Int, _ through: Int, _ step: Int) -> UInt64 {
    stride(from: from, through: through, by: step).reduce(0) { $0 | 1 << UInt64($1) }
  }

  private func value(_ text: Substring, in item: Substring) throws(CronFault) -> Int {
    if let value = number(text) {
      guard value >= low, value <= high else { throw fault(item, "\(text) is not among \(allowed)") }
      return value
    }
    let upper = text.uppercased()
    if let index = names.firstIndex(of: upper) { return low + index }
    if text.isEmpty { throw fault(item, "a value is missing; allowed are \(allowed)") }
    if text == "*" { throw fault(item, "'*' stands alone or before a step, such as */5") }
    if text == "?" { throw fault(item, "'?' is not of this language; write '*'") }
    if let near = names.first(where: { upper.hasPrefix($0) || (upper.count == 2 && $0.hasPrefix(upper)) }) {
      throw fault(item, "'\(text)' is not among \(allowed); did you mean '\(near)'?")
    }
    throw fault(item, "'\(text)' is not among \(allowed)")
  }

  /// A whole number of at most four digits; nil for any other text.
  private func number(_ text: Substring) -> Int? {
    guard (1...4).contains(text.utf8.count), text.utf8.allSatisfy({ $0 >= 48 && $0 <= 57 }) else { return nil }
    return Int(text)
  }

  private var allowed: String {
    guard let first = names.first, let last = names.last else { return "\(low)-\(high)" }
    return "\(low)-\(high) and \(first)-\(last)"
  }

  private func fault(_ item: Substring, _ reason: String) -> CronFault {
    CronFault(description: "'\(item)' in the \(name) field: \(reason)")
  }
}
