import SandboxAPIs
import Testing

@Suite struct `The exchange rate services` {
  struct Rates: Decodable {
    let result: String
    let year: Int?
    let conversion_rates: [String: Double]?
    let errorType: String?

    enum CodingKeys: String, CodingKey {
      case result, year, conversion_rates
      case errorType = "error-type"
    }
  }

  @Test(arguments: [
    ("/v6/good/latest/USD", 200, nil), ("/v6/bad/latest/USD", 403, "invalid-key"),
    ("/v6/inactive/latest/USD", 403, "inactive-account"), ("/v6/used-up/latest/USD", 429, "quota-reached"),
    ("/v6/good/latest/XXX", 404, "unsupported-code"), ("/v6/good/history/USD/2024/3/15", 200, nil),
    ("/v6/free/history/USD/2024/3/15", 403, "plan-upgrade-required"),
    ("/v6/good/history/USD/2024/03/15", 400, "malformed-request"),
    ("/v6/good/history/USD/1989/12/31", 404, "no-data-available"),
    ("/fault/body-status=quota-reached/v6/latest/USD", 200, "quota-reached"),
  ])
  func `with a key tell rates or what is wrong`(_ target: String, _ status: Int, _ error: String?) async throws {
    try await withSandbox { sandbox in
      let answer = try await sandbox.get(target)
      #expect(answer.status == status)
      let rates = try decoded(answer, as: Rates.self)
      #expect(rates.errorType == error)
      #expect((rates.conversion_rates?["EUR"] == nil) == (error != nil))
    }
  }

  @Test func `take the key as a bearer token too`() async throws {
    try await withSandbox { sandbox in
      let good = try await sandbox.get("/v6/latest/USD", headers: ["Authorization: Bearer good"])
      #expect(try decoded(good, as: Rates.self).conversion_rates?["EUR"] == 0.861)
      let bad = try await sandbox.get("/v6/latest/USD", headers: ["Authorization: Bearer bad"])
      #expect(bad.status == 403)
    }
  }

  struct Series: Decodable {
    let base: String
    let start_date: String
    let end_date: String
    let rates: [String: [String: Double]]
  }

  @Test func `of the ECB have no rates on weekends and holidays`() async throws {
    try await withSandbox { sandbox in
      let series = try await sandbox.get("/frankfurter/v1/2024-12-21..2024-12-29?base=EUR", as: Series.self)
      // From the last working day before the first.
      #expect(series.rates.keys.sorted() == ["2024-12-20", "2024-12-23", "2024-12-24", "2024-12-27"])
      #expect(series.start_date == "2024-12-20" && series.end_date == "2024-12-27" && series.base == "EUR")
      #expect(series.rates["2024-12-20"]?["USD"] != series.rates["2024-12-23"]?["USD"])
      #expect(series.rates["2024-12-20"]?["EUR"] == nil && series.rates["2024-12-20"]?["RUB"] == nil)
      let open = try await sandbox.get("/frankfurter/v1/2026-11-20..?symbols=USD,XXX", as: Series.self)
      #expect(open.rates.keys.sorted() == ["2026-11-20", "2026-11-23", "2026-11-24"])
      #expect(open.rates.values.allSatisfy { Array($0.keys) == ["USD"] })
    }
  }

  @Test(arguments: [
    ("latest", 200, "\"date\":\"2026-11-24\""), ("2024-12-22", 200, "\"date\":\"2024-12-20\""),
    ("latest?symbols=XXX", 404, "{\"message\":\"not found\"}"), ("2999-01-01..2999-02-01", 404, "not found"),
    ("latest?base=USD&symbols=USD", 422, "bad currency pair"), ("nothing", 404, "\"status\":404"),
    ("currencies", 200, "\"USD\""), ("2022-03-01", 200, "\"RUB\""),
  ])
  func `of the ECB answer as frankfurter does`(_ target: String, _ status: Int, _ text: String) async throws {
    try await withSandbox { sandbox in
      let answer = try await sandbox.get("/frankfurter/v1/" + target)
      #expect(answer.status == status)
      #expect(answer.body.contains(text), "\(answer.body)")
    }
  }
}
