import AssayFormats
import AssayTestServers
import FoundationEssentials
import SandboxAPIs
import Synchronization
import Testing

/// Rows that are sent to an API: what arrives, and when.
@Suite(.timeLimit(.minutes(3))) struct SendingTests {
  /// A pipeline that reads `in.csv` and sends it to an API `a`.
  private func pipeline(_ base: String, _ output: String, api: String = "", rest: String = "") -> String {
    """
    apis: {a: {base_url: "\(base)", retry: {initial: 1ms}, \(api)}}
    sources: {s: {type: csv, path: in.csv, on_empty: pass}}
    \(rest)
    outputs:
      - {type: http, from: s, api: a, \(output)}
    """
  }

  private static let rows = """
    id,zip,score,ok,tags,name
    1,00501,1.50,true,"[1.10, {""a"": ""b c""}]",a/b ü
    2,10001,,false,,

    """

  @Test(arguments: [
    (
      "path: /rows",
      [
        #"{"id":1,"zip":"00501","score":1.50,"ok":true,"tags":"[1.10, {\"a\": \"b c\"}]","name":"a/b ü"}"#,
        #"{"id":2,"zip":"10001","score":null,"ok":false,"tags":null,"name":null}"#,
      ], "application/json", "/rows"
    ),
    (
      "path: /rows, json_columns: [tags], method: PUT",
      [
        #"{"id":1,"zip":"00501","score":1.50,"ok":true,"tags":[1.10,{"a":"b c"}],"name":"a/b ü"}"#,
        #"{"id":2,"zip":"10001","score":null,"ok":false,"tags":null,"name":null}"#,
      ], "application/json", "/rows"
    ),
    (
      #"path: "/rows/{id}", method: PATCH, headers: {Content-Type: application/merge-patch+json}, json_columns: [tags], "#
        + #"body: {json: {n: "{id}", z: "{zip}", s: "{score?}", b: ["{ok}", "{tags?}"], t: "no {id}{name?}", c: 7, d: "{{x}}"}}"#,
      [
        #"{"n":1,"z":"00501","s":1.50,"b":[true,[1.10,{"a":"b c"}]],"t":"no 1a/b ü","c":7,"d":"{x}"}"#,
        #"{"n":2,"z":"10001","s":null,"b":[false,null],"t":"no 2","c":7,"d":"{x}"}"#,
      ], "application/merge-patch+json", "/rows/1 /rows/2"
    ),
    (
      #"path: "/rows/{name?}", query: {i: "{id}"}, body: {form: {id: "{id}", n: "{name?}"}}"#,
      ["id=1&n=a%2Fb+%C3%BC", "id=2&n="], "application/x-www-form-urlencoded",
      "/rows/a%2Fb%20%C3%BC?i=1 /rows/?i=2"
    ),
    (
      #"path: /rows, method: PUT, body: {text: "<r>{zip}</r>", content_type: text/xml}"#,
      ["<r>00501</r>", "<r>10001</r>"], "text/xml", "/rows"
    ),
    (#"path: "/rows/{id}", method: DELETE"#, ["", ""], nil, "/rows/1 /rows/2"),
    (
      #"path: /rows, batch: {}, body: {json: "{id}"}"#, ["[1,2]"], "application/json", "/rows"
    ),
    (
      #"path: /rows, batch: {size: 1, into: the rows}, body: {json: {i: "{id}"}}"#,
      [#"{"the rows":[{"i":1}]}"#, #"{"the rows":[{"i":2}]}"#], "application/json", "/rows"
    ),
    (
      #"path: /rows, batch: {size: 5, format: jsonl}, body: {json: {i: "{id}"}}"#,
      ["{\"i\":1}\n{\"i\":2}\n"], "application/x-ndjson", "/rows"
    ),
  ])
  func `a row becomes what the output spells`(
    output: String, bodies: [String], type: String?, targets: String
  ) async throws {
    try await withServer({ _ in [reply(201)] }) { server in
      let workspace = try Workspace()
      try workspace.write(Self.rows, to: "in.csv")
      let run = try await workspace.run(pipeline(server.url, output + ", ordered: true"))
      #expect(run.code == 0, "\(run.errors)")
      let received = server.received
      #expect(received.map { String(decoding: $0.body, as: UTF8.self) } == bodies)
      #expect(received.allSatisfy { $0.headers["content-type"] == type })
      let places = targets.split(separator: " ").map(String.init)
      #expect(received.map(\.target) == (places.count == received.count ? places : received.map { _ in targets }))
      let keys = received.compactMap { $0.headers["idempotency-key"] }
      #expect(keys.count == received.count && Set(keys).count == keys.count)
      #expect(
        keys.allSatisfy {
          $0.wholeMatch(of: /[a-f][0-9a-f]{7}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}/) != nil
        })
    }
  }

  @Test func `a secret that holds braces arrives as it is, and is shown nowhere`() async throws {
    let secret = "abc{id}d}ef"
    try await withServer({ request in [reply(request.target.hasPrefix("/bad") ? 400 : 200, [], "{\"v\": 1}")] }) {
      server in
      let workspace = try Workspace()
      try workspace.write("id\n7\n", to: "in.csv")
      func text(_ path: String) -> String {
        """
        apis: {a: {base_url: "\(server.url)", retry: {initial: 1ms}}}
        sources:
          s: {type: csv, path: in.csv}
          f: {type: http, api: a, for_each: s, path: "/for/{id}", query: {k: "${secret:K}"}}
        steps: {l: {type: lookup, from: s, api: a, path: "\(path)/{id}", query: {k: "${secret:K}"}, columns: {v: $.v}}}
        outputs:
          - {type: http, from: l, api: a, path: /out, body: {json: {k: "${secret:K}", both: "{id}${secret:K}"}}}
          - {type: jsonl, from: f, path: f.jsonl}
        notify: [{type: webhook, url: "\(server.url)/hook", on: [success], body: {k: "${secret:K}", p: "{pipeline}"}}]
        """
      }
      let run = try await workspace.run(text("/good"), environment: ["K": secret])
      #expect(run.code == 0, "\(run.errors)")
      let received = server.received
      let targets = Set(received.map(\.target))
      #expect(targets.isSuperset(of: ["/for/7?k=abc%7Bid%7Dd%7Def", "/good/7?k=abc%7Bid%7Dd%7Def"]), "\(targets)")
      let bodies = Set(received.map { String(decoding: $0.body, as: UTF8.self) })
      #expect(
        bodies.isSuperset(of: [
          #"{"k":"abc{id}d}ef","both":"7abc{id}d}ef"}"#, #"{"k":"abc{id}d}ef","p":"p"}"#,
        ]), "\(bodies)")
      let broken = try await workspace.run(text("/bad"), environment: ["K": secret])
      #expect(broken.code == 3)
      try workspace.write("version: 1\nname: p\n" + text("/${secret:K}}"), to: "q.yaml")
      let refused = try await workspace.assay("run", "q.yaml", environment: ["K": secret])
      #expect(refused.code == 2)
      for shown in [broken.errors, broken.report.text, refused.errors, refused.output] {
        #expect(!shown.contains("abc") && !shown.contains("d}ef") && !shown.contains("abc%7B"), "\(shown)")
      }
    }
  }

  @Test func `the report tells what was sent, and the store forgets it with the run`() async throws {
    try await withServer({ _ in [reply(204)] }) { server in
      let workspace = try Workspace()
      try workspace.write(Self.rows, to: "in.csv")
      let run = try await workspace.run(
        pipeline(server.url, #"path: "/rows/{id}", method: PUT"#) + "\n  - {type: sqlite, from: s, table: t}")
      #expect(run.code == 0, "\(run.errors)")
      let sent = run.report["outputs"]?.elements?.first
      #expect(sent?.text == #"{"type":"http","target":"PUT a /rows/{id}","rows":2,"published":true}"#)
      let step = run.step("PUT a /rows/{id}", kind: "output")
      #expect(step?["type"]?.string == "http" && step?["status"]?.string == "finished")
      #expect(step?["requests"]?.int == 2 && step?["retries"]?.int == 0)
      #expect(step?["rows_in"]?.int == 2 && step?["rows_out"]?.int == 2)
      #expect(try await workspace.query("SELECT count(*) FROM sent_requests") == ["0"])
      #expect(try await workspace.query("SELECT count(*) FROM t") == ["2"])
      let said = run.errors.split(whereSeparator: \.isWhitespace).joined(separator: " ")
      #expect(said.contains("PUT a /rows/{id} http 2 rows sent"), "\(said)")
      #expect(said.contains("2 requests"), "\(said)")
    }
  }

  @Test func `equal rows are sent as often as they are there, and a new run sends all again with other keys`()
    async throws
  {
    try await withServer({ _ in [reply(200)] }) { server in
      let workspace = try Workspace()
      try workspace.write("a\n1\n1\n2\n1\n", to: "in.csv")
      for _ in 0..<2 { #expect(try await workspace.run(pipeline(server.url, "path: /rows")).code == 0) }
      #expect(server.received.count == 8)
      #expect(Set(server.received.map { $0.headers["idempotency-key"] }).count == 8)
    }
  }

  @Test func `the header of the key has the name that it is given, or is not there`() async throws {
    for (setting, name) in [("X-Request-Id", "x-request-id"), ("none", nil)] {
      try await withServer({ _ in [reply(200)] }) { server in
        let workspace = try Workspace()
        try workspace.write("a\n1\n", to: "in.csv")
        let run = try await workspace.run(pipeline(server.url, "path: /rows, idempotency_header: \(setting)"))
        #expect(run.code == 0, "\(run.errors)")
        let headers = try #require(server.received.first).headers
        #expect(headers["idempotency-key"] == nil)
        if let name { #expect(headers[name]?.count == 36) }
      }
    }
  }

  @Test func `batches are full whatever the pages were`() async throws {
    try await withSandbox { sandbox in
      let workspace = try Workspace()
      let run = try await workspace.run(
        """
        apis: {crm: {base_url: "\(sandbox.baseURL)/crm"}}
        sources:
          s: {type: http, api: crm, path: /customers, records: "$.items[*]", columns: {zipcode: text},
              paginator: {type: page_number, size_param: per_page, page_size: 130, total_path: $.total}}
        steps: {rows: {type: select, from: s, drop: [email]}}
        outputs:
          - {type: http, from: rows, api: crm, path: /records, batch: {size: 250, into: records}, json_columns: [contact.tags]}
        """)
      #expect(run.code == 0, "\(run.errors)")
      #expect(sandbox.requests(to: "/crm/records") == 5)
      #expect(sandbox.records.count == 1080 && sandbox.records.allSatisfy { $0.writes == 1 })
      #expect(sandbox.records[0].json.contains(#""contact.tags":["#), "\(sandbox.records[0].json)")
      #expect(run.report["outputs"]?.elements?.first?["rows"]?.int == 1080)
    }
  }

  @Test func `rows beyond the memory that they may take are sent all the same`() async throws {
    try await withServer({ _ in [reply(200)] }) { server in
      let workspace = try Workspace()
      let line = String(repeating: "x", count: 60)
      try workspace.write("id,t\n" + (0..<40_000).map { "\($0),\(line)\n" }.joined(), to: "in.csv")
      let output = #"path: /rows, ordered: true, batch: {size: 7000, format: jsonl}, body: {json: "{id}"}"#
      let run = try await workspace.run("memory: 1MiB\n" + pipeline(server.url, output))
      #expect(run.code == 0, "\(run.errors)")
      #expect(server.received.count == 6)
      let sent = server.received.map { String(decoding: $0.body, as: UTF8.self) }.joined()
      #expect(sent == (0..<40_000).map { "\($0)\n" }.joined())
    }
  }

  @Test func `tokens are renewed while rows are sent, and no row is sent twice for it`() async throws {
    try await withSandbox { sandbox in
      let workspace = try Workspace()
      try workspace.write("id\n" + (0..<60).map { "\($0)\n" }.joined(), to: "in.csv")
      let auth =
        "auth: {type: oauth2_client_credentials, token_url: \"\(sandbox.baseURL)/crm-oauth/oauth/token\", client_id: assay, "
        + "client_secret: \"${secret:S}\", parameters: {uses: \"25\"}}, concurrency: 2"
      let run = try await workspace.run(
        pipeline(sandbox.baseURL + "/crm-oauth", "path: /records", api: auth),
        environment: ["S": "sandbox-secret"])
      #expect(run.code == 0, "\(run.errors)")
      #expect(sandbox.issuedTokens.count >= 3)
      #expect(sandbox.records.count == 60 && sandbox.records.allSatisfy { $0.writes == 1 })
    }
  }

  @Test func `a signature covers the body that is sent`() async throws {
    try await withSandbox { sandbox in
      let workspace = try Workspace()
      try workspace.write("id,name\n1,ü\n2,b\n", to: "in.csv")
      let auth = """
        auth: {type: hmac, access_key: assay, secret: sandbox-hmac-secret,
          string_to_sign: "{method}\\n{path}\\n{query}\\n{timestamp}\\n{nonce}\\n{body_sha256}",
          headers: {X-Signature: "{signature}", X-Timestamp: "{timestamp}", X-Nonce: "{nonce}", X-Access-Key: "{access_key}"}}
        """
      let run = try await workspace.run(
        pipeline(sandbox.baseURL + "/crm-hmac", "path: /records", api: auth.replacing("\n", with: " ")))
      #expect(run.code == 0, "\(run.errors)")
      #expect(Set(sandbox.records.map(\.json)) == [#"{"id":1,"name":"ü"}"#, #"{"id":2,"name":"b"}"#])
    }
  }

  @Test func `a gate that fails sends nothing but what is always published`() async throws {
    try await withSandbox { sandbox in
      let workspace = try Workspace()
      try workspace.write("id,email\n1,a@b.example\n2,\n", to: "in.csv")
      let steps = """
        steps: {bad: {type: select, from: s, filter: "email IS NULL", keep: [id]}}
        checks: {s: {columns: {email: [not_null]}}}
        """
      let run = try await workspace.run(
        pipeline(sandbox.baseURL + "/crm", "path: /records", rest: steps)
          + "\n  - {type: http, from: bad, api: a, path: /records, publish: always}")
      #expect(run.code == 1, "\(run.errors)")
      #expect(run.published == [false, true])
      #expect(sandbox.records.map(\.json) == [#"{"id":2}"#])
      #expect(sandbox.requests(to: "/crm/records") == 1)
    }
  }

  @Test func `no rows are no requests, and no fault`() async throws {
    try await withSandbox { sandbox in
      let workspace = try Workspace()
      try workspace.write("id\n", to: "in.csv")
      let run = try await workspace.run(pipeline(sandbox.baseURL + "/crm", "path: \"/records/{id}\", method: PUT"))
      #expect(run.code == 0, "\(run.errors)")
      #expect(run.published == [true])
      #expect(sandbox.requests(to: "/crm/records") == 0)
    }
  }

  @Test func `a part of a run sends nothing, and a plan counts what would be sent`() async throws {
    try await withSandbox { sandbox in
      let workspace = try Workspace()
      try workspace.write("id\n" + (0..<25).map { "\($0)\n" }.joined(), to: "in.csv")
      let output = "path: /records, batch: {size: 10}"
      try workspace.write("version: 1\nname: p\n" + pipeline(sandbox.baseURL + "/crm", output), to: "p.yaml")
      for words in [["run", "p.yaml", "--limit", "1"], ["run", "p.yaml", "--until", "s"]] {
        let ending = try await workspace.start(words).end()
        #expect(ending.code == 0, "\(ending.errors)")
      }
      let plan = try await workspace.assay("plan", "p.yaml")
      #expect(
        plan.code == 0 && plan.output.hasSuffix("sends\n  POST a /records  25 rows  at most 3 requests\n"), "\(plan)")
      let json = try JSONParser.parse(try await workspace.assay("plan", "p.yaml", "--json").output)
      #expect(json["sends"]?.text == #"[{"output":"POST a /records","rows":25,"requests":3}]"#)
      #expect(sandbox.targets == [])
    }
  }

  @Test func `what is sent is recorded, and a replay sends nothing and tells the same`() async throws {
    let workspace = try Workspace()
    let rows = (0..<60).map { "\($0),\($0 % 7 == 3 ? "none" : $0 % 11 == 5 ? "x\($0)" : "a@b.example")\n" }
    try workspace.write("id,email\n" + rows.joined(), to: "in.csv")
    let (recorded, text) = try await withSandbox { sandbox in
      let text = pipeline(
        sandbox.baseURL + "/fault/status=503,first=2/crm",
        #"path: "/records/{id}", method: PUT, on_error: skip, idempotency_header: X-Key"#)
      let run = try await workspace.run(text, "--record", "rec")
      #expect(run.code == 0, "\(run.errors)")
      #expect(run.outcome == "warned")
      #expect(sandbox.records.count == 60 - 13)
      return (run, text)
    }
    let name = "PUT a /records/{id}"
    #expect(
      recorded.warnings(name).first?.contains("13 requests were left out: row 4: PUT") == true, "\(recorded.errors)")
    var reports: [String] = []
    for _ in 0..<2 {
      let replay = try await workspace.run(text, "--replay", "rec")
      #expect(replay.code == 0, "\(replay.errors)")
      reports.append(replay.output)
      #expect(replay.report["outputs"] == recorded.report["outputs"])
      for key in ["rows_in", "rows_out", "requests", "retries", "cache_hits", "warnings", "status"] {
        #expect(replay.step(name)?[key] == recorded.step(name)?[key], "\(key)")
      }
    }
    #expect(reports[0] == reports[1])
  }

  @Test func `a request that a row cannot make is told before the run`() async throws {
    let workspace = try Workspace()
    try workspace.write("id\n1\n", to: "in.csv")
    let run = try await workspace.run(pipeline("http://127.0.0.1:1", #"path: "/rows/{idd}""#))
    #expect(run.code == 3)
    #expect(
      run.errors.contains("the request names a column 'idd' that the rows do not have; did you mean 'id'?"),
      "\(run.errors)")
  }

  @Test(arguments: [
    (#"method: GET, path: /x"#, "expected one of POST, PUT, PATCH, DELETE, not 'GET'"),
    (#"path: "/x/{id}", batch: {}"#, "with 'batch' a request holds many rows"),
    (#"path: /x, query: {a: "{id}"}, batch: {}"#, "with 'batch' a request holds many rows"),
    (#"path: /x, batch: {into: r, format: jsonl}"#, "lines stand in no object"),
    (#"path: /x, batch: {}, body: {form: {a: "{id}"}}"#, "so the 'body' of its rows is 'json'"),
    (#"path: /x, batch: {}, method: DELETE"#, "without it a batch would be empty"),
    (#"path: /x, method: DELETE"#, "every row would send the same DELETE"),
    (#"path: /x, json_columns: [a], body: {text: x}"#, "'json_columns' needs a JSON body"),
    (#"path: /x, idempotency_header: x-a, headers: {X-A: b}"#, "'headers' sets 'x-a' already"),
    (#"path: /x, max_errors: 5"#, "'max_errors' needs 'on_error: skip'"),
    (#"path: /x, body: {json: {a: {id}}}"#, "YAML reads {id} without quotes as a mapping"),
  ])
  func `what cannot be meant is a fault of the file`(output: String, fault: String) async throws {
    let workspace = try Workspace()
    let run = try await workspace.run(pipeline("http://127.0.0.1:1", output))
    #expect(run.code == 2)
    #expect(run.errors.contains(fault), "\(run.errors)")
  }
}
