import AssayHTTP
import Testing

/// The names of requests.
@Suite struct IdempotencyKeysTests {
  private func request(
    _ method: HTTPMethod = .post, _ url: String = "https://h.example/rows", _ body: String = "{}", header: String = ""
  ) throws -> HTTPRequest {
    HTTPRequest(method, try RequestURL(url), headers: ["X-A": header], body: Array(body.utf8))
  }

  @Test func `the same requests of a scope have the same keys in any run, whatever their headers`() throws {
    var first = IdempotencyKeys(scope: "r1\n1")
    var second = IdempotencyKeys(scope: "r1\n1")
    for body in ["a", "b", "a", "a"] {
      #expect(try first.next(for: request(.post, body, header: "x")) == second.next(for: request(.post, body)))
    }
  }

  @Test func `equal requests are told apart by their order, and it does not matter what comes between`() throws {
    var plain = IdempotencyKeys(scope: "s")
    var mixed = IdempotencyKeys(scope: "s")
    let keys = try (0..<3).map { _ in try plain.next(for: request()) }
    #expect(Set(keys).count == 3)
    var found: [String] = []
    for number in 0..<3 {
      _ = try mixed.next(for: request(.post, "https://h.example/rows", "\(number)"))
      found.append(try mixed.next(for: request()))
    }
    #expect(found == keys)
  }

  @Test func `method, address, body and scope each make another key`() throws {
    var keys = IdempotencyKeys(scope: "s")
    var others = IdempotencyKeys(scope: "t")
    let all = [
      try keys.next(for: request()), try keys.next(for: request(.put)),
      try keys.next(for: request(.post, "https://h.example/rows?a=1")),
      try keys.next(for: request(.post, "https://h.example/rows", "{ }")), try others.next(for: request()),
    ]
    #expect(Set(all).count == all.count)
  }

  @Test func `a key is a UUID of version 8 that begins with a letter, and stays what it is`() throws {
    var keys = IdempotencyKeys(scope: "r\n1")
    let form = /[a-f][0-9a-f]{7}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}/
    for number in 0..<200 {
      let key = try keys.next(for: request(.post, "https://h.example/rows", "\(number)"))
      #expect(key.wholeMatch(of: form) != nil, "\(key)")
    }
    var fixed = IdempotencyKeys(scope: "r\n1")
    // A run that goes on with another may be of a later version: its keys must be the same.
    let key = try fixed.next(for: request())
    #expect(key == "b9cf54b3-7a06-8c2c-8258-4240f7468661")
  }
}

extension IdempotencyKeysTests {
  private func request(_ method: HTTPMethod, _ body: String, header: String = "") throws -> HTTPRequest {
    try request(method, "https://h.example/rows", body, header: header)
  }
}
