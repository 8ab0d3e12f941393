import AssayFormats
import AssayTestServers
import SandboxAPIs
import Testing

/// Runs that are recorded, and run again without a network.
@Suite struct RecordingTests {
  private static let json = [("Content-Type", "application/json")]

  private static let pipeline = """
    version: 1
    name: p
    params: {month: {default: "2026-10"}}
    apis:
      crm: {base_url: "${env:BASE}/crm-key-query", auth: {type: api_key, in: query, name: api_key, value: "${secret:KEY}"}}
      google: {base_url: "${env:BASE}", auth: {type: api_key, in: query, name: key, value: "${env:KEY}"},
               rate_limit: {requests: 1000, per: 1s}}
      rates: {base_url: "${env:BASE}"}
    sources:
      s: {type: http, api: crm, path: /customers, records: "$.items[*]", query: {d: "${run:date}", m: "${param:month}"},
          paginator: {type: page_number, size_param: per_page, page_size: 200, total_path: $.total}}
    steps:
      located: {type: geocode, from: s, api: google, address: "{street}, {city}", on_error: "null"}
      priced: {type: exchange_rate, from: located, api: rates, amount: "{revenue}", currency: "{currency}", to: USD, into: usd}
    checks: {priced: {columns: {id: [unique], latitude: [not_null]}}}
    outputs:
      - {type: sqlite, from: priced, table: t, publish: always}
      - {type: jsonl, from: priced, path: out.jsonl, publish: always}
    report: {json: report.json}

    """

