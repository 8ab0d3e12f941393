import AssayFormats
import AssayTestServers
import Synchronization
import Testing

/// What is told of look-ups: where an answer came from, what came of them all, and the checks that judge it.
@Suite struct EnrichmentTests {
  private static let json = [("Content-Type", "application/json")]

  /// A look-up API: `none…` is 404, `bad…` a body that is no JSON, anything else is found.
  private func withAPI<T>(_ body: (Workspace, HostileServer) async throws -> T) async throws -> T {
    try await withServer({ request in
      let key = request.target.split(separator: "/").last.map(String.init) ?? ""
      if key.hasPrefix("none") { return [reply(404, Self.json, "{}")] }
      if key.hasPrefix("bad") { return [reply(200, Self.json, "oh no")] }
      return [reply(200, Self.json, #"{"name":"Mrs \#(key)"}"#)]
    }) { server in try await body(try Workspace(), server) }
  }

  private func pipeline(_ server: HostileServer, step: String = "", checks: String = "") -> String {
    """
    apis: {a: {base_url: "\(server.url)", retry: {max_attempts: 1}}}
    sources: {s: {type: csv, path: in.csv}}
    steps:
      got: {type: lookup, from: s, api: a, path: "/k/{key}", columns: {name: $.name}, on_error: null\(step)}
      counted: {type: sql, from: [got], query: "SELECT count(*) AS n FROM got"}
    \(checks)
    outputs:
      - {type: sqlite, from: got, table: people, mode: replace}
      - {type: jsonl, from: counted, path: out.jsonl}
    """
  }

  private func write(_ keys: [String], _ workspace: Workspace) throws {
    try workspace.write("id,key\n" + keys.enumerated().map { "\($0.offset),\($0.element)\n" }.joined(), to: "in.csv")
  }

  @Test func `a query over the store says where a cell comes from`()
    async throws
  {
    try await withAPI { workspace, server in
      try write(["ann", "bob", "ann", "none1", "", "bad1"], workspace)
      let text = pipeline(server, step: ", provenance: [provider, fetched_at, match_quality, answer_id]")
      for _ in 0..<2 {
        let run = try await workspace.run(text)
        #expect(run.code == 0, "\(run.errors)")
        let rows = try await workspace.query(
          """
          SELECT p.id, p.name, p.got_status, p.got_provider, o.subject, o.url, o.method, o.status, o.found,
            o.fetched_at = p.got_fetched_at, p.got_match_quality
          FROM people p LEFT JOIN answer_origins o ON o.id = p.got_answer_id ORDER BY p.id
          """)
        let url = server.url
        #expect(
          rows == [
            "0|Mrs ann|ok|a|ann|\(url)/k/ann|GET|200|1|1|∅", "1|Mrs bob|ok|a|bob|\(url)/k/bob|GET|200|1|1|∅",
            "2|Mrs ann|ok|a|ann|\(url)/k/ann|GET|200|1|1|∅", "3|∅|not_found|a|none1|\(url)/k/none1|GET|404|0|1|∅",
            "4|∅|skipped|∅|∅|∅|∅|∅|∅|∅|∅", "5|∅|error|∅|∅|∅|∅|∅|∅|∅|∅",
          ])
      }
      // The same answers, remembered, have the same ids.
      #expect(try await workspace.query("SELECT count(*) FROM answer_origins") == ["3"])
    }
  }

  @Test func `an answer that is asked for again is another one for the rows that have it`() async throws {
    try await withAPI { workspace, server in
      try write(["ann"], workspace)
      var ids: Set<String> = []
      for _ in 0..<2 {
        let text = pipeline(server, step: ", provenance: answer_id, remember: {found: 0s}")
        #expect(try await workspace.run(text).code == 0)
        ids.formUnion(try await workspace.query("SELECT got_answer_id FROM people"))
      }
      #expect(ids.count == 2)
      #expect(try await workspace.query("SELECT count(DISTINCT \"key\"), count(*) FROM answer_origins") == ["1|2"])
    }
  }

  @Test func `the report says what came of a look-up, and the store keeps it`() async throws {
    try await withAPI { workspace, server in
      try write(["ann", "bob", "ann", "none1", "", "bad1"], workspace)
      let first = try await workspace.run(pipeline(server))
      let counts = ["rows", "rows_skipped", "distinct_keys", "remembered", "requests", "found", "not_found", "errors"]
      func told(_ run: RunOutcome) -> [Int?] {
        counts.map { run.step("got")?["enrichment", $0]?.int }
      }
      #expect(told(first) == [6, 1, 4, 0, 4, 2, 1, 1])
      let second = try await workspace.run(pipeline(server))
      // A broken look-up is asked for again.
      #expect(told(second) == [6, 1, 4, 3, 1, 2, 1, 1])
      #expect(second.step("got")?["enrichment", "oldest_answer"]?.string?.hasPrefix("20") == true)
      #expect(second.step("s")?["enrichment"] == .null)
      #expect(second.step("got")?["enrichment", "providers"]?.elements?.first?["name"]?.string == "a")
      let kept = try await workspace.query(
        "SELECT enrichment ->> 'remembered' FROM run_steps WHERE name = 'got' AND kind = 'step'")
      #expect(kept.sorted() == ["0", "3"])
    }
  }

  struct Case: Sendable, CustomTestStringConvertible {
    var check: String
    var status: String
    var observed: Double?
    var evaluated: Int
    var failed: Int
    var testDescription: String { check }

    init(_ check: String, _ status: String, _ observed: Double?, of evaluated: Int, failed: Int) {
      (self.check, self.status, self.observed) = (check, status, observed)
      (self.evaluated, self.failed) = (evaluated, failed)
    }
  }

  // Of ten rows one is skipped, six are found, two are not, and one breaks.
  static let cases = [
    Case("match_rate: {step: got, min: 60%}", "passed", 66.67, of: 9, failed: 3),
    Case("match_rate: {step: got, min: 70%}", "failed", 66.67, of: 9, failed: 3),
    Case("match_rate: {step: got, min: {warn: 70%, fail: 50%}}", "warned", 66.67, of: 9, failed: 3),
    Case("match_rate: {step: got, min: 6}", "passed", 3, of: 9, failed: 3),
    Case("ambiguous_rate: {step: got, max: 0%}", "passed", 0, of: 9, failed: 0),
    Case("lookup_error_rate: {step: got, max: 12%}", "passed", 11.11, of: 9, failed: 1),
    Case("lookup_error_rate: {step: got, max: 0}", "failed", 1, of: 9, failed: 1),
    Case("enrichment_age: {step: got, max: 1h}", "passed", 0, of: 7, failed: 0),
  ]

  @Test(arguments: cases)
  func `checks judge a look-up's rows wherever its dataset went`(sample: Case) async throws {
    try await withAPI { workspace, server in
      try write(["a", "b", "c", "d", "e", "a", "none1", "none1", "bad1", ""], workspace)
      for dataset in ["got", "counted"] {
        let checks = "checks: {\(dataset): {dataset: [{\(sample.check)}]}}"
        let run = try await workspace.run(pipeline(server, checks: checks))
        let name = String(sample.check.prefix { $0 != ":" })
        let check = try #require(run.check(name, of: dataset), "\(run.errors)")
        #expect(check["status"]?.string == sample.status)
        #expect(check["observed"]?.number == sample.observed)
        #expect(check["evaluated"]?.int == sample.evaluated)
        #expect(check["failed"]?.int == sample.failed)
        #expect(run.code == (sample.status == "failed" ? 1 : 0))
        if name == "match_rate" {
          let rows = try await workspace.query(
            "SELECT \"row\", value FROM failed_rows WHERE run_id = '\(run.report["run", "id"]?.string ?? "")' ORDER BY 1"
          )
          #expect(rows == ["7|not_found", "8|not_found", "9|error"])
        }
        // The dataset that only lends its rows is not graded.
        #expect(run.report["datasets"]?.elements?.count == 1)
      }
    }
  }

  @Test func `coordinates outside of their box, at null island or without their other half fail`() async throws {
    let workspace = try Workspace()
    try workspace.write(
      "id,lat,lng\n1,40.7,-74\n2,91,0\n3,0,0\n4,,\n5,10,\n6,-40,170\n7,north,5\n8,48.1,11.6\n", to: "in.csv")
    func failing(_ box: String) async throws -> (evaluated: Int?, rows: [String]) {
      let run = try await workspace.run(
        """
        sources: {s: {type: json, path: in.jsonl}}
        checks: {s: {key: [id], dataset: [{coordinate_bounds: {latitude: lat, longitude: lng\(box)}}]}}
        """)
      let check = try #require(run.check("coordinate_bounds"), "\(run.errors)")
      let rows = try await workspace.query(
        "SELECT \"key\" FROM failed_rows WHERE run_id = '\(run.report["run", "id"]?.string ?? "")' ORDER BY 1")
      return (check["evaluated"]?.int, rows.map { $0.split(separator: "=").last.map(String.init) ?? "" })
    }
    try workspace.write(
      """
      {"id": 1, "lat": 40.7, "lng": -74}
      {"id": 2, "lat": 91, "lng": 0}
      {"id": 3, "lat": 0, "lng": 0}
      {"id": 4, "lat": null, "lng": null}
      {"id": 5, "lat": 10, "lng": null}
      {"id": 6, "lat": -40, "lng": 170}
      {"id": 7, "lat": "north", "lng": 5}
      {"id": 8, "lat": 48.1, "lng": 11.6}

      """, to: "in.jsonl")
    #expect(try await failing("") == (7, ["2", "3", "5", "7"]))
    #expect(try await failing(", south: 24, north: 50, west: -125, east: -66") == (7, ["2", "3", "5", "6", "7", "8"]))
    // Across the date line.
    #expect(try await failing(", west: 150, east: -60").rows == ["2", "3", "5", "7", "8"])
  }

  @Test func `a key that two steps of a run want is asked for once, whatever their columns are called`() async throws {
    try await withAPI { workspace, server in
      try workspace.write("bill,ship\nann,bob\nbob,ann\ncid,ann\n", to: "in.csv")
      let run = try await workspace.run(
        """
        apis: {a: {base_url: "\(server.url)"}}
        sources: {s: {type: csv, path: in.csv}}
        steps:
          billed: {type: lookup, from: s, api: a, path: "/k/{bill}", columns: {biller: $.name}}
          shipped: {type: lookup, from: billed, api: a, path: "/k/{ship}", columns: {shipper: $.name}}
        outputs: [{type: jsonl, from: shipped, path: out.jsonl}]
        """)
      #expect(run.code == 0, "\(run.errors)")
      #expect(server.received.map(\.target).sorted() == ["/k/ann", "/k/bob", "/k/cid"])
      #expect(workspace.text("out.jsonl")?.contains(#""shipper":"Mrs ann","shipped_status":"ok""#) == true)
    }
  }

  @Test func `columns that clash are found before anything is asked`() async throws {
    try await withAPI { workspace, server in
      try write(["ann"], workspace)
      let run = try await workspace.run(
        """
        apis: {a: {base_url: "\(server.url)"}}
        sources: {s: {type: csv, path: in.csv}}
        steps: {got: {type: lookup, from: s, api: a, path: "/k/{key}", columns: {id: $.name}}}
        outputs: [{type: jsonl, from: got, path: out.jsonl}]
        """)
      #expect(run.code == 3 && run.errors.contains("adds a column 'id'"), "\(run.errors)")
      #expect(server.received.isEmpty)
    }
  }

  @Test func `look-ups that need nothing of each other ask at the same time`() async throws {
    let asked = Mutex<Set<String>>([])
    let both = Gate()
    try await withServer({ request in
      let place = request.target.split(separator: "/").first.map(String.init) ?? ""
      let isSecond = asked.withLock { asked in
        asked.insert(place)
        return asked.count == 2
      }
      if isSecond { both.open() }
      return [reply(200, Self.json, #"{"v":"\#(place)"}"#)]
    }) { server in
      let workspace = try Workspace()
      try write(["x", "y"], workspace)
      let run = try await workspace.run(
        """
        apis: {a: {base_url: "\(server.url)"}, b: {base_url: "\(server.url)"}}
        sources: {s: {type: csv, path: in.csv}}
        steps:
          one: {type: lookup, from: s, api: a, path: "/one/{key}", columns: {first: $.v}}
          two: {type: lookup, from: one, api: b, path: "/two/{key}", columns: {second: $.v}}
          three: {type: lookup, from: two, api: b, path: "/three/{first}", columns: {third: $.v}}
        outputs: [{type: jsonl, from: three, path: out.jsonl}]
        """)
      #expect(run.code == 0, "\(run.errors)")
      let row =
        #"{"id":0,"key":"x","first":"one","one_status":"ok","second":"two","two_status":"ok","third":"three","three_status":"ok"}"#
      #expect(workspace.text("out.jsonl")?.hasPrefix(row) == true)
      let plan = try await workspace.assay("plan", "p.yaml", "--json")
      let graph = try JSONParser.parse(plan.output)["graph"]?.elements ?? []
      let inputs = graph.filter { $0["kind"]?.string == "step" }.map { $0["inputs"]?.elements?.count }
      // The second reads its keys from the source, the third from the first, where its column stands.
      #expect(inputs == [1, 2, 2])
    }
  }
}
