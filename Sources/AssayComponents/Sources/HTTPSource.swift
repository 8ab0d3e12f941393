package import AssayDefinition
package import AssayEngine
internal import AssayFormats
internal import AssayHTTP

/// Rows of an HTTP API, page by page.
package struct HTTPSource: Source, Component {
  /// How a body is read.
  package enum BodyFormat: String, ConfigChoice {
    case json, jsonl, csv, xml
  }

  var api: APIName?
  var path = ""
  var query = Named<String>()
  var headers = Named<String>()
  var format = BodyFormat.json
  var records: Located<String>?
  var allowEmpty = false
  var paginator: Choice<PaginatorFamily>?
  var expect = ExpectDeclaration()
  var responses: [ResponseRuleDeclaration] = []

  package static let schema = Schema(
    "http", HTTPSource(), summary: "Reads the pages of an HTTP API.",
    details: """
      `records` is a JSONPath (RFC 9535) for JSON bodies, and an element name for XML bodies. A list that is there and empty is an
      empty page; a path that leads nowhere is an error, unless `allow_empty` is true. A body is judged before it is used: an HTML
      page with status 200 is an error, not data.
      """,
    keys: [
      Key("api", \.api, "The entry under `apis` with address, auth and limits."),
      Key("path", \.path, required: true, "The path, joined to the api's `base_url`; or a whole address."),
      Key("query", \.query, "Query parameters."),
      Key("headers", \.headers, "Further headers."),
      Key("format", \.format, "How the body is read."),
      Key("records", \.records, "Where the records are: JSONPath, or an XML element's name."),
      Key("allow_empty", \.allowEmpty, "Whether a `records` path that leads nowhere means no rows."),
      Key("paginator", \.paginator, shown: "single", "How pages follow each other."),
      Key("expect", \.expect, "What an answer must be; it comes before what the api expects."),
      Key("responses", \.responses, "What answers mean; these rules come before the api's. `not_found` means no rows."),
    ],
    rules: [
      Rule("records") { $0.recordsFault },
      Rule("path") { source in
        let isWhole = source.path.hasPrefix("http://") || source.path.hasPrefix("https://")
        return source.api == nil && !isWhole && !source.path.isEmpty
          ? "without 'api' the path must be a whole address, beginning with http:// or https://" : nil
      },
      Rule("paginator") { $0.paginatorFault },
    ],
    examples: [
      """
      type: http
      path: https://api.example.com/customers
      query: {month: "2026-10"}
      records: $.items[*]
      paginator: {type: page_number, size_param: per_page, page_size: 200}
      """,
      "type: http\npath: https://api.example.com/rates.csv\nformat: csv",
      """
      type: http
      path: https://api.example.com/orders
      expect: {content_type: application/json}
      responses:
        - {when: {status: 404}, action: not_found}
        - {when: {path: $.status, in: [BUSY]}, action: retry, retry_after_path: $.seconds}
        - {when: {path: "$.errors[0]", exists: true}, action: fail, message: the service refused the query}
      """,
    ],
    faults: [
      FaultExample(
        "type: http\n⟪path: /customers",
        "without 'api' the path must be a whole address, beginning with http:// or https://"),
      FaultExample("type: http\npath: https://example.com\n⟪records: $.items[", "'$.items[' is no JSONPath"),
      FaultExample(
        "type: http\npath: https://example.com\nformat: csv\n⟪paginator: {type: cursor, cursor_path: $.next}",
        "the paginator 'cursor' reads JSONPaths of the page, so it needs 'format: json', not csv"),
      FaultExample(
        "type: http\npath: https://example.com\nresponses: [{when: {⟪path: $.status}, action: fail}]",
        "'path' needs 'in' or 'exists'"),
      FaultExample(
        "type: http\npath: https://example.com\nresponses: [{when: {status: ⟪6xxx}, action: fail}]",
        "'6xxx' is no status; write a number such as 404, a class such as 5xx, or a range such as 500-504"),
    ])

  private var recordsFault: String? {
    guard let records, format == .json || format == .jsonl else { return nil }
    do throws(JSONPathFault) {
      _ = try JSONPath(records.value)
      return nil
    } catch {
      return "'\(records.value)' is no JSONPath: \(error)"
    }
  }

  private var paginatorFault: String? {
    guard format != .json, let paginator, let made = try? paginator.value.makePaginator(), !made.paths.isEmpty else {
      return nil
    }
    let reason = "the paginator '\(paginator.kind)' reads JSONPaths of the page"
    return "\(reason), so it needs 'format: json', not \(format.rawValue)"
  }

  package func read(into rows: SourceWriter, _ context: NodeContext) async throws {
    let client = try context.client(api, answers: AnswerDeclaration(expect: expect, responses: responses))
    let fields = headers.items.map { HeaderFields.Field($0.name, $0.value) }
    let request = try client.request(
      path: path, query: query.items.map { RequestURL.QueryItem($0.name, $0.value) }, headers: HeaderFields(fields))
    var paginator = try paginator?.value.makePaginator() ?? SinglePaginator()
    let pages = try PageFetcher(
      client: client, request: request, body: try PageBody(format, records: records?.value, allowEmpty: allowEmpty),
      paths: paginator.paths, context)
    do {
      try await readPages(pages, &paginator, into: rows)
    } catch let fault as PaginationFault {
      throw RunFailure("source '\(context.name)': \(fault.message)")
    }
    for warning in paginator.warnings { context.warn(warning) }
  }

  private func readPages(
    _ pages: PageFetcher, _ paginator: inout any Paginator, into rows: SourceWriter
  ) async throws {
    func write(_ page: FetchedPage) async throws {
      for part in page.parts { try await rows.write(part, reading: pages.body.reading) }
    }
    guard let first = try paginator.next(after: nil) else { return }
    let page = try await pages.fetch(first)
    try await write(page)
    let upcoming = try paginator.upcoming(after: page.summary) ?? []
    var next = try paginator.next(after: page.summary)
    if !upcoming.isEmpty, next != nil {
      let ahead = UpcomingPages(upcoming)
      try await orderedWindow(
        // Whoever wants some rows wants no page ahead.
        width: pages.isLimited ? 1 : pages.client.gate.concurrency,
        next: { ahead.take() },
        job: { request -> Result<FetchedPage, any Error> in
          do { return .success(try await pages.fetch(request)) } catch { return .failure(error) }
        },
        deliver: { fetched in
          // Once a page has said that it is the last, what was fetched ahead is not data, and its faults are none.
          guard next != nil else { return }
          let page = try fetched.get()
          try await write(page)
          next = try paginator.next(after: page.summary)
          if next == nil { ahead.stop() }
        })
    }
    while let request = next {
      let page = try await pages.fetch(request)
      try await write(page)
      next = try paginator.next(after: page.summary)
    }
  }
}
