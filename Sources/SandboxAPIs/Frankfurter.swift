/// Rates of the European Central Bank in the shape of Frankfurter's v1: no rates on Saturdays, Sundays and a few holidays.
enum Frankfurter {
  private static let firstDay = CivilDate.daysSince1970(1999, 1, 4)
  /// The newest rates: Tuesday, 2026-11-24.
  private static let lastDay = CivilDate.daysSince1970(2026, 11, 24)
  /// A currency that has no rates any more since 2022-03-01.
  private static let ended = (code: "RUB", rate: 105_0000, day: CivilDate.daysSince1970(2022, 3, 1))

  /// `/frankfurter/v1/latest`, `/DAY`, `/DAY..DAY`, `/DAY..`, each with `base` and `symbols`, and `/currencies`.
  static func answer(_ request: SandboxRequest) -> Answer {
    let parts = request.segments
    guard parts.count == 3, parts[1] == "v1" else {
      return .json(["status": .integer(404), "message": "not found"], status: 404)
    }
    if parts[2] == "currencies" {
      return .json(.object(ExchangeRates.perDollar.map { (name: $0.code, value: .string("Currency \($0.code)")) }))
    }
    let base = (request["base"] ?? request["from"] ?? "EUR").uppercased()
    let symbols = (request["symbols"] ?? request["to"])?.uppercased().split(separator: ",").map(String.init)
    if symbols == [base] { return .json(["message": "bad currency pair"], status: 422) }
    if parts[2] == "latest" { return ofDay(lastDay, base, symbols) }
    let ends = parts[2].split(separator: "..", omittingEmptySubsequences: false)
    guard let first = CivilDate.daysSince1970(String(ends[0])) else {
      return .json(["status": .integer(404), "message": "not found"], status: 404)
    }
    if ends.count == 1 { return ofDay(first, base, symbols) }
    let last = ends[1].isEmpty ? lastDay : CivilDate.daysSince1970(String(ends[1]))
    guard let last else { return .json(["message": "invalid date"], status: 422) }
    return ofDays(first, last, base, symbols)
  }

  private static func ofDay(_ day: Int, _ base: String, _ symbols: [String]?) -> Answer {
    guard let working = workingDay(day), let rates = rates(working, base, symbols) else { return notFound }
    return .json([
      "amount": .number("1.0"), "base": .string(base), "date": .string(isoDate(working)), "rates": .object(rates),
    ])
  }

  /// From the last working day before the first, as the service has it.
  private static func ofDays(_ first: Int, _ last: Int, _ base: String, _ symbols: [String]?) -> Answer {
    guard first <= lastDay else { return notFound }
    let start = workingDay(first) ?? firstDay
    var days: [(name: String, value: JSONText)] = []
    for day in start...max(start, min(last, lastDay)) where isWorkingDay(day) {
      if let rates = rates(day, base, symbols) { days.append((name: isoDate(day), value: .object(rates))) }
    }
    guard let from = days.first?.name, let to = days.last?.name else { return notFound }
    return .json([
      "amount": .number("1.0"), "base": .string(base), "start_date": .string(from), "end_date": .string(to),
      "rates": .object(days),
    ])
  }

  private static let notFound = Answer.json(["message": "not found"], status: 404)

  /// What one unit of the base buys on a day; nil where nothing that was asked for has a rate.
  private static func rates(_ day: Int, _ base: String, _ symbols: [String]?) -> [(name: String, value: JSONText)]? {
    guard let own = perEuro(base, day) else { return nil }
    let codes = ExchangeRates.perDollar.map(\.code) + [ended.code]
    let rates = codes.sorted().compactMap { code -> (name: String, value: JSONText)? in
      guard code != base, symbols?.contains(code) ?? true, let rate = perEuro(code, day) else { return nil }
      // The bank has four or five places; other bases are rounded again.
      let places = base == "EUR" ? rate / 100 * 100 : rate * 1_000_000 / own / 100 * 100
      return (name: code, value: .number(sixPlaces(places)))
    }
    return rates.isEmpty ? nil : rates
  }

  /// In millionths.
  private static func perEuro(_ code: String, _ day: Int) -> Int? {
    if code == "EUR" { return 1_000_000 }
    let known =
      ExchangeRates.perDollar.first { $0.code == code }?.rate
      ?? (code == ended.code && day <= ended.day ? ended.rate : nil)
    guard let known else { return nil }
    return known * (1000 + ExchangeRates.wobble(code + "/EUR", day)) * 1000 / 8610
  }

  /// The last day with rates up to a day; nil where there is none.
  private static func workingDay(_ day: Int) -> Int? {
    if day > lastDay { return nil }
    return (max(firstDay, day - 6)...max(firstDay, day)).last { $0 <= day && isWorkingDay($0) }
  }

  private static func isWorkingDay(_ day: Int) -> Bool {
    // 1970-01-01 was a Thursday.
    if [2, 3].contains(day % 7) { return false }
    let date = CivilDate(daysSince1970: day)
    return ![(1, 1), (5, 1), (12, 25), (12, 26)].contains { $0 == (date.month, date.day) }
  }
}

/// `2026-11-24` for days since 1970.
func isoDate(_ day: Int) -> String {
  let date = CivilDate(daysSince1970: day)
  return "\(date.year)-\(twoDigits(date.month))-\(twoDigits(date.day))"
}
