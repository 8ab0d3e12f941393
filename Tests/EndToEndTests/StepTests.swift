import AssayTestServers
import AssayFormats
import SandboxAPIs
import Testing

/// Steps through the whole program, against the sandbox's APIs.
@Suite struct StepTests {
  private func enrich(
    _ csv: String, _ step: String, base: String, key: String = "k", concurrency: Int = 8
  ) async throws -> (run: RunOutcome, rows: [String]) {
    let workspace = try Workspace()
    try workspace.write(csv, to: "in.csv")
    try workspace.write(
      """
      version: 1
      name: p
      apis:
        keyed: {base_url: "\(base)", auth: {type: api_key, in: query, name: key, value: "\(key)"}, concurrency: \(concurrency), retry: {max_attempts: 3, initial: 1ms}}
        open: {base_url: "\(base)", concurrency: \(concurrency), retry: {max_attempts: 3, initial: 1ms}}
      sources: {s: {type: csv, path: in.csv\(csv.contains("zip") ? ", columns: {zip: text}" : "")}}
      steps: {e: {from: s, \(step)}}
      outputs: [{type: jsonl, from: e, path: rows.jsonl}]
      """, to: "p.yaml")
    let run = try RunOutcome(await workspace.assay("run", "p.yaml", "--json"))
    return (run, (workspace.text("rows.jsonl") ?? "").split(separator: "\n").map(String.init))
  }

  private func statuses(_ rows: [String]) throws -> [String] {
    try rows.map { try JSONParser.parse($0)["e_status"]?.string ?? "none" }
  }

  private static let geocode =
    "type: geocode, api: keyed, address: {street: \"{street}\", zip: \"{zip}\"}, columns: {lat: latitude, partial: partial_match}"

  @Test func `geocode asks once for each address, and says what came of each row`() async throws {
    try await withSandbox { sandbox in
      let csv = """
        street,zip
        1 Main St,10001
        1  main st,10001
        2 Main St,10001
        ,10001
        ,
        5 Nowhere,99999
        1 Main St,10001

        """
      let (run, rows) = try await enrich(csv, Self.geocode, base: sandbox.baseURL)
      try #require(run.code == 0, "\(run.errors)")
      let found = try statuses(rows)
      #expect(rows.count == 7)
      #expect(found[3] == "skipped")
      #expect(found[4] == "skipped")
      #expect(found[5] == "not_found")
      #expect(found[0] == found[1] && found[1] == found[6], "addresses that differ in case and blanks alone are one")
      #expect(found[0] == "ok")
      #expect(try JSONParser.parse(rows[0])["lat"] == JSONParser.parse(rows[6])["lat"])
      #expect(try JSONParser.parse(rows[5])["lat"] == .null)
      #expect(sandbox.targets.count == 3)
      #expect(run.step("e")?["requests"]?.int == 3)
    }
  }

  @Test func `a part of an address that may be null does not skip the row`() async throws {
    try await withSandbox { sandbox in
      let (run, rows) = try await enrich(
        "street,zip\n,10001\n", "type: geocode, api: keyed, address: \"{street?} {zip}\"", base: sandbox.baseURL)
      try #require(run.code == 0, "\(run.errors)")
      #expect(try statuses(rows) == ["ok"])
    }
  }

  @Test(arguments: [("REQUEST_DENIED", 1), ("OVER_QUERY_LIMIT", 3), ("INVALID_REQUEST", 1), ("UNKNOWN_ERROR", 3)])
  func `a 200 that carries an error is no answer`(_ status: String, _ requests: Int) async throws {
    try await withSandbox { sandbox in
      let base = sandbox.baseURL + "/fault/body-status=\(status)"
      let (run, rows) = try await enrich("street,zip\n1 Main St,10001\n", Self.geocode, base: base)
      #expect(run.code == 3)
      #expect(rows == [])
      #expect(run.error("e").contains(status), "\(run.error("e"))")
      #expect(sandbox.targets.count == requests)
    }
  }

