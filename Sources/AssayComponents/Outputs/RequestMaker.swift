internal import AssayColumns
internal import AssayEngine
internal import AssayHTTP
internal import AssayStore
internal import Synchronization

/// A request that is to be sent, with the rows that it holds; or rows that cannot be sent.
struct OutgoingRequest: Sendable {
  struct Row: Sendable {
    /// Within the dataset, from 1, as checks count rows.
    var number: Int
    /// The cells that say whose row it is.
    var key: [LeftOutCell]
    var hidden = HiddenValues()
  }

  enum Content: Sendable {
    /// With the key that it is remembered under.
    case request(HTTPRequest, key: String)
    /// Why its rows cannot be sent.
    case fault(String)
  }

  var content: Content
  var rows: [Row]

  /// `row 17`, `rows 100 to 199`.
  var place: String {
    guard let first = rows.first, let last = rows.last, rows.count > 1 else { return "row \(rows.first?.number ?? 0)" }
    return "rows \(first.number) to \(last.number)"
  }

  /// The values of private columns in its rows.
  var hidden: HiddenValues {
    var hidden = HiddenValues()
    for row in rows { hidden.add(row.hidden) }
    return hidden
  }

  /// Its rows as rows that are left out.
  func leftOut(_ reason: String) -> [LeftOutRow] {
    rows.map { LeftOutRow(row: $0.number, key: $0.key, reason: reason) }
  }
}

/// Makes the requests of an output out of its rows, some at a time and in their order. One task asks for them.
final class RequestMaker: Sendable {
  private struct State {
    var batches: any BatchIterator
    var batch: Batch?
    /// The next row within the batch, and within the dataset.
    var place = 0
    var row = 0
    var keys: IdempotencyKeys
    /// The rows of a request that is not full yet.
    var pending: (rows: [OutgoingRequest.Row], bodies: [[UInt8]]) = ([], [])
    var isAtEnd = false
  }

  private let output: HTTPOutput
  private let client: APIClient
  private let template: RequestTemplate<RowTemplate>
  private let privateColumns: [String]
  private let state: Mutex<State>

  /// Rows that are read at a time.
  private static let rowsAtOnce = 512

  /// - Parameters:
  ///   - privateColumns: Columns whose values are not told of.
  ///   - scope: What the keys of the requests belong to.
  init(_ output: HTTPOutput, _ rows: KeptRows, privateColumns: [String], client: APIClient, scope: String) {
    self.privateColumns = privateColumns
    self.output = output
    self.client = client
    var template = output.request
    template.method = output.method.request
    // A JSON body is made of the cells themselves.
    if output.hasJSONBody { template.body = nil }
    self.template = template
    state = Mutex(State(batches: rows.makeIterator(), keys: IdempotencyKeys(scope: scope)))
  }

  /// The next requests, none of them for rows that fill no batch yet; nil at the end. Blocks on the disk: call it on a
  /// worker.
  func next() throws -> [OutgoingRequest]? {
    try state.withLock { state in
      if state.isAtEnd { return nil }
      while true {
        if state.batch.map({ state.place >= $0.rowCount }) ?? true {
          state.batch = try state.batches.next()
          state.place = 0
        }
        guard let batch = state.batch else {
          state.isAtEnd = true
          return try flush(&state).map { [$0] }
        }
        let end = min(batch.rowCount, state.place + Self.rowsAtOnce)
        let requests = try make(SendableRows(output, batch), state.place..<end, &state)
        state.place = end
        if !requests.isEmpty { return requests }
      }
    }
  }

  private func make(
    _ rows: SendableRows, _ range: Range<Int>, _ state: inout State
  ) throws -> [OutgoingRequest] {
    var requests: [OutgoingRequest] = []
    for place in range {
      var row = OutgoingRequest.Row(number: state.row + 1, key: rows.key(place))
      for name in privateColumns { row.hidden.add(rows.text(name, place)) }
      state.row += 1
      if let fault = rows.addressFault(place) {
        requests.append(OutgoingRequest(content: .fault(fault), rows: [row]))
        continue
      }
      let body: [UInt8]
      do throws(RowBodies.Fault) {
        body = try rows.body(place)
      } catch {
        requests.append(OutgoingRequest(content: .fault(error.reason), rows: [row]))
        continue
      }
      guard let batch = output.batch else {
        let prepared = try template.prepared(client) { rows.text($0, place) }
        requests.append(try outgoing(prepared, body, "application/json", [row], &state.keys))
        continue
      }
      state.pending.rows.append(row)
      state.pending.bodies.append(body)
      if state.pending.rows.count == batch.size, let full = try flush(&state) { requests.append(full) }
    }
    return requests
  }

  /// The request of the rows that wait.
  private func flush(_ state: inout State) throws -> OutgoingRequest? {
    guard let batch = output.batch, !state.pending.rows.isEmpty else { return nil }
    defer { state.pending = ([], []) }
    return try outgoing(
      try template.prepared(client), batch.body(of: state.pending.bodies), batch.contentType, state.pending.rows,
      &state.keys)
  }

  private func outgoing(
    _ prepared: PreparedRequest, _ body: [UInt8], _ type: String, _ rows: [OutgoingRequest.Row],
    _ keys: inout IdempotencyKeys
  ) throws -> OutgoingRequest {
    var request = try prepared.httpRequest()
    if output.hasJSONBody {
      request.body = body
      if !prepared.hasContentType { request.headers["Content-Type"] = type }
    }
    let key = keys.next(for: request)
    let header = output.idempotencyHeader ?? "Idempotency-Key"
    if header != "none" { request.headers[header] = key }
    return OutgoingRequest(content: .request(request, key: key), rows: rows)
  }
}
