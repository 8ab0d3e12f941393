import AssayFormats
import AssayTestServers
import FoundationEssentials
import Synchronization
import Testing

/// What others are told of runs, by the real program over real connections.
@Suite(.timeLimit(.minutes(3))) struct NotificationTests {
  /// A pipeline of one CSV file, whose check fails where an email is missing.
  private func pipeline(_ notify: String, severity: String = "fail", rest: String = "") -> String {
    """
    sources: {s: {type: csv, path: in.csv, columns: {id: integer}}}
    checks: {s: {columns: {email: [{not_null: {}, severity: \(severity)}]}}}
    outputs: [{type: jsonl, from: s, path: out.jsonl}]
    \(rest)
    notify:
    \(notify.split(separator: "\n").map { "  \($0)" }.joined(separator: "\n"))
    """
  }

  private static let good = "id,email\n1,a@b.example\n"
  private static let bad = "id,email\n1,\n2,a@b.example\n"

  private func bodies(_ server: HostileServer) throws -> [JSONValue] {
    try server.received.map { try JSONParser.parse(String(decoding: $0.body, as: UTF8.self)) }
  }

  @Test func `a failure is told with its reasons, and the first good run after it as a recovery`() async throws {
    try await withServer({ _ in [reply(200, [], "ok")] }) { server in
      let workspace = try Workspace()
      let text = pipeline(
        "- {type: webhook, url: \"\(server.url)/hook\"}", rest: "report: {json: r.json, html: r.html}")
      for rows in [Self.good, Self.bad, Self.bad, Self.good, Self.good] {
        try workspace.write(rows, to: "in.csv")
        try await workspace.run(text)
      }
      let told = try bodies(server)
      #expect(told.map { $0["event"]?.string } == ["failure", "failure", "recovery"])
      let failure = try #require(told.first)
      #expect(failure["pipeline"]?.string == "p" && failure["outcome"]?.string == "failed")
      #expect(failure["exit_code"]?.int == 1 && failure["failed_checks"]?.int == 1)
      #expect(failure["title"]?.string == "p failed its checks")
      #expect(failure["reason"]?.string == "the check not_null email failed")
      #expect(
        failure["reasons"] == [
          "failed s: not_null email; expected: no value is null; observed: 1 of 2 fails (50%)"
        ], "\(failure["reasons"]?.text ?? "")")
      #expect(failure["report"]?.string == workspace.file("r.html"))
      #expect(failure["file"]?.string == workspace.file("p.yaml"))
      let run = try #require(failure["run"]?.string)
      #expect(failure["command"]?.string == "assay show \(run) --store \(workspace.file("assay.db"))")
      #expect(try await workspace.query("SELECT id FROM runs ORDER BY started_at LIMIT 1 OFFSET 1") == [run])
      #expect(server.received.allSatisfy { $0.method == "POST" && $0.headers["content-type"] == "application/json" })
      #expect(Set(server.received.map { $0.headers["idempotency-key"] ?? "" }).count == 3)
    }
  }

  @Test(arguments: [
    ("fail", [], ["failure"]), ("warn", [], ["warning"]), ("warn", ["--fail-on", "warn"], ["failure"]),
    ("fail", ["--fail-on", "never"], ["warning"]), ("fail", ["--no-notify"], []), ("fail", ["--limit", "1"], []),
    ("fail", ["--print"], []),
  ])
  func `what is told follows from how the run ended, and trials tell nothing`(
    severity: String, arguments: [String], events: [String]
  ) async throws {
    try await withServer({ _ in [reply(200, [], "ok")] }) { server in
      let workspace = try Workspace()
      try workspace.write(Self.bad, to: "in.csv")
      try workspace.write(
        "version: 1\nname: p\n"
          + pipeline(
            "- {type: webhook, url: \"\(server.url)\", on: [failure, warning, success]}", severity: severity),
        to: "p.yaml")
      _ = try await workspace.start(["run", "p.yaml"] + arguments).end()
      #expect(try bodies(server).map { $0["event"]?.string ?? "" } == events)
    }
  }

  @Test func `secrets of notifiers may be unset where nobody is told`() async throws {
    let workspace = try Workspace()
    try workspace.write(Self.good, to: "in.csv")
    let notify = "- {type: slack, webhook_url: \"${secret:NO_SUCH_SECRET}\"}"
    try workspace.write("version: 1\nname: p\n" + pipeline(notify), to: "p.yaml")
    let refused = try await workspace.assay("run", "p.yaml")
    #expect(refused.code == 2 && refused.errors.contains("NO_SUCH_SECRET is not set"), "\(refused.errors)")
    #expect(try await workspace.assay("notify", "p.yaml", "--test").code == 2)
    for arguments in [["run", "--no-notify"], ["run", "--limit", "1"], ["plan"], ["validate"]] {
      let ending = try await workspace.start(arguments + ["p.yaml"]).end()
      #expect(ending.code == 0, "\(ending.errors)")
    }
  }

  @Test func `a failure that came after the judgement is followed by a recovery`() async throws {
    try await withServer({ _ in [reply(200, [], "ok")] }) { server in
      let workspace = try Workspace()
      try workspace.write(Self.good, to: "in.csv")
      let hook = "- {type: webhook, url: \"\(server.url)\"}"
      try workspace.write("a file where a folder is to be", to: "reports")
      let broken = try await workspace.run(pipeline(hook, rest: "report: {markdown: reports/r.md}"))
      #expect(broken.code == 3, "\(broken.errors)")
      #expect(try await workspace.run(pipeline(hook)).code == 0)
      #expect(try bodies(server).map { $0["event"]?.string } == ["failure", "recovery"])
    }
  }

  @Test func `an interrupted run tells nothing, and does not wait for a server that hangs`() async throws {
    let begins = Gate()
    try await withServer({ _ in [.run { begins.open() }, .silence] }) { server in
      let workspace = try Workspace()
      try workspace.write(
        """
        version: 1
        name: p
        apis: {a: {base_url: "\(server.url)"}}
        sources: {s: {type: http, api: a, path: /rows}}
        outputs: [{type: jsonl, from: s, path: out.jsonl}]
        notify:
          - {type: ping, url: "\(server.url)/p", start_url: "\(server.url)/start", timeout: 50s}
          - {type: webhook, url: "\(server.url)/hook", on: [failure, recovery, warning, success]}

        """, to: "p.yaml")
      let child = try workspace.start(["run", "p.yaml"])
      await begins.wait()
      child.signal(15)
      let ending = await child.end()
      #expect(ending.code == 143, "\(ending.errors)")
      #expect(!ending.errors.contains("notify"))
      #expect(!server.received.contains { $0.target == "/hook" || $0.target == "/p" })
    }
  }

  @Test func `a run that breaks tells why, also where the store cannot be opened`() async throws {
    try await withServer({ _ in [reply(200, [], "ok")] }) { server in
      let workspace = try Workspace()
      let text = pipeline("- {type: webhook, url: \"\(server.url)\"}")
      #expect(try await workspace.run(text).code == 3)
      try workspace.write("no database, but a text that is long enough to be one\n", to: "other.db")
      #expect(try await workspace.run(text, "--store", "other.db").code == 3)
      let told = try bodies(server)
      #expect(told.map { $0["event"]?.string } == ["failure", "failure"])
      #expect(told[0]["outcome"]?.string == "error" && told[0]["title"]?.string == "p broke")
      #expect(told[0]["reasons"]?.elements?.first?.string?.hasPrefix("source 's' (csv): ") == true, "\(told[0].text)")
      #expect(told[1]["reason"]?.string?.contains("other.db") == true, "\(told[1].text)")
      #expect(told[1]["command"] == .null)
    }
  }

  @Test func `messages about failures are limited and counted, and a recovery ends that`() async throws {
    try await withServer({ _ in [reply(200, [], "ok")] }) { server in
      let workspace = try Workspace()
      let text = pipeline("- {type: webhook, url: \"\(server.url)\", at_most_every: 1h}")
      for rows in [Self.bad, Self.bad, Self.bad, Self.good, Self.bad, Self.good] {
        try workspace.write(rows, to: "in.csv")
        try await workspace.run(text)
      }
      let told = try bodies(server).map { "\($0["event"]?.string ?? "") \($0["suppressed"]?.int ?? -1)" }
      #expect(told == ["failure 0", "recovery 2", "failure 0", "recovery 0"])
      let states = try await workspace.query(
        "SELECT n.event || ' ' || n.state FROM run_notices n JOIN runs r ON r.id = n.run_id ORDER BY r.started_at")
      #expect(
        states == [
          "failure sent", "failure suppressed", "failure suppressed", "recovery sent", "failure sent", "recovery sent",
        ])
    }
  }

  @Test func `what a failure held back is told by the next one where no recovery is`() async throws {
    try await withServer({ _ in [reply(200, [], "ok")] }) { server in
      let workspace = try Workspace()
      let text = pipeline("- {type: webhook, url: \"\(server.url)\", at_most_every: 1h, on: [failure]}")
      for rows in [Self.bad, Self.bad, Self.good, Self.bad] {
        try workspace.write(rows, to: "in.csv")
        try await workspace.run(text)
      }
      let told = try bodies(server).map { "\($0["event"]?.string ?? "") \($0["suppressed"]?.int ?? -1)" }
      #expect(told == ["failure 0", "failure 1"])
    }
  }

  @Test func `a recovery is told after runs that were let through, and again where it could not be sent`() async throws
  {
    let isDown = Mutex(false)
    try await withServer({ _ in isDown.withLock { $0 } ? [reply(500, [], "down")] : [reply(200, [], "ok")] }) {
      server in
      let workspace = try Workspace()
      let text = pipeline(
        "- {type: webhook, url: \"\(server.url)\", attempts: 1, on: [failure, recovery, warning]}")
      let calls: [(rows: String, arguments: [String], isDown: Bool)] = [
        (Self.bad, [], false), (Self.bad, ["--fail-on", "never"], false), (Self.good, [], true), (Self.good, [], false),
        (Self.good, [], false),
      ]
      for call in calls {
        isDown.withLock { $0 = call.isDown }
        try workspace.write(call.rows, to: "in.csv")
        try workspace.write("version: 1\nname: p\n" + text, to: "p.yaml")
        _ = try await workspace.start(["run", "p.yaml"] + call.arguments).end()
      }
      #expect(try bodies(server).map { $0["event"]?.string } == ["failure", "warning", "recovery", "recovery"])
    }
  }

  @Test func `a run of a part tells nothing but failure, and ends no incident`() async throws {
    try await withServer({ _ in [reply(200, [], "ok")] }) { server in
      let workspace = try Workspace()
      let base = "\(server.url)/ping"
      let text = pipeline(
        """
        - {type: webhook, url: "\(server.url)/hook", on: [failure, recovery, warning, success]}
        - {type: ping, url: "\(base)", fail_url: "\(base)/fail", start_url: "\(base)/start"}
        """)
      try workspace.write("version: 1\nname: p\n" + text, to: "p.yaml")
      let part = ["--only", "s"]
      var seen: [[String]] = []
      for (rows, arguments) in [
        (Self.bad, []), (Self.good, part), (Self.good, ["--from-step", "s"]), (Self.good, []), (Self.bad, part),
      ] {
        let before = server.received.count
        try workspace.write(rows, to: "in.csv")
        _ = try await workspace.start(["run", "p.yaml"] + arguments).end()
        seen.append(server.received.dropFirst(before).map(\.target).sorted())
      }
      #expect(
        seen == [
          ["/hook", "/ping/fail", "/ping/start"], [], [], ["/hook", "/ping", "/ping/start"], ["/hook", "/ping/fail"],
        ])
      let hooks = server.received.filter { $0.target == "/hook" }
      let events = try hooks.map { try JSONParser.parse(String(decoding: $0.body, as: UTF8.self))["event"]?.string }
      #expect(events == ["failure", "recovery", "failure"])
      let late = try await workspace.assay("notify", "p.yaml", "--run", "last~2")
      #expect(late.code == 0 && late.errors.contains("it is of a part of the pipeline"), "\(late.errors)")
    }
  }

  @Test func `a run of which nothing came is told as a warning with its reason, and is neither good nor bad`()
    async throws
  {
    try await withServer({ _ in [reply(200, [], "ok")] }) { server in
      let workspace = try Workspace()
      let run = try await workspace.run(
        """
        sources: {s: {type: csv, path: nosuch.csv, on_failure: continue}}
        outputs: [{type: jsonl, from: s, path: out.jsonl}]
        notify:
          - {type: ping, url: "\(server.url)/ping"}
          - {type: webhook, url: "\(server.url)/hook", on: [recovery, warning, success]}
        """)
      #expect(run.code == 0, "\(run.errors)")
      #expect(server.received.map(\.target) == ["/hook"])
      let body = try #require(try bodies(server).first)
      #expect(body["event"]?.string == "warning")
      #expect(body["reason"] == body["reasons"]?.elements?.first && body["reason"] != .null, "\(body.text)")
    }
  }

  @Test func `which call of a dead man's switch failed is said`() async throws {
    try await withServer({ received in
      received.target == "/start" ? [reply(404, [], "no")] : [reply(200, [], "ok")]
    }) { server in
      let workspace = try Workspace()
      try workspace.write(Self.good, to: "in.csv")
      let run = try await workspace.run(
        pipeline("- {type: ping, url: \"\(server.url)/p\", start_url: \"\(server.url)/start\"}"))
      let said = run.errors.split(whereSeparator: \.isWhitespace).joined(separator: " ")
      #expect(said.contains("notify 'ping': 'start_url' could not be called: "), "\(said)")
    }
  }

  @Test func `a message that could not be sent changes nothing of the run, is said, and does not count for the limit`()
    async throws
  {
    let isDown = Mutex(true)
    try await withServer({ _ in isDown.withLock { $0 } ? [reply(500, [], "down")] : [reply(200, [], "ok")] }) {
      server in
      let workspace = try Workspace()
      try workspace.write(Self.bad, to: "in.csv")
      let text = pipeline("- {type: webhook, url: \"\(server.url)/hook\", at_most_every: 1h, attempts: 2}")
      let first = try await workspace.run(text)
      #expect(first.code == 1 && first.outcome == "failed")
      let said = first.errors.split(whereSeparator: \.isWhitespace).joined(separator: " ")
      #expect(
        said.contains(
          "notify 'webhook': the message could not be sent: POST \(server.url)/hook answered 500 Internal Server Error, after 2 attempts: \"down\""
        ), "\(said)")
      #expect(server.received.count == 2)
      #expect(try await workspace.query("SELECT messages FROM run_reports")[0].contains("notify 'webhook'"))
      isDown.withLock { $0 = false }
      let second = try await workspace.run(text)
      #expect(!second.errors.contains("notify"))
      #expect(server.received.count == 3)
      #expect(Set(server.received.prefix(2).compactMap { $0.headers["idempotency-key"] }).count == 1)
    }
  }

  static let faults: [(String, [HostileServer.Step], String)] = [
    ("a server that hangs", [.silence], "got no answer"),
    ("a reset", [.reset], "got no answer"),
    ("a long wait", [reply(429, [("Retry-After", "3600")], "slow down")], "asks to wait until"),
    ("a refusal", [reply(404, [], "no such hook")], "answered 404 Not Found: \"no such hook\""),
    (
      "an endless answer", [raw("HTTP/1.1 200 OK\r\nContent-Length: 999999999\r\n\r\n"), .silence], "answered too much"
    ),
  ]

  @Test(arguments: faults)
  func `a bad server holds no run up, and is named`(
    name: String, script: [HostileServer.Step], words: String
  ) async throws {
    try await withServer({ _ in script }) { server in
      let workspace = try Workspace()
      try workspace.write(Self.bad, to: "in.csv")
      let run = try await workspace.run(
        pipeline("- {type: webhook, url: \"\(server.url)\", timeout: 200ms, attempts: 2}"))
      #expect(run.code == 1)
      let said = run.errors.split(whereSeparator: \.isWhitespace).joined(separator: " ")
      #expect(said.contains("notify 'webhook'") && said.contains(words), "\(name): \(said)")
    }
  }

  @Test func `a wait that a server asks for is kept to`() async throws {
    try await withServer({ received in
      received.number == 1 ? [reply(429, [("Retry-After", "1")], "later")] : [reply(200, [], "ok")]
    }) { server in
      let workspace = try Workspace()
      try workspace.write(Self.bad, to: "in.csv")
      let run = try await workspace.run(pipeline("- {type: webhook, url: \"\(server.url)\"}"))
      #expect(run.code == 1 && !run.errors.contains("notify"))
      #expect(server.received.count == 2)
    }
  }

  @Test func `a dead man's switch is called after good runs, and as runs begin`() async throws {
    try await withServer({ _ in [reply(200, [], "OK")] }) { server in
      let workspace = try Workspace()
      let base = "\(server.url)/0123-4567"
      let text = pipeline(
        """
        - {type: ping, url: "\(base)", fail_url: "\(base)/fail", start_url: "\(base)/start"}
        - {type: ping, url: "\(server.url)/other", method: HEAD}
        """)
      for rows in [Self.good, Self.bad, Self.good] {
        try workspace.write(rows, to: "in.csv")
        try await workspace.run(text)
      }
      let calls = server.received.map { "\($0.method) \($0.target)" }
      // A call whose answer is late, on a machine with much to do, is sent again.
      let own = calls.filter { $0.contains("0123") }.reduce(into: [String]()) { found, call in
        if found.last != call { found.append(call) }
      }
      #expect(
        own == [
          "GET /0123-4567/start", "GET /0123-4567", "GET /0123-4567/start", "GET /0123-4567/fail",
          "GET /0123-4567/start", "GET /0123-4567",
        ])
      #expect(calls.filter { $0.contains("other") } == ["HEAD /other", "HEAD /other"])
    }
  }

  @Test func `a body of the file's own is filled, each value with its kind`() async throws {
    try await withServer({ _ in [reply(202, [], "")] }) { server in
      let workspace = try Workspace()
      try workspace.write(Self.bad, to: "in.csv")
      let run = try await workspace.run(
        pipeline(
          """
          - type: webhook
            url: "\(server.url)/v2"
            method: PUT
            headers: {X-Team: data, Content-Type: application/vnd.x+json}
            auth: {type: bearer, token: "${secret:TOKEN}"}
            body:
              key: "${secret:KEY}"
              text: "{pipeline}: {reason} ({failed_checks} of 1) {{x}} {slot}"
              list: ["{reasons}", {n: "{failed_checks}", none: "{missed}", word: "00501", yes: true}]
          """), environment: ["KEY": "k3y-of-the-hook", "TOKEN": "t0ken"])
      #expect(run.code == 1, "\(run.errors)")
      let received = try #require(server.received.first)
      #expect(received.method == "PUT" && received.headers["x-team"] == "data")
      #expect(received.headers["content-type"] == "application/vnd.x+json")
      #expect(received.headers["authorization"] == "Bearer t0ken")
      let body = try bodies(server)[0]
      #expect(body["key"]?.string == "k3y-of-the-hook")
      #expect(body["text"]?.string == "p: the check not_null email failed (1 of 1) {x} ")
      #expect(
        body["list"] == [
          ["failed s: not_null email; expected: no value is null; observed: 1 of 2 fails (50%)"],
          ["n": 1, "none": .null, "word": "00501", "yes": true],
        ])
    }
  }

  @Test func `a secret in an address, a header, a body or a reason is not to be seen`() async throws {
    let secret = "s3cr3t-of-the-hook"
    // A server as unkind as can be: it sends back what it was sent.
    try await withServer({ request in
      let echo = "\(request.target) \(request.headers["x-key"] ?? "") \(String(decoding: request.body, as: UTF8.self))"
      return [reply(400, [("X-Echo", request.target)], echo)]
    }) { server in
      let workspace = try Workspace()
      try workspace.write("id,email\n1,\n\(secret),x\n", to: "in.csv")
      let address = "\(server.url)/\(secret)"
      let text = pipeline(
        """
        - {type: webhook, url: "\(server.url)/${secret:KEY}", headers: {X-Key: "${secret:KEY}"}, body: {k: "${secret:KEY}", r: "{reasons}"}}
        - {type: slack, webhook_url: "\(address)/slack"}
        - {type: ping, url: "\(address)/ping", on: [success]}
        - {type: webhook, url: "\(server.url)/plain", name: plain}
        """, rest: "report: {json: r.json, html: r.html, markdown: r.md}")
      let run = try await workspace.run(text, environment: ["KEY": secret])
      let test = try await workspace.assay(
        "notify", "p.yaml", "--missed", "2026-11-24T06:00:00Z", "--reason", "it has \(secret)",
        environment: ["KEY": secret])
      #expect(run.code != 0 && test.code == 3)
      #expect(server.received.count >= 6)
      let plain = server.received.filter { $0.target == "/plain" }.map { String(decoding: $0.body, as: UTF8.self) }
      #expect(plain.count == 2 && plain.allSatisfy { !$0.contains(secret) }, "\(plain)")
      #expect(!run.everything.contains(secret) && !(test.output + test.errors).contains(secret), "\(run.errors)")
      #expect(!run.errors.contains("/slack"), "\(run.errors)")
      for name in workspace.files where !["in.csv", "p.yaml"].contains(name) {
        let bytes = workspace.bytes(name) ?? []
        #expect(bytes.firstRange(of: Array(secret.utf8)) == nil, "\(name) shows the secret")
      }
    }
  }
}