  @Test func `a look-up that breaks leaves nulls where the file says so`() async throws {
    try await withServer({ request in
      if request.target.contains("BAD") { return [reply(500)] }
      let body = #"{"status":"OK","results":[{"geometry":{"location":{"lat":1.5,"lng":2.5}}}]}"#
      return [reply(200, [("Content-Type", "application/json")], body)]
    }) { server in
      let csv = "street,zip\nbad,10001\n2 Main St,10001\n"
      let (run, rows) = try await enrich(csv, Self.geocode + ", on_error: null", base: server.url)
      try #require(run.code == 0, "\(run.errors)")
      #expect(try statuses(rows) == ["error", "ok"])
      #expect(try JSONParser.parse(rows[0])["lat"] == .null)
      #expect(try JSONParser.parse(rows[1])["lat"]?.number == 1.5)
      #expect(run.warnings("e").contains { $0.contains("500") }, "\(run.warnings("e"))")
      #expect(server.received.count == 4)
      let (strict, none) = try await enrich(csv, Self.geocode, base: server.url)
      #expect(strict.code == 3)
      #expect(none == [])
    }
  }

  @Test func `look-ups run at once, within the limit`() async throws {
    try await withSandbox { sandbox in
      let csv = "street,zip\n" + (1...30).map { "\($0) Main St,10001\n" }.joined()
      let (run, rows) = try await enrich(
        csv, Self.geocode, base: sandbox.baseURL + "/fault/gather=5", concurrency: 5)
      try #require(run.code == 0, "\(run.errors)")
      #expect(rows.count == 30)
      #expect(sandbox.peakInFlight == 5)
    }
  }

