import AssayFormats
import AssayTestServers
import SandboxAPIs
import Testing

/// Geocoding by the Census Bureau and by Nominatim, through the whole program.
@Suite struct GeocodeTests {
  private static let parts =
    "address: {street: \"{street}\", city: \"{city}\", state: \"{state}\", zip: \"{zip?}\"}"

  private static let places = [
    ("Boston", "MA", "02108"), ("Buffalo", "NY", "14202"), ("Fresno", "CA", "93721"), ("Austin", "TX", "78701"),
  ]

  private static func row(_ number: Int) -> (street: String, city: String, state: String, zip: String) {
    let place = places[number % places.count]
    return ("\(number) Main St", place.0, place.1, place.2)
  }

  /// So many addresses, the first of them once more in other letters.
  private static func addresses(_ count: Int) -> String {
    let rows = (0..<count).map { number in
      let row = row(number)
      return "\(row.street),\(row.city),\(row.state),\(row.zip)\n"
    }
    return "street,city,state,zip\n" + rows.joined() + "0  MAIN st,\"boston, \",ma,02108-1234\n"
  }

  private func enrich(
    _ workspace: Workspace, _ csv: String, _ step: String, base: String, api: String = "", record: String? = nil
  ) async throws -> (run: RunOutcome, rows: [JSONValue]) {
    try workspace.write(csv, to: "in.csv")
    try workspace.write(
      """
      version: 1
      name: p
      apis: {g: {base_url: "\(base)", retry: {max_attempts: 2, initial: 1ms}\(api.isEmpty ? "" : ", ")\(api)}}
      sources: {s: {type: csv, path: in.csv, columns: {zip: text}}}
      steps: {e: {type: geocode, from: s, api: g, \(step)}}
      outputs: [{type: jsonl, from: e, path: rows.jsonl}]
      """, to: "p.yaml")
    let ending =
      if let record {
        try await workspace.assay("run", "p.yaml", "--json", "--record", record)
      } else {
        try await workspace.assay("run", "p.yaml", "--json")
      }
    let rows = (workspace.text("rows.jsonl") ?? "").split(separator: "\n").map(String.init)
    return (try RunOutcome(ending), try rows.map { try JSONParser.parse($0) })
  }

  private func statuses(_ rows: [JSONValue]) -> [String] { rows.map { $0["e_status"]?.string ?? "" } }

  // MARK: Census

  @Test func `a batch of addresses comes back to its rows, once for each address`() async throws {
    try await withSandbox { sandbox in
      let workspace = try Workspace()
      let step =
        "provider: {type: census, batch_size: 50}, \(Self.parts), columns: {lat: latitude, at: matched_address}"
      let (run, rows) = try await enrich(workspace, Self.addresses(120), step, base: sandbox.baseURL)
      try #require(run.code == 0, "\(run.errors)")
      #expect(rows.count == 121)
      #expect(sandbox.requests(to: "/geocoder/locations/addressbatch") == 3)
      for (number, row) in rows.dropLast().enumerated() {
        let asked = Self.row(number)
        let found = row["e_status"]?.string == "ok"
        let address = found ? "\(asked.street), \(asked.city), \(asked.state), \(asked.zip)".uppercased() : nil
        #expect(row["at"]?.string == address, "\(row.text)")
        #expect((row["lat"]?.number != nil) == found, "\(row.text)")
      }
      #expect(rows[120]["at"] == rows[0]["at"] && rows[120]["e_status"] == rows[0]["e_status"])
      #expect(Set(statuses(rows)) == ["ok", "not_found", "ambiguous"])

      let (again, same) = try await enrich(workspace, Self.addresses(120), step, base: sandbox.baseURL)
      #expect(again.step("e")?["requests"]?.int == 0 && same == rows)

      // Codes were not asked for before; where nothing was found there are none to ask for.
      let tracts = step.replacing("{lat: latitude", with: "{tract: tract, lat: latitude")
      let (more, located) = try await enrich(workspace, Self.addresses(120), tracts, base: sandbox.baseURL)
      try #require(more.code == 0, "\(more.errors)")
      #expect(sandbox.requests(to: "/geocoder/geographies/addressbatch") == 3)
      for row in located {
        #expect((row["tract"]?.string?.count == 6) == (row["e_status"]?.string == "ok"), "\(row.text)")
      }
      #expect(located.map { $0["lat"] } == rows.map { $0["lat"] })
      let (less, fewer) = try await enrich(workspace, Self.addresses(120), step, base: sandbox.baseURL)
      #expect(less.step("e")?["requests"]?.int == 0 && fewer == rows)
    }
  }

