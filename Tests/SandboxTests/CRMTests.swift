import FoundationEssentials
import SandboxAPIs
import Testing

@Suite struct `The CRM` {
  @Test func `hands out the same customers by page, cursor and link`() async throws {
    try await withSandbox { sandbox in
      var numbered: [CustomerRow] = []
      var page = 1
      while true {
        let answer = try await sandbox.get("/crm/customers?per_page=200&page=\(page)", as: NumberedPage.self)
        #expect(answer.page == page)
        #expect(answer.total == 1080)
        #expect(answer.total_pages == 6)
        #expect(answer.items.count == (page < 6 ? 200 : 80))
        numbered += answer.items
        guard answer.has_more else { break }
        page += 1
      }
      #expect(page == 6)

      var byCursor: [CustomerRow] = []
      var cursor = ""
      while true {
        let answer = try await sandbox.get("/crm/customers-by-cursor?limit=300&cursor=\(cursor)", as: CursorPage.self)
        byCursor += answer.data
        guard let next = answer.next_cursor else { break }
        cursor = next
      }

      var byURL: [CustomerRow] = []
      var target = "/crm/customers-by-url?limit=270"
      while true {
        let answer = try await sandbox.get(target, as: LinkedPage.self)
        byURL += answer.results
        guard let next = answer.next else { break }
        try #require(next.hasPrefix(sandbox.baseURL))
        target = String(next.dropFirst(sandbox.baseURL.count))
      }
      #expect(numbered.count == 1080)
      #expect(Set(numbered.map(\.id)).count == 1080)
      #expect(numbered == byCursor)
      #expect(numbered == byURL)
    }
  }

