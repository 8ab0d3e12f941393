import AssayTestServers
import AssayFormats
import SandboxAPIs
import Testing

/// APIs that misbehave: a clear error, the right exit code, nothing published.
@Suite struct HTTPFaultTests {
  private static let paged =
    "path: /customers, records: '$.items[*]', paginator: {type: page_number, size_param: per_page, page_size: 200, total_path: $.total}"

  private func fetch(
    _ base: String, _ source: String = paged, api: String = "retry: {max_attempts: 4, initial: 1ms}",
    in workspace: Workspace? = nil
  ) async throws -> (run: RunOutcome, rows: Int?) {
    let workspace = try workspace ?? Workspace()
    let run = try await workspace.run(
      """
      apis: {crm: {base_url: "\(base)", \(api)}}
      sources: {s: {type: http, api: crm, \(source)}}
      outputs: [{type: jsonl, from: s, path: out.jsonl}]
      """)
    #expect(run.published == [run.code == 0])
    let rows = workspace.text("out.jsonl").map { $0.split(separator: "\n").count }
    #expect(try await workspace.leftovers() == [])
    return (run, rows)
  }

  @Test func `a few passing faults are retried, counted, and cost no row`() async throws {
    try await withSandbox { sandbox in
      let (run, rows) = try await fetch(sandbox.baseURL + "/fault/status=500,first=2/crm")
      #expect(run.code == 0, "\(run.errors)")
      #expect(rows == sandboxCustomers)
      #expect(run.step("s")?["retries"]?.int == 2)
      #expect(run.step("s")?["requests"]?.int == 8)
    }
  }

  @Test(arguments: [
    "status=429,retry-after=0,first=1", "status=429,retry-after=1,first=1", "status=503,retry-after-date=1,first=1",
    "reset,first=1", "half,first=1",
  ])
  func `too many requests and broken connections are asked again`(_ fault: String) async throws {
    try await withSandbox { sandbox in
      let (run, rows) = try await fetch(sandbox.baseURL + "/fault/\(fault)/crm")
      #expect(run.code == 0, "\(run.errors)")
      #expect(rows == sandboxCustomers)
      #expect(run.step("s")?["retries"]?.int == 1)
    }
  }

  @Test func `a wait longer than max_wait fails at once`() async throws {
    try await withSandbox { sandbox in
      let (run, rows) = try await fetch(
        sandbox.baseURL + "/fault/status=429,retry-after=3600/crm", api: "retry: {max_wait: 10s}")
      #expect(run.code == 3)
      #expect(rows == nil)
      #expect(sandbox.targets.count == 1)
      #expect(run.error("s").contains("429"), "\(run.error("s"))")
    }
  }

  @Test(arguments: [
    ("html", "HTML"), ("status=404", "404"), ("status=500", "500"), ("status=403", "403"), ("half", ""), ("reset", ""),
  ])
  func `what stays broken ends the run with its reason`(_ fault: String, _ words: String) async throws {
    try await withSandbox { sandbox in
      let (run, rows) = try await fetch(
        sandbox.baseURL + "/fault/\(fault)/crm", api: "retry: {max_attempts: 2, initial: 1ms}")
      #expect(run.code == 3)
      #expect(run.outcome == "error")
      #expect(rows == nil)
      #expect(run.error("s").contains(words), "\(run.error("s"))")
      #expect(run.error("s").contains("/crm/customers"), "\(run.error("s"))")
      #expect(run.errors.contains(run.error("s")) || run.errors.contains(words), "\(run.errors)")
    }
  }

  @Test func `an API that never answers ends in a time-out`() async throws {
    try await withServer({ _ in [.silence] }) { server in
      let (run, rows) = try await fetch(
        server.url, api: "timeout: {read: 200ms}, retry: {max_attempts: 2, initial: 1ms}")
      #expect(run.code == 3)
      #expect(rows == nil)
      #expect(server.received.count == 2)
      #expect(run.step("s")?["retries"]?.int == 1)
      #expect(run.error("s").contains("timeout.read"), "\(run.error("s"))")
    }
  }

  @Test func `an API that is down is named with its address`() async throws {
    let server = try HostileServer { _ in [.close] }
    server.stop()
    let (run, rows) = try await fetch(server.url, api: "retry: {max_attempts: 1}")
    #expect(run.code == 3)
    #expect(rows == nil)
    #expect(run.error("s").contains("127.0.0.1:\(server.port)"), "\(run.error("s"))")
    #expect(run.error("s").contains("refused"), "\(run.error("s"))")
  }

  @Test func `bytes that are no HTTP end the run`() async throws {
    try await withServer({ _ in [raw("SSH-2.0-OpenSSH_9.2\r\n"), .close] }) { server in
      let (run, _) = try await fetch(server.url, api: "retry: {max_attempts: 1}")
      #expect(run.code == 3)
    }
  }

  @Test func `half a JSON text with a whole length is a fault of the data`() async throws {
    try await withServer({ _ in [reply(200, [("Content-Type", "application/json")], #"{"items":[{"a":1},{"a""#)] }) {
      server in
      let (run, rows) = try await fetch(server.url, "path: /x, records: '$.items[*]'", api: "retry: {max_attempts: 1}")
      #expect(run.code == 3)
      #expect(rows == nil)
      #expect(run.error("s").contains("/x"), "\(run.error("s"))")
    }
  }

  @Test func `fewer rows than the total is a warning`() async throws {
    try await withSandbox { sandbox in
      let (run, rows) = try await fetch(sandbox.baseURL + "/fault/wrong-total=1300/crm")
      #expect(run.code == 0, "\(run.errors)")
      #expect(rows == sandboxCustomers)
      #expect(
        run.warnings("s").contains { $0.contains("1300") && $0.contains("\(sandboxCustomers)") }, "\(run.warnings("s"))"
      )
    }
  }

  @Test(arguments: [
    "path: /customers-by-cursor, records: '$.data[*]', paginator: {type: cursor, cursor_path: $.next_cursor, cursor_param: cursor}",
    "path: /customers-by-url, records: '$.results[*]', paginator: {type: next_url, next_url_path: $.next}",
  ])
  func `pages that go round in a circle are an error`(_ source: String) async throws {
    try await withSandbox { sandbox in
      let (run, rows) = try await fetch(sandbox.baseURL + "/fault/stuck-cursor/crm", source)
      #expect(run.code == 3)
      #expect(rows == nil)
      #expect(sandbox.targets.count <= 3)
    }
  }

  @Test func `max_pages with more to come is an error`() async throws {
    try await withSandbox { sandbox in
      let (run, rows) = try await fetch(
        sandbox.baseURL + "/crm",
        "path: /customers, records: '$.items[*]', paginator: {type: page_number, size_param: per_page, page_size: 200, max_pages: 3}"
      )
      #expect(run.code == 3)
      #expect(rows == nil)
      #expect(run.error("s").contains("max_pages"), "\(run.error("s"))")
    }
  }

  @Test func `a fault in the middle of the pages publishes nothing, and leaves what was there`() async throws {
    try await withSandbox { sandbox in
      let workspace = try Workspace()
      try workspace.write("old", to: "out.jsonl")
      let (run, _) = try await fetch(
        sandbox.baseURL + "/fault/status=400,each=3,id=middle/crm", api: "concurrency: 1", in: workspace)
      #expect(run.code == 3)
      #expect(workspace.text("out.jsonl") == "old")
      #expect(run.step("s")?["status"]?.string == "failed")
      #expect(run.step("out.jsonl")?["status"]?.string == "cancelled")
    }
  }
}
