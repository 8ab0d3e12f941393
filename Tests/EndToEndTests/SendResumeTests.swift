import AssayFormats
import AssayTestServers
import AssayTestSupport
import FoundationEssentials
import Glibc
import Synchronization
import Testing

/// Runs that break, are stopped or are killed while they send, and are gone on with: each row arrives once.
///
/// `ASSAY_KILL_ROUNDS` sets how many runs are killed; each has a seed of its own, which failures name.
@Suite(.timeLimit(.minutes(30))) struct SendResumeTests {
  private static let count = 60
  private static let rounds = getenv("ASSAY_KILL_ROUNDS").flatMap { Int(String(cString: $0)) } ?? 6

  private func pipeline(_ server: HostileServer, _ output: String = "", api: String = "", rest: String = "") -> String {
    """
    apis: {a: {base_url: "\(server.url)", concurrency: 4, retry: {max_attempts: 1}, timeout: {read: 10m, total: 10m}, \(api)}}
    sources:
      s: {type: http, api: a, path: /source}
    outputs:
      - {type: http, from: s, api: a, path: /rows, \(output)}
      - {type: sqlite, from: s, table: t}
      - {type: csv, from: s, path: out.csv}
    \(rest)
    """
  }

  private static let source = reply(
    200, [("Content-Type", "application/json")], "[" + (1...count).map { "{\"id\":\($0)}" }.joined(separator: ",") + "]"
  )

  /// A service with the rows; `answer` is asked for the n-th row that comes, from 1.
  private func withService<T>(
    _ answer: @escaping @Sendable (Int) -> [HostileServer.Step]? = { _ in nil },
    _ body: (Workspace, HostileServer) async throws -> T
  ) async throws -> T {
    let rows = Mutex(0)
    return try await withServer({ request in
      if request.method == "GET" { return [Self.source] }
      let number = rows.withLock { rows in
        rows += 1
        return rows
      }
      return answer(number) ?? [reply(201)]
    }) { server in
      try await body(try Workspace(), server)
    }
  }

  private struct Arrival: Hashable {
    var body: String
    var key: String
  }

  private func arrivals(_ server: HostileServer) -> [Arrival] {
    server.received.filter { $0.method != "GET" }.map {
      Arrival(body: String(decoding: $0.body, as: UTF8.self), key: $0.headers["idempotency-key"] ?? "")
    }
  }

  private static let bodies = Set((1...count).map { "{\"id\":\($0)}" })

  /// All rows have come, those that came twice under one key, and at most as many of them as were under way.
  private func expectEachOnce(_ server: HostileServer, repeats: Int, comment: String = "") {
    let all = arrivals(server)
    let distinct = Set(all)
    #expect(Set(all.map(\.body)) == Self.bodies, "\(comment)")
    #expect(distinct.count == Self.count, "a row came under two keys; \(comment)")
    #expect(all.count - distinct.count <= repeats, "\(comment)")
  }

  private func expectPublished(_ workspace: Workspace) async throws {
    #expect(try await workspace.query("SELECT count(*) FROM t") == ["\(Self.count)"])
    #expect(workspace.text("out.csv")?.split(separator: "\n").count == Self.count + 1)
    #expect(try await workspace.query("SELECT count(*) FROM sent_requests") == ["0"])
    #expect(try await workspace.leftovers() == [])
  }

  @Test func `a run that breaks while it sends is gone on with, and asks and sends only what is missing`() async throws
  {
    let isDown = Mutex(true)
    try await withService({ $0 == 30 && isDown.withLock { $0 } ? [reply(500)] : nil }) { workspace, server in
      let text = pipeline(server)
      let first = try await workspace.run(text)
      #expect(first.code == 3, "\(first.errors)")
      #expect(first.published == [false, false, false])
      #expect(try await workspace.query("SELECT name FROM sqlite_master WHERE name = 't'") == [])
      #expect(!workspace.exists("out.csv"))
      let sent = try await workspace.query("SELECT count(*) FROM sent_requests")
      #expect(sent == ["\(arrivals(server).count - 1)"])
      isDown.withLock { $0 = false }
      let second = try await workspace.run(text, "--resume")
      #expect(second.code == 0, "\(second.errors)")
      #expect(second.published == [true, true, true])
      #expect(second.report["outputs"]?.elements?.first?["rows"]?.int == Self.count)
      #expect(second.step("POST a /rows")?["cache_hits"]?.int.map { ["\($0)"] } == sent)
      #expect(server.received.filter { $0.method == "GET" }.count == 1)
      // The one that broke is sent again, under its key.
      expectEachOnce(server, repeats: 1)
      #expect(arrivals(server).count == Self.count + 1)
      try await expectPublished(workspace)
    }
  }

  @Test func `runs that go on with each other share what was sent`() async throws {
    try await withService { workspace, server in
      let text = pipeline(server, api: "budget: {requests_per_run: 20}")
      for run in 1...4 {
        let outcome = run == 1 ? try await workspace.run(text) : try await workspace.run(text, "--resume")
        #expect(outcome.code == (run == 4 ? 0 : 4), "\(outcome.errors)")
        #expect(outcome.published == [Bool](repeating: run == 4, count: 3))
        guard run < 4 else { continue }
        #expect(outcome.outcome == "partial")
        let said = outcome.errors.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        #expect(said.contains("the budget of api 'a' is used up: 20 requests per run"), "\(said)")
        #expect(
          said.contains("\(run * 20 - 1) of 60 requests were sent; 'assay run --resume' sends the rest"), "\(said)")
        #expect(!workspace.exists("out.csv"))
      }
      expectEachOnce(server, repeats: 0)
      try await expectPublished(workspace)
    }
  }

  @Test func `what is published although a gate failed is sent once too`() async throws {
    let isDown = Mutex(true)
    try await withService({ $0 == 30 && isDown.withLock { $0 } ? [reply(500)] : nil }) { workspace, server in
      let text = pipeline(server, "publish: always", rest: "checks: {s: {dataset: [{row_count: {max: 3}}]}}")
      #expect(try await workspace.run(text).code == 3)
      isDown.withLock { $0 = false }
      let run = try await workspace.run(text, "--resume")
      #expect(run.code == 1, "\(run.errors)")
      #expect(run.published == [true, false, false])
      expectEachOnce(server, repeats: 1)
      #expect(try await workspace.query("SELECT count(*) FROM sent_requests") == ["0"])
    }
  }

  @Test func `a new run after a broken one sends all rows under new keys`() async throws {
    let isDown = Mutex(true)
    try await withService({ $0 == 30 && isDown.withLock { $0 } ? [reply(500)] : nil }) { workspace, server in
      #expect(try await workspace.run(pipeline(server)).code == 3)
      let first = Set(arrivals(server))
      isDown.withLock { $0 = false }
      let count = server.received.count
      let run = try await workspace.run(pipeline(server))
      #expect(run.code == 0, "\(run.errors)")
      let second = arrivals(server).suffix(server.received.count - count - 1)
      #expect(Set(second.map(\.body)) == Self.bodies && second.count == Self.count)
      #expect(Set(second.map(\.key)).isDisjoint(with: first.map(\.key)))
      try await expectPublished(workspace)
    }
  }

  @Test(arguments: [(SIGINT, 130), (SIGTERM, 143)])
  func `a signal lets what is under way end, and publishes nothing`(_ number: Int32, _ code: Int) async throws {
    let victim = Mutex<ChildProcess?>(nil)
    let gate = Gate()
    try await withService({ row in
      if row != 20 { return nil }
      return [.run { victim.withLock { $0 }?.signal(number) }, .run { gate.open() }, reply(201)]
    }) { workspace, server in
      let text = pipeline(server, "ordered: true", api: "rate_limit: {requests: 100, burst: 25}")
      try workspace.write("version: 1\nname: p\n" + text, to: "p.yaml")
      let process = try workspace.start(["run", "p.yaml", "--json"])
      victim.withLock { $0 = process }
      await gate.wait()
      let run = try RunOutcome(await process.end())
      #expect(run.code == Int32(code), "\(run.errors)")
      #expect(run.outcome == "interrupted")
      #expect(run.published == [false, false, false])
      let sent = arrivals(server).count
      #expect(sent >= 20 && sent < Self.count)
      let said = run.errors.split(whereSeparator: \.isWhitespace).joined(separator: " ")
      #expect(said.contains("\(sent) of 60 requests were sent; 'assay run --resume' sends the rest"), "\(said)")
      #expect(run.errors.hasSuffix("with --resume, a run goes on from what was answered\n"))
      let resumed = try await workspace.run(text, "--resume")
      #expect(resumed.code == 0, "\(resumed.errors)")
      // What was answered was remembered, also that which was under way.
      expectEachOnce(server, repeats: 0)
      try await expectPublished(workspace)
    }
  }

  @Test(arguments: 0..<UInt64(rounds))
  func `a run that is killed while it sends sends nothing twice that was answered`(seed: UInt64) async throws {
    var random = SeededRandom(seed: seed)
    let last = 1 + random.next(below: Self.count)
    let pause = UInt32(random.next(below: 4000))
    let victim = Mutex<ChildProcess?>(nil)
    let isFirst = Mutex(true)
    try await withService({ row in
      guard row == last, isFirst.withLock({ $0 }) else { return nil }
      let kill: @Sendable () -> Void = {
        usleep(pause)
        victim.withLock { $0 }?.signal(SIGKILL)
      }
      return seed.isMultiple(of: 2) ? [.run(kill), reply(201)] : [reply(201), .run(kill)]
    }) { workspace, server in
      let text = pipeline(server)
      try workspace.write("version: 1\nname: p\n" + text, to: "p.yaml")
      let process = try workspace.start(["run", "p.yaml"])
      victim.withLock { $0 = process }
      let ending = await process.end()
      isFirst.withLock { $0 = false }
      let isKilled = ending.code == -SIGKILL
      #expect(isKilled || ending.code == 0, "\(ending.errors)")
      guard isKilled, try await workspace.query("SELECT count(*) FROM runs WHERE outcome IS NULL") == ["1"] else {
        return
      }
      #expect(try await workspace.query("SELECT name FROM sqlite_master WHERE name = 't'") == [])
      let kept = Int(try await workspace.query("SELECT count(*) FROM sent_requests")[0]) ?? 0
      let before = arrivals(server).count
      // Four are under way at the most, and as many again wait for their commit.
      #expect(before - kept <= 8, "\(before) came and \(kept) were remembered")
      let resumed = try await workspace.assay("run", "p.yaml", "--resume")
      #expect(resumed.code == 0, "\(resumed.errors)")
      expectEachOnce(server, repeats: before - kept, comment: "killed at \(last) after \(pause) us")
      try await expectPublished(workspace)
    }
  }

  @Test(.enabled("mounting a small file system is not permitted here") { SmallDisk.isPermitted })
  func `a store that is full stops the sending, and each row arrives once in the end`() async throws {
    let disk = try #require(SmallDisk(kilobytes: 4_000))
    let path = disk.path
    let isFirst = Mutex(true)
    try await withService({ row in
      guard row == 10, isFirst.withLock({ $0 }) else { return nil }
      return [.run { fill(path + "/ballast") }, reply(201)]
    }) { workspace, server in
      let text = pipeline(server)
      let first = try await workspace.run(text, "--store", path + "/a.db")
      #expect(first.code == 3, "\(first.errors)")
      #expect(first.errors.contains("no space is left"), "\(first.errors)")
      let sent = arrivals(server).count
      #expect(sent >= 10 && sent < Self.count)
      isFirst.withLock { $0 = false }
      unlink(path + "/ballast")
      let second = try await workspace.run(text, "--resume", "--store", path + "/a.db")
      #expect(second.code == 0, "\(second.errors)")
      expectEachOnce(server, repeats: 12)
      #expect(workspace.text("out.csv")?.split(separator: "\n").count == Self.count + 1)
    }
  }
}

/// Writes a file until the disk is full.
private func fill(_ path: String) {
  let file = open(path, O_CREAT | O_WRONLY, 0o644)
  let bytes = [UInt8](repeating: 0, count: 1 << 12)
  while write(file, bytes, bytes.count) > 0 {}
  close(file)
}
