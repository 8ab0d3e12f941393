import AssayFormats
import AssayTestServers
import SandboxAPIs
import Testing

/// Figures of the Census through the whole program.
@Suite struct CensusTests {
  private static let json = [("Content-Type", "application/json")]

  private static func api(_ base: String, key: String? = "some-key", _ more: String = "") -> String {
    let auth = key.map { ", auth: {type: api_key, in: query, name: key, value: \"\($0)\"}" } ?? ""
    return "c: {base_url: \"\(base)\", retry: {max_attempts: 3, initial: 1ms}\(auth)\(more)}"
  }

  private static func step(_ columns: String, _ more: String = "") -> String {
    "type: census, api: c, zip: \"{zip}\", columns: {\(columns)}\(more)"
  }

  /// So many variables, more than one request holds where there are more than 49.
  private static func columns(_ count: Int) -> String {
    (1...count).map { "v\($0): B\(10_000 + $0)_001E" }.joined(separator: ", ")
  }

  /// What the sandbox answers to a question of its own for one variable.
  private static func figure(_ sandbox: RunningSandbox, _ variable: String, _ zip: String) async throws -> JSONValue {
    let workspace = try Workspace()
    let (_, rows) = try await workspace.enrich("zip\n\(zip)\n", step("x: \(variable)"), apis: api(sandbox.baseURL))
    return rows[0]["x"] ?? .null
  }

  @Test func `sixty variables take two requests, joined by zip code`() async throws {
    try await withSandbox { sandbox in
      let csv = "zip\n90210\n02108\n99999\n10001\n90210-1234\n"
      let workspace = try Workspace()
      let (run, rows) = try await workspace.enrich(csv, Self.step(Self.columns(60)), apis: Self.api(sandbox.baseURL))
      try #require(run.code == 0, "\(run.errors)")
      #expect(run.step("e")?["requests"]?.int == 2)
      #expect(rows.texts("e_status") == ["ok", "ok", "not_found", "ok", "ok"])
      // The second request leaves out what the first has not found.
      let asked = sandbox.targets.compactMap { $0.split(separator: "&").last.map(String.init) }
      #expect(asked.count == 2 && !sandbox.targets[1].contains("99999"))
      for (variable, zip, row) in [(1, "90210", 0), (49, "02108", 1), (50, "02108", 1), (60, "10001", 3)] {
        let figure = try await Self.figure(sandbox, "B\(10_000 + variable)_001E", zip)
        #expect(rows[row]["v\(variable)"] == figure)
      }
      #expect(rows[0]["v60"] == rows[4]["v60"])
      let requests = sandbox.targets.count
      let again = try await workspace.enrich(csv, Self.step(Self.columns(60)), apis: Self.api(sandbox.baseURL))
      #expect(again.rows == rows && sandbox.targets.count == requests)
      // Columns that are called otherwise, in another order, are the same question.
      let renamed = Self.columns(60).split(separator: ", ").reversed().joined(separator: ", ").replacing("v", with: "w")
      let other = try await workspace.enrich(csv, Self.step(renamed), apis: Self.api(sandbox.baseURL))
      #expect(other.rows[0]["w7"] == rows[0]["v7"] && sandbox.targets.count == requests)
    }
  }

  @Test func `a part that breaks is asked again by a resumed run, and the other is not`() async throws {
    try await withServer({ request in
      let parts = request.target.split(separator: "?")[1].split(separator: "&")
      let names = parts[0].dropFirst(4).replacing("%2C", with: ",").split(separator: ",")
      if names.contains("B10060_001E"), request.number < 3 { return [reply(400, [], "error: no luck")] }
      let header = names.map { "\"\($0)\"" } + ["\"zip code tabulation area\""]
      let row = names.map { _ in "\"1\"" } + ["\"90210\""]
      return [reply(200, Self.json, "[[\(header.joined(separator: ","))],[\(row.joined(separator: ","))]]")]
    }) { server in
      let workspace = try Workspace()
      let step = Self.step(Self.columns(60))
      let broken = try await workspace.enrich("zip\n90210\n", step, apis: Self.api(server.url))
      #expect(broken.run.code == 3)
      #expect(server.received.count == 2)
      let resumed = try await workspace.enrich("zip\n90210\n", step, apis: Self.api(server.url), "--resume")
      try #require(resumed.run.code == 0, "\(resumed.run.errors)")
      #expect(server.received.count == 3)
      #expect(resumed.rows[0]["v60"]?.int == 1 && resumed.rows[0]["v1"]?.int == 1)
    }
  }

  @Test func `a zip code of which one part has figures and the other has none is an error`() async throws {
    try await withServer({ request in
      let names = request.target.split(separator: "&")[0].split(separator: "=")[1].replacing("%2C", with: ",").split(
        separator: ",")
      let zips = names.contains("B10060_001E") ? ["90210"] : ["90210", "10001"]
      let header = names.map { "\"\($0)\"" } + ["\"zip code tabulation area\""]
      let rows = zips.map { zip in "[" + (names.map { _ in "\"1\"" } + ["\"\(zip)\""]).joined(separator: ",") + "]" }
      return [reply(200, Self.json, "[[\(header.joined(separator: ","))],\(rows.joined(separator: ","))]")]
    }) { server in
      let (run, rows) = try await Workspace().enrich(
        "zip\n10001\n90210\n", Self.step(Self.columns(60), ", on_error: \"null\", error_column: why"),
        apis: Self.api(server.url))
      try #require(run.code == 0, "\(run.errors)")
      #expect(rows.texts("e_status") == ["error", "ok"])
      #expect(rows[0]["why"]?.string?.contains("some of the figures, and not the others") == true)
    }
  }

