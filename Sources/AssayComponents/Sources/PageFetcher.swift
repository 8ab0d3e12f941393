internal import AssayColumns
internal import AssayEngine
internal import AssayFormats
internal import AssayHTTP

/// A page of an API: its rows (in several parts if it is large), and what the paginator may read of it.
struct FetchedPage: Sendable {
  var parts: [DecodedRows]
  var summary: PageSummary
}

/// How the body of an answer becomes rows.
struct PageBody: Sendable {
  let format: any RowFormat
  let expectation: BodyExpectation
  /// Set for JSON bodies, which also hold the paginator's values.
  let json: JSONFormat?

  var reading: Field.Reading { format.reading }

  init(_ format: HTTPSource.BodyFormat, records: String?, allowEmpty: Bool) throws {
    switch format {
    case .json, .jsonl:
      let path = try records.map { text throws(JSONPathFault) in try JSONPath(text) }
      let json = JSONFormat(records: path, lines: format == .jsonl, allowEmpty: allowEmpty)
      self.format = json
      self.json = format == .json ? json : nil
      expectation = BodyExpectation(format == .json ? .json : .jsonLines)
    case .csv:
      self.format = CSVFormat()
      json = nil
      expectation = BodyExpectation(.csv)
    case .xml:
      self.format = XMLFormat(records: records)
      json = nil
      expectation = BodyExpectation(.xml)
    }
  }
}

/// Fetches and decodes pages; any number at once.
struct PageFetcher: Sendable {
  let client: APIClient
  let request: HTTPRequest
  let body: PageBody
  /// JSONPaths whose values the paginator wants, with their texts.
  private let paths: [(text: String, path: JSONPath)]
  private let context: NodeContext

  init(client: APIClient, request: HTTPRequest, body: PageBody, paths: [String], _ context: NodeContext) throws {
    self.client = client
    self.request = request
    self.body = body
    self.paths = try paths.map { ($0, try JSONPath($0)) }
    self.context = context
  }

  /// Whether only some rows are wanted.
  var isLimited: Bool { context.run.part?.limit != nil }

  func fetch(_ page: PageRequest) async throws -> FetchedPage {
    let asked = page.applied(to: request)
    let exchange = try await context.page(asked, over: client, expecting: body.expectation)
    let response = exchange.response
    let shown = client.mask.apply(to: "\(asked.method.rawValue) \(asked.url)")
    return try await context.run.workers.run {
      do throws(FormatFault) {
        let (parts, values) = exchange.isFound ? try decode(response) : ([], [:])
        return FetchedPage(
          parts: parts,
          summary: PageSummary(
            recordCount: parts.reduce(0) { $0 + $1.rowCount }, values: values, headers: response.headers,
            url: response.finalURL,
            bodyHash: sha256Hex(response.body)))
      } catch {
        throw error.failure(in: "the answer to \(shown)")
      }
    }
  }

  private func decode(_ response: HTTPResponse) throws(FormatFault) -> ([DecodedRows], [String: PageValue]) {
    if response.status == 204 || response.status == 205 { return ([], [:]) }
    let bytes = try uncompressed(response.body)
    if let json = body.json, !paths.isEmpty {
      let root = try JSONParser.parse(bytes)
      var values: [String: PageValue] = [:]
      for (text, path) in paths {
        if let value = path.first(in: root) { values[text] = PageValue(value) }
      }
      return ([try JSONFormat.rows(of: try json.records(in: root))], values)
    }
    var cutter = body.format.makeCutter()
    let pieces = try cutter.push(bytes) + cutter.finish()
    var parts: [DecodedRows] = []
    for piece in pieces { parts.append(try body.format.decode(piece)) }
    return (parts, [:])
  }

  private func uncompressed(_ bytes: [UInt8]) throws(FormatFault) -> [UInt8] {
    guard GzipInflater.isGzip(bytes) else { return bytes }
    var inflater = GzipInflater(limits: GzipInflater.Limits(byteCount: client.maxBody))
    inflater.push(bytes)
    inflater.finish()
    var text: [UInt8] = []
    while let part = try inflater.next() { text += part }
    return text
  }
}

extension PageValue {
  /// A JSON value as a paginator reads it.
  init(_ value: JSONValue) {
    switch value {
    case .null: self = .null
    case .bool(let flag): self = .boolean(flag)
    case .integer(let number): self = .integer(number)
    case .decimal(let number): self = .decimal(number)
    case .string(let text): self = .text(text)
    case .array, .object: self = .structured
    }
  }
}
