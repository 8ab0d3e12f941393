internal import AssayColumns
package import AssayDefinition
package import AssayEngine
internal import AssayHTTP
internal import AssayQuality
internal import AssayStore

/// What an output's requests do.
enum SendMethod: String, ConfigChoice {
  case post = "POST"
  case put = "PUT"
  case patch = "PATCH"
  case delete = "DELETE"

  var request: RequestMethod {
    switch self {
    case .post: .post
    case .put: .put
    case .patch: .patch
    case .delete: .delete
    }
  }
}

/// What happens with rows that the API refuses.
enum OnSendError: String, ConfigChoice {
  case fail, skip
}

/// Rows sent to an HTTP API, one by one or in batches.
package struct HTTPOutput: Output, Component {
  var request = RequestTemplate<RowTemplate>()
  var method = SendMethod.post
  var batch: BatchDeclaration?
  var jsonColumns: [String] = []
  var idempotencyHeader: String?
  var ordered = false
  var onError = OnSendError.fail
  var maxErrors: Amount?
  var expect = ExpectDeclaration()
  var responses: [ResponseRuleDeclaration] = []

  package static let schema = Schema(
    "http", HTTPOutput(), summary: "Sends rows to an HTTP API, one by one or in batches.",
    details: """
      Rows are kept while the run goes on. Once the gate has decided, and the publishing of tables was tried, they are sent; then
      the rest is published. Each request that was taken is remembered in the store before its rows count as sent: a run that breaks
      or is killed while it sends is gone on with by `assay run --resume`, which sends what the same rows have not sent yet; a row
      that has come out otherwise, and a batch that holds one, is sent as new. A new run sends all of its rows.

      Without `body`, `POST`, `PUT` and `PATCH` carry the row as a JSON object of all its columns, nulls too, with the names, kinds
      and texts that a `jsonl` output writes; `DELETE` carries nothing. A row with a null in a `{column}` of `path` or `query`, or
      with nothing to stand in a path, is not sent to another address: the run breaks before anything is sent, or with `on_error: skip`
      the row is left out.

      Each request has a key in the header `Idempotency-Key`, which is the same when the request is repeated or a run is resumed, and
      another for each new run and for each of several equal requests. A service that knows the header does each request once.

      A batch is taken or refused whole; where a service answers for each row of it, `responses` say what that means.

      Taken is what is answered with 2xx, apart from 206 and 207, which tell of a part; for `DELETE`, 404 and 410 too: the thing
      is gone. `expect` and `responses` say otherwise. A page in HTML is no answer.
      """,
    keys: addressKeys + contentKeys + errorKeys, rules: schemaRules,
    examples: [
      "type: http\nfrom: example\npath: https://api.example.com/customers",
      """
      type: http
      from: example
      method: PATCH
      path: "https://api.example.com/customers/{id}"
      body: {json: {score: "{score}", note: "seen on {day}", source: assay}}
      on_error: skip
      max_errors: 1%
      """,
      """
      type: http
      from: example
      path: https://api.example.com/records
      batch: {size: 200, into: records}
      idempotency_header: Idempotency-Key
      """,
      "type: http\nfrom: example\nmethod: DELETE\npath: \"https://api.example.com/customers/{id}\"",
    ],
    faults: [
      FaultExample(
        "type: http\nfrom: example\n⟪path: \"https://example.com/customers/{id}\"\nbatch: {size: 100}",
        batchAddressFault),
      FaultExample(
        "type: http\nfrom: example\n⟪method: DELETE\npath: https://example.com/customers",
        "every row would send the same DELETE; name a {column} in 'path', 'query' or 'body'"),
      FaultExample(
        "type: http\nfrom: example\nmethod: DELETE\n⟪path: \"https://example.com/customers/{id?}\"",
        "without {id} the DELETE would go to another address"),
      FaultExample(
        "type: http\nfrom: example\n⟪path: /customers",
        "without 'api' the path must be a whole address, beginning with http:// or https://"),
      FaultExample(
        "type: http\nfrom: example\npath: https://example.com/customers\n⟪idempotency_header: \"a key\"",
        "'a key' is no name of a header"),
      FaultExample(
        "type: http\nfrom: example\npath: https://example.com/customers\n⟪max_errors: 5",
        "'max_errors' needs 'on_error: skip'"),
    ])

  package var needsTypes: Bool { true }
  package var isExclusive: Bool { false }
  package var file: String? { nil }
  package var replaces: Bool { false }
  package var keepsRows: Bool { true }
  package var rowsPerRequest: Int? { batch?.size ?? 1 }
  package var target: String {
    ([method.rawValue] + (request.api.map { [$0.name] } ?? []) + [request.path.written]).joined(separator: " ")
  }

  package func stage(_ rows: DatasetReader, _ context: OutputContext) async throws -> StagedOutput {
    let workers = context.node.run.workers
    let kept = KeptRows(memory: context.node.run.memoryShare)
    var fault: String?
    while let batch = try await rows.next() {
      let first = kept.rowCount
      context.node.counters.add(rowsIn: batch.rowCount)
      let found = try await workers.run { () throws -> String? in
        try kept.append(batch)
        guard onError == .fail, let found = SendableRows(self, batch).firstFault() else { return nil }
        return "row \(first + found.row + 1) cannot be sent to \(target): \(found.reason)"
      }
      fault = fault ?? found
    }
    let schema = rows.finalSchema ?? DatasetSchema()
    if schema.count > 0 { try requireColumns(in: schema) }
    if kept.schema.count < schema.count {
      try kept.append(
        Batch(schema: schema, columns: schema.fields.map { _ in Column.nulls(count: 0) }, rowCount: 0))
    }
    if let fault { return .refused(fault + "; on_error: skip leaves such rows out") }
    return .delivery(HTTPDelivery(output: self, rows: kept, privateColumns: context.privateColumns))
  }

  /// Checks that the rows have every column that the request names and that may not be null.
  private func requireColumns(in schema: DatasetSchema) throws(RunFailure) {
    let named = request.columns.filter { !$0.isOptional }.map(\.name) + jsonColumns
    for name in named where schema.index(of: name) == nil {
      throw RunFailure(
        "the request names a column '\(name)' that the rows do not have\(suggestion(for: name, among: schema.names))")
    }
  }
}