  @Test func `marks are null, and told in a warning and a column`() async throws {
    let body =
      #"[["B19013_001E","B19013_001M","B25077_001E","zip code tabulation area"],"#
      + #"["-666666666","-222222222","2000001","10001"],["-666666666",null,"-999999999","90210"],["1","-555555555","2","02108"]]"#
    try await withServer({ _ in [reply(200, Self.json, body)] }) { server in
      let workspace = try Workspace()
      let step = Self.step("income: B19013_001E, margin: B19013_001M, home: B25077_001E", ", notes_into: notes")
      let csv = "zip\n10001\n90210\n02108\n10001\n"
      let (run, rows) = try await workspace.enrich(csv, step, apis: Self.api(server.url))
      try #require(run.code == 0, "\(run.errors)")
      #expect(rows.map { $0["income"] } == [.null, .null, .integer(1), .null])
      #expect(rows[0]["home"]?.int == 2_000_001)
      let notes = rows.texts("notes")
      #expect(notes[0]?.hasPrefix("income: -666666666, the estimate could not be computed") == true)
      #expect(notes[0]?.contains("; margin: -222222222, the margin of error could not be computed") == true)
      #expect(notes[1]?.contains("; margin:") == false && notes[2]?.hasPrefix("margin: -555555555") == true)
      let warnings = run.warnings("e")
      #expect(warnings.count == 4)
      #expect(warnings.contains { $0.hasPrefix("2 figures are null for -666666666 (income 2): the estimate could") })
      #expect(warnings.contains { $0.hasPrefix("1 figure is null for -999999999 (home 1): ") })
      // Remembered figures say the same.
      let again = try await workspace.enrich(csv, step, apis: Self.api(server.url))
      #expect(again.rows == rows && again.run.warnings("e") == warnings && server.received.count == 1)
    }
  }

  @Test func `early years are asked for by state`() async throws {
    try await withSandbox { sandbox in
      let csv = "zip,state\n90210,CA\n10001,ny\n90001,06\n90210,36\n90210,Utopia\n90001,\n"
      let (run, rows) = try await Workspace().enrich(
        csv, Self.step("p: B01003_001E", ", state: \"{state}\", year: 2019"), apis: Self.api(sandbox.baseURL))
      try #require(run.code == 0, "\(run.errors)")
      #expect(rows.texts("e_status") == ["ok", "ok", "ok", "not_found", "not_found", "skipped"])
      #expect(sandbox.targets.map { $0.contains("in=state%3A06") }.filter(\.self).count == 1)
      #expect(sandbox.targets.count == 2)
      #expect(sandbox.targets.allSatisfy { $0.contains("/data/2019/acs/acs5") })
    }
  }

  static let refusals: [(year: Int, key: String?, columns: String, parts: [String])] = [
    (2023, nil, "p: B01003_001E", ["answered 302 Found: the key is missing", "set auth of the api"]),
    (2023, "expired", "p: B01003_001E", ["answered 302 Found: the key is invalid", "set auth of the api"]),
    (2023, "bad", "p: B01003_001E", ["answered 200: the key is invalid", "set auth of the api"]),
    (2099, "good-key", "p: B01003_001E", ["no five-year survey of 2099", "check 'year'"]),
    (2023, "good-key", "p: B9_1E", ["unknown variable 'B9_1E'", "check 'columns' against"]),
  ]

  @Test(arguments: refusals)
  func `what the bureau refuses is told, and is no data`(
    _ year: Int, _ key: String?, _ columns: String, _ parts: [String]
  ) async throws {
    try await withSandbox { sandbox in
      let workspace = try Workspace()
      let csv = "zip\n" + (10_001...10_050).map { "\($0)\n" }.joined()
      let (run, rows) = try await workspace.enrich(
        csv, Self.step(columns, ", year: \(year), on_error: \"null\""),
        apis: Self.api(sandbox.baseURL, key: key, ", concurrency: 1"))
      #expect(run.code == 3)
      #expect(rows.isEmpty)
      for part in parts { #expect(run.error("e").contains(part), "\(run.error("e"))") }
      // Not the page that a redirect leads to.
      #expect(sandbox.targets.count == 1, "\(sandbox.targets)")
      #expect(try await workspace.query("SELECT count(*) FROM http_responses") == ["0"])
    }
  }

  @Test(arguments: [200, 500]) func `the bureau's sporadic error is asked again`(_ status: Int) async throws {
    try await withSandbox { sandbox in
      let workspace = try Workspace()
      let (run, rows) = try await workspace.enrich(
        "zip\n90210\n", Self.step("p: B01003_001E"),
        apis: Self.api(sandbox.baseURL + "/fault/body-status=\(status),first=1"))
      try #require(run.code == 0, "\(run.errors)")
      #expect(rows.texts("e_status") == ["ok"])
      #expect(run.step("e")?["retries"]?.int == 1)
      let (always, _) = try await Workspace().enrich(
        "zip\n90210\n", Self.step("p: B01003_001E"),
        apis: Self.api(sandbox.baseURL + "/fault/body-status=\(status)"))
      #expect(always.code == 3)
      #expect(always.error("e").contains("There was an error while running your query"), "\(always.error("e"))")
    }
  }
}
