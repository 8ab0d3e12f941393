import AssayFormats
import AssayTestServers
import Synchronization
import Testing

/// `responses` and `expect`, through the whole program.
@Suite struct ResponseRuleTests {
  private static let json: [(String, String)] = [("Content-Type", "application/json")]

  @Test func `an answer that a rule takes for none is an empty page, and a fault for nobody`() async throws {
    try await withServer({ received in
      switch received.target {
      case "/x?page=1": [reply(200, Self.json, #"{"items":[{"a":1}]}"#)]
      case "/x?page=2": [reply(200, Self.json, #"{"items":[{"a":2}]}"#)]
      default: [reply(404, Self.json, #"{"message":"no such page"}"#)]
      }
    }) { server in
      let workspace = try Workspace()
      let run = try await workspace.run(
        """
        apis: {a: {base_url: "\(server.url)", retry: {max_attempts: 1}}}
        sources:
          s:
            type: http
            api: a
            path: /x
            records: $.items[*]
            paginator: {type: page_number}
            responses: [{when: {status: 404}, action: not_found}]
        outputs: [{type: jsonl, from: s, path: out.jsonl}]
        """)
      #expect(run.code == 0, "\(run.everything)")
      #expect(workspace.text("out.jsonl") == "{\"a\":1}\n{\"a\":2}\n")
      #expect(run.warnings("s") == [])
    }
  }

  @Test func `a source that has nothing at all still answers to on_empty`() async throws {
    for (script, api) in [
      ([reply(404, [], "none")], "responses: [{when: {status: 404}, action: not_found}]"),
      ([reply(204)], "headers: {}"),
    ] {
      try await withServer({ _ in script }) { server in
        for (policy, code) in [("fail", 3), ("pass", 0)] {
          let workspace = try Workspace()
          let run = try await workspace.run(
            """
            apis: {a: {base_url: "\(server.url)", retry: {max_attempts: 1}, \(api)}}
            sources: {s: {type: http, api: a, path: /x, on_empty: \(policy)}}
            outputs: [{type: jsonl, from: s, path: out.jsonl}]
            """)
          #expect(run.code == Int32(code), "\(run.everything)")
          #expect(run.error("s").isEmpty == (code == 0), "\(run.error("s"))")
        }
      }
    }
  }

  @Test func `a source's rules come before its api's, and its expectations replace them`() async throws {
    try await withServer({ received in [reply(404, Self.json, #"[{"a":"\#(received.target)"}]"#)] }) { server in
      let workspace = try Workspace()
      let run = try await workspace.run(
        """
        apis:
          a:
            base_url: "\(server.url)"
            expect: {content_type: text/csv}
            responses: [{when: {status: 404}, action: fail, message: not here}]
        sources:
          s: {type: http, api: a, path: /s, expect: {content_type: application/json}, responses: [{when: {status: 404}, action: accept}]}
          t: {type: http, api: a, path: /t}
        steps: {both: {type: sql, from: [s, t], query: "SELECT * FROM s, t"}}
        outputs: [{type: jsonl, from: both, path: out.jsonl}]
        """)
      #expect(run.code == 3)
      #expect(run.step("s")?["rows_out"]?.int == 1)
      #expect(run.error("t").contains("answered 404: not here"), "\(run.error("t"))")
      #expect(run.error("t").contains("the rule in line 7 of the file"), "\(run.error("t"))")
    }
  }

  @Test func `a look-up's rules say not found, broken and ask again, and a bad key ends the run`() async throws {
    let busy = Mutex(true)
    try await withServer({ received in
      switch received.target {
      case "/k/unknown": [reply(200, Self.json, #"{"status":"NONE"}"#)]
      case "/k/closed": [reply(500, Self.json, #"{"status":"CLOSED"}"#)]
      case "/k/busy"
      where busy.withLock({ wasBusy in
        defer { wasBusy = false }
        return wasBusy
      }):
        [reply(200, Self.json, #"{"status":"BUSY"}"#)]
      case "/k/denied": [reply(400, Self.json, #"{"status":"DENIED"}"#)]
      default: [reply(200, Self.json, #"{"status":"OK","name":"n"}"#)]
      }
    }) { server in
      func enrich(_ keys: [String]) async throws -> (run: RunOutcome, rows: [String]) {
        let workspace = try Workspace()
        try workspace.write("k\n" + keys.map { $0 + "\n" }.joined(), to: "in.csv")
        let run = try await workspace.run(
          """
          apis: {a: {base_url: "\(server.url)", concurrency: 1, retry: {max_attempts: 3, initial: 1ms}}}
          sources: {s: {type: csv, path: in.csv}}
          steps:
            e:
              type: lookup
              from: s
              api: a
              path: "/k/{k}"
              columns: {name: $.name}
              on_error: "null"
              responses:
                - {when: {path: $.status, in: [NONE]}, action: not_found}
                - {when: {path: $.status, in: [BUSY]}, action: retry}
                - {when: {path: $.status, in: [CLOSED]}, action: fail, message: it is closed}
                - {when: {path: $.status, in: [DENIED]}, action: fail, class: config}
          outputs: [{type: jsonl, from: e, path: out.jsonl}]
          """)
        return (run, (workspace.text("out.jsonl") ?? "").split(separator: "\n").map(String.init))
      }
      let (run, rows) = try await enrich(["busy", "unknown", "closed", "fine"])
      #expect(run.code == 0, "\(run.everything)")
      let statuses = try rows.map { try JSONParser.parse($0)["e_status"]?.string ?? "" }
      #expect(statuses == ["ok", "not_found", "error", "ok"])
      #expect(run.warnings("e").contains { $0.contains("answered 500 with $.status 'CLOSED': it is closed") })
      #expect(run.step("e")?["retries"]?.int == 1)
      let (denied, none) = try await enrich(["fine", "denied"])
      #expect(denied.code == 3)
      #expect(denied.error("e").contains("$.status 'DENIED'"), "\(denied.error("e"))")
      #expect(none == [])
    }
  }

  @Test func `an api's rules hold for a provider too, before its own judge`() async throws {
    try await withServer({ received in
      received.target.contains("NOWHERE")
        ? [reply(200, Self.json, #"{"status":"UNHEARD_OF"}"#)]
        : [reply(200, Self.json, #"{"status":"OK","results":[{"geometry":{"location":{"lat":1.5,"lng":2}}}]}"#)]
    }) { server in
      let workspace = try Workspace()
      try workspace.write("place\nHere\nNowhere\n", to: "in.csv")
      let run = try await workspace.run(
        """
        apis:
          g: {base_url: "\(server.url)", responses: [{when: {path: $.status, in: [UNHEARD_OF]}, action: not_found}]}
        sources: {s: {type: csv, path: in.csv}}
        steps: {e: {type: geocode, from: s, api: g, address: "{place}", columns: {lat: latitude}}}
        outputs: [{type: csv, from: e, path: out.csv}]
        """)
      #expect(run.code == 0, "\(run.everything)")
      #expect(workspace.text("out.csv") == "place,lat,e_status\nHere,1.5,ok\nNowhere,,not_found\n")
    }
  }

  @Test func `a line end in a column or variable never splits a request`() async throws {
    try await withServer({ received in [reply(200, Self.json, #"{"name":"n"}"#)] }) { server in
      let workspace = try Workspace()
      try workspace.write("k\n\"a\r\nX-Evil: 1\r\n\r\nGET /evil HTTP/1.1\"\n", to: "in.csv")
      func pipeline(_ api: String) -> String {
        """
        apis: {a: {base_url: "\(server.url)", retry: {max_attempts: 1}, \(api)}}
        sources: {s: {type: csv, path: in.csv}}
        steps: {e: {type: lookup, from: s, api: a, path: "/k/{k}", query: {q: "{k}"}, columns: {name: $.name},
                    remember: {found: 0s}}}
        outputs: [{type: jsonl, from: e, path: out.jsonl}]
        """
      }
      let run = try await workspace.run(pipeline("headers: {}"))
      #expect(run.code == 0, "\(run.everything)")
      let received = try #require(server.received.first)
      #expect(received.headers["x-evil"] == nil)
      #expect(
        received.target.hasPrefix("/k/a%20X-Evil%3A%201%20GET%20%2Fevil%20HTTP%2F1.1?q=a%20X-Evil"),
        "\(received.target)")
      let evil = "v\r\nX-Evil: 1"
      for api in [
        "headers: {X-A: \"${env:EVIL}\"}", "auth: {type: bearer, token: \"${env:EVIL}\"}",
        "auth: {type: api_key, name: X-Key, value: \"${env:EVIL}\"}", "headers: {\"X-A\\r\\nX-Evil\": a}",
      ] {
        let refused = try await workspace.run(pipeline(api), environment: ["EVIL": evil])
        #expect(refused.code == 3, "\(api)")
        #expect(
          refused.error("e").contains("may not be sent") || refused.error("e").contains("line end"),
          "\(refused.error("e"))")
        #expect(!refused.everything.contains("X-Evil: 1"))
      }
      let inPath = try await workspace.run(
        """
        apis: {a: {base_url: "\(server.url)"}}
        sources: {s: {type: http, api: a, path: "/p/${env:EVIL}", query: {"${env:EVIL}": "${env:EVIL}"}}}
        outputs: [{type: jsonl, from: s, path: out.jsonl}]
        """, environment: ["EVIL": evil])
      #expect(inPath.code == 0, "\(inPath.everything)")
      #expect(server.received.count == 2)
      #expect(server.received.allSatisfy { $0.headers["x-evil"] == nil })
    }
  }
}
