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

  var request = RequestTemplate<FilledText>()
  var format = BodyFormat.json
  var records: Located<String>?
  var allowEmpty = false
  var encoding: TextEncodingName?
  var text = DelimitedText()
  var members: String?
  var paginator: Choice<PaginatorFamily>?
  var expect = ExpectDeclaration()
  var responses: [ResponseRuleDeclaration] = []
  package var download: String?
  var forEach: DatasetName?
  var keep = Named<Template>()
  var incremental: IncrementalDeclaration?

  package static let schema = Schema(
    "http", HTTPSource(), summary: "Reads the pages of an HTTP API, or downloads a file.",
    details: """
      `records` is a JSONPath (RFC 9535) for JSON bodies, and an element name for XML bodies. A list that is there and empty is an
      empty page; a path that leads nowhere is an error, unless `allow_empty` is true. A body is judged before it is used: an HTML
      page with status 200 is an error, not data.

      Bodies may be gzipped, or zip archives: of these the members that fit the format are read, in the order of their names. However
      a body is compressed, the api's `max_body` counts what comes out. The encoding is that of the answer's `charset`, unless
      `encoding` says otherwise.

      With `download` the body of one answer goes to a file as it is, and the dataset is one row: `path`, `bytes`, `sha256`,
      `content_type` and `url`. The file takes the place of an older one when the run is published, and not if its gate fails.
      """,
    keys: RequestTemplate.keys(
      path: "The path, joined to the api's `base_url`; or a whole address.", query: "Query parameters."
    ).map { $0.lifted(to: \.request) } + [
      Key("format", \.format, "How the body is read."),
      Key("records", \.records, "Where the records are: JSONPath, or an XML element's name."),
      Key("allow_empty", \.allowEmpty, "Whether a `records` path that leads nowhere means no rows."),
      Key(
        "encoding", \.encoding, shown: "as the answer says, else utf-8",
        "The text's encoding: `utf-8`, `iso-8859-1`, `windows-1252`, `utf-16` …"),
      Key("members", \.members, "Which members of a zip archive are read: a name, or a pattern such as `data_*.csv`."),
    ] + DelimitedText.keys.map { $0.lifted(to: \.text) } + [
      Key("paginator", \.paginator, shown: "single", "How pages follow each other."),
      Key("expect", \.expect, "What an answer must be; it comes before what the api expects."),
      Key("responses", \.responses, "What answers mean; these rules come before the api's. `not_found` means no rows."),
      Key(
        "download", \.download,
        "The file that the body goes to, relative to the pipeline file; then nothing else is read from it."),
      Key(
        "for_each", \.forEach,
        "A dataset: the request is sent once for each of its rows, with `{column}` in `path`, `query` and `body`."),
      Key("keep", \.keep, "With `for_each`: columns that rows get of the row that they belong to."),
      Key("incremental", \.incremental, "Asks only for what is new since the last published run."),
    ],
    rules: RequestTemplate.rules.map { $0.lifted(to: \.request) } + [
      DelimitedText.rule.lifted(to: \.text),
      Rule("records") { $0.recordsFault },
      Rule("paginator") { $0.paginatorFault },
      Rule("format") { source in
        guard source.format != .csv, let key = source.text.changedKey else { return nil }
        return "'\(key)' is for delimited text, so it needs 'format: csv', not \(source.format.rawValue)"
      },
      Rule("download") { $0.downloadFault },
      Rule("for_each") { $0.forEachFault },
      Rule("keep") { $0.forEach == nil && !$0.keep.items.isEmpty ? "'keep' needs 'for_each'" : nil },
      Rule("incremental") { $0.incrementalFault },
    ],
    examples: [
      """
      type: http
      path: https://api.example.com/customers
      query: {month: "2026-10"}
      records: $.items[*]
      paginator: {type: page_number, size_param: per_page, page_size: 200}
      """,
      "type: http\npath: https://api.example.com/rates.csv.gz\nformat: csv\ndelimiter: \";\"",
      """
      type: http
      path: https://api.example.com/orders
      expect: {content_type: application/json}
      responses:
        - {when: {status: 404}, action: not_found}
        - {when: {path: $.status, in: [BUSY]}, action: retry, retry_after_path: $.seconds}
        - {when: {path: "$.errors[0]", exists: true}, action: fail, message: the service refused the query}
      """,
      """
      type: http
      path: https://api.example.com/search
      method: POST
      body: {json: {filter: {active: true}, page: {size: 100}}}
      records: $.hits[*]
      paginator: {type: page_number, in: body, page_param: page.number, total_path: $.total}
      """,
      """
      type: http
      for_each: customers
      path: "https://api.example.com/customers/{id}/orders"
      keep: {customer_id: "{id}"}
      records: $.orders[*]
      """,
      """
      type: http
      path: https://api.example.com/orders
      records: $.items[*]
      incremental: {cursor: updated_at, param: since, initial: 2026-01-01, lag: 1h}
      """,
      "type: http\npath: https://api.example.com/catalogue.pdf\ndownload: out/catalogue.pdf",
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
      FaultExample(
        "type: http\npath: https://example.com\n⟪body: {json: {a: 1}}", "a GET carries no body; set 'method: POST'"),
      FaultExample(
        "type: http\npath: https://example.com\nmethod: POST\nbody: {json: {page: first}}\n"
          + "⟪paginator: {type: page_number, in: body, page_param: page.number}",
        "'page.number' cannot be set in the JSON body: it leads through what is no object"),
      FaultExample(
        "type: http\npath: https://example.com\nformat: csv\n⟪download: out/data.csv",
        "a download is kept as it is, so it takes no 'format'"),
      FaultExample(
        "type: http\npath: https://example.com/\n⟪keep: {id: \"{id}\"}", "'keep' needs 'for_each'"),
      FaultExample(
        "type: http\n⟪for_each: customers\npath: https://example.com/{id",
        "'{' without its '}' in 'https://example.com/{id'; write {{ for the character itself"),
      FaultExample(
        "type: http\npath: https://example.com/\n⟪incremental: {cursor: at, param: since, in: body}",
        "a GET carries no body for the cursor; set 'method: POST'"),
      FaultExample(
        "type: http\npath: https://example.com/\npaginator: {type: page_number}\n⟪incremental: {cursor: id, param: page}",
        "the paginator sends a 'page' of its own, so the cursor would be lost; name another 'param'"),
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

  private var incrementalFault: String? {
    guard let incremental else { return nil }
    if download != nil { return "a download has no cursor: 'incremental' does not apply" }
    if incremental.place == .body, request.method == .get {
      return "a GET carries no body for the cursor; set 'method: POST'"
    }
    guard var pages = try? paginator?.value.makePaginator(), let first = try? pages.next(after: nil) else { return nil }
    let isTaken = first.parameters.contains { $0.name == incremental.param && $0.place == incremental.place.place }
    guard isTaken else { return nil }
    return "the paginator sends a '\(incremental.param)' of its own, so the cursor would be lost; name another 'param'"
  }

  private var paginatorFault: String? {
    guard let paginator, let made = try? paginator.value.makePaginator() else { return nil }
    if format != .json, !made.paths.isEmpty {
      let reason = "the paginator '\(paginator.kind)' reads JSONPaths of the page"
      return "\(reason), so it needs 'format: json', not \(format.rawValue)"
    }
    if made.bodyParameters.isEmpty { return nil }
    if request.method == .get { return "a GET carries no body for the paginator's parameters; set 'method: POST'" }
    do throws(RequestBody.Fault) {
      let parameters = made.bodyParameters.map { PageRequest.Parameter($0, 1, in: .body) }
      _ = try (request.body?.filled { _ in nil } ?? .empty).setting(parameters)
      return nil
    } catch {
      return "\(error)"
    }
  }

  private var downloadFault: String? {
    guard let download else { return nil }
    if download.isEmpty { return "'download' names no file" }
    let others: [(key: String, isSet: Bool)] = [
      ("format", format != .json), ("records", records != nil), ("allow_empty", allowEmpty),
      ("encoding", encoding != nil), ("members", members != nil), ("paginator", paginator != nil),
    ]
    return others.first(where: \.isSet).map { "a download is kept as it is, so it takes no '\($0.key)'" }
  }

  private var forEachFault: String? {
    guard forEach != nil else { return nil }
    if download != nil { return "a download is one file: 'for_each' does not apply" }
    do throws(Template.SyntaxFault) {
      let templates = try request.templates()
      return templates.columns.isEmpty ? "nothing of the request differs from row to row: write {column} in it" : nil
    } catch {
      return error.message
    }
  }

  package var parent: DatasetName? { forEach }
  package var isIncremental: Bool { incremental != nil }

  private func client(_ context: NodeContext) throws -> APIClient {
    try context.client(request.api, answers: AnswerDeclaration(expect: expect, responses: responses))
  }

  package func read(into rows: SourceWriter, _ context: NodeContext) async throws {
    let client = try client(context)
    var prepared = try request.prepared(client)
    if let download {
      let whole = HTTPDownload(path: download, client: client, request: try prepared.httpRequest())
      return try await whole.run(into: rows, context)
    }
    let start = try await incremental?.start(context)
    try incremental?.apply(start, to: &prepared)
    var sink = RowSink(rows, incremental?.tracker(start))
    try await readAll(prepared, client, &sink, context)
    try sink.finish(context)
  }

  package func read(into rows: SourceWriter, from parent: DatasetReader, _ context: NodeContext) async throws {
    let client = try client(context)
    let requests = ParentRequests(try request.templates(), keep: keep, client: client, reader: parent, context)
    let start = try await incremental?.start(context)
    var sink = RowSink(rows, incremental?.tracker(start))
    try await orderedWindow(
      width: context.run.part?.limit == nil ? client.gate.concurrency : 1,
      next: { try await requests.next() },
      job: { asked -> Result<[RowSink.Part], any Error> in
        do {
          var asked = asked
          try incremental?.apply(start, to: &asked.request)
          var collected = RowSink(nil, nil)
          try await readAll(asked.request, client, &collected, context)
          return .success(try collected.parts.map { (try $0.rows.adding(asked.kept), $0.reading) })
        } catch {
          // Told in its turn: what was asked for before it is paid for, and is kept.
          return .failure(error)
        }
      },
      deliver: { collected in
        for part in try collected.get() { try await sink.write(part.rows, reading: part.reading) }
      })
    try requests.requireColumns()
    try sink.finish(context)
  }

  /// Reads all pages of a request.
  private func readAll(
    _ prepared: PreparedRequest, _ client: APIClient, _ rows: inout RowSink, _ context: NodeContext
  ) async throws {
    var paginator = try paginator?.value.makePaginator() ?? SinglePaginator()
    let body = try PageBody(
      format, records: records?.value, allowEmpty: allowEmpty, dialect: text.dialect, encoding: encoding?.encoding,
      members: members)
    let pages = try PageFetcher(
      client: client, request: prepared, body: body, paths: paginator.paths, context)
    do {
      try await readPages(pages, &paginator, into: &rows)
    } catch let fault as PaginationFault {
      throw RunFailure(client.mask.apply(to: fault.message))
    }
    for warning in paginator.warnings { context.warn(warning) }
  }

  private func readPages(
    _ pages: PageFetcher, _ paginator: inout any Paginator, into rows: inout RowSink
  ) async throws {
    /// Writes a page's rows, and returns what the paginator is told of it.
    func write(_ page: FetchedPage) async throws -> PageSummary {
      var summary = page.summary
      for part in page.parts { try await rows.write(part, reading: pages.body.reading) }
      while let part = try await page.rest?.next() {
        summary.recordCount += part.rowCount
        try await rows.write(part, reading: pages.body.reading)
      }
      return summary
    }
    guard let first = try paginator.next(after: nil) else { return }
    let summary = try await write(try await pages.fetch(first))
    let upcoming = try paginator.upcoming(after: summary) ?? []
    var next = try paginator.next(after: summary)
    if !upcoming.isEmpty, next != nil {
      let ahead = UpcomingPages(upcoming)
      try await orderedWindow(
        // Whoever wants some rows wants no page ahead. Else pages are decoded and kept while others are under way.
        width: pages.isLimited ? 1 : 2 * pages.client.gate.concurrency,
        next: { ahead.take() },
        job: { request -> (PageRequest, Result<FetchedPage, any Error>) in
          do { return (request, .success(try await pages.fetch(request))) } catch { return (request, .failure(error)) }
        },
        deliver: { request, fetched in
          // Once a page has said that it is the last, or that another one follows, what was fetched ahead is not data,
          // and its faults are none.
          guard request == next else { return ahead.stop() }
          next = try paginator.next(after: try await write(try fetched.get()))
          if next == nil { ahead.stop() }
        })
    }
    while let request = next {
      next = try paginator.next(after: try await write(try await pages.fetch(request)))
    }
  }
}
