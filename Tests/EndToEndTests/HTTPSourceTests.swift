import AssayTestServers
import AssayFormats
import Dispatch
import SandboxAPIs
import Testing

/// Pages of an API through the whole program, when all goes well.
@Suite struct HTTPSourceTests {
  private static let byNumber =
    "{type: page_number, page_param: page, size_param: per_page, page_size: 200, total_path: $.total}"

  /// Fetches the sandbox's customers and returns how many distinct ones came.
  private func fetch(
    _ sandbox: RunningSandbox, auth: String = "", root: String = "/crm", source: String,
    environment: [String: String] = [:]
  ) async throws -> (run: RunOutcome, counts: [String]) {
    let workspace = try Workspace()
    let run = try await workspace.run(
      """
      apis: {crm: {base_url: "\(sandbox.baseURL)\(root)"\(auth.isEmpty ? "" : ", auth: \(auth)"), retry: {max_attempts: 1}}}
      sources: {s: {type: http, api: crm, \(source)}}
      outputs: [{type: sqlite, from: s, table: t}]
      """, environment: environment)
    let counts =
      run.code == 0 ? try await workspace.query("SELECT count(*), count(DISTINCT id), min(id) = 1 FROM t") : []
    return (run, counts)
  }

  @Test(arguments: [
    ("/crm-basic", "{type: basic, username: assay, password: \"${secret:S}\"}", "sandbox"),
    ("/crm-key", "{type: api_key, name: X-API-Key, value: \"${secret:S}\"}", "sandbox-key"),
    ("/crm-key-query", "{type: api_key, in: query, name: api_key, value: \"${secret:S}\"}", "sandbox-key"),
    ("/crm-bearer", "{type: bearer, token: \"${secret:S}\"}", "sandbox-token"),
  ])
  func `each auth opens the API that asks for it`(_ root: String, _ auth: String, _ secret: String) async throws {
    try await withSandbox { sandbox in
      let (run, counts) = try await fetch(
        sandbox, auth: auth, root: root,
        source: "path: /customers, records: '$.items[*]', paginator: \(Self.byNumber)", environment: ["S": secret])
      try #require(run.code == 0, "\(run.errors)")
      #expect(counts.first?.hasPrefix("\(sandboxCustomers)|\(sandboxCustomers)") == true)
    }
  }

  @Test(arguments: [
    ("page numbers with a total", "/customers", "$.items[*]", byNumber, 6),
    (
      "page numbers with a number of pages", "/customers", "$.items[*]",
      "{type: page_number, size_param: per_page, page_size: 200, total_pages_path: $.total_pages}", 6
    ),
    (
      "page numbers with has_more", "/customers", "$.items[*]",
      "{type: page_number, size_param: per_page, page_size: 200, has_more_path: $.has_more}", 6
    ),
    (
      "page numbers without a hint", "/customers", "$.items[*]",
      "{type: page_number, size_param: per_page, page_size: 200}", 7
    ),
    (
      "a cursor", "/customers-by-cursor?limit=300", "$.data[*]",
      "{type: cursor, cursor_path: $.next_cursor, cursor_param: cursor}", 4
    ),
    (
      "the next page's address", "/customers-by-url?limit=300", "$.results[*]",
      "{type: next_url, next_url_path: $.next}", 4
    ),
    (
      "offsets with a total", "/customers-by-offset", "$.rows[*]", "{type: offset, limit: 200, total_path: $.total}", 6
    ),
    (
      "offsets with has_more", "/customers-by-offset", "$.rows[*]",
      "{type: offset, limit: 200, has_more_path: $.has_more}", 6
    ),
    ("offsets without a hint", "/customers-by-offset", "$.rows[*]", "{type: offset, limit: 200}", 7),
    (
      "offsets of an API that caps the limit", "/customers-by-offset", "$.rows[*]",
      "{type: offset, limit: 10000, total_path: $.total}", 3
    ),
    ("the Link header", "/customers-by-link", "$[*]", "{type: header_link}", 22),
  ])
  func `each paginator brings all rows once, in order`(
    _ name: String, _ path: String, _ records: String, _ paginator: String, _ requests: Int
  ) async throws {
    try await withSandbox { sandbox in
      let workspace = try Workspace()
      let parts = path.split(separator: "?")
      let limit = parts.count > 1 ? ", query: {limit: 300}" : ""
      let (run, rows) = try await workspace.rows(
        of:
          "{type: http, path: \"\(sandbox.baseURL)/crm\(parts[0])\"\(limit), records: '\(records)', paginator: \(paginator)}",
        steps: "steps: {ids: {type: select, from: s, keep: [id]}}", from: "ids")
      try #require(run.code == 0, "\(run.errors)")
      #expect(rows.count == sandboxCustomers)
      #expect(Set(rows).count == sandboxCustomers)
      #expect(sandbox.targets.count == requests)
      #expect(run.step("s")?["requests"]?.int == requests)
      #expect(run.warnings("s") == [])
      let single = try await workspace.rows(
        of: "{type: http, path: \"\(sandbox.baseURL)/crm/customers.jsonl\", format: jsonl}",
        steps: "steps: {ids: {type: select, from: s, keep: [id]}}", from: "ids")
      #expect(single.rows == rows, "the order of pages is that of the API")
    }
  }