  @Test func `a replay needs no network, no secrets and no environment, and gives the same report each time`()
    async throws
  {
    let workspace = try Workspace()
    try workspace.write(Self.pipeline, to: "p.yaml")
    let (recorded, rows) = try await withSandbox { sandbox in
      let environment = ["BASE": sandbox.baseURL + "/fault/status=503,first=1", "KEY": "sandbox-key"]
      let run = try RunOutcome(
        await workspace.assay(
          "run", "p.yaml", "--json", "--record", "rec", "--param", "month=2026-11", environment: environment))
      #expect(run.code < 2, "\(run.errors)")
      return (run, try #require(workspace.text("out.jsonl")))
    }
    // The sandbox is gone by now.
    var reports: [String] = []
    for _ in 0..<2 {
      let replay = try RunOutcome(await workspace.assay("run", "p.yaml", "--json", "--replay", "rec"))
      #expect(replay.code == recorded.code, "\(replay.errors)")
      reports.append(replay.output)
      #expect(workspace.text("out.jsonl") == rows)
      #expect(replay.report["datasets"] == recorded.report["datasets"])
      #expect(replay.report["outputs"] == recorded.report["outputs"])
      for step in ["s", "located", "priced"] {
        for count in ["rows_in", "rows_out", "requests", "retries", "cache_hits", "warnings"] {
          #expect(replay.step(step)?[count] == recorded.step(step)?[count], "\(step) \(count)")
        }
      }
    }
    #expect(reports[0] == reports[1])
    #expect(workspace.text("report.json") == reports[0])
    let report = try JSONParser.parse(Array(reports[0].utf8))
    #expect(report["run"]?["duration_seconds"] == .decimal(0))
    #expect(report["run"]?["params"]?["month"] == .string("2026-11"))
    #expect(report["run"]?["started_at"] == report["run"]?["finished_at"])
    // The store of the recorded run knows nothing of the replays.
    #expect(try await workspace.query("SELECT count(*) FROM runs") == ["1"])
    for file in workspace.files where !file.hasSuffix(".yaml") {
      let holdsKey = workspace.bytes(file).map { $0.firstRange(of: Array("sandbox-key".utf8)) != nil } ?? false
      #expect(!holdsKey, "\(file) holds the key")
    }
  }

  @Test func `a replay needs no secret of a form that it cannot make up`() async throws {
    try await withServer({ _ in [reply(200, Self.json, "[{\"a\":1}]")] }) { server in
      let workspace = try Workspace()
      func text(_ auth: String) -> String {
        """
        apis: {a: {base_url: "\(server.url)", auth: {\(auth)}}}
        sources: {s: {type: http, api: a, path: /x}}
        outputs: [{type: jsonl, from: s, path: out.jsonl}]
        """
      }
      let signed =
        "type: hmac, access_key: a, secret: \"${secret:S}\", secret_encoding: base64, string_to_sign: x, "
        + "headers: {X-S: \"{signature}\"}"
      try workspace.write("version: 1\nname: p\n" + text(signed), to: "p.yaml")
      let recorded = try await workspace.assay("run", "p.yaml", "--record", "rec", environment: ["S": "c2VjcmV0"])
      #expect(recorded.code == 0, "\(recorded.errors)")
      for auth in [signed, "type: jwt, algorithm: ES256, key: \"${secret:S}\""] {
        let replay = try await workspace.run(text(auth), "--replay", "rec")
        #expect(replay.code == 0, "\(replay.errors)")
      }
      #expect(server.received.count == 1)
    }
  }

  @Test func `a request that was not recorded is named`() async throws {
    try await withServer({ _ in [reply(200, Self.json, "[{\"a\":1}]")] }) { server in
      let workspace = try Workspace()
      func text(_ path: String) -> String {
        """
        sources: {s: {type: http, path: "\(server.url)/\(path)"}}
        outputs: [{type: jsonl, from: s, path: out.jsonl}]
        """
      }
      #expect(try await workspace.run(text("one"), "--record", "rec").code == 0)
      let run = try await workspace.run(text("two"), "--replay", "rec")
      #expect(run.code == 3)
      #expect(run.error("s").contains("GET \(server.url)/two is not in the recording 'rec'"), "\(run.error("s"))")
      #expect(server.received.count == 1)
    }
  }

  @Test func `failures are replayed as they were`() async throws {
    try await withServer({ request in
      request.target == "/k/2" ? [reply(500, Self.json, "busy")] : [reply(200, Self.json, #"{"v":1}"#)]
    }) { server in
      let workspace = try Workspace()
      try workspace.write("k\n1\n2\n3\n", to: "in.csv")
      let text = """
        sources: {s: {type: csv, path: in.csv}}
        steps: {l: {type: lookup, from: s, path: "\(server.url)/k/{k}", columns: {v: $.v}, on_error: "null"}}
        outputs: [{type: jsonl, from: l, path: out.jsonl}]
        """
      let pipeline =
        "apis: {a: {base_url: \"\(server.url)\", retry: {max_attempts: 2, initial: 1ms}}}\n"
        + text.replacing(
          "type: lookup, from: s, path: \"\(server.url)/k", with: "type: lookup, api: a, from: s, path: \"/k")
      let recorded = try await workspace.run(pipeline, "--record", "rec")
      #expect(recorded.code == 0, "\(recorded.errors)")
      let rows = workspace.text("out.jsonl")
      let count = server.received.count
      let replay = try await workspace.run(pipeline, "--replay", "rec")
      #expect(replay.code == 0 && server.received.count == count)
      #expect(workspace.text("out.jsonl") == rows)
      #expect(replay.warnings("l") == recorded.warnings("l"))
      #expect(replay.step("l")?["retries"]?.int == 1)
    }
  }

  @Test func `a recording asks for everything, also for what is remembered`() async throws {
    try await withServer({ _ in [reply(200, Self.json, #"{"v":1}"#)] }) { server in
      let workspace = try Workspace()
      try workspace.write("k\n1\n2\n", to: "in.csv")
      let text = """
        sources: {s: {type: csv, path: in.csv}}
        steps: {l: {type: lookup, from: s, path: "\(server.url)/k/{k}", columns: {v: $.v}}}
        outputs: [{type: jsonl, from: l, path: out.jsonl}]
        """
      #expect(try await workspace.run(text).code == 0)
      #expect(try await workspace.run(text, "--record", "rec").code == 0)
      #expect(server.received.count == 4)
      #expect(try await workspace.run(text).code == 0)
      #expect(server.received.count == 4)
      // Recording again replaces what the folder holds.
      try workspace.write("k\n1\n", to: "in.csv")
      #expect(try await workspace.run(text, "--record", "rec").code == 0)
      #expect(workspace.files.count { $0.hasPrefix("rec/l/") } == 1)
    }
  }

  @Test func `a folder that is no recording is neither overwritten nor replayed`() async throws {
    let workspace = try Workspace()
    try workspace.write("a\n1\n", to: "in.csv")
    try workspace.write("keep", to: "mine/notes.txt")
    let text = "sources: {s: {type: csv, path: in.csv}}\noutputs: [{type: jsonl, from: s, path: out.jsonl}]\n"
    let write = try await workspace.run(text, "--record", "mine")
    #expect(write.code == 3 && write.errors.contains("'mine' holds files, and is no recording"), "\(write.errors)")
    let read = try await workspace.run(text, "--replay", "mine")
    #expect(read.code == 2 && read.errors.contains("'mine' is no recording"))
    try workspace.write("{}", to: "bad/recording.json")
    let bad = try await workspace.run(text, "--replay", "bad")
    #expect(bad.code == 2 && bad.errors.contains("bad/recording.json is not what a recording begins with"))
    #expect(workspace.text("mine/notes.txt") == "keep")
  }
}
