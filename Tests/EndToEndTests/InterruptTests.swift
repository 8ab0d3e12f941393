import AssayTestServers
import AssayFormats
import FoundationEssentials
import Glibc
import Synchronization
import Testing

/// Runs that are stopped, killed, or meet each other.
@Suite struct InterruptTests {
  /// A source of two pages: the first has rows, the second is answered by the script.
  private func pipeline(_ server: HostileServer) -> String {
    """
    version: 1
    name: p
    apis: {a: {base_url: "\(server.url)", timeout: {read: 10m, total: 10m}}}
    sources: {s: {type: http, api: a, path: /rows, paginator: {type: next_url, next_url_path: $.next}, records: "$.rows[*]"}}
    outputs:
      - {type: sqlite, from: s, table: t}
      - {type: csv, from: s, path: out.csv}
      - {type: jsonl, from: s, path: always.jsonl, publish: always}
    report: {json: report.json}

    """
  }

  private static let last = reply(200, [("Content-Type", "application/json")], #"{"rows":[{"a":2}],"next":null}"#)

  /// Answers the first page; of the second, opens the gate and goes on as the script says.
  private func withPages<T>(
    _ gate: Gate, second: @escaping @Sendable (Int) -> [HostileServer.Step],
    _ body: (Workspace, HostileServer) async throws -> T
  ) async throws -> T {
    let visits = Mutex(0)
    return try await withServer({ request in
      if request.target == "/rows" {
        return [reply(200, [("Content-Type", "application/json")], #"{"rows":[{"a":1}],"next":"/rows?page=2"}"#)]
      }
      let visit = visits.withLock { visits in
        visits += 1
        return visits
      }
      gate.open()
      return second(visit)
    }) { server in
      let workspace = try Workspace()
      try workspace.write(pipeline(server), to: "p.yaml")
      return try await body(workspace, server)
    }
  }

  @Test func `a run that takes longer than its timeout breaks, and nothing is published`() async throws {
    let gate = Gate()
    try await withPages(gate, second: { _ in [.silence] }) { workspace, server in
      try workspace.write("timeout: 200ms\n" + pipeline(server), to: "p.yaml")
      try workspace.write("old", to: "out.csv")
      let process = try workspace.start(["run", "p.yaml", "--json"])
      let run = try RunOutcome(await process.end())
      #expect(run.code == 3, "\(run.errors)")
      #expect(run.errors.contains("the run took longer than its timeout of 200ms"), "\(run.errors)")
      #expect(workspace.text("out.csv") == "old")
      #expect(
        try await workspace.query("SELECT messages FROM run_reports")
          == [#"["the run took longer than its timeout of 200ms"]"#])
    }
  }

  @Test(arguments: [(SIGINT, 130), (SIGTERM, 143)])
  func `a signal ends the run cleanly, and nothing is published`(_ number: Int32, _ code: Int) async throws {
    let gate = Gate()
    try await withPages(gate, second: { _ in [.silence] }) { workspace, _ in
      try workspace.write("old", to: "out.csv")
      let process = try workspace.start(["run", "p.yaml", "--json"])
      await gate.wait()
      process.signal(number)
      let run = try RunOutcome(await process.end())
      #expect(run.code == Int32(code), "\(run.errors)")
      #expect(run.outcome == "interrupted")
      #expect(run.published == [false, false, false])
      #expect(workspace.text("out.csv") == "old")
      #expect(!workspace.exists("always.jsonl"))
      #expect(try await workspace.query("SELECT outcome FROM runs") == ["interrupted"])
      #expect(try await workspace.query("SELECT name FROM sqlite_master WHERE name = 't'") == [])
      #expect(try await workspace.leftovers() == [])
      #expect(try JSONParser.parse(try #require(workspace.text("report.json"))) == run.report)
    }
  }

  @Test func `a second run of a pipeline ends at once, and names the first`() async throws {
    let gate = Gate()
    try await withPages(gate, second: { _ in [.silence] }) { workspace, _ in
      let first = try workspace.start(["run", "p.yaml", "--json"])
      await gate.wait()
      let second = try RunOutcome(await workspace.assay("run", "p.yaml", "--json"))
      #expect(second.code == 3)
      let id = try #require(try await workspace.query("SELECT id FROM runs").first)
      var host = [CChar](repeating: 0, count: 256)
      gethostname(&host, host.count - 1)
      let name = String(decoding: host.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
      for word in [id, name, "\(first.id)", "--wait"] { #expect(second.errors.contains(word), "\(second.errors)") }
      first.signal(SIGINT)
      #expect(await first.end().code == 130)
      #expect(try await workspace.query("SELECT count(*) FROM runs") == ["1"])
    }
  }

  @Test func `a second run waits for the first if it is told to`() async throws {
    let gate = Gate()
    let release = Latch()
    try await withPages(
      gate, second: { visit in visit == 1 ? [.run { release.wait() }, Self.last] : [Self.last] }
    ) { workspace, _ in
      let first = try workspace.start(["run", "p.yaml"])
      await gate.wait()
      let second = try workspace.start(["run", "p.yaml", "--wait"])
      release.open()
      let endings = (await first.end(), await second.end())
      #expect(endings.0.code == 0, "\(endings.0.errors)")
      #expect(endings.1.code == 0, "\(endings.1.errors)")
      #expect(try await workspace.query("SELECT a FROM t ORDER BY a") == ["1", "2"])
      #expect(try await workspace.query("SELECT outcome FROM runs") == ["passed", "passed"])
    }
  }

  @Test func `waiting is ended by a signal too`() async throws {
    let gate = Gate()
    try await withPages(gate, second: { _ in [.silence] }) { workspace, _ in
      let first = try workspace.start(["run", "p.yaml"])
      await gate.wait()
      let second = try workspace.start(["run", "p.yaml", "--wait"])
      // Once it has opened the store it waits; before, the signal ends the process as any other.
      await opened("assay.db", by: second)
      second.signal(SIGINT)
      #expect(await second.end().code == 130)
      first.signal(SIGINT)
      #expect(await first.end().code == 130)
    }
  }

  @Test func `a run that was killed leaves what was published, and the next one settles it`() async throws {
    let gate = Gate()
    try await withPages(gate, second: { $0 == 2 ? [.silence] : [Self.last] }) { workspace, _ in
      let whole = try await workspace.assay("run", "p.yaml")
      #expect(whole.code == 0, "\(whole.errors)")
      await gate.wait()
      let csv = workspace.bytes("out.csv")
      let process = try workspace.start(["run", "p.yaml"])
      await gate.wait()
      process.signal(SIGKILL)
      #expect(await process.end().code == -SIGKILL)
      #expect(try await workspace.query("SELECT a FROM t ORDER BY a") == ["1", "2"])
      #expect(workspace.bytes("out.csv") == csv)
      let next = try await workspace.assay("run", "p.yaml")
      #expect(next.code == 0, "\(next.errors)")
      #expect(try await workspace.query("SELECT a FROM t ORDER BY a") == ["1", "2"])
      #expect(try await workspace.query("SELECT count(*) FROM runs WHERE outcome IS NULL") == ["0"])
      #expect(try await workspace.query("SELECT count(*) FROM runs WHERE outcome = 'passed'") == ["2"])
      #expect(try await workspace.leftovers() == [])
    }
  }

  /// Returns when the process has a file open.
  private func opened(_ name: String, by process: ChildProcess) async {
    let folder = "/proc/\(process.id)/fd"
    while FileManager.default.fileExists(atPath: folder) {
      let links = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
      let files = links.compactMap { try? FileManager.default.destinationOfSymbolicLink(atPath: "\(folder)/\($0)") }
      if files.contains(where: { $0.hasSuffix("/" + name) }) { return }
      await Task.yield()
    }
  }
}

/// Holds the thread that waits until it is opened.
private final class Latch: Sendable {
  private let ends: (read: Int32, write: Int32)

  init() {
    var pair: [Int32] = [0, 0]
    pipe(&pair)
    ends = (pair[0], pair[1])
  }

  deinit {
    close(ends.read)
    close(ends.write)
  }

  func open() { _ = Glibc.write(ends.write, "x", 1) }

  func wait() {
    var byte: UInt8 = 0
    _ = read(ends.read, &byte, 1)
  }
}
