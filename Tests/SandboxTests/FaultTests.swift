import SandboxAPIs
import Testing

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

@Suite struct `A fault` {
  private static let page = "/crm/customers?per_page=2"

  @Test(arguments: [
    ("status=503,first=2", [503, 503, 200, 200]),
    ("status=500,each=2", [200, 500, 200, 500]),
    ("status=500,each=2,first=2", [200, 500, 200, 200]),
    ("status=404", [404, 404, 404, 404]),
    ("status=500,first=0", [200, 200, 200, 200]),
  ])
  func `strikes the requests that it was asked for`(spec: String, statuses: [Int]) async throws {
    try await withSandbox { sandbox in
      var seen: [Int] = []
      for _ in statuses { seen.append(try await sandbox.get("/fault/\(spec)\(Self.page)").status) }
      #expect(seen == statuses)
      #expect(sandbox.requests(to: "/crm/customers") == statuses.count)
    }
  }

  @Test func `counts each URL on its own if asked to`() async throws {
    try await withSandbox { sandbox in
      var seen: [Int] = []
      for target in ["?page=1", "?page=2", "?page=1", "?page=2"] {
        seen.append(try await sandbox.get("/fault/status=500,first=1,per=url/crm/customers\(target)").status)
      }
      #expect(seen == [500, 500, 200, 200])
    }
  }

  @Test func `counts by name, so that ids keep clients apart`() async throws {
    try await withSandbox { sandbox async throws in
      for id in ["a", "b"] {
        #expect(try await sandbox.get("/fault/status=500,first=1,id=\(id)\(Self.page)").status == 500)
        #expect(try await sandbox.get("/fault/status=500,first=1,id=\(id)\(Self.page)").status == 200)
      }
    }
  }

  @Test func `can be asked for by query and by header`() async throws {
    try await withSandbox { sandbox async throws in
      #expect(try await sandbox.get(Self.page + "&_fault=status%3D418").status == 418)
      #expect(try await sandbox.get(Self.page, headers: ["X-Sandbox-Fault: status=502"]).status == 502)
      #expect(try await sandbox.get("/fault/latency=1/fault/status=504\(Self.page)").status == 504)
    }
  }

  @Test func `says when to come back, in both forms`() async throws {
    try await withSandbox { sandbox in
      let seconds = try await sandbox.get("/fault/status=429,retry-after=7\(Self.page)")
      #expect(seconds.status == 429)
      #expect(seconds.headers["retry-after"] == "7")
      let date = try await sandbox.get("/fault/status=429,retry-after-date=60\(Self.page)")
      let text = try #require(date.headers["retry-after"])
      #expect(text.wholeMatch(of: /[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT/) != nil)
      #expect(text != date.headers["date"])
    }
  }

  @Test func `resets the connection before a header`() async throws {
    try await withSandbox { sandbox in
      let answer = try await sandbox.get("/fault/reset\(Self.page)")
      #expect(answer.status == 0)
      #expect(answer.brokenBy == ECONNRESET)
      #expect(try await sandbox.get(Self.page).status == 200)
    }
  }

  @Test func `breaks off in the middle of the body`() async throws {
    try await withSandbox { sandbox in
      let whole = try await sandbox.get("/crm/customers.csv").body
      let answer = try await sandbox.get("/fault/half/crm/customers.csv")
      #expect(answer.status == 200)
      #expect(answer.headers["content-length"] == String(whole.utf8.count))
      #expect(answer.body.utf8.count == whole.utf8.count / 2)
      #expect(whole.utf8.starts(with: answer.body.utf8))
    }
  }

  @Test func `sends HTML with status 200`() async throws {
    try await withSandbox { sandbox in
      let answer = try await sandbox.get("/fault/html\(Self.page)")
      #expect(answer.status == 200)
      #expect(answer.headers["content-type"] == "text/html; charset=utf-8")
      #expect(answer.body.hasPrefix("<!DOCTYPE html>"))
    }
  }

  @Test(arguments: ["slow=0", "slow=1", "latency=1"])
  func `that only delays changes no byte`(spec: String) async throws {
    try await withSandbox { sandbox in
      let whole = try await sandbox.get(Self.page)
      let answer = try await sandbox.get("/fault/\(spec)\(Self.page)")
      #expect(answer.status == 200)
      #expect(answer.body == whole.body)
    }
  }

  @Test func `never answers, until the sandbox stops`() async throws {
    let sandbox = try await Sandbox.start()
    async let hanging = fetch(sandbox.port, "/fault/hang/crm/customers")
    while sandbox.requests(to: "/crm/customers") == 0 { await Task.yield() }
    #expect(try await sandbox.get("/v6/latest/USD").status == 200)
    #expect(sandbox.peakInFlight == 2)
    await sandbox.stop()
    #expect(try await hanging.body.isEmpty)
  }

  @Test func `holds answers until as many requests are in flight as it was told`() async throws {
    try await withSandbox { sandbox in
      #expect(try await sandbox.get("/fault/gather=2/v6/latest/USD").status == 200)
      async let first = sandbox.get("/fault/gather=2/v6/latest/USD")
      async let second = sandbox.get("/fault/gather=2/v6/latest/EUR")
      let statuses = try await [first.status, second.status]
      #expect(statuses == [200, 200])
      #expect(sandbox.peakInFlight == 2)
    }
  }

  @Test func `lies about the total`() async throws {
    try await withSandbox { sandbox in
      let page = try await sandbox.get(
        "/fault/wrong-total=5000/crm/customers?per_page=100&page=11", as: NumberedPage.self)
      #expect(page.total == 5000 && page.total_pages == 50 && page.has_more)
      #expect(page.items.count == 80)
    }
  }

  @Test func `makes a cursor and a link stand still`() async throws {
    try await withSandbox { sandbox in
      let cursor = try await sandbox.get(
        "/fault/stuck-cursor/crm/customers-by-cursor?limit=5&cursor=c5", as: CursorPage.self)
      #expect(cursor.next_cursor == "c5")
      let link = try await sandbox.get("/fault/stuck-cursor/crm/customers-by-url?limit=5&after=5", as: LinkedPage.self)
      #expect(link.next == "\(sandbox.baseURL)/fault/stuck-cursor/crm/customers-by-url?limit=5&after=5")
    }
  }

  @Test(arguments: ["nothing", "status", "status=99", "latency=-1", "each=0", "per=page"])
  func `that is misspelled is an error`(spec: String) async throws {
    try await withSandbox { sandbox in
      let answer = try await sandbox.get("/fault/\(spec)\(Self.page)")
      #expect(answer.status == 400)
      #expect(try decoded(answer, as: Problem.self).error.code == "bad_fault")
    }
  }
}