  @Test func `one text is asked for by itself, and is in the same place`() async throws {
    try await withSandbox { sandbox in
      let columns = "columns: {lat: latitude, tract: tract, kind: match_type}"
      let (batch, rows) = try await enrich(
        try Workspace(), Self.addresses(24), "provider: census, \(Self.parts), \(columns)", base: sandbox.baseURL)
      try #require(batch.code == 0, "\(batch.errors)")
      for step in [
        "provider: census, address: \"{street}, {city}, {state}, {zip}\"",
        "provider: {type: census, batch_size: 1}, \(Self.parts)",
      ] {
        sandbox.reset()
        let (run, singles) = try await enrich(
          try Workspace(), Self.addresses(23), "\(step), \(columns)", base: sandbox.baseURL)
        try #require(run.code == 0, "\(run.errors)")
        #expect(sandbox.targets.count >= 23 && sandbox.targets.allSatisfy { $0.hasPrefix("/geocoder/geographies/") })
        #expect(statuses(Array(singles.prefix(23))) == statuses(Array(rows.prefix(23))))
        #expect(singles.prefix(23).map { $0["lat"] } == rows.prefix(23).map { $0["lat"] })
        #expect(singles.prefix(23).map { $0["tract"] } == rows.prefix(23).map { $0["tract"] })
        #expect(singles.allSatisfy { $0["kind"] == .null })
      }
      #expect(rows.contains { $0["kind"]?.string == "Exact" })
    }
  }

  static let faults: [(fault: String, says: String)] = [
    ("html", "answered an HTML page, not the lines of a batch"), ("cut", "answered"),
    ("batch=missing", "answered to 29 of 30 addresses"), ("batch=twice", "answered twice to the id"),
    ("batch=unknown", "unknown id '0'"), ("half", "within its answer"), ("status=500", "answered 500"),
  ]

