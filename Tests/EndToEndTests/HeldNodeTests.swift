import AssayFormats
import AssayTestServers
import Glibc
import Synchronization
import Testing

/// Nodes that wait for a condition or a resource, or that are tried again.
@Suite struct HeldNodeTests {
  private static let json = [("Content-Type", "application/json")]

  @Test func `a source whose server is broken at first is tried again, and its rows come once`() async throws {
    let asked = Mutex(0)
    try await withServer({ _ in
      let number = asked.withLock { count in
        count += 1
        return count
      }
      // The first page comes, and then the server breaks.
      if number == 2 { return [reply(404, Self.json, "{}")] }
      return [
        reply(200, Self.json, number == 1 || number == 3 ? #"{"rows":[{"n":1}],"next":2}"# : #"{"rows":[{"n":2}]}"#)
      ]
    }) { server in
      let workspace = try Workspace()
      let run = try await workspace.run(
        """
        apis: {a: {base_url: "\(server.url)"}}
        sources:
          s:
            type: http
            api: a
            path: /rows
            records: "$.rows[*]"
            paginator: {type: cursor, cursor_path: $.next, cursor_param: c}
            retry: {max_attempts: 2, initial: 10ms}
        outputs: [{type: jsonl, from: s, path: out.jsonl}]
        """)
      #expect(run.code == 0, "\(run.errors)")
      #expect(workspace.text("out.jsonl") == "{\"n\":1}\n{\"n\":2}\n")
      #expect(run.step("s")?["rows_out"]?.int == 2)
      let warnings = run.step("s")?["warnings"]?.elements?.compactMap(\.string) ?? []
      #expect(warnings.count == 1 && warnings[0].hasPrefix("attempt 1 of 2 broke: "), "\(warnings)")
    }
  }

  @Test func `a condition skips what it rules out, and the report says so`() async throws {
    let workspace = try Workspace()
    try workspace.write("a\n1\n", to: "in.csv")
    let text = """
      params: {full: {type: boolean, default: "false"}}
      sources: {s: {type: csv, path: in.csv}}
      steps: {extra: {type: sql, from: [s], query: "SELECT a FROM s", when: "param.full AND s.rows > 0"}}
      checks: {extra: {columns: {a: [not_null]}}, s: {columns: {a: [not_null]}}}
      outputs:
        - {type: jsonl, from: s, path: s.jsonl}
        - {type: jsonl, from: extra, path: extra.jsonl}
      """
    let short = try await workspace.run(text, "--fail-on", "warn")
    #expect(short.code == 0 && short.report["outcome"]?.string == "passed", "\(short.errors)")
    #expect(short.published == [true, false])
    #expect(short.error("extra") == "its condition does not hold")
    #expect(short.error("extra.jsonl") == "'extra' was skipped")
    #expect(short.step("extra", kind: "check")?["status"]?.string == "skipped")
    #expect(short.report["datasets"]?.elements?.map { $0["name"]?.string } == ["s"])
    let full = try await workspace.run(text, "--param", "full=true")
    #expect(full.code == 0 && full.published == [true, true], "\(full.errors)")
  }

  @Test func `two runs share a resource: one waits, can be stopped, and goes on when it is free`() async throws {
    let begun = Gate()
    let isFree = Mutex(false)
    try await withServer({ _ in
      [
        .run {
          begun.open()
          while !isFree.withLock({ $0 }) { usleep(1000) }
        }, reply(200, Self.json, #"[{"n":1}]"#),
      ]
    }) { server in
      let workspace = try Workspace()
      try workspace.write("n\n1\n", to: "in.csv")
      func file(_ name: String, _ source: String, _ output: String = "") -> String {
        """
        version: 1
        name: \(name)
        resources: {warehouse: 1}
        sources: {s: {\(source)}}
        outputs: [{type: jsonl, from: s, path: \(name).jsonl\(output)}]
        """
      }
      let uses = "uses: {warehouse: 1}"
      try workspace.write(file("one", "type: http, path: \"\(server.url)/rows\", \(uses)"), to: "one.yaml")
      // While it waits its time does not run.
      try workspace.write(
        file("two", "type: csv, path: in.csv", ", \(uses), timeout: 5s"), to: "two.yaml")
      try workspace.write(file("three", "type: csv, path: in.csv, \(uses)"), to: "three.yaml")
      func waiting(_ count: Int) async throws {
        while try await workspace.query("SELECT node FROM resource_holds WHERE since IS NULL").count < count {
          try await Task.sleep(for: .milliseconds(20))
        }
      }
      let one = try workspace.start(["run", "one.yaml", "--store", "assay.db"])
      await begun.wait()
      let two = try workspace.start(["run", "two.yaml", "--store", "assay.db"])
      try await waiting(1)
      let three = try workspace.start(["run", "three.yaml", "--store", "assay.db"])
      try await waiting(2)
      three.signal(SIGINT)
      let stopped = await three.end()
      #expect(stopped.code == 130, "\(stopped.errors)")
      #expect(stopped.errors.contains("s (csv) waits for warehouse"), "\(stopped.errors)")
      isFree.withLock { $0 = true }
      let (first, second) = (await one.end(), await two.end())
      #expect(first.code == 0 && second.code == 0, "\(first.errors)\(second.errors)")
      #expect(second.errors.contains("output 1 (jsonl) waits for warehouse"), "\(second.errors)")
      #expect(workspace.text("two.jsonl") == "{\"n\":1}\n")
      #expect(try await workspace.query("SELECT count(*) FROM resource_holds") == ["0"])
    }
  }

  @Test func `what a killed run held is free`() async throws {
    let begun = Gate()
    try await withServer({ _ in
      [.run { begun.open() }, .silence]
    }) { server in
      let workspace = try Workspace()
      try workspace.write("n\n1\n", to: "in.csv")
      let head = "version: 1\nresources: {w: 1}\noutputs: [{type: jsonl, from: s, path: out.jsonl}]\n"
      try workspace.write(
        head + "name: one\nsources: {s: {type: http, path: \"\(server.url)/rows\", uses: {w: 1}}}\n", to: "one.yaml")
      try workspace.write(head + "name: two\nsources: {s: {type: csv, path: in.csv, uses: {w: 1}}}\n", to: "two.yaml")
      let one = try workspace.start(["run", "one.yaml", "--store", "assay.db"])
      await begun.wait()
      one.signal(SIGKILL)
      _ = await one.end()
      let two = try await workspace.assay("run", "two.yaml", "--store", "assay.db")
      #expect(two.code == 0, "\(two.errors)")
      #expect(workspace.text("out.jsonl") == "{\"n\":1}\n")
    }
  }
}
