internal import AssayColumns
internal import AssayEngine
internal import AssayFormats
internal import AssayHTTP
internal import Synchronization

/// A page of an API: its rows (in several parts if it is large), and what the paginator may read of it.
struct FetchedPage: Sendable {
  var parts: [DecodedRows]
  /// Rows behind `parts` that are decoded as they are wanted, where a page is too large to have all of them in memory.
  var rest: LateRows?
  /// Of a page with a rest it does not count the rows of that.
  var summary: PageSummary
}

/// The rows of a large page that are still to be decoded.
final class LateRows: Sendable {
  private let rows: Mutex<BodyRows>
  private let workers: Workers

  init(_ rows: BodyRows, _ workers: Workers) {
    self.rows = Mutex(rows)
    self.workers = workers
  }

  /// The next part, or nil at the end.
  func next() async throws -> DecodedRows? {
    try await workers.run { try self.rows.withLock { try $0.next() } }
  }
}

/// Fetches and decodes pages; any number at once.
struct PageFetcher: Sendable {
  /// How much text of a page is decoded before its rows are handed on: what is larger is decoded as it is read.
  private static let decodedAtOnce = 32 << 20

  let client: APIClient
  let request: PreparedRequest
  let body: PageBody
  /// JSONPaths whose values the paginator wants, with their texts.
  private let paths: [(text: String, path: JSONPath)]
  private let context: NodeContext

  init(client: APIClient, request: PreparedRequest, body: PageBody, paths: [String], _ context: NodeContext) throws {
    self.client = client
    self.request = request
    self.body = body
    self.paths = try paths.map { ($0, try JSONPath($0)) }
    self.context = context
  }

  /// Whether only some rows are wanted.
  var isLimited: Bool { context.run.part?.limit != nil }

  func fetch(_ page: PageRequest) async throws -> FetchedPage {
    var request = try request.httpRequest(for: page)
    // What is recorded or replayed is in memory.
    let spool = body.isStreamed && !context.run.hasTape ? BodySpool() : nil
    request.target = spool.map { BodyTarget($0) }
    let label = client.mask.apply(to: page.label)
    let exchange: HTTPExchange
    do {
      exchange = try await context.page(request, over: client, expecting: body.expectation)
    } catch var failure as HTTPFailure {
      failure.url += label
      throw failure
    }
    let shown = "the answer to " + client.mask.apply(to: "\(request.method.rawValue) \(request.url)") + label
    return try await context.run.workers.run { try decode(exchange, spool, shown: shown) }
  }

  /// Decodes a page, or the beginning of a large one.
  private func decode(_ exchange: HTTPExchange, _ spool: BodySpool?, shown: String) throws -> FetchedPage {
    let response = exchange.response
    let spool = response.written == nil ? nil : spool
    let hasBody = exchange.isFound && response.status != 204 && response.status != 205
    let bytes: any RandomAccessBytes = spool?.bytes ?? response.body
    var rows = try BodyRows(
      hasBody ? bytes : nil, body, response, paths: paths, limit: client.maxBody, shown: shown)
    var parts: [DecodedRows] = []
    var hasEnded = false
    while !hasEnded, rows.byteCount < Self.decodedAtOnce || !paths.isEmpty {
      if let part = try rows.next() { parts.append(part) } else { hasEnded = true }
    }
    return FetchedPage(
      parts: parts, rest: hasEnded ? nil : LateRows(rows, context.run.workers),
      summary: PageSummary(
        recordCount: parts.reduce(0) { $0 + $1.rowCount }, values: rows.values, headers: response.headers,
        url: response.finalURL, bodyHash: spool?.sha256 ?? sha256Hex(response.body)))
  }
}

extension PageRequest {
  /// What tells a page from others where its address does not: ` (page.number = 7)`.
  fileprivate var label: String {
    let hidden = parameters.filter { $0.place != .query }
    if hidden.isEmpty { return "" }
    return " (" + hidden.map { "\($0.name) = \($0.value.prefix(60))" }.joined(separator: ", ") + ")"
  }
}