  @Test(arguments: faults)
  func `a batch that went wrong is sent again, and nothing of it is used or remembered`(_ fault: String, _ says: String)
    async throws
  {
    try await withSandbox { sandbox in
      let step = "provider: census, \(Self.parts), columns: {lat: latitude}"
      let good = try await enrich(try Workspace(), Self.addresses(30), step, base: sandbox.baseURL)
      let (run, rows) = try await enrich(
        try Workspace(), Self.addresses(30), step, base: sandbox.baseURL + "/fault/\(fault),first=1")
      #expect(run.code == 0, "\(run.errors)")
      #expect(rows == good.rows && run.step("e")?["retries"]?.int == 1)

      let workspace = try Workspace()
      let base = sandbox.baseURL + "/fault/\(fault),id=always"
      let (broken, none) = try await enrich(workspace, Self.addresses(30), step, base: base)
      #expect(broken.code == 3 && none.isEmpty)
      #expect(
        broken.error("e").contains(says) && broken.error("e").contains("after 2 attempts"), "\(broken.error("e"))")
      #expect(try await workspace.query("SELECT count(*) FROM http_responses WHERE status IS NOT NULL") == ["0"])
      let (lenient, nulls) = try await enrich(workspace, Self.addresses(30), step + ", on_error: null", base: base)
      #expect(lenient.code == 0, "\(lenient.errors)")
      #expect(Set(statuses(nulls)) == ["error"] && nulls.allSatisfy { $0["lat"] == .null })
    }
  }

  @Test func `a wrong benchmark is told by the service's own words`() async throws {
    try await withSandbox { sandbox in
      let (run, _) = try await enrich(
        try Workspace(), Self.addresses(2), "provider: {type: census, benchmark: Nope}, \(Self.parts)",
        base: sandbox.baseURL)
      #expect(run.code == 3)
      #expect(run.error("e").contains("400") && run.error("e").contains("Invalid benchmark"), "\(run.error("e"))")
    }
  }

  @Test func `a recorded batch is answered from the recording`() async throws {
    let workspace = try Workspace()
    let step = "provider: {type: census, batch_size: 20}, \(Self.parts), columns: {lat: latitude, block: block}"
    let (recorded, rows) = try await withSandbox { sandbox in
      let first = try await enrich(
        workspace, Self.addresses(30), step, base: sandbox.baseURL, record: "rec")
      return first
    }
    try #require(recorded.code == 0, "\(recorded.errors)")
    let ending = try await workspace.assay("run", "p.yaml", "--json", "--replay", "rec")
    #expect(ending.code == 0, "\(ending.errors)")
    let replayed = (workspace.text("rows.jsonl") ?? "").split(separator: "\n").map(String.init)
    #expect(try replayed.map { try JSONParser.parse($0) } == rows)
  }

  // MARK: Nominatim

  private static let fast = "rate_limit: {requests: 1000, per: 1s}, concurrency: 4"

  @Test func `Nominatim tells where, and of a name that two places have that it is ambiguous`() async throws {
    try await withSandbox { sandbox in
      let csv = "street,city,state,zip\n5 Main St,Boston,MA,02108\n,Springfield,,\n,Hoboken,,\n,Nowhere,,\n,,,\n"
      let step =
        "provider: {type: nominatim, contact: me@example.com, countries: [us]}, columns: {lat: latitude, town: city}, "
      let inParts = step + "address: {street: \"{street?}\", city: \"{city?}\", zip: \"{zip?}\"}"
      let (run, rows) = try await enrich(try Workspace(), csv, inParts, base: sandbox.baseURL, api: Self.fast)
      try #require(run.code == 0, "\(run.errors)")
      #expect(statuses(rows).dropFirst() == ["ambiguous", "ok", "not_found", "skipped"])
      #expect(rows[1]["lat"]?.number != nil && rows[2]["town"]?.string == "Hoboken")
      #expect(sandbox.targets.allSatisfy { $0.contains("&countrycodes=us&") && !$0.contains("&q=") })
      sandbox.reset()
      let asText = step + "address: \"{street?}, {city?} {zip?}\""
      let (free, same) = try await enrich(try Workspace(), csv, asText, base: sandbox.baseURL, api: Self.fast)
      try #require(free.code == 0, "\(free.errors)")
      #expect(statuses(same) == statuses(rows))
      #expect(sandbox.targets.allSatisfy { $0.contains("&q=") && !$0.contains("&city=") })
    }
  }

  @Test func `a block of the policy ends the run with its reason, whatever on_error says`() async throws {
    try await withSandbox { sandbox in
      let (run, rows) = try await enrich(
        try Workspace(), "a,zip\nBoston,\nAustin,\n", "provider: nominatim, address: \"{a}\", on_error: null",
        base: sandbox.baseURL, api: "headers: {User-Agent: curl/8}, \(Self.fast.replacing("4", with: "1"))")
      #expect(run.code == 3 && rows.isEmpty)
      #expect(
        run.error("e").contains("answered 403 Forbidden: the service blocks this use")
          && run.error("e").contains("usage policy"), "\(run.error("e"))")
      // Both were under way.
      #expect((1...2).contains(sandbox.targets.count))
    }
  }

  /// What stands under `apis` and in the step, and where the fault is; nil for none.
  static let policies: [(apis: String, step: String, place: String?, says: String)] = [
    ("{}", "provider: nominatim", "5:28", "set 'accept_policy: true'"),
    ("{}", "providers: [google, nominatim]", "5:28", "set 'accept_policy: true'"),
    ("{}", "provider: {type: nominatim, accept_policy: true}", nil, ""),
    ("{g: {concurrency: 1}}", "api: g, provider: nominatim", "5:33", "api 'g': nominatim.openstreetmap.org is asked"),
    (
      "{g: {base_url: \"http://Nominatim.OpenStreetMap.org.:80/\"}}", "api: g, provider: nominatim", "5:33",
      "set 'accept_policy: true'"
    ),
    (
      "{g: {base_url: \"https://nominatim.openstreetmap.org\", concurrency: 2}}",
      "api: g, provider: {type: nominatim, accept_policy: true}", "5:33", "allows 1 request a second"
    ),
    (
      "{g: {rate_limit: {requests: 60, per: 1m}}}",
      "providers: [google, {type: nominatim, accept_policy: true}], api: {nominatim: g}", "5:106",
      "allows 1 request a second"
    ),
    ("{g: {base_url: \"https://osm.example.com\", concurrency: 20}}", "api: g, provider: nominatim", nil, ""),
    ("{g: {base_url: \"${env:OSM}\"}}", "api: g, provider: nominatim", nil, ""),
  ]

  @Test(arguments: policies)
  func `breaking the policy of the public service is a fault of the file`(
    _ apis: String, _ step: String, _ place: String?, _ says: String
  ) async throws {
    let workspace = try Workspace()
    try workspace.write("a\nBoston\n", to: "in.csv")
    try workspace.write(
      """
      version: 1
      name: p
      apis: \(apis)
      sources: {s: {type: csv, path: in.csv}}
      steps: {e: {type: geocode, \(step), from: s, address: "{a}"}}
      outputs: [{type: jsonl, from: e, path: rows.jsonl}]

      """, to: "p.yaml")
    let ending = try await workspace.assay("validate", "p.yaml")
    #expect(ending.code == (place == nil ? 0 : 2), "\(ending.errors)")
    if let place { #expect(ending.errors.contains("p.yaml:\(place): error:"), "\(ending.errors)") }
    #expect(ending.errors.contains(says), "\(ending.errors)")
    if apis.contains("env:OSM") {
      let run = try await workspace.assay(
        "run", "p.yaml", environment: ["OSM": "https://nominatim.openstreetmap.org"])
      #expect(run.code == 2 && run.errors.contains("set 'accept_policy: true'"), "\(run.errors)")
    }
  }

  // MARK: Cascades

  private func cascade(
    _ workspace: Workspace, _ sandbox: RunningSandbox, census: String = "", _ settings: String = ""
  ) async throws -> (run: RunOutcome, rows: [JSONValue]) {
    try workspace.write(Self.addresses(60), to: "in.csv")
    let run = try await workspace.run(
      """
      apis:
        free: {base_url: "\(sandbox.baseURL)\(census)", retry: {max_attempts: 2, initial: 1ms}}
        paid: {base_url: "\(sandbox.baseURL)", rate_limit: {requests: 1000}, auth: {type: api_key, in: query, name: key, value: k}}
      sources: {s: {type: csv, path: in.csv, columns: {zip: text}}}
      steps:
        e:
          type: geocode
          from: s
          providers: [{type: census, batch_size: 25}, google]
          api: {census: free, google: paid}
          \(Self.parts)
          columns: {lat: latitude, at: matched_address, tract: tract, place: place_id}
          provenance: [provider, match_quality]
          \(settings)
      outputs: [{type: jsonl, from: e, path: rows.jsonl}]
      """)
    let rows = (workspace.text("rows.jsonl") ?? "").split(separator: "\n").map(String.init)
    return (run, try rows.map { try JSONParser.parse($0) })
  }

  @Test func `Google is asked only for what the Census Bureau has not found, or found tied`() async throws {
    try await withSandbox { sandbox in
      let workspace = try Workspace()
      let (run, rows) = try await cascade(workspace, sandbox)
      try #require(run.code == 0, "\(run.errors)")
      let providers = rows.map { $0["e_provider"]?.string }
      #expect(sandbox.requests(to: "/geocoder/geographies/addressbatch") == 3)
      let paid = sandbox.requests(to: "/maps/api/geocode/json")
      #expect(paid > 0 && paid == rows.dropLast().count { $0["e_provider"]?.string != "census" })
      #expect(Set(providers) == ["census", "google"])
      for row in rows {
        let byCensus = row["e_provider"]?.string == "census"
        let found = row["e_status"]?.string == "ok"
        #expect((row["tract"] != .null) == byCensus && (row["place"] != .null) == (!byCensus && found), "\(row.text)")
        #expect((row["lat"] != .null) == found && (row["at"] != .null) == found, "\(row.text)")
        #expect(row["e_match_quality"]?.string.map { $0.contains("xact") == byCensus } ?? !found, "\(row.text)")
      }
      let (again, same) = try await cascade(workspace, sandbox)
      #expect(again.step("e")?["requests"]?.int == 0 && same == rows)
    }
  }

  @Test func `where batches stay broken, Google is asked for all if the file lets them break`() async throws {
    try await withSandbox { sandbox in
      let (strict, none) = try await cascade(try Workspace(), sandbox, census: "/fault/batch=missing")
      #expect(strict.code == 3 && none.isEmpty)
      #expect(sandbox.requests(to: "/maps/api/geocode/json") == 0)
      let (run, rows) = try await cascade(
        try Workspace(), sandbox, census: "/fault/batch=missing", "on_error: null")
      try #require(run.code == 0, "\(run.errors)")
      let found = rows.filter { $0["e_status"]?.string == "ok" }
      #expect(found.count > 40 && found.allSatisfy { $0["e_provider"]?.string == "google" })
      #expect(rows.allSatisfy { $0["tract"] == .null })
      #expect(sandbox.requests(to: "/maps/api/geocode/json") == 60)
    }
  }

  // MARK: Google

  @Test func `a wrong key ends the run at once, whatever on_error says`() async throws {
    try await withSandbox { sandbox in
      let (run, rows) = try await enrich(
        try Workspace(), Self.addresses(20), "provider: google, \(Self.parts), on_error: null", base: sandbox.baseURL,
        api: "concurrency: 1, auth: {type: api_key, in: query, name: key, value: bad}")
      #expect(run.code == 3 && rows.isEmpty)
      #expect(run.error("e").contains("REQUEST_DENIED") && run.error("e").contains("the api's auth"))
      // Those that are under way may end.
      #expect((1...3).contains(sandbox.targets.count))
    }
  }
}
