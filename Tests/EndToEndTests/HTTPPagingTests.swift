import AssayFormats
import AssayTestServers
import SandboxAPIs
import Testing

/// Pages that are asked for in bodies and headers, and APIs whose pages lie.
@Suite struct HTTPPagingTests {
  private static let json = [("Content-Type", "application/json")]

  /// The number in a query or body such as `page=7` or `"page":7`.
  private static func number(_ name: String, in text: String) -> Int {
    let rest = text.ranges(of: name).first.map { text[$0.upperBound...].drop { !$0.isNumber } } ?? "1"
    return Int(rest.prefix(while: \.isNumber)) ?? 1
  }

  private static func items(_ range: Range<Int>, more: String = "") -> String {
    "{\(more)\"items\":[\(range.map { "{\"n\":\($0)}" }.joined(separator: ","))]}"
  }

  @Test(arguments: [
    (
      "page numbers within JSON", "{json: {page: {size: 200}}}",
      "{type: page_number, in: body, page_param: page.number, total_path: $.total}", 6
    ),
    (
      "page numbers and sizes in JSON", "{json: {state: null}}",
      "{type: page_number, in: body, page_param: page.number, size_param: page.size, page_size: 500}", 4
    ),
    ("page numbers in a form", "{form: {size: 200}}", "{type: page_number, in: body, total_path: $.total}", 6),
    (
      "page numbers in a body of their own", "",
      "{type: page_number, in: body, page_param: page.number, size_param: page.size, page_size: 500}", 4
    ),
    (
      "a cursor in JSON", "{json: {size: 300}}", "{type: cursor, in: body, cursor_path: $.after, cursor_param: after}",
      4
    ),
    (
      "a cursor in a form", "{form: {size: 300}}",
      "{type: cursor, in: body, cursor_path: $.after, cursor_param: after}",
      4
    ),
  ])
  func `a search is paged in its body`(_ name: String, _ body: String, _ paginator: String, _ requests: Int)
    async throws
  {
    try await withSandbox { sandbox in
      let workspace = try Workspace()
      let (run, rows) = try await workspace.rows(
        of:
          "{type: http, path: \"\(sandbox.baseURL)/crm/search\", method: POST\(body.isEmpty ? "" : ", body: \(body)"), records: '$.hits[*]', paginator: \(paginator)}",
        steps: "steps: {ids: {type: select, from: s, keep: [id]}}", from: "ids")
      try #require(run.code == 0, "\(run.errors)")
      #expect(rows == (1001..<(1001 + sandboxCustomers)).map { "{\"id\":\($0)}" })
      #expect(sandbox.requests(to: "/crm/search") == requests)
      #expect(run.warnings("s") == [])
    }
  }

  @Test func `parameters go into headers too`() async throws {
    try await withServer({ request in
      let page = Int(request.headers["x-page"] ?? "") ?? 0
      return [reply(200, Self.json, Self.items(page * 10..<page * 10 + (page < 4 ? 2 : 0)))]
    }) { server in
      let (run, rows) = try await Workspace().rows(
        of:
          "{type: http, path: \(server.url)/x, records: '$.items[*]', paginator: {type: page_number, in: header, page_param: X-Page, first_page: 2}}"
      )
      try #require(run.code == 0, "\(run.errors)")
      #expect(rows.count == 4)
      #expect(server.received.map { $0.headers["x-page"] } == ["2", "3", "4"])
      #expect(Set(server.received.map(\.target)) == ["/x"])
    }
  }

  @Test(arguments: [
    ("", "{type: page_number, total_path: $.total}", "/x?page=7"), ("", "{type: page_number}", "/x?page=7"),
    (", method: POST", "{type: page_number, in: body, total_path: $.total}", "POST ADDRESS/x (page = 7)"),
  ])
  func `invalid JSON on page 7 is told with its page, and nothing is published`(
    _ method: String, _ paginator: String, _ words: String
  ) async throws {
    try await withServer({ request in
      let page = Self.number("page", in: request.target + String(decoding: request.body, as: UTF8.self))
      let body = Self.items(page * 10..<page * 10 + 10, more: "\"total\":100,")
      return [reply(200, Self.json, page == 7 ? String(body.dropLast(9)) : body)]
    }) { server in
      let workspace = try Workspace()
      try workspace.write("old", to: "rows.jsonl")
      let (run, _) = try await workspace.rows(
        of: "{type: http, path: \(server.url)/x, records: '$.items[*]', paginator: \(paginator)\(method)}")
      #expect(run.code == 3)
      #expect(run.error("s").contains("the answer to "), "\(run.error("s"))")
      #expect(run.error("s").contains(words.replacing("ADDRESS", with: server.url)), "\(run.error("s"))")
      #expect(workspace.text("rows.jsonl") == "old")
      #expect(try await workspace.leftovers() == [])
    }
  }

  @Test func `a failure names the page that a body asks for`() async throws {
    try await withServer({ request in
      let isSecond = String(decoding: request.body, as: UTF8.self).contains("\"page\":2")
      return [isSecond ? reply(404) : reply(200, Self.json, Self.items(0..<2))]
    }) { server in
      let (run, _) = try await Workspace().rows(
        of:
          "{type: http, method: POST, path: \(server.url)/x, records: '$.items[*]', paginator: {type: page_number, in: body}}"
      )
      #expect(run.code == 3)
      #expect(run.error("s").contains("POST \(server.url)/x (page = 2) answered 404"), "\(run.error("s"))")
    }
  }

  @Test(arguments: [
    ("/customers", "$.items[*]", "{type: page_number, size_param: per_page, page_size: 200, total_path: $.total}"),
    ("/customers-by-offset", "$.rows[*]", "{type: offset, limit: 200, total_path: $.total}"),
  ])
  func `a total that lies costs no row`(_ path: String, _ records: String, _ paginator: String) async throws {
    for claimed in [1, 500, 1300] {
      try await withSandbox { sandbox in
        let (run, rows) = try await Workspace().rows(
          of:
            "{type: http, path: \"\(sandbox.baseURL)/fault/wrong-total=\(claimed)/crm\(path)\", records: '\(records)', paginator: \(paginator)}",
          steps: "steps: {ids: {type: select, from: s, keep: [id]}}", from: "ids")
        try #require(run.code == 0, "\(run.errors)")
        #expect(rows == (1001..<(1001 + sandboxCustomers)).map { "{\"id\":\($0)}" })
        #expect(run.warnings("s").contains { $0.contains("counts \(claimed) rows") }, "\(run.warnings("s"))")
      }
    }
  }

  @Test func `a page in the middle that is short loses no row, though others were fetched ahead`() async throws {
    try await withServer({ request in
      let offset = Self.number("offset", in: request.target)
      // The third page hands out less, as APIs do whose answers have a size in bytes.
      let end = min(offset + (offset == 20 ? 4 : 10), 50)
      return [reply(200, Self.json, Self.items(offset..<end, more: "\"total\":50,"))]
    }) { server in
      let (run, rows) = try await Workspace().rows(
        of:
          "{type: http, path: \(server.url)/x, records: '$.items[*]', paginator: {type: offset, limit: 10, total_path: $.total}}"
      )
      try #require(run.code == 0, "\(run.errors)")
      #expect(rows == (0..<50).map { "{\"n\":\($0)}" })
      #expect(run.warnings("s").contains { $0.contains("a page held 4 rows where others held 10") })
    }
  }

  @Test(arguments: [
    ("{type: offset, limit: 10}", "the page at offset 10 is the same"), ("{type: page_number}", "page 2 is the same"),
    ("{type: offset, limit: 10, total_path: $.total}", "the page at offset 10 is the same"),
  ])
  func `an API that does not know the parameter is found out`(_ paginator: String, _ words: String) async throws {
    try await withServer({ _ in [reply(200, Self.json, Self.items(0..<10, more: "\"total\":100,"))] }) { server in
      let (run, _) = try await Workspace().rows(
        of: "{type: http, path: \(server.url)/x, records: '$.items[*]', paginator: \(paginator)}")
      #expect(run.code == 3)
      #expect(run.error("s").contains(words), "\(run.error("s"))")
    }
  }

  @Test func `pages that begin again are found out after two of them`() async throws {
    try await withServer({ request in
      let page = (Self.number("page", in: request.target) - 1) % 5
      return [reply(200, Self.json, Self.items(page * 10..<page * 10 + 10))]
    }) { server in
      let (run, _) = try await Workspace().rows(
        of: "{type: http, path: \(server.url)/x, records: '$.items[*]', paginator: {type: page_number}}")
      #expect(run.code == 3)
      #expect(run.error("s").contains("page 7 is the same as page 2"), "\(run.error("s"))")
      #expect(server.received.count == 7)
    }
  }

  @Test func `a link to the page itself, and a header that cannot be read, are errors`() async throws {
    try await withSandbox { sandbox in
      let (run, _) = try await Workspace().rows(
        of:
          "{type: http, path: \"\(sandbox.baseURL)/fault/stuck-cursor/crm/customers-by-link\", paginator: {type: header_link}}"
      )
      #expect(run.code == 3)
      #expect(run.error("s").contains("came a second time"), "\(run.error("s"))")
    }
    for field in ["<" + String(repeating: ",<", count: 20_000), "<a; rel=\"next", "\"", ">;rel=next"] {
      try await withServer({ _ in [reply(200, Self.json + [("Link", field)], "[{\"a\":1}]")] }) { server in
        let (run, _) = try await Workspace().rows(
          of: "{type: http, path: \(server.url)/x, paginator: {type: header_link}}")
        #expect(run.code == 3)
        #expect(run.error("s").contains("the Link header of page 1 cannot be read"), "\(run.error("s"))")
      }
    }
  }

  @Test func `a token of the API is masked where it is a secret`() async throws {
    try await withServer({ _ in [reply(200, Self.json, "{\"items\":[{\"a\":1}],\"next\":\"hidden-token\"}")] }) {
      server in
      let (run, _) = try await Workspace().rows(
        of:
          "{type: http, path: \(server.url)/x, headers: {X: \"${secret:S}\"}, records: '$.items[*]', paginator: {type: cursor, cursor_path: $.next}}",
        environment: ["S": "hidden-token"])
      #expect(run.code == 3)
      #expect(run.error("s").contains("the cursor '***' came a second time"), "\(run.error("s"))")
      #expect(!run.everything.contains("hidden-token"))
    }
  }

  @Test func `a POST is sent again only where the api allows it`() async throws {
    for isAllowed in [false, true] {
      try await withServer({ request in
        [request.number == 1 ? reply(503) : reply(200, Self.json, Self.items(0..<2))]
      }) { server in
        let run = try await Workspace().run(
          """
          apis: {a: {base_url: "\(server.url)", retry: {initial: 1ms\(isAllowed ? ", non_idempotent: true" : "")}}}
          sources: {s: {type: http, api: a, path: /x, method: POST, body: {json: {a: 1}}, records: "$.items[*]"}}
          outputs: [{type: csv, from: s, path: out.csv}]
          """)
        #expect(run.code == (isAllowed ? 0 : 3))
        #expect(
          server.received.map { String(decoding: $0.body, as: UTF8.self) }
            == Array(repeating: "{\"a\":1}", count: isAllowed ? 2 : 1))
        if !isAllowed { #expect(run.error("s").contains("non_idempotent: true"), "\(run.error("s"))") }
      }
    }
  }
}
