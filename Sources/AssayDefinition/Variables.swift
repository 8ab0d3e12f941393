/// What `${…}` in a pipeline file is filled from, once, before the run.
package struct Variables: Sendable {
  /// The process's environment over the `.env` file's.
  package var environment: [String: String]
  /// The params' values as text, given or by default; nil until the file's `params` have been read.
  package var params: [String: String]?
  /// Params of the file that have no value: a fault has been noted for them, or is none for `validate`.
  package var unsetParams: Set<String> = []
  /// The logical date: days since 1970-01-01 of the run's slot.
  package var runDay: Int
  /// What stands for secrets that are not set, in a replay, which sends none; nil where they are faults.
  package var secretStandIn: String?
  /// Whether an unset variable is a fault. It is none for `validate`, which needs no secrets.
  package var unsetIsFault: Bool

  package init(
    environment: [String: String] = [:], params: [String: String]? = nil, runDay: Int = 0, unsetIsFault: Bool = true
  ) {
    self.environment = environment
    self.params = params
    self.runDay = runDay
    self.unsetIsFault = unsetIsFault
  }

  /// A variable's value, or why there is none.
  enum Answer {
    case value(String, isSecret: Bool)
    /// Unset, without a default.
    case unset(String)
    /// No value, which has been said elsewhere.
    case pending
    /// No such kind of variable, or one that cannot be read.
    case bad(String)
  }

  /// The answer to what stands between `${` and `}`.
  func answer(_ expression: Substring) -> Answer {
    guard let colon = expression.firstIndex(of: ":") else {
      return .bad("'${\(expression)}' names no kind; write ${env:NAME}, ${secret:NAME}, ${param:NAME} or ${run:date}")
    }
    let kind = String(expression[..<colon])
    var name = String(expression[expression.index(after: colon)...])
    var fallback: String?
    if let mark = name.range(of: ":-") {
      fallback = String(name[mark.upperBound...])
      name = String(name[..<mark.lowerBound])
    }
    switch kind {
    case "env", "secret":
      guard name.unicodeScalars.allSatisfy({ $0 == "_" || $0.properties.isAlphabetic || ("0"..."9").contains($0) }),
        !name.isEmpty
      else { return .bad("'\(name)' cannot be the name of an environment variable") }
      // As in a shell's ${NAME:-default}, an empty variable takes the default.
      let value = environment[name].flatMap { $0.isEmpty && fallback != nil ? nil : $0 } ?? fallback
      if value == nil, kind == "secret", let secretStandIn { return .value(secretStandIn, isSecret: false) }
      guard let value else { return .unset("the environment variable \(name) is not set, and there is no default") }
      return .value(value, isSecret: kind == "secret")
    case "param":
      guard let params else { return .bad("a param cannot be used here") }
      if let value = params[name] ?? fallback { return .value(value, isSecret: false) }
      if unsetParams.contains(name) { return .pending }
      return .bad("there is no param '\(name)'\(suggestion(for: name, among: params.keys.sorted()))")
    case "run":
      return runDate(name)
    default:
      let known = ["env", "secret", "param", "run"]
      return .bad("'\(kind)' is no kind of variable\(suggestion(for: kind, among: known))")
    }
  }

  private func runDate(_ name: String) -> Answer {
    guard name.hasPrefix("date") else { return .bad("'run:\(name)' is not known; write ${run:date} or ${run:date-1d}") }
    let rest = name.dropFirst(4)
    if rest.isEmpty { return .value(dateText(day: runDay), isSecret: false) }
    guard rest.first == "-" || rest.first == "+", rest.last == "d", let shift = Int(rest.dropLast()),
      abs(shift) < 1_000_000
    else {
      return .bad("'run:\(name)' is not known; write ${run:date-1d} for the day before")
    }
    return .value(dateText(day: runDay + shift), isSecret: false)
  }
}

/// `2026-11-24` for days since 1970-01-01 in the proleptic Gregorian calendar (Hinnant, chrono-compatible algorithms).
package func dateText(day: Int) -> String {
  let shifted = day + 719_468
  let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
  let ofEra = shifted - era * 146_097
  let yearOfEra = (ofEra - ofEra / 1460 + ofEra / 36_524 - ofEra / 146_096) / 365
  let ofYear = ofEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
  let shiftedMonth = (5 * ofYear + 2) / 153
  let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
  let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
  return "\(padded(year, 4))-\(padded(month, 2))-\(padded(ofYear - (153 * shiftedMonth + 2) / 5 + 1, 2))"
}

/// Days since 1970-01-01 of a date in the proleptic Gregorian calendar. The month is 1 to 12.
package func dayNumber(year: Int, month: Int, day: Int) -> Int {
  let shiftedYear = month <= 2 ? year - 1 : year
  let era = (shiftedYear >= 0 ? shiftedYear : shiftedYear - 399) / 400
  let ofEra = shiftedYear - era * 400
  let ofYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
  return era * 146_097 + ofEra * 365 + ofEra / 4 - ofEra / 100 + ofYear - 719_468
}

private func padded(_ number: Int, _ width: Int) -> String {
  let text = String(number)
  return String(repeating: "0", count: max(0, width - text.count)) + text
}

extension String {
  /// The first place of a text within this one. O(length × length of the other).
  fileprivate func range(of other: String) -> Range<Index>? {
    var at = startIndex
    while at < endIndex {
      if self[at...].hasPrefix(other) { return at..<index(at, offsetBy: other.count) }
      at = index(after: at)
    }
    return nil
  }
}
