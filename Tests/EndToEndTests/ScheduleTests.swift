import AssayStore
import AssayTestServers
import Dispatch
import FoundationEssentials
import Glibc
import Synchronization
import Testing

/// `assay schedule`: slots that have come are run, each once, whatever happens to the scheduler and to its runs.
///
/// A store that says that slots were decided on until some hours ago has them caught up at once, so that no test waits for
/// the clock.
@Suite(.timeLimit(.minutes(2))) struct ScheduleTests {
  private static let json = [("Content-Type", "application/json")]

  private static func pipeline(_ server: HostileServer, _ schedule: String) -> String {
    """
    version: 1
    name: p
    schedule: \(schedule)
    apis: {a: {base_url: "\(server.url)", timeout: {read: 10m, total: 10m}}}
    sources: {s: {type: http, api: a, path: /rows, query: {d: "${run:date}"}, records: "$.rows[*]"}}
    outputs: [{type: sqlite, from: s, table: t}]

    """
  }

  private static let rows = reply(200, json, #"{"rows":[{"n":1}]}"#)

  /// Says that slots were decided on until so many hours ago.
  private func seed(_ workspace: Workspace, hoursAgo: Int, _ pipeline: String = "p") async throws {
    let store = try await Store.open(workspace.file("assay.db"))
    try await store.setScheduled([(pipeline, StoreTime.now.adding(.seconds(-3600 * hoursAgo)))])
    await store.close()
  }

  /// Waits until a query over the store has these rows.
  private func wait(_ workspace: Workspace, for rows: [String], _ sql: String) async throws {
    var found: [String] = []
    for _ in 0..<600 {
      found = (try? await workspace.query(sql)) ?? []
      if found == rows { return }
      try await Task.sleep(for: .milliseconds(50))
    }
    Issue.record("\(sql) has \(found), not \(rows)")
  }

  private func start(_ workspace: Workspace, _ arguments: String...) throws -> ChildProcess {
    try workspace.start(["schedule", "p.yaml"] + arguments)
  }

  /// Stops a scheduler whose slots have come to their ends.
  private func stop(_ process: ChildProcess) async throws -> String {
    process.signal(SIGTERM)
    let ending = await process.end()
    #expect(ending.code == 0, "\(ending.errors)")
    return ending.errors
  }

  @Test(arguments: [("all", 3), ("latest", 1), ("none", 0)])
  func `missed slots are caught up as the schedule says`(catchUp: String, count: Int) async throws {
    try await withServer({ _ in [Self.rows] }) { server in
      let workspace = try Workspace()
      let zone = "timezone: Pacific/Kiritimati"
      try workspace.write(
        Self.pipeline(server, #"{cron: "@hourly", \#(zone), catch_up: \#(catchUp), catch_up_window: 3h}"#), to: "p.yaml"
      )
      try await seed(workspace, hoursAgo: 3)
      let process = try start(workspace)
      try await wait(workspace, for: ["3"], "SELECT count(*) FROM slots WHERE state IN ('passed', 'missed')")
      let log = try await stop(process)
      #expect(
        try await workspace.query("SELECT count(*) FROM slots WHERE state = 'missed'") == ["\(3 - count)"])
      #expect(log.contains("slots were missed") == (count < 3), "\(log)")
      let runs = try await workspace.query(
        "SELECT \"trigger\" || outcome || substr(slot, 20) FROM runs ORDER BY slot")
      #expect(runs == Array(repeating: "catch_uppassed+14:00", count: count))
      // The logical date is the slot's, on the clock of its place.
      let dates = try await workspace.query("SELECT '/rows?d=' || substr(slot, 1, 10) FROM runs ORDER BY slot")
      #expect(server.received.map(\.target) == dates)
      // What was decided on is not offered again.
      let second = try start(workspace, "--health-file", "health.json")
      while !workspace.exists("health.json") { try await Task.sleep(for: .milliseconds(20)) }
      _ = try await stop(second)
      #expect(try await workspace.query("SELECT count(*) FROM slots") == ["3"])
    }
  }

  @Test func `two schedulers never run the same slot`() async throws {
    try await withServer({ _ in [Self.rows] }) { server in
      let workspace = try Workspace()
      try workspace.write(
        Self.pipeline(server, #"{cron: "@hourly", catch_up: all, overlap: queue}"#), to: "p.yaml")
      try await seed(workspace, hoursAgo: 12)
      let processes = try (0..<3).map { _ in try start(workspace) }
      try await wait(workspace, for: ["12"], "SELECT count(*) FROM slots WHERE state = 'passed'")
      for process in processes { _ = try await stop(process) }
      #expect(try await workspace.query("SELECT count(*) FROM runs WHERE outcome = 'passed'") == ["12"])
      #expect(try await workspace.query("SELECT count(DISTINCT slot) FROM runs") == ["12"])
      #expect(server.received.count == 12)
    }
  }

  @Test func `a run outlives its scheduler, and the next one waits for it rather than to start another`() async throws {
    let (gate, release) = (Gate(), DispatchSemaphore(value: 0))
    try await withServer({ request in
      if request.number > 1 { return [Self.rows] }
      gate.open()
      return [.run { release.wait() }, Self.rows]
    }) { server in
      let workspace = try Workspace()
      try workspace.write(
        Self.pipeline(server, #"{cron: "@hourly", catch_up: all, overlap: queue}"#), to: "p.yaml")
      try await seed(workspace, hoursAgo: 2)
      let first = try start(workspace)
      await gate.wait()
      first.signal(SIGKILL)
      _ = await first.end()
      let second = try start(workspace, "--health-file", "health.json")
      while !workspace.exists("health.json") { try await Task.sleep(for: .milliseconds(20)) }
      #expect(try await workspace.query("SELECT count(*) FROM runs") == ["1"])
      release.signal()
      try await wait(workspace, for: ["2"], "SELECT count(*) FROM slots WHERE state = 'passed'")
      let log = try await stop(second)
      #expect(log.contains("a run goes on that was started before this scheduler"), "\(log)")
      #expect(try await workspace.query("SELECT count(*) FROM runs WHERE outcome = 'passed'") == ["2"])
    }
  }

  @Test(arguments: [("latest", ["broken", "passed"]), ("none", ["broken"])])
  func `a run that was killed is gone on with by the next scheduler, if slots are caught up`(
    catchUp: String, outcomes: [String]
  ) async throws {
    let gate = Gate()
    try await withServer({ request in
      if request.number > 1 { return [Self.rows] }
      gate.open()
      return [.silence]
    }) { server in
      let workspace = try Workspace()
      try workspace.write(Self.pipeline(server, #"{cron: "@hourly", catch_up: latest}"#), to: "p.yaml")
      try await seed(workspace, hoursAgo: 1)
      let first = try start(workspace)
      await gate.wait()
      // The power fails.
      first.signal(SIGKILL)
      _ = await first.end()
      let pid = try #require(try await workspace.query("SELECT pid FROM runs").first.flatMap { Int32($0) })
      kill(pid, SIGKILL)
      try workspace.write(Self.pipeline(server, #"{cron: "@hourly", catch_up: \#(catchUp)}"#), to: "p.yaml")
      let second = try start(workspace)
      try await wait(workspace, for: outcomes, "SELECT outcome FROM runs WHERE outcome NOT NULL ORDER BY started_at")
      let log = try await stop(second)
      #expect(try await workspace.query("SELECT count(DISTINCT slot) FROM runs") == ["1"], "\(log)")
      #expect(
        try await workspace.query("SELECT state || attempt FROM slots")
          == [outcomes.count == 2 ? "passed2" : "broken1"])
    }
  }

  @Test func `a run that is killed does not take the scheduler down, and is tried again`() async throws {
    let workspace = try Workspace()
    let isKilled = Mutex(false)
    try await withServer({ _ in
      let kills = isKilled.withLock { killed in
        defer { killed = true }
        return !killed
      }
      guard kills else { return [Self.rows] }
      return [
        .run {
          let semaphore = DispatchSemaphore(value: 0)
          Task {
            let pid = try await workspace.query("SELECT pid FROM runs").first.flatMap { Int32($0) }
            if let pid { kill(pid, SIGSEGV) }
            semaphore.signal()
          }
          semaphore.wait()
        }, .silence,
      ]
    }) { server in
      try workspace.write(
        Self.pipeline(server, #"{cron: "@hourly", catch_up: latest, retry: {max_attempts: 2, initial: 1s}}"#),
        to: "p.yaml")
      try await seed(workspace, hoursAgo: 1)
      let process = try start(workspace, "--log-format", "json")
      try await wait(workspace, for: ["passed2"], "SELECT state || attempt FROM slots")
      let log = try await stop(process)
      #expect(log.contains(#""message":"the run was killed""#), "\(log)")
      #expect(
        try await workspace.query("SELECT outcome || \"trigger\" FROM runs ORDER BY started_at")
          == ["brokencatch_up", "passedretry"])
    }
  }

  @Test func `a stop waits for runs, and a second one interrupts them`() async throws {
    for isPatient in [true, false] {
      let (gate, release) = (Gate(), DispatchSemaphore(value: 0))
      try await withServer({ request in
        if request.number > 1 { return [Self.rows] }
        gate.open()
        return isPatient ? [.run { release.wait() }, Self.rows] : [.silence]
      }) { server in
        let workspace = try Workspace()
        try workspace.write(Self.pipeline(server, #"{cron: "@hourly", catch_up: all}"#), to: "p.yaml")
        try await seed(workspace, hoursAgo: 2)
        let process = try start(workspace, "--health-file", "health.json")
        await gate.wait()
        process.signal(SIGTERM)
        while workspace.text("health.json")?.contains("draining") != true {
          try await Task.sleep(for: .milliseconds(20))
        }
        if isPatient { release.signal() } else { process.signal(SIGTERM) }
        let ending = await process.end()
        #expect(ending.code == 0, "\(ending.errors)")
        #expect(!workspace.exists("health.json"))
        // The second slot waited, and is left for the next scheduler.
        #expect(
          try await workspace.query("SELECT outcome FROM runs") == [isPatient ? "passed" : "interrupted"],
          "\(ending.errors)")
        let next = try start(workspace)
        try await wait(workspace, for: ["2"], "SELECT count(*) FROM slots WHERE state = 'passed'")
        _ = try await stop(next)
      }
      release.signal()
    }
  }

  @Test func `a broken file is told, its last good form goes on, and others are not touched`() async throws {
    try await withServer({ _ in [Self.rows] }) { server in
      let workspace = try Workspace()
      let good = Self.pipeline(server, #"{cron: "@hourly", catch_up: all}"#)
      try workspace.write(good, to: "p.yaml")
      try workspace.write(
        good.replacing("name: p", with: "name: q").replacing("@hourly", with: "@hourli"), to: "q.yaml")
      let process = try workspace.start(["schedule", "."])
      try await wait(workspace, for: ["p"], "SELECT pipeline FROM schedule_state")
      try workspace.write(String(good.prefix(good.count / 2)), to: "p.yaml")
      process.signal(SIGHUP)
      try workspace.write(good.replacing("name: p", with: "name: q"), to: "q.yaml")
      try await wait(workspace, for: ["p", "q"], "SELECT pipeline FROM schedule_state ORDER BY 1")
      let log = try await stop(process)
      #expect(log.contains("'@hourli' is not known"), "\(log)")
      #expect(log.contains("the file is broken; it is not run"), "\(log)")
      #expect(log.contains("the file is broken; its last good form goes on"), "\(log)")
    }
  }

  @Test func `a run that cannot begin is told in its slot`() async throws {
    let workspace = try Workspace()
    try workspace.write(
      """
      version: 1
      name: p
      schedule: {cron: "@hourly", catch_up: latest}
      apis: {a: {base_url: "${env:NOWHERE_TO_BE_FOUND}"}}
      sources: {s: {type: http, api: a, path: /rows}}

      """, to: "p.yaml")
    try await seed(workspace, hoursAgo: 1)
    let process = try start(workspace)
    try await wait(workspace, for: ["error"], "SELECT state FROM slots")
    let log = try await stop(process)
    #expect(log.contains("NOWHERE_TO_BE_FOUND"), "\(log)")
    #expect(try await workspace.query("SELECT count(*) FROM runs") == ["0"])
  }

  @Test func `a run that somebody else started is in a slot's way`() async throws {
    let (gate, release) = (Gate(), DispatchSemaphore(value: 0))
    try await withServer({ request in
      if request.number > 1 { return [Self.rows] }
      gate.open()
      return [.run { release.wait() }, Self.rows]
    }) { server in
      let workspace = try Workspace()
      try workspace.write(Self.pipeline(server, #"{cron: "@hourly", catch_up: latest}"#), to: "p.yaml")
      let other = try workspace.start(["run", "p.yaml"])
      await gate.wait()
      try await seed(workspace, hoursAgo: 1)
      let process = try start(workspace)
      try await wait(workspace, for: ["skipped"], "SELECT state FROM slots")
      release.signal()
      _ = await other.end()
      let log = try await stop(process)
      #expect(log.contains("the slot is skipped: run "), "\(log)")
      #expect(try await workspace.query("SELECT count(*) FROM runs") == ["1"])
    }
  }

  @Test func `a run that broke is tried again, also by the next scheduler`() async throws {
    try await withServer({ request in
      request.number > 1 ? [Self.rows] : [reply(404, Self.json, "{}")]
    }) { server in
      let workspace = try Workspace()
      try workspace.write(
        Self.pipeline(server, #"{cron: "@hourly", catch_up: latest, retry: {max_attempts: 2, initial: 10s}}"#),
        to: "p.yaml")
      try await seed(workspace, hoursAgo: 1)
      let first = try start(workspace)
      try await wait(workspace, for: ["error1"], "SELECT state || attempt FROM slots")
      _ = try await stop(first)
      let second = try start(workspace)
      try await wait(workspace, for: ["passed2"], "SELECT state || attempt FROM slots")
      _ = try await stop(second)
      #expect(server.received.count == 2)
    }
  }

  @Test func `params of a schedule that are secret stand in no log, no call and no store`() async throws {
    let (gate, release) = (Gate(), DispatchSemaphore(value: 0))
    try await withServer({ _ in
      gate.open()
      return [.run { release.wait() }, Self.rows]
    }) { server in
      let workspace = try Workspace()
      try workspace.write("TOKEN=opensesame123\n", to: ".env")
      let schedule = #"{cron: "@hourly", catch_up: latest, params: {token: "${secret:TOKEN}"}}"#
      try workspace.write(
        Self.pipeline(server, schedule).replacing("apis: {a: {", with: "params: {token: {default: none}}\napis: {a: {")
          .replacing("query: {", with: "query: {t: \"${param:token}\", "), to: "p.yaml")
      try await seed(workspace, hoursAgo: 1)
      let process = try start(workspace)
      await gate.wait()
      let pid = try #require(try await workspace.query("SELECT pid FROM runs").first)
      let call = FileManager.default.contents(atPath: "/proc/\(pid)/cmdline").map {
        String(decoding: $0, as: UTF8.self)
      }
      #expect(call?.contains("--params-of-schedule") == true)
      #expect(call?.contains("opensesame") == false)
      release.signal()
      try await wait(workspace, for: ["passed"], "SELECT state FROM slots")
      let log = try await stop(process)
      #expect(server.received.map(\.target).first?.contains("t=opensesame123") == true)
      #expect(log.contains("schedule=1") && !log.contains("opensesame"), "\(log)")
      for file in workspace.files where file.hasPrefix("assay.db") {
        #expect(!(workspace.bytes(file).map { String(decoding: $0, as: UTF8.self) } ?? "").contains("opensesame"))
      }
    }
  }
}
