import AssayFormats
import AssayTestServers
import SandboxAPIs
import Testing

/// Exchange rates through the whole program.
@Suite struct ExchangeRateTests {
  private static let json = [("Content-Type", "application/json")]

  private static func step(_ provider: String, to: String = "USD", _ more: String = "") -> String {
    "type: exchange_rate, provider: \(provider), api: r, amount: \"{amount}\", currency: \"{currency}\", to: \(to), "
      + "into: converted, rate_into: rate, date_into: on\(more)"
  }

  private static func dated(_ provider: String, to: String = "USD", _ more: String = "") -> String {
    step(provider, to: to, ", date: \"{date}\"\(more)")
  }

  private static func api(_ base: String, _ more: String = "") -> String {
    "r: {base_url: \"\(base)\", retry: {max_attempts: 3, initial: 1ms}\(more)}"
  }

  private static func bank(_ sandbox: RunningSandbox) -> String { api(sandbox.baseURL + "/frankfurter") }

  @Test func `a day without a rate gets that of the last day before it, in one request for all days and currencies`()
    async throws
  {
    try await withSandbox { sandbox in
      // A Friday to a Friday, with a weekend and two holidays.
      let dates = (20...27).map { "2024-12-\($0)" }
      let csv =
        "amount,currency,date\n"
        + dates.map { "10,GBP,\($0)\n10,jpy,\($0)T23:59:59-08:00\n" }.joined() + "10,EUR,2024-12-22\n"
      let workspace = try Workspace()
      let (run, rows) = try await workspace.enrich(csv, Self.dated("frankfurter"), apis: Self.bank(sandbox))
      try #require(run.code == 0, "\(run.errors)")
      #expect(sandbox.targets == ["/frankfurter/v1/2024-06-24..2024-12-31?base=EUR"])
      #expect(rows.texts("e_status").allSatisfy { $0 == "ok" })
      let used = ["20", "20", "20", "23", "24", "24", "24", "27"].map { "2024-12-\($0)" }
      #expect(rows.texts("on") == used.flatMap { [$0, $0] } + ["2024-12-20"])
      #expect(Set(rows.compactMap { $0["rate"]?.number }).count == 4 + 4 + 1)
      #expect(rows.allSatisfy { $0["converted"]?.number == ($0["rate"]?.number ?? 0) * 10 })
      let again = try await workspace.enrich(csv, Self.dated("frankfurter"), apis: Self.bank(sandbox))
      #expect(again.rows == rows)
      #expect(again.run.step("e")?["requests"]?.int == 0 && sandbox.targets.count == 1)
    }
  }

  @Test func `a rate that is too old is none, and a remembered one is held against another max_age`() async throws {
    try await withSandbox { sandbox in
      let csv = "amount,currency,date\n1,GBP,2024-12-21\n1,GBP,2024-12-22\n1,RUB,2022-03-08\n1,RUB,2022-03-09\n"
      let workspace = try Workspace()
      func statuses(_ maxAge: String) async throws -> [String?] {
        let more = maxAge.isEmpty ? "" : ", max_age: \(maxAge)"
        let (run, rows) = try await workspace.enrich(
          csv, Self.dated("frankfurter", "\(more)"), apis: Self.bank(sandbox))
        #expect(run.code == 0, "\(run.errors)")
        return rows.texts("e_status")
      }
      // The last rate of the rouble is that of 2022-03-01.
      #expect(try await statuses("") == ["ok", "ok", "ok", "not_found"])
      #expect(sandbox.targets.count == 2)
      #expect(try await statuses("1d") == ["ok", "not_found", "not_found", "not_found"])
      #expect(sandbox.targets.count == 2)
      #expect(try await statuses("8d") == ["ok", "ok", "ok", "ok"])
      #expect(sandbox.targets.last == "/frankfurter/v1/2021-12-24..2022-06-30?base=EUR")
      #expect(sandbox.targets.count == 3)
    }
  }

