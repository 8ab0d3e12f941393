/// Exchange rates in the shapes of exchangerate-api.com: open.er-api.com without a key, and v6 with one.
enum ExchangeRates {
  /// For one US dollar, in ten-thousandths.
  static let perDollar: [(code: String, rate: Int)] = [
    ("USD", 1_0000), ("AUD", 1_5210), ("BRL", 5_3800), ("CAD", 1_3950), ("CHF", 8050), ("CNY", 7_1100),
    ("CZK", 20_9000), ("DKK", 6_4300), ("EUR", 8610), ("GBP", 7520), ("HKD", 7_7800), ("INR", 88_6500),
    ("JPY", 152_3000), ("KRW", 1432_5000), ("MXN", 18_4500), ("NOK", 10_0800), ("NZD", 1_7550), ("PLN", 3_6600),
    ("SEK", 9_4400), ("SGD", 1_3020), ("TRY", 42_1000), ("ZAR", 17_3200),
  ]

  /// When the newest rates were made: 2026-11-24T00:00:01Z.
  private static let updated = 1_795_478_401
  private static let firstDay = CivilDate.daysSince1970(1990, 1, 1)

  /// `/v6/latest/BASE`; with a bearer token, or as `/v6/KEY/latest/BASE` and `/v6/KEY/history/BASE/Y/M/D`, with a key.
  static func answer(_ request: SandboxRequest) -> Answer {
    if case .bodyStatus(let type)? = request.faults.kind { return error(type) }
    var parts = request.segments.dropFirst().map(String.init)
    var key: String?
    if let header = request.header("authorization"), header.hasPrefix("Bearer ") {
      key = String(header.dropFirst(7))
    } else if let first = parts.first, !["latest", "history"].contains(first) {
      key = parts.removeFirst()
    }
    switch key {
    case "bad": return error("invalid-key", status: 403)
    case "inactive": return error("inactive-account", status: 403)
    case "used-up": return error("quota-reached", status: 429)
    default: break
    }
    guard parts.count >= 2, parts[0] == "latest" && parts.count == 2 || parts[0] == "history" && key != nil else {
      return .error(404, "not_found", "no route \(request.path); there is /v6/latest/BASE")
    }
    guard perDollar.contains(where: { $0.code == parts[1] }) else {
      // Without a key, the body alone says that this is an error.
      return error("unsupported-code", status: key == nil ? 200 : 404)
    }
    if parts[0] == "history" {
      return key == "free" ? error("plan-upgrade-required", status: 403) : historic(parts)
    }
    return latest(parts[1], member: key == nil ? "rates" : "conversion_rates")
  }

  private static func latest(_ base: String, member: String) -> Answer {
    .json([
      "result": "success",
      "provider": "https://www.exchangerate-api.com",
      "documentation": "https://www.exchangerate-api.com/docs/free",
      "terms_of_use": "https://www.exchangerate-api.com/terms",
      "time_last_update_unix": .integer(updated),
      "time_last_update_utc": .string(httpDate(updated)),
      "time_next_update_unix": .integer(updated + 86_400),
      "time_next_update_utc": .string(httpDate(updated + 86_400)),
      "time_eol_unix": .integer(0),
      "base_code": .string(base),
      member: rates(of: base) { _ in 0 },
    ])
  }

  private static func historic(_ parts: [String]) -> Answer {
    let numbers = parts.dropFirst(2).compactMap { $0.hasPrefix("0") ? nil : Int($0) }
    guard numbers.count == 3, parts.count == 5, (1...12).contains(numbers[1]), (1...31).contains(numbers[2]) else {
      return error("malformed-request", status: 400)
    }
    let day = CivilDate.daysSince1970(numbers[0], numbers[1], numbers[2])
    guard day >= firstDay, day <= updated / 86_400 else { return error("no-data-available", status: 404) }
    return .json([
      "result": "success",
      "documentation": "https://www.exchangerate-api.com/docs",
      "terms_of_use": "https://www.exchangerate-api.com/terms",
      "year": .integer(numbers[0]), "month": .integer(numbers[1]), "day": .integer(numbers[2]),
      "base_code": .string(parts[1]),
      "conversion_rates": rates(of: parts[1]) { wobble($0, day) },
    ])
  }

  private static func error(_ type: String, status: Int = 200) -> Answer {
    .json(
      ["result": "error", "documentation": "https://www.exchangerate-api.com/docs", "error-type": .string(type)],
      status: status)
  }

  /// How far a rate was off on a day, in thousandths: −30 to 30.
  static func wobble(_ code: String, _ day: Int) -> Int {
    code == "USD" ? 0 : Int(stableHash("\(code)/\(day)") >> 33) % 61 - 30
  }

  /// What one unit of a currency buys of each, itself first.
  private static func rates(of base: String, _ wobble: (String) -> Int) -> JSONText {
    let own = perDollar.first { $0.code == base }.map { $0.rate * (1000 + wobble(base)) } ?? 1
    let others = perDollar.filter { $0.code != base }
    return .object(
      [(name: base, value: .number("1"))]
        + others.map { other in
          let rate = other.rate * (1000 + wobble(other.code)) * 1_000_000 / own
          return (name: other.code, value: .number(sixPlaces(rate)))
        })
  }
}
