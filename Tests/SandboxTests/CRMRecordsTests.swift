import FoundationEssentials
import SandboxAPIs
import Testing

@Suite struct `The CRM's records` {
  private func send(
    _ sandbox: RunningSandbox, _ method: String, _ path: String, _ body: String = "", key: String? = nil,
    type: String = "application/json"
  ) async throws -> Int {
    let headers = ["Content-Type: \(type)"] + (key.map { ["Idempotency-Key: \($0)"] } ?? [])
    return try await fetch(sandbox.port, path, method: method, headers: headers, body: body).status
  }

  @Test func `are created, changed and deleted one by one`() async throws {
    try await withSandbox { sandbox async throws in
      #expect(try await send(sandbox, "POST", "/crm/records", #"{"id":1,"b":2.5,"a":null}"#) == 201)
      #expect(try await send(sandbox, "PUT", "/crm/records/x", #"{"n":[1,{"t":true}]}"#) == 200)
      #expect(try await send(sandbox, "PATCH", "/crm/records/1", #"{"b":"new","c":1}"#) == 200)
      #expect(
        sandbox.records == [
          ReceivedRecord(id: "1", json: #"{"a":null,"b":"new","c":1,"id":1}"#, writes: 2),
          ReceivedRecord(id: "x", json: #"{"n":[1,{"t":true}]}"#, writes: 1),
        ])
      #expect(try await send(sandbox, "DELETE", "/crm/records/1") == 204)
      #expect(try await send(sandbox, "DELETE", "/crm/records/1") == 404)
      #expect(try await send(sandbox, "PATCH", "/crm/records/1", "{}") == 404)
      #expect(sandbox.records.map(\.id) == ["x"])
      let told = try await sandbox.get("/crm/records")
      #expect(told.body == #"{"records":[{"id":"x","writes":1}],"keys":{}}"#)
    }
  }

  @Test func `come in lists and lines`() async throws {
    try await withSandbox { sandbox async throws in
      #expect(try await send(sandbox, "POST", "/crm/records", #"[{"id":1},{"id":2}]"#) == 200)
      #expect(try await send(sandbox, "POST", "/crm/records", #"{"records":[{"id":3}]}"#) == 200)
      let lines = "{\"id\":4}\n{\"id\":5}\n"
      #expect(try await send(sandbox, "POST", "/crm/records", lines, type: "application/x-ndjson") == 200)
      #expect(sandbox.records.map(\.id) == ["1", "2", "3", "4", "5"])
    }
  }

  @Test func `are done once for each key`() async throws {
    try await withSandbox { sandbox async throws in
      for _ in 0..<3 { #expect(try await send(sandbox, "POST", "/crm/records", #"{"id":1}"#, key: "k") == 201) }
      #expect(try await send(sandbox, "POST", "/crm/records", #"{"id":2}"#, key: "k") == 422)
      #expect(try await send(sandbox, "POST", "/crm/records", #"{"id":1}"#, key: "l") == 201)
      #expect(sandbox.records == [ReceivedRecord(id: "1", json: #"{"id":1}"#, writes: 2)])
      #expect(sandbox.idempotencyKeys == ["k": 4, "l": 1])
    }
  }

  @Test(arguments: [
    ("POST", "/crm/records", "[{\"id\":1},{\"n\":2}]", 422), ("POST", "/crm/records", "5", 422),
    ("POST", "/crm/records", #"{"id":1,"email":"none"}"#, 422), ("POST", "/crm/records", "{", 400),
    ("PUT", "/crm/records/1", #"{"id":2}"#, 422), ("PUT", "/crm/records/1", "[]", 422),
    ("DELETE", "/crm/records", "", 405), ("POST", "/crm/records/1", "{}", 405),
    ("POST", "/crm-key/records", #"{"id":1}"#, 401),
  ])
  func `are refused whole where something is wrong`(method: String, path: String, body: String, status: Int)
    async throws
  {
    try await withSandbox { sandbox async throws in
      #expect(try await send(sandbox, method, path, body, key: "k") == status)
      #expect(sandbox.records.isEmpty)
      // A request that was refused may be sent again.
      #expect(try await send(sandbox, method, path, body, key: "k") == status)
    }
  }
}
