import AssayFormats
import AssayTestServers
import Glibc
import Synchronization
import Testing

/// Look-ups that were paid for once.
@Suite struct RememberTests {
  private static let json = [("Content-Type", "application/json")]

  /// A look-up API whose answer is the last part of the path, doubled; `/none…` is 404, and the test may say otherwise.
  private func withAPI<T>(
    _ answer: @escaping @Sendable (HostileServer.Received) -> [HostileServer.Step]? = { _ in nil },
    _ body: (Workspace, HostileServer) async throws -> T
  ) async throws -> T {
    try await withServer({ request in
      if let steps = answer(request) { return steps }
      let key = request.target.split(separator: "/").last.map(String.init) ?? ""
      if key.hasPrefix("none") { return [reply(404, Self.json, "{}")] }
      return [reply(200, Self.json, #"{"twice":"\#(key)\#(key)","once":"\#(key)"}"#)]
    }) { server in try await body(try Workspace(), server) }
  }

  private func pipeline(
    _ server: HostileServer, columns: String = "{twice: $.twice}", more: String = "",
    api: String = "retry: {max_attempts: 1}"
  ) -> String {
    """
    apis: {a: {base_url: "\(server.url)", \(api)}}
    sources: {s: {type: csv, path: in.csv}}
    steps:
      got: {type: lookup, from: s, api: a, path: "/k/{key}", columns: \(columns)\(more)}
    outputs: [{type: jsonl, from: got, path: out.jsonl, publish: always}]
    """
  }

  private func write(_ keys: [String], _ workspace: Workspace) throws {
    try workspace.write("id,key\n" + keys.enumerated().map { "\($0.offset),\($0.element)\n" }.joined(), to: "in.csv")
  }

  @Test func `an answer that its masking would change is asked for again, and no other`() async throws {
    try await withAPI({ request in
      let key = request.target.split(separator: "/").last.map(String.init) ?? ""
      return [reply(200, Self.json, #"{"twice":"\#(key)","url":"\#(request.target)?key=test"}"#)]
    }) { workspace, server in
      try write(["fastest", "other"], workspace)
      let text = pipeline(server, api: "headers: {X-Key: \"${secret:KEY}\"}")
      var rows: Set<String?> = []
      for _ in 0..<3 {
        let run = try await workspace.run(text, environment: ["KEY": "test"])
        #expect(run.code == 0, "\(run.errors)")
        rows.insert(workspace.text("out.jsonl"))
      }
      #expect(rows.count == 1 && rows.first??.contains("fastest") == true)
      #expect(server.received.map(\.target).filter { $0 == "/k/other" }.count == 1)
      #expect(server.received.map(\.target).filter { $0 == "/k/fastest" }.count == 3)
    }
  }

  @Test func `the second run asks for nothing, and its rows are the same`() async throws {
    try await withAPI { workspace, server in
      try write(["a", "b", "a", "none1", "b"], workspace)
      let first = try await workspace.run(pipeline(server))
      #expect(first.code == 0, "\(first.errors)")
      let rows = workspace.text("out.jsonl")
      #expect(server.received.count == 3)
      let second = try await workspace.run(pipeline(server))
      #expect(second.code == 0 && server.received.count == 3)
      #expect(workspace.text("out.jsonl") == rows)
      #expect(second.step("got")?["requests"]?.int == 0)
      #expect(second.step("got")?["cache_hits"]?.int == 3)
      // Another column of what was answered costs nothing either.
      let third = try await workspace.run(pipeline(server, columns: "{one: $.once}"))
      #expect(third.code == 0 && server.received.count == 3)
      #expect(workspace.text("out.jsonl")?.contains(#""one":"a""#) == true)
    }
  }

  @Test func `an API's headers tell its answers apart, and credentials do not`() async throws {
    try await withAPI { workspace, server in
      try write(["a"], workspace)
      func requests(_ headers: String) async throws -> Int {
        let before = server.received.count
        let run = try await workspace.run(pipeline(server, api: "headers: {\(headers)}"))
        #expect(run.code == 0, "\(run.errors)")
        return server.received.count - before
      }
      #expect(try await requests("X-Tenant: one") == 1)
      #expect(try await requests("X-Tenant: two") == 1)
      #expect(try await requests("X-Tenant: one, Authorization: Bearer x") == 0)
    }
  }

  @Test(arguments: [
    ("remember: {found: 0s}", 2), ("remember: {not_found: 0s}", 1), ("remember: {found: 0s, not_found: 0s}", 3),
    ("", 0),
  ])
  func `found and not found are remembered apart`(_ remember: String, _ askedAgain: Int) async throws {
    try await withAPI { workspace, server in
      try write(["a", "b", "none1"], workspace)
      let text = pipeline(server, more: remember.isEmpty ? "" : ", " + remember)
      for _ in 0..<2 { #expect(try await workspace.run(text).code == 0) }
      #expect(server.received.count == 3 + askedAgain)
      #expect(try await workspace.query("SELECT count(*) FROM http_responses") == ["\(3 - askedAgain)"])
    }
  }

  @Test func `what broke is asked again, and nothing else`() async throws {
    let isDown = Mutex(true)
    try await withAPI({ request in
      request.target.hasSuffix("/bad") && isDown.withLock { $0 } ? [reply(500, Self.json, "{}")] : nil
    }) { workspace, server in
      try write(["a", "bad", "b"], workspace)
      let text = pipeline(server, more: ", on_error: null, error_column: why")
      let first = try await workspace.run(text)
      #expect(first.code == 0, "\(first.errors)")
      let rows = (workspace.text("out.jsonl") ?? "").split(separator: "\n")
      #expect(rows.count == 3)
      #expect(rows.last?.contains(#""got_status":"ok","why":null"#) == true)
      #expect(rows.dropFirst().first?.contains(#""twice":null,"got_status":"error","why":"GET "#) == true)
      #expect(rows.dropFirst().first?.contains("answered 500 Internal Server Error") == true)
      #expect(first.warnings("got").first?.hasPrefix("the look-up of 'bad' broke: GET ") == true)
      isDown.withLock { $0 = false }
      let second = try await workspace.run(text)
      #expect(second.code == 0)
      #expect(server.received.dropFirst(3).map(\.target) == ["/k/bad"])
    }
  }

  @Test(arguments: [("1", true), ("2", false), ("30%", true), ("50%", false)])
  func `too many broken look-ups end the run`(_ maximum: String, _ ends: Bool) async throws {
    try await withAPI({ $0.target.contains("bad") ? [reply(500, Self.json, "{}")] : nil }) { workspace, server in
      try write(["a", "bad1", "bad2", "bad1", "b"], workspace)
      let run = try await workspace.run(pipeline(server, more: ", on_error: null, max_errors: \(maximum)"))
      #expect(run.code == (ends ? 3 : 0), "\(run.errors)")
      if ends {
        #expect(run.error("got").contains("2 of 4 look-ups broke, more than max_errors (\(maximum)) allows"))
        #expect(run.error("got").contains("answered 500 Internal Server Error"))
      }
    }
  }

  @Test func `two runs at once ask for a key once`() async throws {
    let gate = Gate()
    let mayAnswer = Atomic(false)
    try await withAPI({ _ in
      gate.open()
      // The thread is the connection's own.
      let wait: @Sendable () -> Void = { while !mayAnswer.load(ordering: .acquiring) { usleep(1000) } }
      return [.run(wait), reply(200, Self.json, #"{"twice":"x"}"#)]
    }) { workspace, server in
      try write(["shared"], workspace)
      let text = pipeline(server)
      try workspace.write("version: 1\nname: one\n" + text, to: "one.yaml")
      try workspace.write(
        "version: 1\nname: two\n" + text.replacing("out.jsonl", with: "two.jsonl"), to: "two.yaml")
      let one = try workspace.start(["run", "one.yaml"])
      await gate.wait()
      // The first run has the key; the second has to see that before the answer comes.
      let two = try workspace.start(["run", "two.yaml", "--json"])
      while try await workspace.query("SELECT count(*) FROM runs WHERE outcome IS NULL") != ["2"] {
        try await Task.sleep(for: .milliseconds(20))
      }
      mayAnswer.store(true, ordering: .releasing)
      #expect(await one.end().code == 0)
      let run = try RunOutcome(await two.end())
      #expect(run.code == 0, "\(run.errors)")
      #expect(server.received.count == 1)
      #expect(workspace.text("two.jsonl") == workspace.text("out.jsonl"))
      #expect(run.step("got")?["cache_hits"]?.int == 1)
    }
  }
}
