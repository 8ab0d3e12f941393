import AssayFormats
import AssayTestServers
import Testing

/// `assay notify`: tests, missed slots, and runs that could not tell of themselves.
@Suite(.timeLimit(.minutes(3))) struct NotifyCommandTests {
  private func write(_ workspace: Workspace, _ notify: String) throws {
    try workspace.write(
      """
      version: 1
      name: p
      sources: {s: {type: csv, path: in.csv, columns: {id: integer}}}
      checks: {s: {columns: {email: [not_null]}}}
      notify:
      \(notify.split(separator: "\n").map { "  \($0)" }.joined(separator: "\n"))

      """, to: "p.yaml")
    try workspace.write("id,email\n1,\n", to: "in.csv")
  }

  private func bodies(_ server: HostileServer) throws -> [JSONValue] {
    try server.received.map { try JSONParser.parse(String(decoding: $0.body, as: UTF8.self)) }
  }

  @Test func `a test reaches every notifier, marked as one, and says what came back`() async throws {
    try await withServer({ request in [reply(request.target == "/gone" ? 410 : 204, [], "")] }) { server in
      let workspace = try Workspace()
      try write(
        workspace,
        """
        - {type: webhook, url: "\(server.url)/hook", at_most_every: 1d}
        - {type: slack, webhook_url: "\(server.url)/services/T1/B2/x"}
        - {type: ping, url: "\(server.url)/ping"}
        """)
      for _ in 0..<2 {
        let ending = try await workspace.assay("notify", "p.yaml", "--test")
        #expect(ending.code == 0, "\(ending.errors)")
        #expect(
          ending.errors == """
            notify 'webhook': told of a test, answered 204
            notify 'slack': told of a test, answered 204
            notify 'ping': told of a test, answered 204

            """)
      }
      #expect(!workspace.exists("assay.db"))
      let hook = try #require(server.received.first { $0.target == "/hook" })
      let body = try JSONParser.parse(String(decoding: hook.body, as: UTF8.self))
      #expect(body["test"] == true && body["title"]?.string == "p: a test of its notifications")
      let slack = try #require(server.received.first { $0.target.hasPrefix("/services") })
      #expect(String(decoding: slack.body, as: UTF8.self).contains("a test of its notifications"))
      try write(
        workspace, "- {type: webhook, url: \"\(server.url)/gone\"}\n- {type: ping, url: \"\(server.url)/ping\"}")
      let ending = try await workspace.assay("notify", "p.yaml", "--test")
      #expect(ending.code == 3)
      #expect(
        ending.errors.contains(
          "error: notify 'webhook': the message could not be sent: POST \(server.url)/gone answered 410 Gone"))
      #expect(ending.errors.contains("notify 'ping': told of a test, answered 204"))
    }
  }

  @Test func `missed slots are told, and limited as failures are`() async throws {
    try await withServer({ _ in [reply(200, [], "ok")] }) { server in
      let workspace = try Workspace()
      try write(workspace, "- {type: webhook, url: \"\(server.url)\", at_most_every: 1h}")
      let call = [
        "notify", "p.yaml", "--missed", "2026-11-24T06:00:00-05:00", "--count", "3", "--reason", "no scheduler ran",
      ]
      let other = ["notify", "p.yaml", "--missed", "2026-11-24T12:00:00Z"]
      let same = ["notify", "p.yaml", "--missed", "2026-11-24T11:00:00Z"]
      for (call, expected) in [
        (call, "told of missed, answered 200"), (call, "was told before"), (same, "was told before"),
        (other, "held back"), (other, "was told before"),
      ] {
        let ending = try await workspace.start(call).end()
        #expect(ending.code == 0 && ending.errors.contains(expected), "\(ending.errors)")
      }
      let told = try bodies(server)
      #expect(told.count == 1)
      #expect(told[0]["event"]?.string == "missed" && told[0]["missed"]?.int == 3)
      #expect(told[0]["title"]?.string == "p missed 3 runs, the last at 2026-11-24T06:00:00-05:00")
      #expect(told[0]["reasons"] == ["no scheduler ran"] && told[0]["slot"]?.string == "2026-11-24T06:00:00-05:00")
      #expect(told[0]["run"] == .null && told[0]["command"] == .null)
    }
  }

  @Test func `of a run whose process was killed is told once, by whoever comes first`() async throws {
    let hangs = Gate()
    try await withServer({ request in
      request.target == "/rows" ? [.run { hangs.open() }, .silence] : [reply(200, [], "ok")]
    }) { server in
      let workspace = try Workspace()
      try workspace.write(
        """
        version: 1
        name: p
        apis: {a: {base_url: "\(server.url)"}}
        sources: {s: {type: http, api: a, path: /rows}}
        outputs: [{type: jsonl, from: s, path: out.jsonl}]
        notify: {type: webhook, url: "\(server.url)/hook"}

        """, to: "p.yaml")
      let child = try workspace.start(["run", "p.yaml"])
      await hangs.wait()
      child.signal(9)
      _ = await child.end()
      let id = try #require(try await workspace.query("SELECT id FROM runs").first)
      let endings = [
        try await workspace.assay("notify", "p.yaml", "--run", id),
        try await workspace.assay("notify", "p.yaml", "--run", id),
      ]
      #expect(endings.map(\.code) == [0, 0], "\(endings[0].errors)")
      #expect(endings[0].errors.contains("told of failure, answered 200"), "\(endings[0].errors)")
      #expect(endings[1].errors.contains("was told before"), "\(endings[1].errors)")
      let hooks = server.received.filter { $0.target == "/hook" }
      #expect(hooks.count == 1)
      let body = try JSONParser.parse(String(decoding: try #require(hooks.first).body, as: UTF8.self))
      #expect(body["event"]?.string == "failure" && body["outcome"]?.string == "broken" && body["run"]?.string == id)
      #expect(body["reasons"] == ["the process of the run died"] && body["title"]?.string == "p died")
    }
  }

  @Test func `of a run that told of itself nothing is told again`() async throws {
    try await withServer({ _ in [reply(200, [], "ok")] }) { server in
      let workspace = try Workspace()
      try write(workspace, "- {type: webhook, url: \"\(server.url)\"}")
      let run = try await workspace.assay("run", "p.yaml", "--quiet")
      #expect(run.code == 1)
      let again = try await workspace.assay("notify", "p.yaml", "--run", "last")
      #expect(again.code == 0 && again.errors.contains("was told before"), "\(again.errors)")
      #expect(server.received.count == 1)
      let silent = try await workspace.assay("run", "p.yaml", "--quiet", "--no-notify")
      #expect(silent.code == 1)
      let late = try await workspace.assay("notify", "p.yaml", "--run", "last")
      #expect(late.errors.contains("told of failure"), "\(late.errors)")
      let told = try bodies(server)
      #expect(told.count == 2 && told[0]["reasons"] == told[1]["reasons"] && told[0]["checks"] == told[1]["checks"])
    }
  }

  @Test func `what a process that was killed in the middle of sending had to tell is told again, with the same key`()
    async throws
  {
    let sending = Gate()
    try await withServer({ request in
      request.number == 1 ? [.run { sending.open() }, .silence] : [reply(200, [], "ok")]
    }) { server in
      let workspace = try Workspace()
      try write(workspace, "- {type: webhook, url: \"\(server.url)\", at_most_every: 1h}")
      let child = try workspace.start(["run", "p.yaml"])
      await sending.wait()
      child.signal(9)
      _ = await child.end()
      let ending = try await workspace.assay("notify", "p.yaml", "--run", "last")
      #expect(ending.code == 0 && ending.errors.contains("told of failure"), "\(ending.errors)")
      let keys = server.received.map { $0.headers["idempotency-key"] }
      #expect(keys.count == 2 && keys[0] != nil && keys[0] == keys[1])
      #expect(try await workspace.query("SELECT outcome FROM runs") == ["failed"])
    }
  }

  @Test func `of several processes that would tell of a run, one does`() async throws {
    try await withServer({ _ in [reply(200, [], "ok")] }) { server in
      let workspace = try Workspace()
      try write(workspace, "- {type: webhook, url: \"\(server.url)\"}")
      #expect(try await workspace.assay("run", "p.yaml", "--no-notify").code == 1)
      let children = try (0..<4).map { _ in try workspace.start(["notify", "p.yaml", "--run", "last"]) }
      for child in children {
        let ending = await child.end()
        #expect(ending.code == 0, "\(ending.errors)")
      }
      #expect(server.received.count == 1)
    }
  }

  @Test func `of several processes that would tell of a slot, one does`() async throws {
    try await withServer({ _ in [reply(200, [], "ok")] }) { server in
      let workspace = try Workspace()
      try write(workspace, "- {type: webhook, url: \"\(server.url)\"}")
      let call = ["notify", "p.yaml", "--missed", "2026-11-24T06:00:00-05:00"]
      let children = try (0..<4).map { _ in try workspace.start(call) }
      for child in children {
        let ending = await child.end()
        #expect(ending.code == 0, "\(ending.errors)")
      }
      #expect(server.received.count == 1)
    }
  }

  @Test func `a run that is stopped while it tells ends at once, as it would have`() async throws {
    let sending = Gate()
    try await withServer({ _ in [.run { sending.open() }, .silence] }) { server in
      let workspace = try Workspace()
      try write(workspace, "- {type: webhook, url: \"\(server.url)\", timeout: 50s}")
      let child = try workspace.start(["run", "p.yaml"])
      await sending.wait()
      child.signal(15)
      let ending = await child.end()
      #expect(ending.code == 1, "\(ending.errors)")
      #expect(ending.errors.contains("notify 'webhook'"), "\(ending.errors)")
      #expect(
        try await workspace.query("SELECT outcome || ' ' || state FROM runs JOIN run_notices ON run_id = id") == [
          "failed failed"
        ])
    }
  }

  @Test func `an old run that was told of ends no limit of what came after it`() async throws {
    try await withServer({ _ in [reply(200, [], "ok")] }) { server in
      let workspace = try Workspace()
      try write(workspace, "- {type: webhook, url: \"\(server.url)\", on: [failure, success], at_most_every: 1h}")
      for rows in ["id,email\n1,a\n", "id,email\n1,\n"] {
        try workspace.write(rows, to: "in.csv")
        _ = try await workspace.assay("run", "p.yaml", "--quiet")
      }
      let old = try await workspace.assay("notify", "p.yaml", "--run", "last~1")
      #expect(old.errors.contains("was told before"), "\(old.errors)")
      _ = try await workspace.assay("run", "p.yaml", "--quiet")
      #expect(try bodies(server).map { $0["event"]?.string } == ["success", "failure"])
    }
  }

  static let wrong: [([String], Int32, String)] = [
    ([], 2, "notify takes one of --test, --missed and --run"),
    (["--test", "--run", "x"], 2, "notify takes one of --test, --missed and --run"),
    (["--missed", "soon"], 2, "--missed is a time"),
    (["--missed", "2026-11-24", "--count", "0"], 2, "--count is at least 1"),
    (["--test", "--reason", "x"], 2, "--count and --reason go with --missed"),
    (["--run", "nosuch"], 2, "the pipeline 'p' has no run 'nosuch'"),
  ]

  @Test(arguments: wrong)
  func `a call that is wrong is refused`(arguments: [String], code: Int32, message: String) async throws {
    let workspace = try Workspace()
    try write(workspace, "- {type: webhook, url: \"http://127.0.0.1:1/\"}")
    let ending = try await workspace.start(["notify", "p.yaml"] + arguments).end()
    #expect(ending.code == code && ending.errors.contains(message), "\(ending.errors)")
  }

  @Test func `a pipeline without notifiers tells nobody`() async throws {
    let workspace = try Workspace()
    try workspace.write("version: 1\nname: p\nsources: {s: {type: csv, path: in.csv}}\n", to: "p.yaml")
    #expect(try await workspace.assay("notify", "p.yaml", "--test").code == 2)
    #expect(try await workspace.assay("notify", "p.yaml", "--missed", "2026-11-24").code == 0)
    #expect(!workspace.exists("assay.db"))
  }
}
