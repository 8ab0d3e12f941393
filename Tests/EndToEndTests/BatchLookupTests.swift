import AssayFormats
import AssayTestServers
import SandboxAPIs
import Synchronization
import Testing

/// Look-ups with many keys in a request, and with several matches for a key.
@Suite(.timeLimit(.minutes(3))) struct BatchLookupTests {
  private static let json = [("Content-Type", "application/json")]

  private func pipeline(_ base: String, _ step: String, api: String = "concurrency: 1") -> String {
    """
    apis: {a: {base_url: "\(base)", \(api)}}
    sources: {s: {type: csv, path: in.csv, columns: {k: text}}}
    steps:
      got: {type: lookup, from: s, api: a, \(step)}
    outputs: [{type: jsonl, from: got, path: out.jsonl, publish: always}]
    """
  }

  private func rows(_ workspace: Workspace) throws -> [JSONValue] {
    try (workspace.text("out.jsonl") ?? "").split(separator: "\n").map { try JSONParser.parse(String($0)) }
  }

  private func statuses(_ workspace: Workspace) throws -> [String] {
    try rows(workspace).map { $0["got_status"]?.string ?? "none" }
  }

  private static let items =
    #"path: /catalog/items, query: {skus: "{k}"}, matches: "$.items[*]", normalize: [collapse, upper]"#

  @Test func `many keys stand in a request, and each gets what is its own`() async throws {
    try await withSandbox { sandbox in
      let workspace = try Workspace()
      try workspace.write(
        "id,k\n1,A-0001\n2,a-0002\n3,A-0010\n4,A-0007\n5,A-0001\n6,\n7,\"A-0003,A-0004\"\n", to: "in.csv")
      let text = pipeline(
        sandbox.baseURL, Self.items + ", batch: {size: 3, key: $.sku}, columns: {title: $.title, price: $.price.amount}"
      )
      let run = try await workspace.run(text)
      #expect(run.code == 0, "\(run.errors)")
      #expect(
        try statuses(workspace) == ["ok", "ok", "not_found", "ambiguous", "ok", "skipped", "not_found"])
      let rows = try rows(workspace)
      try #require(rows.count == 7)
      #expect(rows[0]["title"]?.string == "White Chair" && rows[1]["title"]?.string == "Green Table")
      #expect(rows[0]["title"] == rows[4]["title"] && rows[2]["title"] == .null && rows[3]["title"]?.string != nil)
      #expect(sandbox.targets == ["/catalog/items?skus=A-0001%2CA-0002%2CA-0010", "/catalog/items?skus=A-0007"])
      // Each key is remembered by itself: in other requests, and for other columns.
      try workspace.write("id,k\n1,A-0002\n2,A-0007\n3,A-0009\n", to: "in.csv")
      let other = try await workspace.run(
        pipeline(
          sandbox.baseURL, Self.items + ", batch: {size: 2, key: $.sku}, columns: {money: $.price.currency}"))
      #expect(other.code == 0, "\(other.errors)")
      #expect(sandbox.targets.last == "/catalog/items?skus=A-0009" && sandbox.targets.count == 3)
      #expect(try statuses(workspace) == ["ok", "ambiguous", "ok"])
      #expect(try self.rows(workspace).map { $0["money"]?.string } == ["USD", "USD", "USD"])
      #expect(
        try await workspace.query("SELECT url FROM http_responses WHERE url LIKE '%A-0002%'").map {
          $0.contains("A-0001")
        }
          == [false])
    }
  }

  @Test func `a key with several records gets none of them, where the file says so`() async throws {
    try await withSandbox { sandbox in
      let workspace = try Workspace()
      try workspace.write("id,k\n1,A-0001\n2,A-0007\n", to: "in.csv")
      let run = try await workspace.run(
        pipeline(
          sandbox.baseURL,
          Self.items + #", batch: {key: $.sku}, ambiguous: "null", columns: {title: $.title}"#))
      #expect(run.code == 0, "\(run.errors)")
      #expect(try statuses(workspace) == ["ok", "ambiguous"])
      #expect(try rows(workspace).last?["title"] == .null)
    }
  }

  @Test func `in a JSON body keys are a list`() async throws {
    try await withSandbox { sandbox in
      let workspace = try Workspace()
      try workspace.write("id,k\n1,A-0001\n2,A-0002\n3,A-0010\n", to: "in.csv")
      let run = try await workspace.run(
        pipeline(
          sandbox.baseURL,
          #"path: /catalog/items, method: POST, body: {json: {skus: "{k}"}}, matches: "$.items[*]", batch: {key: $.sku}, columns: {title: $.title}"#
        ))
      #expect(run.code == 0, "\(run.errors)")
      #expect(try statuses(workspace) == ["ok", "ok", "not_found"])
      #expect(sandbox.targets == ["/catalog/items"])
    }
  }

  @Test(
    arguments: [
      ("black lamp", "ok", "Black Lamp"), ("lamp", "ambiguous", "Black Lamp"), ("sofa", "not_found", nil),
    ] as [(String, String, String?)])
  func `what fits a key is none, one or several`(name: String, status: String, found: String?) async throws {
    try await withSandbox { sandbox in
      let workspace = try Workspace()
      try workspace.write("id,k\n1,\(name)\n", to: "in.csv")
      let search = #"path: /catalog/search, query: {q: "{k}"}, quality: $.score, columns: {name: $.name}"#
      let run = try await workspace.run(pipeline(sandbox.baseURL, search + #", matches: "$.matches[*]""#))
      #expect(run.code == 0, "\(run.errors)")
      #expect(try statuses(workspace) == [status])
      #expect(try rows(workspace).first?["name"]?.string == found)
      // With the same answer, a filter takes only what fits well.
      let strict = try await workspace.run(
        pipeline(sandbox.baseURL, search + #", matches: "$.matches[?@.score >= 0.9]""#))
      #expect(strict.code == 0 && sandbox.targets.count == 1, "\(strict.errors)")
      #expect(try statuses(workspace) == [status == "ok" ? "ok" : "not_found"])
    }
  }

  @Test func `keys that share other columns are asked for together`() async throws {
    try await withServer({ request in
      let records = (String(decoding: request.body, as: UTF8.self).contains("\"2\"") ? ["2", "1"] : ["3"])
        .map { #"{"id":\#($0),"n":"\#(request.target) \#($0)"}"# }
      return [reply(200, Self.json, "[" + records.joined(separator: ",") + "]")]
    }) { server in
      let workspace = try Workspace()
      try workspace.write("land,k\nat,1\nde,3\nat,2\n", to: "in.csv")
      let run = try await workspace.run(
        pipeline(
          server.url,
          #"path: "/{land}/x", method: POST, body: {json: {ids: "{k}"}}, matches: "$[*]", batch: {key: $.id, column: k}, columns: {n: $.n}"#
        ))
      #expect(run.code == 0, "\(run.errors)")
      #expect(try rows(workspace).map { $0["n"]?.string } == ["/at/x 1", "/de/x 3", "/at/x 2"])
      #expect(
        Set(server.received.map { "\($0.target) \(String(decoding: $0.body, as: UTF8.self))" })
          == [#"/at/x {"ids":["1","2"]}"#, #"/de/x {"ids":["3"]}"#])
    }
  }

  @Test(arguments: [
    (404, "{}", "not_found"), (200, #"{"items":[]}"#, "not_found"), (200, #"{"items":null}"#, "not_found"),
    (204, "", "not_found"),
  ])
  func `an answer without records is not found for all its keys, and remembered so`(
    status: Int, body: String, says: String
  ) async throws {
    try await withServer({ _ in [reply(status, Self.json, body)] }) { server in
      let workspace = try Workspace()
      try workspace.write("k\na\nb\n", to: "in.csv")
      let text = pipeline(
        server.url, #"path: "/{k}", matches: "$.items[*]", batch: {key: $.id}, columns: {c: $.c}"#)
      for _ in 0..<2 {
        let run = try await workspace.run(text)
        #expect(run.code == 0, "\(run.errors)")
        #expect(try statuses(workspace) == [says, says])
      }
      #expect(server.received.map(\.target) == ["/a%2Cb"])
    }
  }

  @Test func `records without the key break the look-up, and are not remembered as missing`() async throws {
    let isRight = Mutex(false)
    try await withServer({ _ in
      [reply(200, Self.json, isRight.withLock { $0 } ? #"[{"id":"a","c":1}]"# : #"[{"ID":"a","c":1}]"#)]
    }) { server in
      let workspace = try Workspace()
      try workspace.write("k\na\nb\n", to: "in.csv")
      let text = pipeline(server.url, #"path: "/{k}", matches: "$[*]", batch: {key: $.id}, columns: {c: $.c}"#)
      let run = try await workspace.run(text)
      #expect(run.code == 3)
      #expect(run.error("got").contains("none of the 1 matches has a key at $.id"), "\(run.error("got"))")
      isRight.withLock { $0 = true }
      let again = try await workspace.run(text)
      #expect(again.code == 0 && server.received.count == 2, "\(again.errors)")
      #expect(try statuses(workspace) == ["ok", "not_found"])
    }
  }
}
