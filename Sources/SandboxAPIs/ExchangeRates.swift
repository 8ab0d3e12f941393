/// Exchange rates in the shape of open.er-api.com.
enum ExchangeRates {
  /// For one US dollar, in ten-thousandths.
  private static let perDollar: [(code: String, rate: Int)] = [
    ("USD", 1_0000), ("AUD", 1_5210), ("BRL", 5_3800), ("CAD", 1_3950), ("CHF", 8050), ("CNY", 7_1100),
    ("CZK", 20_9000), ("DKK", 6_4300), ("EUR", 8610), ("GBP", 7520), ("HKD", 7_7800), ("INR", 88_6500),
    ("JPY", 152_3000), ("KRW", 1432_5000), ("MXN", 18_4500), ("NOK", 10_0800), ("NZD", 1_7550), ("PLN", 3_6600),
    ("SEK", 9_4400), ("SGD", 1_3020), ("TRY", 42_1000), ("ZAR", 17_3200),
  ]

  /// `/v6/latest/BASE`.
  static func answer(_ request: SandboxRequest) -> Answer {
    let parts = request.segments
    guard parts.count == 3, parts[1] == "latest" else {
      return .error(404, "not_found", "no route \(request.path); there is /v6/latest/BASE")
    }
    guard let base = perDollar.first(where: { $0.code == parts[2] }) else {
      // The body alone says that this is an error.
      return .json([
        "result": "error", "documentation": "https://www.exchangerate-api.com/docs/free",
        "error-type": "unsupported-code",
      ])
    }
    let others = perDollar.filter { $0.code != base.code }
    let rates: [(name: String, value: JSONText)] =
      [(name: base.code, value: .number("1"))]
      + others.map { other in
        (name: other.code, value: .number(sixPlaces(other.rate * 1_000_000 / base.rate)))
      }
    let updated = 1_795_478_401  // 2026-11-24T00:00:01Z
    return .json([
      "result": "success",
      "provider": "https://www.exchangerate-api.com",
      "documentation": "https://www.exchangerate-api.com/docs/free",
      "terms_of_use": "https://www.exchangerate-api.com/terms",
      "time_last_update_unix": .integer(updated),
      "time_last_update_utc": .string(httpDate(updated)),
      "time_next_update_unix": .integer(updated + 86_400),
      "time_next_update_utc": .string(httpDate(updated + 86_400)),
      "time_eol_unix": .integer(0),
      "base_code": .string(base.code),
      "rates": .object(rates),
    ])
  }
}
