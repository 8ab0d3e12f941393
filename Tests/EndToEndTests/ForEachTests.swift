import AssayFormats
import AssayTestServers
import Synchronization
import Testing

/// Sources that ask for each row of another dataset.
@Suite struct ForEachTests {
  private static let json = [("Content-Type", "application/json")]

  /// `/c/ID/orders?page=N`: two pages of two orders for even ids, none for odd ones, 404 for 13.
  private func withOrders<T>(_ body: (Workspace, HostileServer) async throws -> T) async throws -> T {
    try await withServer({ request in
      let parts = request.target.split { "/?=".contains($0) }
      guard parts.count > 1, let id = Int(parts[1]) else { return [reply(400, Self.json, "{}")] }
      if id == 13 { return [reply(404, Self.json, "{}")] }
      if id % 2 == 1 { return [reply(200, Self.json, #"{"orders":[],"total":0}"#)] }
      let page = parts.last.flatMap { Int($0) } ?? 1
      let orders = (0..<2).map { #"{"n":\#(id * 10 + page * 2 + $0)}"# }.joined(separator: ",")
      return [reply(200, Self.json, #"{"orders":[\#(orders)],"total":4}"#)]
    }) { server in try await body(try Workspace(), server) }
  }

  private func pipeline(
    _ server: HostileServer, keep: String = "{customer: \"{id}\", who: \"{name} ({id})\"}", more: String = ""
  ) -> String {
    """
    apis: {a: {base_url: "\(server.url)", concurrency: 3, retry: {max_attempts: 1}, responses: [{when: {status: 404}, action: not_found}]}}
    sources:
      c: {type: csv, path: in.csv}
      o: {type: http, api: a, for_each: c, path: "/c/{id}/orders", keep: \(keep), records: "$.orders[*]",
          paginator: {type: page_number, total_path: $.total}\(more)}
    outputs: [{type: jsonl, from: o, path: out.jsonl}]
    """
  }

  @Test func `each row is asked for, and what comes is in the order of the rows`() async throws {
    try await withOrders { workspace, server in
      try workspace.write("id,name\n8,h\n3,c\n2,b\n13,x\n4,d\n", to: "in.csv")
      let run = try await workspace.run(pipeline(server))
      #expect(run.code == 0, "\(run.errors)")
      let rows = (workspace.text("out.jsonl") ?? "").split(separator: "\n").map(String.init)
      let expected = [8, 2, 4].flatMap { id in
        (2...5).map {
          #"{"customer":\#(id),"who":"\#(Character(UnicodeScalar(UInt8(96 + id)))) (\#(id))","n":\#(id * 10 + $0)}"#
        }
      }
      #expect(rows == expected)
      #expect(run.step("o")?["rows_in"]?.int == 5)
      // Three with two pages each, one with an empty page, one that is not found.
      #expect(server.received.count == 8)
    }
  }

  @Test func `rows without a value are left out, and said`() async throws {
    try await withOrders { workspace, server in
      try workspace.write("id,name\n2,b\n,none\n", to: "in.csv")
      let run = try await workspace.run(pipeline(server))
      #expect(run.code == 0, "\(run.errors)")
      #expect(run.warnings("o") == ["1 rows of 'for_each' lack a value that the request needs, and are left out"])
    }
  }

  @Test func `a broken run is gone on with for each row`() async throws {
    let isDown = Mutex(true)
    try await withServer({ request in
      if request.target == "/c/5", isDown.withLock({ $0 }) { return [reply(500, Self.json, "{}")] }
      return [reply(200, Self.json, #"{"v":"\#(request.target)"}"#)]
    }) { server in
      let workspace = try Workspace()
      try workspace.write("id\n" + (1...8).map { "\($0)\n" }.joined(), to: "in.csv")
      let text = """
        apis: {a: {base_url: "\(server.url)", concurrency: 1, retry: {max_attempts: 1}}}
        sources:
          c: {type: csv, path: in.csv}
          o: {type: http, api: a, for_each: c, path: "/c/{id}", keep: {id: "{id}"}}
        outputs: [{type: jsonl, from: o, path: out.jsonl}]
        """
      let first = try await workspace.run(text)
      #expect(first.code == 3 && first.error("o").contains("/c/5"), "\(first.errors)")
      isDown.withLock { $0 = false }
      let count = server.received.count
      let second = try await workspace.run(text, "--resume")
      #expect(second.code == 0, "\(second.errors)")
      #expect(server.received.dropFirst(count).map(\.target) == ["/c/5", "/c/6", "/c/7", "/c/8"])
      #expect(workspace.text("out.jsonl")?.split(separator: "\n").count == 8)
    }
  }

  static let faults = [
    ("for_each: d, path: \"/c/{id}\"", 2, "there is no source or step 'd'"),
    ("for_each: o, path: \"/c/{id}\"", 2, "datasets wait for each other in a circle: o → o"),
    ("for_each: c, path: /c", 2, "nothing of the request differs from row to row"),
    (
      "for_each: c, path: \"/c/{idd}\"", 3,
      "names a column 'idd' that the rows of 'for_each' do not have; did you mean 'id'?"
    ),
    (
      "for_each: c, path: \"/c/{id}/orders\", records: \"$.orders[*]\", keep: {n: \"{id}\"}", 3,
      "'keep' adds a column 'n'"
    ),
  ]

  @Test(arguments: faults)
  func `what cannot be asked is said`(_ source: String, _ code: Int, _ message: String) async throws {
    try await withOrders { workspace, server in
      try workspace.write("id\n2\n", to: "in.csv")
      let run = try await workspace.run(
        """
        apis: {a: {base_url: "\(server.url)"}}
        sources: {c: {type: csv, path: in.csv}, o: {type: http, api: a, \(source)}}
        outputs: [{type: jsonl, from: o, path: out.jsonl}]
        """)
      #expect(run.code == Int32(code), "\(run.errors)")
      #expect(run.errors.contains(message), "\(run.errors)")
      #expect(!workspace.exists("out.jsonl"))
    }
  }

  @Test func `it asks for rows of a step as well, and a look-up follows`() async throws {
    try await withOrders { workspace, server in
      try workspace.write("id,name\n2,b\n4,d\n5,e\n", to: "in.csv")
      let run = try await workspace.run(
        """
        apis: {a: {base_url: "\(server.url)"}}
        sources:
          c: {type: csv, path: in.csv}
          o: {type: http, api: a, for_each: some, path: "/c/{id}/orders", keep: {id: "{id}"}, records: "$.orders[*]"}
        steps:
          some: {type: select, from: c, filter: "id > 2"}
          sums: {type: sql, from: [o, some], query: "SELECT some.name, count(o.n) AS orders FROM some LEFT JOIN o USING (id) GROUP BY 1"}
        outputs: [{type: jsonl, from: sums, path: out.jsonl}]
        """)
      #expect(run.code == 0, "\(run.errors)")
      #expect(workspace.text("out.jsonl") == #"{"name":"d","orders":2}"# + "\n" + #"{"name":"e","orders":0}"# + "\n")
    }
  }
}
