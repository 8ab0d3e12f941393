import AssayFormats
import AssayTestServers
import FoundationEssentials
import SandboxAPIs
import Synchronization
import Testing

/// Rows that an API does not take, or that cannot be sent.
@Suite(.timeLimit(.minutes(3))) struct SendFaultTests {
  private func pipeline(_ base: String, _ output: String, api: String = "", rest: String = "") -> String {
    """
    apis: {a: {base_url: "\(base)", retry: {initial: 1ms, max_attempts: 2}, \(api)}}
    sources: {s: {type: csv, path: in.csv}}
    \(rest)
    outputs:
      - {type: http, from: s, api: a, \(output)}
      - {type: jsonl, from: s, path: out.jsonl}
    """
  }

  private static let people = "id,email\n1,a@b.example\n2,none\n3,c@d.example\n4,nobody\n"

  @Test func `a refused row breaks the run, which publishes nothing`() async throws {
    try await withSandbox { sandbox in
      let workspace = try Workspace()
      try workspace.write(Self.people, to: "in.csv")
      let run = try await workspace.run(pipeline(sandbox.baseURL + "/crm", "path: /records, ordered: true"))
      #expect(run.code == 3 && run.outcome == "error", "\(run.errors)")
      #expect(run.published == [false, false])
      #expect(!workspace.exists("out.jsonl"))
      let error = run.error("POST a /records")
      #expect(
        error.hasPrefix("row 2: POST \(sandbox.baseURL)/crm/records answered 422 Unprocessable Content"), "\(error)")
      #expect(error.hasSuffix("on_error: skip leaves out what the API refuses"), "\(error)")
      let said = run.errors.split(whereSeparator: \.isWhitespace).joined(separator: " ")
      #expect(
        said.contains("output 1 (http): 1 of 4 requests were sent; 'assay run --resume' sends the rest"), "\(said)")
      #expect(sandbox.records.map(\.id) == ["1"])
      #expect(
        try await workspace.query("SELECT output, method, status, \"rows\" FROM sent_requests") == ["1|POST|201|1"])
      #expect(try await workspace.leftovers() == [])
    }
  }

  @Test func `with skip a refused row is left out, kept with its reason, and warned of`() async throws {
    try await withSandbox { sandbox in
      let workspace = try Workspace()
      try workspace.write(Self.people, to: "in.csv")
      let run = try await workspace.run(
        pipeline(sandbox.baseURL + "/crm", #"path: "/records/{id}", method: PUT, on_error: skip, ordered: true"#))
      #expect(run.code == 0 && run.outcome == "warned", "\(run.errors)")
      #expect(run.published == [true, true])
      #expect(run.report["outputs"]?.elements?.first?["rows"]?.int == 2)
      #expect(sandbox.records.map(\.id) == ["1", "3"])
      let name = "PUT a /records/{id}"
      #expect(run.warnings(name).count == 1)
      #expect(
        run.warnings(name)[0].hasPrefix(
          "2 requests were left out: row 2: PUT \(sandbox.baseURL)/crm/records/2 answered 422 Unprocessable Content"),
        "\(run.warnings(name))")
      let kept = try await workspace.query(
        "SELECT dataset, \"check\", \"row\", \"key\", reason FROM failed_rows ORDER BY \"row\"")
      #expect(kept.count == 2)
      #expect(kept[0].hasPrefix("p.s|sent|2|id=2|answered 422 Unprocessable Content: \""), "\(kept)")
      #expect(kept[0].contains("'none' is no email address"), "\(kept)")
      #expect(run.errors.contains("rows were left out of what was sent (exit code 0)"), "\(run.errors)")
    }
  }

  @Test func `a key that is private does not reach the store`() async throws {
    try await withSandbox { sandbox in
      let workspace = try Workspace()
      try workspace.write(Self.people, to: "in.csv")
      let run = try await workspace.run(
        pipeline(
          sandbox.baseURL + "/crm", #"path: "/records/{id}", query: {e: "{email}"}, method: PUT, on_error: skip"#,
          rest: "checks: {s: {private: [email]}}"))
      #expect(run.code == 0, "\(run.errors)")
      #expect(try await workspace.query("SELECT \"key\" FROM failed_rows ORDER BY \"row\"") == ["id=2", "id=4"])
    }
  }

  @Test(arguments: [
    ("max_errors: 1", false), ("max_errors: 25%", false), ("max_errors: 2", true), ("max_errors: 50%", true),
  ])
  func `too many refusals break the run`(limit: String, passes: Bool) async throws {
    try await withSandbox { sandbox in
      let workspace = try Workspace()
      try workspace.write(Self.people, to: "in.csv")
      let run = try await workspace.run(
        pipeline(sandbox.baseURL + "/crm", "path: /records, on_error: skip, \(limit)"))
      #expect(run.code == (passes ? 0 : 3), "\(run.errors)")
      if !passes {
        #expect(run.error("POST a /records").contains("2 of "), "\(run.errors)")
        #expect(run.error("POST a /records").contains("requests were refused, more than max_errors"), "\(run.errors)")
      }
    }
  }

  @Test func `an API that refuses all of several requests breaks the run`() async throws {
    try await withServer({ _ in [reply(404, [], "no route")] }) { server in
      let workspace = try Workspace()
      try workspace.write(Self.people, to: "in.csv")
      let run = try await workspace.run(pipeline(server.url, "path: /wrong, on_error: skip"))
      #expect(run.code == 3)
      #expect(
        run.error("POST a /wrong").hasPrefix(
          "all 4 requests were refused, so that it is hardly for what they hold: row "), "\(run.errors)")
    }
  }

  @Test func `a refused batch is left out whole`() async throws {
    try await withSandbox { sandbox in
      let workspace = try Workspace()
      try workspace.write(
        "id,email\n" + (0..<10).map { "\($0),\($0 == 4 ? "none" : "a@b.example")\n" }.joined(), to: "in.csv")
      let run = try await workspace.run(
        pipeline(sandbox.baseURL + "/crm", "path: /records, on_error: skip, batch: {size: 3}, ordered: true"))
      #expect(run.code == 0, "\(run.errors)")
      #expect(sandbox.records.map(\.id) == ["0", "1", "2", "6", "7", "8", "9"])
      #expect(run.warnings("POST a /records").first?.contains("rows 4 to 6: POST") == true)
      #expect(try await workspace.query("SELECT \"row\" FROM failed_rows ORDER BY 1") == ["4", "5", "6"])
    }
  }

  @Test(arguments: [
    (#"path: "/x/{k}", method: DELETE"#, ",", "{k} in its path is null"),
    (#"path: "/x/{k}", method: PUT"#, ",\"\"", "{k} in its path is null"),
    (#"path: "/x/{k}", method: DELETE"#, ",..", "{k} in its path is '..', which leads elsewhere"),
    (#"path: /x, query: {k: "{k}"}"#, ",", "{k} in its query is null"),
    (#"path: /x, body: {json: {k: "{k}"}}"#, ",", "{k} in its body is null"),
    (#"path: /x, body: {json: {k: "a {k}"}}"#, ",", #"a column of "a {k}" in its body is null"#),
    (#"path: /x, body: {form: {k: "{k}"}}"#, ",", "{k} in its body is null"),
    (#"path: /x, json_columns: [k]"#, ",[1", "the text of 'k' is no JSON"),
  ])
  func `a row that cannot be sent is never sent elsewhere`(output: String, cells: String, reason: String) async throws {
    try await withServer({ _ in [reply(200)] }) { server in
      let workspace = try Workspace()
      try workspace.write("id,k\n1,7\n2\(cells)\n3,9\n", to: "in.csv")
      let broken = try await workspace.run(pipeline(server.url, output))
      #expect(broken.code == 3)
      let said = broken.errors.split(whereSeparator: \.isWhitespace).joined(separator: " ")
      #expect(said.contains("row 2 cannot be sent to ") && said.contains(reason), "\(said)")
      #expect(server.received.isEmpty)
      #expect(!workspace.exists("out.jsonl"))
      let run = try await workspace.run(pipeline(server.url, output + ", on_error: skip"))
      #expect(run.code == 0 && run.outcome == "warned", "\(run.errors)")
      #expect(server.received.count == 2)
      #expect(try await workspace.query("SELECT \"row\", reason FROM failed_rows") == ["2|\(reason)"])
    }
  }

  /// What an API answers the second of three rows, and what comes of it.
  struct Case: Sendable, CustomTestStringConvertible {
    var name: String
    var method = "POST"
    var more = ""
    var api = ""
    var answers: [HostileServer.Step]
    /// Exit codes with `on_error: fail` and `skip`, and requests in all with `skip`.
    var fail: Int32
    var skip: Int32
    var requests: Int
    var error = ""
    var testDescription: String { name }
  }

  static let json = [("Content-Type", "application/json")]
  static let page = reply(200, [("Content-Type", "text/html")], "<!DOCTYPE html><html><body>log in</body></html>")

  static let cases = [
    Case(
      name: "PUT is repeated after a 500", method: "PUT", answers: [reply(500), reply(200)], fail: 0, skip: 0,
      requests: 4),
    Case(
      name: "POST is not", answers: [reply(500), reply(200)], fail: 3, skip: 3, requests: 2,
      error:
        "a POST is not repeated by itself: it may have been done; where the service knows the key of a request, set idempotency_header"
    ),
    Case(
      name: "POST is with a key that the API is trusted to know", more: "idempotency_header: K",
      answers: [reply(500), reply(200)], fail: 0, skip: 0, requests: 4),
    Case(
      name: "POST is where the api says so", api: "retry: {initial: 1ms, non_idempotent: true}",
      answers: [reply(503), reply(200)], fail: 0, skip: 0, requests: 4),
    Case(
      name: "a 500 that stays is no refusal", method: "PUT", answers: [reply(500), reply(500)], fail: 3, skip: 3,
      requests: 3),
    Case(name: "409 is a refusal", answers: [reply(409)], fail: 3, skip: 0, requests: 3),
    Case(
      name: "409 after another attempt is none", more: "idempotency_header: K", answers: [reply(500), reply(409)],
      fail: 3,
      skip: 3, requests: 3),
    Case(name: "401 is none", answers: [reply(401)], fail: 3, skip: 3, requests: 2, error: "no credentials were sent"),
    Case(name: "405 is none", answers: [reply(405)], fail: 3, skip: 3, requests: 2),
    Case(name: "404 is one for PATCH", method: "PATCH", answers: [reply(404)], fail: 3, skip: 0, requests: 3),
    Case(name: "404 is fine for DELETE", method: "DELETE", answers: [reply(404)], fail: 0, skip: 0, requests: 3),
    Case(name: "410 is fine for DELETE", method: "DELETE", answers: [reply(410)], fail: 0, skip: 0, requests: 3),
    Case(
      name: "a page is no answer", answers: [page], fail: 3, skip: 3, requests: 2,
      error: "answered an HTML page, which says nothing of what was sent"),
    Case(
      name: "a page is one where it is asked for", more: "expect: {content_type: text/html}", answers: [page], fail: 0,
      skip: 0, requests: 3),
    Case(
      name: "207 tells of parts", answers: [reply(207, json, "{}")], fail: 3, skip: 3, requests: 2,
      error: "where 200-205, 208-299 is expected"),
    Case(
      name: "207 is fine where the file says so", more: "expect: {status: 2xx}", answers: [reply(207, json, "{}")],
      fail: 0,
      skip: 0, requests: 3),
    Case(
      name: "an empty body has no type", api: "expect: {content_type: application/json}", answers: [reply(201)],
      fail: 0,
      skip: 0, requests: 3),
    Case(
      name: "another type is none that is expected", api: "expect: {content_type: application/json}",
      answers: [reply(200, [("Content-Type", "text/plain")], "ok")], fail: 3, skip: 3, requests: 2,
      error: "answered content of type text/plain, not application/json"),
    Case(
      name: "a rule refuses", more: "responses: [{when: {path: $.ok, in: [false]}, action: fail, message: bad}]",
      answers: [reply(200, json, #"{"ok":false}"#)], fail: 3, skip: 0, requests: 3, error: "with $.ok 'false': bad"),
    Case(
      name: "a rule of class config is for all",
      more: "responses: [{when: {path: $.ok, in: [false]}, action: fail, class: config}]",
      answers: [reply(200, json, #"{"ok":false}"#)], fail: 3, skip: 3, requests: 2),
    Case(
      name: "a rule accepts", more: "responses: [{when: {status: 409}, action: accept}]", answers: [reply(409)],
      fail: 0,
      skip: 0, requests: 3),
    Case(
      name: "what is not found cannot be patched", method: "PATCH",
      api: "responses: [{when: {status: 404}, action: not_found}]", answers: [reply(404)], fail: 3, skip: 0,
      requests: 3,
      error: "which a rule takes for: there is no such thing"),
    Case(
      name: "what is not found can be deleted", method: "DELETE",
      api: "responses: [{when: {body_contains: unknown}, action: not_found}]",
      answers: [reply(400, json, "\"unknown\"")],
      fail: 0, skip: 0, requests: 3),
    Case(
      name: "a POST is not turned into a GET", answers: [reply(301, [("Location", "/else")])], fail: 3, skip: 3,
      requests: 2,
      error: "where a POST would arrive as a GET"),
    Case(
      name: "a POST goes where it is sent to", answers: [reply(307, [("Location", "/else")]), reply(200)], fail: 0,
      skip: 0, requests: 4),
    Case(
      name: "an answer elsewhere is one", answers: [reply(303, [("Location", "/else")]), reply(200)], fail: 0, skip: 0,
      requests: 4),
  ]

  @Test(arguments: cases)
  func `what an answer means`(_ test: Case) async throws {
    for (mode, code) in [("fail", test.fail), ("skip", test.skip)] {
      let visits = Mutex(0)
      try await withServer({ request in
        let visit = visits.withLock { visits in
          visits += 1
          return visits - 1
        }
        if visit == 0 { return [reply(200)] }
        return [visit <= test.answers.count ? test.answers[visit - 1] : reply(200)]
      }) { server in
        let workspace = try Workspace()
        try workspace.write("id\n1\n2\n3\n", to: "in.csv")
        let output = #"path: "/x/{id}", method: \#(test.method), ordered: true, on_error: \#(mode), \#(test.more)"#
        var text = pipeline(server.url, output, api: test.api)
        if test.api.hasPrefix("retry:") { text = text.replacing("retry: {initial: 1ms, max_attempts: 2}, ", with: "") }
        let run = try await workspace.run(text)
        #expect(run.code == code, "\(mode): \(run.errors)")
        if mode == "skip" { #expect(server.received.count == test.requests, "\(server.received.map(\.target))") }
        if code != 0 { #expect(run.error("\(test.method) a /x/{id}").contains(test.error), "\(run.errors)") }
        #expect(workspace.exists("out.jsonl") == (code == 0))
        let keys = server.received.map { $0.headers["idempotency-key"] ?? $0.headers["k"] ?? "" }
        // Another attempt has the key of the first; what was redirected is the same request elsewhere.
        #expect(Set(keys).count <= 3)
      }
    }
  }

  @Test func `an answer that is lost costs no second row where the service knows keys`() async throws {
    try await withSandbox { sandbox in
      let workspace = try Workspace()
      try workspace.write("id\n" + (0..<20).map { "\($0)\n" }.joined(), to: "in.csv")
      let run = try await workspace.run(
        pipeline(
          sandbox.baseURL + "/fault/half,each=7/crm",
          "path: /records, ordered: true, idempotency_header: Idempotency-Key"))
      #expect(run.code == 0, "\(run.errors)")
      #expect(sandbox.records.count == 20 && sandbox.records.allSatisfy { $0.writes == 1 })
      #expect(sandbox.idempotencyKeys.count == 20)
      #expect(sandbox.idempotencyKeys.values.reduce(0, +) > 20)
      #expect(run.step("POST a /records")?["retries"]?.int ?? 0 > 0)
    }
  }

  @Test func `where nothing was there to delete the run says so`() async throws {
    try await withServer({ _ in [reply(404)] }) { server in
      let workspace = try Workspace()
      try workspace.write("id\n1\n2\n", to: "in.csv")
      let run = try await workspace.run(pipeline(server.url, #"path: "/x/{id}", method: DELETE"#))
      #expect(run.code == 0, "\(run.errors)")
      #expect(run.warnings("DELETE a /x/{id}").first?.hasPrefix("nothing was there to delete: all 2 requests") == true)
    }
  }

  @Test func `a service that is not there breaks the run, whatever is skipped`() async throws {
    let workspace = try Workspace()
    try workspace.write("id\n1\n2\n", to: "in.csv")
    let port = try ClosedPort()
    let run = try await workspace.run(
      pipeline(port.url, "path: /x, on_error: skip"))
    #expect(run.code == 3)
    #expect(run.error("POST a /x").contains("got no answer"), "\(run.errors)")
    #expect(try await workspace.query("SELECT count(*) FROM sent_requests") == ["0"])
    port.free()
  }

  @Test func `nothing is sent where a table would not take its rows`() async throws {
    try await withServer({ _ in [reply(200)] }) { server in
      let workspace = try Workspace()
      try workspace.write("id,k\n1,a\n2,b\n", to: "in.csv")
      func text(_ table: String) -> String {
        pipeline(server.url, "path: /x") + "\n  - {type: sqlite, from: s, table: t, \(table)}"
      }
      #expect(try await workspace.run(text("mode: upsert, key: [id]")).code == 0)
      let count = server.received.count
      try workspace.write("id,k\n,a\n2,b\n", to: "in.csv")
      let run = try await workspace.run(text("mode: upsert, key: [id]"))
      #expect(run.code == 3)
      let said = run.errors.split(whereSeparator: \.isWhitespace).joined(separator: " ")
      #expect(said.contains("publishing failed before anything was sent, and nothing was published"), "\(said)")
      #expect(said.contains("have no value in their key (id)"), "\(said)")
      #expect(server.received.count == count)
      #expect(run.published == [false, false, false])
      #expect(try await workspace.query("SELECT id, k FROM t ORDER BY id") == ["1|a", "2|b"])
    }
  }

  @Test func `secrets of an address do not reach store, report and messages`() async throws {
    try await withServer({ request in
      [request.number > 2 ? reply(500, [], "we saw s3cr3t-of-the-url") : reply(200)]
    }) { server in
      let workspace = try Workspace()
      try workspace.write("id\n1\n2\n3\n", to: "in.csv")
      let run = try await workspace.run(
        pipeline(server.url, #"path: "/x/${secret:S}/{id}", method: PUT, query: {k: "${secret:S}"}, ordered: true"#),
        environment: ["S": "s3cr3t-of-the-url"])
      #expect(run.code == 3)
      #expect(server.received[0].target == "/x/s3cr3t-of-the-url/1?k=s3cr3t-of-the-url")
      #expect(!run.everything.contains("s3cr3t"), "\(run.everything)")
      #expect(
        try await workspace.query("SELECT url FROM sent_requests ORDER BY url").map {
          $0.dropFirst(server.url.utf8.count)
        }
          == ["/x/***/1?k=***", "/x/***/2?k=***"])
      for file in workspace.files where !file.hasSuffix(".yaml") {
        let holds = workspace.bytes(file).map { $0.firstRange(of: Array("s3cr3t".utf8)) != nil } ?? false
        #expect(!holds, "\(file) holds the secret")
      }
    }
  }
}
