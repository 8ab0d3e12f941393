import FoundationEssentials
import SandboxAPIs
import Testing

@Suite struct `A sandbox` {
  struct Counts: Decodable {
    let total: Int
    let paths: [String: Int]
    let faults: [String: Int]
  }

  @Test func `counts requests by path, and forgets them when told to`() async throws {
    try await withSandbox { sandbox in
      _ = try await sandbox.get("/v6/latest/USD?x=1")
      _ = try await sandbox.get("/fault/status=500,first=1/v6/latest/USD")
      _ = try await sandbox.get("/nothing")
      let counts = try await sandbox.get("/__requests", as: Counts.self)
      #expect(counts.total == 3)
      #expect(counts.paths == ["/v6/latest/USD": 2, "/nothing": 1])
      #expect(counts.faults == ["status=500,first=1": 1])
      #expect(sandbox.requestCounts == counts.paths)
      #expect(sandbox.targets == ["/v6/latest/USD?x=1", "/v6/latest/USD", "/nothing"])

      #expect(try await sandbox.get("/__reset").status == 204)
      #expect(sandbox.requestCounts.isEmpty)
      #expect(try await sandbox.get("/fault/status=500,first=1/v6/latest/USD").status == 500)
    }
  }

  @Test func `answers with the same bytes as any other`() async throws {
    try await withSandbox { one in
      try await withSandbox { two in
        for target in [
          "/crm/customers.csv", "/crm/customers.xml", "/crm/customers?per_page=500", "/v6/latest/JPY",
          "/data/2023/acs/acs5?get=B19013_001E&for=zip+code+tabulation+area:*&key=k",
        ] {
          let body = try await one.get(target).body
          #expect(!body.isEmpty)
          #expect(try await two.get(target).body == body)
        }
      }
    }
  }

  @Test func `tells what it received`() async throws {
    struct Echo: Decodable {
      let method: String
      let path: String
      let query: [[String]]
      let headers: [[String]]
      let body: String
    }
    try await withSandbox { sandbox in
      let answer = try await fetch(
        sandbox.port, "/echo/a%20b?x=1%2B1&y=a+b&x=", method: "PUT", headers: ["X-Mine: ä"], body: "{\"q\":\"\\\"\"}")
      let echo = try decoded(answer, as: Echo.self)
      #expect(echo.method == "PUT")
      #expect(echo.path == "/echo/a b")
      #expect(echo.query == [["x", "1+1"], ["y", "a b"], ["x", ""]])
      #expect(echo.headers.contains(["x-mine", "ä"]))
      #expect(echo.body == "{\"q\":\"\\\"\"}")
    }
  }

  @Test func `says which port it cannot have`() async throws {
    try await withSandbox { sandbox async throws in
      let error = await #expect(throws: SandboxError.self) { try await Sandbox.start(port: sandbox.port) }
      #expect(error?.message.contains("127.0.0.1:\(sandbox.port)") == true)
    }
    await #expect(throws: SandboxError.self) { try await Sandbox.start(port: 70_000) }
  }

  @Test func `frees its port when it stops`() async throws {
    // Whoever binds next may be given the freed port: one taken in between says nothing, five in a row do.
    for attempt in 1...5 {
      let first = try await Sandbox.start()
      await first.stop()
      do {
        let second = try await Sandbox.start(port: first.port)
        let answer = try await second.get("/v6/latest/USD")
        await second.stop()
        #expect(answer.status == 200)
        return
      } catch is SandboxError where attempt < 5 {
        continue
      }
    }
  }

  @Test(.timeLimit(.minutes(1)))
  func `stops although a client keeps its connection open`() async throws {
    let sandbox = try await Sandbox.start()
    async let kept = fetch(sandbox.port, "/v6/latest/USD", keepAlive: true)
    while sandbox.requests(to: "/v6/latest/USD") == 0 { await Task.yield() }
    await sandbox.stop()
    // The client reads until the server closes its end: without that this would never return.
    _ = try await kept
    await #expect(throws: NoConnection.self) { try await sandbox.get("/v6/latest/USD") }
  }

  @Test func `writes the example's data files as they are committed`() throws {
    let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../examples/customers/data")
    for file in ExampleFiles.all {
      let committed = try String(contentsOf: folder.appending(path: file.name), encoding: .utf8)
      #expect(
        committed == file.text,
        "\(file.name) is stale: run assay-sandbox --write-data examples/customers/data")
    }
  }
}