  @Test func `hands out the same customers by offset, Link header and search`() async throws {
    try await withSandbox { sandbox in
      let all = try await allCustomers(sandbox)
      var byOffset: [CustomerRow] = []
      while byOffset.count < 1080 {
        let answer = try await sandbox.get(
          "/crm/customers-by-offset?limit=400&offset=\(byOffset.count)", as: OffsetPage.self)
        #expect(answer.total == 1080)
        byOffset += answer.rows
        #expect(answer.has_more == (byOffset.count < 1080))
      }
      #expect(byOffset == all)

      let first = try await sandbox.get("/crm/customers-by-link?per_page=500")
      #expect(try decoded(first, as: [CustomerRow].self) == Array(all.prefix(500)))
      #expect(
        first.headers["link"]
          == #"</crm/customers-by-link?per_page=500&page=2>; rel="next prefetch", "#
          + #"</crm/customers-by-link?per_page=500&page=1>; rel="first", "#
          + #"</crm/customers-by-link?per_page=500&page=3>; rel="last""#)
      let last = try await sandbox.get("/crm/customers-by-link?per_page=500&page=3")
      #expect(last.headers["link"]?.contains("next") == false)

      for (type, body) in [
        ("application/json", #"{"page": {"number": 3, "size": 100}}"#),
        ("application/x-www-form-urlencoded", "page=3&size=100"),
        ("application/json", #"{"after": "cc8", "size": 100}"#),
      ] {
        let answer = try await fetch(
          sandbox.port, "/crm/search", method: "POST", headers: ["Content-Type: \(type)"], body: body)
        let page = try decoded(answer, as: SearchPage.self)
        #expect(page.hits == Array(all[200..<300]))
        #expect(page.total == 1080)
        #expect(page.after == "c12c")
      }
    }
  }

  @Test(arguments: [
    ("GET", "", "", 405), ("POST", "text/plain", "x", 415), ("POST", "application/json", "[", 400),
    ("POST", "application/json", #"{"after": "z"}"#, 400), ("POST", "application/json", #"{"size": 0}"#, 400),
  ])
  func `a search that makes no sense is an error`(method: String, type: String, body: String, status: Int) async throws
  {
    try await withSandbox { sandbox in
      let answer = try await fetch(
        sandbox.port, "/crm/search", method: method, headers: ["Content-Type: \(type)"], body: body)
      #expect(answer.status == status)
    }
  }

  @Test(arguments: [
    ("customers.csv?charset=iso-8859-1", "text/csv; charset=iso-8859-1"),
    ("customers.xml?charset=utf-16", "application/xml; charset=utf-16"), ("customers.csv.gz", "application/gzip"),
    ("customers.jsonl.gz", "application/gzip"), ("customers.zip", "application/zip"),
  ])
  func `bodies in other forms say what they are`(path: String, type: String) async throws {
    try await withSandbox { sandbox in
      let answer = try await sandbox.get("/crm/\(path)")
      #expect(answer.status == 200)
      #expect(answer.headers["content-type"] == type)
    }
  }

  @Test func `has what a quality tool must find`() async throws {
    try await withSandbox { sandbox in
      let rows = try await allCustomers(sandbox)
      #expect(Set(rows.map { $0.street + $0.zipcode }).count == 240)
      #expect(Set(rows.map(\.zipcode)).count == 60)
      #expect(rows.contains { $0.zipcode.hasPrefix("0") })
      #expect(rows.allSatisfy { $0.zipcode.utf8.count == 5 })
      #expect(Set(rows.map(\.currency)) == ["USD", "EUR", "GBP", "JPY", "CAD"])
      let nulls = rows.count { $0.revenue == nil }
      #expect((20...50).contains(nulls))
      let negative = rows.filter { ($0.revenue ?? 0) < 0 }
      #expect(!negative.isEmpty)
      #expect(negative.allSatisfy { $0.refunded })
      let malformed = rows.count { $0.email.contains(" ") || $0.email.split(separator: "@").count != 2 }
      #expect((10...35).contains(malformed))
    }
  }

  @Test func `filters by the month of the last update`() async throws {
    try await withSandbox { sandbox in
      for (month, count) in [("2026-09", 30), ("2026-10", 1020), ("2026-11", 30), ("2026-12", 0)] {
        let page = try await sandbox.get("/crm/customers?month=\(month)&per_page=500", as: NumberedPage.self)
        #expect(page.total == count)
        #expect(page.items.allSatisfy { $0.updated_at.hasPrefix(month) })
      }
    }
  }

  @Test func `writes the same rows as CSV, XML and JSON Lines`() async throws {
    try await withSandbox { sandbox in
      let rows = try await allCustomers(sandbox)
      let lines = try await sandbox.get("/crm/customers.jsonl").body.split(separator: "\n")
      let fromLines = try lines.map { try JSONDecoder().decode(CustomerRow.self, from: Data($0.utf8)) }
      #expect(fromLines == rows)

      let csv = try await sandbox.get("/crm/customers.csv")
      #expect(csv.headers["content-type"] == "text/csv; charset=utf-8")
      let csvLines = csv.body.split(separator: "\r\n")
      #expect(csvLines.count == 1081)
      #expect(csvLines[0].hasPrefix("id,name,email,street,city,state,zipcode,revenue,currency"))
      #expect(csv.body.contains(#" Smith, Jr.","#))

      let xml = try await sandbox.get("/crm/customers.xml").body
      #expect(xml.split(separator: "<customer>").count == 1081)
      #expect(xml.split(separator: "<revenue>").count - 1 == rows.count { $0.revenue != nil })
    }
  }

  @Test(arguments: [
    ("/crm/customers?page=0", 400), ("/crm/customers?page=x", 400), ("/crm/customers?per_page=0", 400),
    ("/crm/customers?month=October", 400), ("/crm/customers?month=2026-13", 400),
    ("/crm/customers-by-cursor?cursor=z9", 400), ("/crm/customers-by-cursor?cursor=cffff", 400),
    ("/crm/customers-by-url?after=-1", 400), ("/crm/customers-by-offset?offset=-1", 400),
    ("/crm/customers.csv?charset=ebcdic", 400), ("/crm/nothing", 404), ("/crm/customers/7", 404), ("/nothing", 404),
    ("/crm/customers/1001", 200), ("/crm/customers?page=99", 200),
  ])
  func `answers what makes no sense with an error`(target: String, status: Int) async throws {
    try await withSandbox { sandbox in
      let answer = try await sandbox.get(target)
      #expect(answer.status == status)
      if status != 200 {
        let problem = try decoded(answer, as: Problem.self)
        #expect(!problem.error.message.isEmpty)
      }
    }
  }

  @Test func `answers GET only`() async throws {
    try await withSandbox { sandbox in
      let answer = try await fetch(sandbox.port, "/crm/customers", method: "POST")
      #expect(answer.status == 405)
      #expect(answer.headers["allow"] == "GET")
    }
  }

  @Test(arguments: [
    ("crm-basic", "", "Authorization: Basic YXNzYXk6c2FuZGJveA=="),
    ("crm-key", "", "X-API-Key: sandbox-key"),
    ("crm-key-query", "api_key=sandbox-key", "X-Nothing: 1"),
    ("crm-bearer", "", "Authorization: Bearer sandbox-token"),
  ])
  func `lets nobody in without the right credentials`(prefix: String, query: String, header: String) async throws {
    try await withSandbox { sandbox in
      let path = "/\(prefix)/customers"
      let none = try await sandbox.get(path)
      #expect(none.status == 401)
      #expect(try decoded(none, as: Problem.self).error.code == "unauthorized")
      let wrong = try await sandbox.get(
        path + "?api_key=wrong", headers: ["Authorization: Bearer wrong", "X-API-Key: wrong"])
      #expect(wrong.status == 401)
      let right = try await sandbox.get(path + "?" + query, headers: [header])
      #expect(right.status == 200)
      let open = try await sandbox.get("/crm/customers")
      #expect(right.body == open.body)
    }
  }
}

func allCustomers(_ sandbox: RunningSandbox) async throws -> [CustomerRow] {
  var rows: [CustomerRow] = []
  for page in 1...3 {
    rows += try await sandbox.get("/crm/customers?per_page=500&page=\(page)", as: NumberedPage.self).items
  }
  return rows
}