  @Test func `what has no rate is not found, and spoils nothing else`() async throws {
    try await withSandbox { sandbox in
      let csv = """
        amount,currency,date
        1,XXX,2024-12-20
        1,GBP,2024-12-20
        1,USD,2024-12-20
        1,GBP,2999-01-01
        1,GBP,1998-12-31
        1,GBP,20.12.2024
        1,GBP,
        1,,2024-12-20
        many,GBP,2024-12-20

        """
      let (run, rows) = try await Workspace().enrich(csv, Self.dated("frankfurter"), apis: Self.bank(sandbox))
      try #require(run.code == 0, "\(run.errors)")
      #expect(
        rows.texts("e_status") == [
          "not_found", "ok", "ok", "not_found", "not_found", "not_found", "skipped", "skipped", "ok",
        ])
      #expect(rows[2]["rate"]?.number == 1 && rows[2]["on"]?.string == "2024-12-20")
      #expect(rows[8]["converted"] == .null && rows[8]["rate"] == rows[1]["rate"])
      #expect(sandbox.targets.count == 1)
      #expect(
        run.warnings("e") == ["'20.12.2024' is no date; a date is written 2026-11-24, a datetime 2026-11-24T08:30:00Z"])
    }
  }

  @Test func `an amount in the currency that is wanted needs no request`() async throws {
    try await withSandbox { sandbox in
      let (run, rows) = try await Workspace().enrich(
        "amount,currency,date\n5,USD,2024-12-22\n", Self.dated("frankfurter"), apis: Self.bank(sandbox))
      try #require(run.code == 0, "\(run.errors)")
      #expect(rows[0]["converted"]?.number == 5 && rows[0]["on"]?.string == "2024-12-22")
      let newest = try await Workspace().enrich(
        "amount,currency\n5,USD\n", Self.step("open_er_api"), apis: Self.bank(sandbox))
      #expect(newest.rows[0]["rate"]?.number == 1)
      #expect(sandbox.targets == [])
    }
  }

  @Test func `newest rates come from every provider with one request, and their day is told`() async throws {
    try await withSandbox { sandbox in
      for (provider, path) in [
        ("open_er_api", "/v6/latest/USD"), ("frankfurter", "/frankfurter/v1/latest?base=EUR"),
        ("{type: exchangerate_api, key: some-key}", "/v6/some-key/latest/USD"),
      ] {
        sandbox.reset()
        let base = sandbox.baseURL + (provider == "frankfurter" ? "/frankfurter" : "")
        let (run, rows) = try await Workspace().enrich(
          "amount,currency\n1,EUR\n2,gbp\n3,XXX\n4,JPY\n", Self.step(provider, to: "JPY"), apis: Self.api(base))
        try #require(run.code == 0, "\(provider): \(run.errors)")
        #expect(rows.texts("e_status") == ["ok", "ok", "not_found", "ok"])
        #expect(rows.texts("on")[0] == "2026-11-24")
        #expect(sandbox.targets == [path])
      }
    }
  }

  /// An answer of exchangerate-api; the rates are those of dollars.
  private static func rates(_ next: Int, _ rate: String) -> String {
    #"{"result":"success","time_last_update_unix":1795478401,"time_next_update_unix":\#(next),"base_code":"USD","rates":{"EUR":\#(rate)}}"#
  }

  @Test func `a currency to convert to that the service does not know is an error`() async throws {
    try await withServer({ _ in [reply(200, Self.json, Self.rates(0, "0.5"))] }) { server in
      let (run, _) = try await Workspace().enrich(
        "amount,currency\n1,EUR\n", Self.step("open_er_api", to: "VND"), apis: Self.api(server.url))
      #expect(run.code == 3)
      #expect(run.error("e").contains("has no rate of 'VND', the currency to convert to"), "\(run.error("e"))")
    }
  }

  @Test(arguments: [
    ("used-up", 0, "'quota-reached'", "until its month ends"), ("inactive", 3, "-account'", "e-mail"),
    ("free", 3, "'plan-upgrade-required'", "plan"), ("bad", 3, "'invalid-key'", "check the provider's 'key'"),
  ])
  func `what is wrong with an account is told, and ends the run where it stays so`(
    _ key: String, _ code: Int32, _ error: String, _ hint: String
  ) async throws {
    try await withSandbox { sandbox in
      let (run, rows) = try await Workspace().enrich(
        "amount,currency,date\n1,EUR,2024-12-20\n1,GBP,2024-12-20\n",
        Self.dated("{type: exchangerate_api, key: \"${secret:KEY}\"}", ", on_error: \"null\""),
        apis: Self.api(sandbox.baseURL), environment: ["KEY": key])
      #expect(run.code == code, "\(run.errors)")
      #expect(rows.texts("e_status") == (code == 0 ? ["error", "error"] : []))
      let told = run.error("e") + run.warnings("e").joined()
      #expect(told.contains(error) && told.contains(hint), "\(told)")
      #expect(sandbox.targets.count == 1)
    }
  }

  @Test func `a key in the path is nowhere to be seen, and a replay does without it`() async throws {
    let key = "s3cr3t-rates+key/1"
    try await withServer({ request in
      if request.target.hasPrefix("/bad") { return [reply(403, [], "no \(request.target)")] }
      return [
        reply(
          200, Self.json,
          #"{"result":"success","base_code":"USD","year":2024,"month":3,"day":15,"conversion_rates":{"EUR":0.5}}"#)
      ]
    }) { server in
      let workspace = try Workspace()
      let csv = "amount,currency,date\n1,EUR,2024-03-15\n"
      let step = Self.dated("{type: exchangerate_api, key: \"${secret:KEY}\"}")
      let bad = try await workspace.enrich(
        csv, step, apis: Self.api("\(server.url)/bad"), environment: ["KEY": key])
      #expect(bad.run.code == 3)
      #expect(bad.run.error("e").contains("check the provider's 'key'"), "\(bad.run.error("e"))")
      #expect(bad.run.error("e").contains("/v6/***/history/USD/2024/3/15"), "\(bad.run.error("e"))")
      let good = try await workspace.enrich(
        csv, step, apis: Self.api(server.url), "--record", "rec", environment: ["KEY": key])
      try #require(good.run.code == 0, "\(good.run.errors)")
      #expect(good.rows[0]["rate"]?.number == 2)
      #expect(server.received.last?.target == "/v6/s3cr3t-rates%2Bkey%2F1/history/USD/2024/3/15")
      let replay = try RunOutcome(await workspace.assay("run", "p.yaml", "--json", "--replay", "rec"))
      #expect(replay.code == 0, "\(replay.errors)")
      let texts =
        [bad.run.everything, good.run.everything, replay.everything]
        + workspace.files.compactMap { workspace.text($0) }
      for form in [key, "s3cr3t-rates%2Bkey%2F1"] { #expect(!texts.contains { $0.contains(form) }) }
      let urls = try await workspace.query("SELECT url FROM http_responses")
      #expect(urls == ["\(server.url)/v6/***/history/USD/2024/3/15"])
    }
  }

  @Test func `a bearer token keeps the key out of the address`() async throws {
    try await withSandbox { sandbox in
      let auth = ", auth: {type: bearer, token: \"${secret:KEY}\"}"
      let (run, rows) = try await Workspace().enrich(
        "amount,currency,date\n1,EUR,2024-03-16\n", Self.dated("exchangerate_api"),
        apis: Self.api(sandbox.baseURL, auth), environment: ["KEY": "token-of-mine"])
      try #require(run.code == 0, "\(run.errors)")
      // Each day of the calendar has its rate there, a Saturday too.
      #expect(rows.texts("on") == ["2024-03-16"])
      #expect(sandbox.targets == ["/v6/history/USD/2024/3/16"])
    }
  }

  @Test func `a day that the service has no data of takes the day before, and is asked once`() async throws {
    try await withServer({ request in
      let day = request.target.split(separator: "/").last ?? ""
      if day == "15" || day == "14" {
        return [reply(404, Self.json, #"{"result":"error","error-type":"no-data-available"}"#)]
      }
      return [
        reply(
          200, Self.json,
          #"{"result":"success","year":2024,"month":3,"day":\#(day),"conversion_rates":{"USD":1,"EUR":0.5}}"#)
      ]
    }) { server in
      let csv = "amount,currency,date\n1,EUR,2024-03-15\n1,XXX,2024-03-15\n1,EUR,2024-03-14\n1,EUR,2024-03-13\n"
      let step = Self.dated("{type: exchangerate_api, key: k}", ", max_age: 2d")
      let (run, rows) = try await Workspace().enrich(csv, step, apis: Self.api(server.url, ", concurrency: 1"))
      try #require(run.code == 0, "\(run.errors)")
      #expect(rows.texts("e_status") == ["ok", "not_found", "ok", "ok"])
      #expect(rows.texts("on") == ["2024-03-13", nil, "2024-03-13", "2024-03-13"])
      #expect(server.received.map(\.target).sorted() == [15, 14, 13].map { "/v6/k/history/USD/2024/3/\($0)" }.sorted())
      let strict = try await Workspace().enrich(
        csv, Self.dated("{type: exchangerate_api, key: k}", ", max_age: 1d"), apis: Self.api(server.url))
      #expect(strict.rows.texts("e_status") == ["not_found", "not_found", "ok", "ok"])
    }
  }

  @Test(arguments: [
    ("status=503,first=1", 0), ("status=404", 3), ("html", 3), ("half,first=1", 0), ("body-status=quota-reached", 3),
  ])
  func `a service that is sick is asked again, or ends the run`(_ fault: String, _ code: Int32) async throws {
    try await withSandbox { sandbox in
      let (run, rows) = try await Workspace().enrich(
        "amount,currency\n1,EUR\n", Self.step("open_er_api"), apis: Self.api(sandbox.baseURL + "/fault/" + fault))
      #expect(run.code == code, "\(run.errors)")
      #expect(rows.count == (code == 0 ? 1 : 0))
    }
  }

  @Test func `an address that asked too often is told when it may again`() async throws {
    try await withServer({ _ in [reply(429, [], "slow down")] }) { server in
      let (run, _) = try await Workspace().enrich(
        "amount,currency\n1,EUR\n", Self.step("open_er_api"), apis: Self.api(server.url))
      #expect(run.code == 3)
      #expect(run.error("e").contains("(20m)"), "\(run.error("e"))")
      #expect(server.received.count == 1)
    }
  }
}
