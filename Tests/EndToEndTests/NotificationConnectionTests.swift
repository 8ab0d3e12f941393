import AssayFormats
import AssayStore
import AssayTestServers
import FoundationEssentials
import Testing

/// How messages get where they go, and what the scheduler tells.
@Suite(.timeLimit(.minutes(3))) struct NotificationConnectionTests {
  private func pipeline(_ notifier: String) -> String {
    """
    sources: {s: {type: csv, path: in.csv}}
    checks: {s: {columns: {email: [not_null]}}}
    notify: {\(notifier)}
    """
  }

  private func workspace() throws -> Workspace {
    let workspace = try Workspace()
    try workspace.write("id,email\n1,\n", to: "in.csv")
    return workspace
  }

  @Test(arguments: [
    (["CI_JOB_URL": "https://ci.example.com/jobs/7"], "https://ci.example.com/jobs/7"),
    (["BUILD_URL": "https://ci.example.com/b/8/"], "https://ci.example.com/b/8/"), ([:], nil),
  ])
  func `a message leads to the job of the CI system, or else to the report`(
    environment: [String: String], url: String?
  ) async throws {
    try await withServer({ _ in [reply(200, [], "ok")] }) { server in
      let workspace = try workspace()
      let text = pipeline("type: webhook, url: \"\(server.url)\"")
      try await workspace.run(text + "\nreport: {json: \"the report.json\"}", environment: environment)
      let body = try JSONParser.parse(String(decoding: try #require(server.received.first).body, as: UTF8.self))
      #expect(body["report"]?.string == workspace.file("the report.json"))
      #expect(body["url"]?.string == url ?? "file://\(workspace.path)/the%20report.json", "\(body.text)")
    }
  }

  @Test(arguments: [true, false])
  func `a webhook trusts an authority of its own only where it says so`(trusts: Bool) async throws {
    try await withServer({ _ in [reply(200, [], "ok")] }) { server in
      let front = try await TLSServer(before: server)
      defer { front.stop() }
      let workspace = try workspace()
      try workspace.write(
        Array(try Data(contentsOf: URL(fileURLWithPath: certificateFile("authority")))), to: "authority.pem")
      let tls = trusts ? ", tls: {ca_file: authority.pem}" : ""
      let run = try await workspace.run(pipeline("type: webhook, url: \"\(front.url)/hook\"\(tls)"))
      #expect(run.code == 1)
      #expect(server.received.map(\.target) == (trusts ? ["/hook"] : []))
      #expect(run.errors.contains("notify 'webhook'") == !trusts, "\(run.errors)")
    }
  }

  @Test func `messages go through the proxy of the environment, whose password is not to be seen`() async throws {
    try await withServer({ received in
      received.target.hasSuffix("/hook") ? [reply(200, [], "ok")] : [reply(502, [], received.headers.description)]
    }) { proxy in
      let workspace = try workspace()
      let environment = ["http_proxy": "http://ann:geheim12@127.0.0.1:\(proxy.port)"]
      for path in ["hook", "bad"] {
        let run = try await workspace.run(
          pipeline("type: webhook, url: \"http://hooks.invalid/\(path)\", attempts: 1"), environment: environment)
        #expect(run.code == 1)
        let said = run.errors.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        #expect(said.contains("answered 502") == (path == "bad"), "\(said)")
        #expect(!run.everything.contains("geheim12") && !run.everything.contains("YW5uOmdlaGVpbTEy"))
      }
      #expect(proxy.received.map(\.target) == ["http://hooks.invalid/hook", "http://hooks.invalid/bad"])
    }
  }

  @Test func `a redirect is followed, and takes no secret to another host`() async throws {
    try await withServer({ _ in [reply(200, [], "ok")] }) { other in
      try await withServer({ _ in [reply(307, [("Location", "\(other.url)/there")], "")] }) { server in
        let workspace = try workspace()
        let run = try await workspace.run(
          pipeline(
            "type: webhook, url: \"\(server.url)/hook\", headers: {X-Key: \"${secret:KEY}\"}, body: {k: \"{reason}\"}"),
          environment: ["KEY": "s3cr3t-key"])
        #expect(run.code == 1)
        #expect(server.received.first?.headers["x-key"] == "s3cr3t-key")
        #expect(other.received.allSatisfy { $0.headers["x-key"] == nil })
      }
    }
  }

  @Test func `a scheduler that comes back tells of the slots that nobody ran`() async throws {
    let told = Gate()
    try await withServer({ _ in [reply(200, [], "ok"), .run { told.open() }] }) { server in
      let workspace = try workspace()
      try workspace.write(
        """
        version: 1
        name: p
        params: {day: {type: date}}
        schedule: {cron: "0 * * * *", params: {day: 2026-11-24}}
        \(pipeline("type: webhook, url: \"\(server.url)\""))

        """, to: "p.yaml")
      let store = try await Store.open(workspace.file("assay.db"))
      try await store.setScheduled([(pipeline: "p", until: StoreTime.now.adding(.seconds(-5 * 3600)))])
      await store.close()
      let scheduler = try workspace.start(["schedule", "p.yaml"])
      await told.wait()
      scheduler.signal(15)
      let ending = await scheduler.end()
      #expect(ending.code == 0, "\(ending.errors)")
      let body = try JSONParser.parse(String(decoding: try #require(server.received.first).body, as: UTF8.self))
      #expect(body["event"]?.string == "missed", "\(body.text)")
      #expect([4, 5].contains(body["missed"]?.int ?? 0), "\(body.text)")
      #expect(body["reason"]?.string == "no scheduler ran then")
    }
  }

  @Test func `a scheduler tells of a slot whose run could not begin`() async throws {
    let told = Gate()
    try await withServer({ request in
      let isMeant = String(decoding: request.body, as: UTF8.self).contains("could not begin")
      return [reply(200, [], "ok")] + (isMeant ? [.run { told.open() }] : [])
    }) { server in
      let workspace = try workspace()
      try workspace.write(
        """
        version: 1
        name: p
        sources: {s: {type: csv, path: "${env:NO_SUCH_FOLDER}/in.csv"}}
        checks: {s: {columns: {email: [not_null]}}}
        schedule: {cron: "0 * * * *", catch_up: latest}
        notify: {type: webhook, url: "\(server.url)"}

        """, to: "p.yaml")
      let store = try await Store.open(workspace.file("assay.db"))
      try await store.setScheduled([(pipeline: "p", until: StoreTime.now.adding(.seconds(-5 * 3600)))])
      await store.close()
      let scheduler = try workspace.start(["schedule", "p.yaml"])
      await told.wait()
      scheduler.signal(15)
      #expect(await scheduler.end().code == 0)
      let bodies = try server.received.map { try JSONParser.parse(String(decoding: $0.body, as: UTF8.self)) }
      let body = try #require(bodies.first { $0["reason"]?.string?.contains("could not begin") == true })
      #expect(body["event"]?.string == "missed" && body["missed"]?.int == 1, "\(body.text)")
      #expect(body["reason"]?.string?.contains("NO_SUCH_FOLDER is not set") == true, "\(body.text)")
    }
  }
}