  @Test func `census figures come many zip codes a request, and marks for missing ones are null`() async throws {
    try await withServer({ request in
      let body =
        #"[["B19013_001E","B01003_001E","zip code tabulation area"],["-666666666","10","10001"],["52000","20","00501"]]"#
      return [reply(200, [("Content-Type", "application/json")], body)]
    }) { server in
      let (run, rows) = try await enrich(
        "zip\n00501\n10001\n10001-1234\n99999\n\"\"\nabc\n",
        "type: census, api: keyed, zip: \"{zip}\", columns: {income: B19013_001E, people: B01003_001E}",
        base: server.url)
      try #require(run.code == 0, "\(run.errors)")
      #expect(server.received.count == 1)
      #expect(
        rows == [
          #"{"zip":"00501","income":52000,"people":20,"e_status":"ok"}"#,
          #"{"zip":"10001","income":null,"people":10,"e_status":"ok"}"#,
          #"{"zip":"10001-1234","income":null,"people":10,"e_status":"ok"}"#,
          #"{"zip":"99999","income":null,"people":null,"e_status":"not_found"}"#,
          #"{"zip":null,"income":null,"people":null,"e_status":"skipped"}"#,
          #"{"zip":"abc","income":null,"people":null,"e_status":"not_found"}"#,
        ])
    }
  }

  @Test(arguments: ["", "bad"]) func `census without a valid key tells about the key`(_ key: String) async throws {
    try await withSandbox { sandbox in
      let api = key.isEmpty ? "open" : "keyed"
      let (run, _) = try await enrich(
        "zip\n10001\n", "type: census, api: \(api), zip: \"{zip}\", columns: {income: B19013_001E}",
        base: sandbox.baseURL, key: key.isEmpty ? "unused" : key)
      #expect(run.code == 3)
      #expect(run.error("e").contains("key"), "\(run.error("e"))")
    }
  }

  @Test func `amounts are converted with one request`() async throws {
    try await withSandbox { sandbox in
      let (run, rows) = try await enrich(
        "amount,currency\n100,EUR\n50,USD\n10,XXX\n7,\nmany,EUR\n200,eur\n",
        "type: exchange_rate, api: open, amount: \"{amount}\", currency: \"{currency}\", to: USD, into: usd, rate_into: rate",
        base: sandbox.baseURL)
      try #require(run.code == 0, "\(run.errors)")
      #expect(try statuses(rows) == ["ok", "ok", "not_found", "skipped", "ok", "ok"])
      #expect(sandbox.targets == ["/v6/latest/USD"])
      let values = try rows.map { try JSONParser.parse($0)["usd"] ?? .null }
      // One dollar buys 0.861 euros.
      #expect(abs((values[0].number ?? 0) - 100 / 0.861) < 1e-9)
      #expect(values[1].number == 50)
      #expect(values[2] == .null)
      #expect(values[4] == .null)
      #expect(abs((values[5].number ?? 0) - 200 / 0.861) < 1e-9)
    }
  }

  @Test func `a look-up takes any API, and a 404 is not_found`() async throws {
    try await withSandbox { sandbox in
      let (run, rows) = try await enrich(
        "domain\ncontoso-books.example\nnobody.example\ncontoso-books.example\n",
        "type: lookup, api: open, path: \"/company/{domain}\", columns: {company: $.name, city: $.headquarters.city}",
        base: sandbox.baseURL)
      try #require(run.code == 0, "\(run.errors)")
      #expect(try statuses(rows) == ["ok", "not_found", "ok"])
      #expect(try JSONParser.parse(rows[0])["company"]?.string == "Contoso Books")
      #expect(try JSONParser.parse(rows[1])["company"] == .null)
      #expect(sandbox.targets.count == 2)
    }
  }

  @Test func `what is filled into a path is encoded for it`() async throws {
    try await withServer({ _ in [reply(200, [("Content-Type", "application/json")], #"{"a":1}"#)] }) { server in
      let (run, _) = try await enrich(
        "d\n\"../x?y=1&z#é\"\n", "type: lookup, api: open, path: \"/v1/{d}\", query: {q: \"{d}\"}, columns: {a: $.a}",
        base: server.url)
      try #require(run.code == 0, "\(run.errors)")
      #expect(server.received.first?.target == "/v1/..%2Fx%3Fy%3D1%26z%23%C3%A9?q=..%2Fx%3Fy%3D1%26z%23%C3%A9")
    }
  }

  @Test func `sql joins what is in its from`() async throws {
    let workspace = try Workspace()
    try workspace.write("id,name\n1,Ann\n2,Bob\n", to: "people.csv")
    try workspace.write("who,total\n1,5\n1,7\n3,1\n", to: "orders.csv")
    let run = try await workspace.run(
      """
      sources: {people: {type: csv, path: people.csv}, orders: {type: csv, path: orders.csv}}
      steps:
        j: {type: sql, from: [people, orders], query: "SELECT p.name, sum(o.total) AS spent FROM people p LEFT JOIN orders o ON o.who = p.id GROUP BY p.id ORDER BY p.id"}
      outputs: [{type: jsonl, from: j, path: out.jsonl}]
      """)
    try #require(run.code == 0, "\(run.errors)")
    #expect(workspace.text("out.jsonl") == "{\"name\":\"Ann\",\"spent\":12}\n{\"name\":\"Bob\",\"spent\":null}\n")
    #expect(run.step("j")?["rows_out"]?.int == 2)
  }

  /// Each with its exit code: what is no SELECT at all is a fault of the file, what its tables tell breaks the run.
  static let badQueries: [(String, Int)] = [
    ("SELECT nope FROM s", 3), ("SELECT * FROM other", 3), ("SELECT load_extension('x') FROM s", 3),
    ("DROP TABLE s", 2), ("SELECT 1; SELECT 2", 2), ("ATTACH 'x.db' AS x", 2), ("SELEC 1", 2),
  ]

  @Test(arguments: badQueries)
  func `broken or harmful SQL is a fault, or breaks the run`(_ query: String, _ code: Int) async throws {
    let workspace = try Workspace()
    try workspace.write("a\n1\n", to: "in.csv")
    let run = try await workspace.run(
      """
      sources: {s: {type: csv, path: in.csv}}
      steps: {j: {type: sql, from: [s], query: "\(query)"}}
      outputs: [{type: jsonl, from: j, path: out.jsonl}]
      """)
    #expect(run.code == Int32(code))
    #expect(code == 2 ? run.errors.contains("[expression.bad]") : !run.error("j").isEmpty, "\(run.errors)")
    #expect(!workspace.exists("out.jsonl"))
  }

  @Test(arguments: [
    ("keep: [c, a]", [#"{"c":"x","a":1}"#, #"{"c":"y","a":2}"#]),
    ("drop: [b, c]", [#"{"a":1}"#, #"{"a":2}"#]),
    ("keep: [a], rename: {n: a}", [#"{"n":1}"#, #"{"n":2}"#]),
    ("keep: [a], cast: {a: text}", [#"{"a":"1"}"#, #"{"a":"2"}"#]),
    ("keep: [a], filter: \"b > 15 AND c <> 'x'\"", [#"{"a":2}"#]),
  ])
  func `select keeps, drops, renames, casts and filters`(_ keys: String, _ expected: [String]) async throws {
    let workspace = try Workspace()
    try workspace.write("a,b,c\n1,10,x\n2,20,y\n", to: "in.csv")
    let (run, rows) = try await workspace.rows(
      of: "{type: csv, path: in.csv}", steps: "steps: {t: {type: select, from: s, \(keys)}}", from: "t")
    try #require(run.code == 0, "\(run.errors)")
    #expect(rows == expected)
  }

  @Test func `a filter over many batches, and over a column that is not there`() async throws {
    let workspace = try Workspace()
    try workspace.write("a,b\n" + (0..<300_000).map { "\($0),x\($0)\n" }.joined(), to: "in.csv")
    let (run, rows) = try await workspace.rows(
      of: "{type: csv, path: in.csv}", steps: "steps: {t: {type: select, from: s, keep: [a], filter: a % 100000 = 7}}",
      from: "t")
    try #require(run.code == 0, "\(run.errors)")
    #expect(rows == [#"{"a":7}"#, #"{"a":100007}"#, #"{"a":200007}"#])
    let (bad, _) = try await workspace.rows(
      of: "{type: csv, path: in.csv}", steps: "steps: {t: {type: select, from: s, filter: aa > 1}}", from: "t")
    #expect(bad.code == 3)
    #expect(bad.error("t").contains("there is no column 'aa' to filter by; did you mean 'a'?"), "\(bad.error("t"))")
  }

  @Test func `a cast that a value does not fit fails the gate, and keeps the value`() async throws {
    let workspace = try Workspace()
    try workspace.write("a\n1\nx\n", to: "in.csv")
    let (run, rows) = try await workspace.rows(
      of: "{type: csv, path: in.csv}", steps: "steps: {t: {type: select, from: s, cast: {a: integer}}}", from: "t")
    #expect(run.code == 1, "\(run.errors)")
    #expect(rows == [#"{"a":1}"#, #"{"a":null}"#])
    #expect(run.check("type", "a", of: "t")?["failed"]?.int == 1)
    #expect(try await workspace.query("SELECT value FROM failed_rows") == ["x"])
  }

  @Test func `a step that would hide a column is an error`() async throws {
    try await withSandbox { sandbox in
      let (run, rows) = try await enrich(
        "street,zip,lat\n1 Main St,10001,5\n", Self.geocode, base: sandbox.baseURL)
      #expect(run.code == 3)
      #expect(rows == [])
      #expect(run.error("e").contains("'lat'"), "\(run.error("e"))")
    }
  }

  @Test func `a failing step cancels what depends on it, and lets the rest end`() async throws {
    let workspace = try Workspace()
    try workspace.write("a\n1\n", to: "in.csv")
    let run = try await workspace.run(
      """
      sources: {s: {type: csv, path: in.csv}}
      steps:
        bad: {type: sql, from: [s], query: "SELECT nope FROM s"}
        after: {type: select, from: bad, keep: [nope]}
        good: {type: sql, from: [s], query: "SELECT a + 1 AS b FROM s"}
      outputs:
        - {type: jsonl, from: after, path: after.jsonl}
        - {type: jsonl, from: good, path: good.jsonl}
      """)
    #expect(run.code == 3)
    #expect(run.step("bad")?["status"]?.string == "failed")
    #expect(run.step("after")?["status"]?.string == "cancelled")
    #expect(run.step("after.jsonl")?["status"]?.string == "cancelled")
    #expect(run.published == [false, false])
    #expect(!workspace.exists("good.jsonl"))
    #expect(try await workspace.leftovers() == [])
  }
}