  @Test(arguments: [("csv", ""), ("xml", ", records: customer"), ("jsonl", "")])
  func `bodies of other formats are read too`(_ format: String, _ records: String) async throws {
    try await withSandbox { sandbox in
      let (run, counts) = try await fetch(sandbox, source: "path: /customers.\(format), format: \(format)\(records)")
      try #require(run.code == 0, "\(run.errors)")
      #expect(counts.first?.hasPrefix("\(sandboxCustomers)|\(sandboxCustomers)") == true)
    }
  }

  @Test(arguments: [
    ("/customers", "$.items[*]", "{type: page_number, size_param: per_page, page_size: 50, total_path: $.total}"),
    ("/customers-by-offset", "$.rows[*]", "{type: offset, limit: 50, total_path: $.total}"),
  ])
  func `pages that can be addressed in advance are fetched at once, within the limit`(
    _ path: String, _ records: String, _ paginator: String
  ) async throws {
    try await withSandbox { sandbox in
      let workspace = try Workspace()
      let run = try await workspace.run(
        """
        apis: {crm: {base_url: "\(sandbox.baseURL)/fault/gather=3/crm", concurrency: 3}}
        sources: {s: {type: http, api: crm, path: \(path), records: "\(records)", paginator: \(paginator)}}
        outputs: [{type: csv, from: s, path: out.csv}]
        """)
      try #require(run.code == 0, "\(run.errors)")
      #expect(sandbox.peakInFlight == 3)
    }
  }

  @Test func `pages without paths are counted in any format`() async throws {
    try await withServer({ request in
      let page =
        request.target.hasSuffix("page=1") ? "a\n1\n2\n" : request.target.hasSuffix("page=2") ? "a\n3\n" : "a\n"
      return [reply(200, [("Content-Type", "text/csv")], page)]
    }) { server in
      let workspace = try Workspace()
      let (run, rows) = try await workspace.rows(
        of: "{type: http, path: \(server.url)/x, format: csv, paginator: {type: page_number}}")
      try #require(run.code == 0, "\(run.errors)")
      #expect(rows == [#"{"a":1}"#, #"{"a":2}"#, #"{"a":3}"#])
    }
  }

  @Test(arguments: [
    ("jsonl", "{type: cursor, cursor_path: $.next}"), ("xml", "{type: next_url, next_url_path: $.next}"),
    ("csv", "{type: page_number, total_path: $.total}"),
  ])
  func `a paginator that reads paths is refused where pages are no JSON`(_ format: String, _ paginator: String)
    async throws
  {
    let workspace = try Workspace()
    let (run, _) = try await workspace.rows(
      of: "{type: http, path: http://127.0.0.1:1/x, format: \(format), paginator: \(paginator)}")
    #expect(run.code == 2)
    #expect(run.errors.contains("it needs 'format: json', not \(format)"), "\(run.errors)")
  }

  @Test func `a fault of a page that was fetched ahead of the last one is none`() async throws {
    let third = DispatchSemaphore(value: 0)
    try await withServer({ request in
      let page = request.target.split(separator: "=").last
      if page == "3" { return [reply(404, body: []), .run { third.signal() }] }
      let answer = reply(
        200, [("Content-Type", "application/json")],
        #"{"pages": 4, "more": \#(page == "1"), "items": [{"n": \#(page ?? "0")}]}"#)
      // The second page says that it is the last one, behind the answer to the third.
      return page == "2" ? [.run { _ = third.wait(timeout: .now() + 10) }, answer] : [answer]
    }) { server in
      let workspace = try Workspace()
      let (run, rows) = try await workspace.rows(
        of:
          "{type: http, path: \(server.url)/x, records: '$.items[*]', paginator: {type: page_number, total_pages_path: $.pages, has_more_path: $.more}}"
      )
      try #require(run.code == 0, "\(run.errors)")
      #expect(rows == [#"{"n":1}"#, #"{"n":2}"#])
    }
  }

  @Test func `params and environment fill the query`() async throws {
    try await withSandbox { sandbox in
      let workspace = try Workspace()
      let pipeline = """
        params: {month: {type: text, default: "2026-10"}}
        sources: {s: {type: http, path: "${env:API}/crm/customers", query: {month: "${param:month}", per_page: 500}, records: "$.items[*]", on_empty: pass}}
        checks: {s: {on_empty: pass}}
        outputs: [{type: csv, from: s, path: out.csv}]
        """
      let run = try await workspace.run(pipeline, "--param", "month=2026-09", environment: ["API": sandbox.baseURL])
      try #require(run.code == 0, "\(run.errors)")
      #expect(sandbox.targets == ["/crm/customers?month=2026-09&per_page=500"])
      #expect(run.report["run", "params", "month"]?.string == "2026-09")
    }
  }

  @Test func `records that lead nowhere are an error, and an empty list is not`() async throws {
    try await withServer({ request in
      [
        reply(
          200, [("Content-Type", "application/json")], request.target == "/empty" ? #"{"items":[]}"# : #"{"error":"x"}"#
        )
      ]
    }) { server in
      let workspace = try Workspace()
      let (empty, _) = try await workspace.rows(
        of: "{type: http, path: \(server.url)/empty, records: '$.items[*]', on_empty: pass}",
        checks: "checks: {s: {on_empty: pass}}")
      #expect(empty.code == 0, "\(empty.errors)")
      let (missing, _) = try await workspace.rows(
        of: "{type: http, path: \(server.url)/missing, records: '$.items[*]', on_empty: pass}",
        checks: "checks: {s: {on_empty: pass}}")
      #expect(missing.code == 3)
      #expect(missing.error("s").contains("$.items"), "\(missing.error("s"))")
    }
  }
}

/// How many customers the sandbox's CRM has.
let sandboxCustomers = 1080
