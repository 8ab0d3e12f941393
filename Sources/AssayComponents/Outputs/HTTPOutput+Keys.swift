internal import AssayDefinition
internal import AssayEngine
internal import AssayQuality

/// What a batch says of an address with a row's columns in it.
let batchAddressFault = "with 'batch' a request holds many rows, so its 'path' and 'query' have no {column}"

extension HTTPOutput {
  static let addressKeys: [Key<HTTPOutput>] = RequestTemplate<RowTemplate>.addressKeys(
    path: "The path, joined to the api's `base_url`: `/customers/{id}`. What is filled in stays within its segment.",
    query: "Query parameters: `{source: assay, id: \"{id}\"}`."
  ).map { $0.lifted(to: \.request) }

  static let contentKeys: [Key<HTTPOutput>] = [
    Key(
      "method", \.method,
      "What the requests do. `POST` and `PATCH` are sent again after a fault only where `idempotency_header` is set, or the api's `retry` has `non_idempotent: true`."
    ),
    Key("body", \.request.body, shown: "the row as a JSON object", "What a request carries of a row."),
    Key("batch", \.batch, "Sends several rows in each request; then `path` and `query` have no `{column}`."),
    Key(
      "json_columns", \.jsonColumns,
      "Columns whose texts are JSON, as lists of JSON sources are: they are sent as lists and objects, not as texts."),
    Key(
      "idempotency_header", \.idempotencyHeader, shown: "Idempotency-Key",
      "The header that holds each request's key; `none` sends none. Where it is set, the service is trusted to know it, so that `POST` and `PATCH` are sent again after a fault."
    ),
    Key(
      "ordered", \.ordered, "Whether a request waits for the one before it; else they are begun in the order of rows."),
  ]

  static let errorKeys: [Key<HTTPOutput>] = [
    Key(
      "on_error", \.onError,
      "What is done where the API refuses a request for its content (400, 404, 409, 410, 412, 413, 414, 422, 423, 451, or a rule's `fail` of class `data`): `fail` breaks the run, `skip` leaves its rows out, keeps them in `failed_rows`, and warns. All else breaks the run, and so does an API that refuses all of several requests."
    ),
    Key(
      "max_errors", \.maxErrors,
      "With `on_error: skip`: how many requests may be refused, as a share or a count, before the run breaks."),
    Key("expect", \.expect, "What an answer must be; it comes before what the api expects. An empty body has no type."),
    Key("responses", \.responses, "What answers mean; these rules come before the api's."),
  ]

  static let schemaRules: [Rule<HTTPOutput>] = [
    Rule("path") { $0.addressFault },
    Rule("path") { output in
      let optional = output.request.path.columns.first(where: \.isOptional)
      return output.method == .delete
        ? optional.map { "without {\($0.name)} the DELETE would go to another address" } : nil
    },
    Rule("path") { $0.batch != nil && !$0.request.path.columns.isEmpty ? batchAddressFault : nil },
    Rule("query") {
      $0.batch != nil && !$0.request.query.items.allSatisfy(\.value.columns.isEmpty) ? batchAddressFault : nil
    },
    Rule("method") { $0.methodFault },
    Rule("batch") { $0.batchFault },
    Rule("body") { output in
      output.batch != nil && output.request.body.map { $0.json == nil } ?? false
        ? "a batch is a list of JSON values, so the 'body' of its rows is 'json'" : nil
    },
    Rule("json_columns") { output in
      output.jsonColumns.isEmpty || output.hasJSONBody ? nil : "'json_columns' needs a JSON body to stand in"
    },
    Rule("idempotency_header") { $0.headerFault },
    Rule("max_errors") { $0.maxErrors != nil && $0.onError == .fail ? "'max_errors' needs 'on_error: skip'" : nil },
  ]

  /// Whether the body of a request is JSON.
  var hasJSONBody: Bool { request.body.map { $0.json != nil } ?? (method != .delete) }

  private var addressFault: String? {
    let text = request.path.written
    let isWhole = text.hasPrefix("http://") || text.hasPrefix("https://")
    return request.api == nil && !isWhole && !text.isEmpty
      ? "without 'api' the path must be a whole address, beginning with http:// or https://" : nil
  }

  private var methodFault: String? {
    method == .delete && batch == nil && request.columns.isEmpty
      ? "every row would send the same DELETE; name a {column} in 'path', 'query' or 'body'" : nil
  }

  private var batchFault: String? {
    batch != nil && method == .delete && request.body == nil
      ? "a DELETE carries nothing of its rows, unless 'body' says what; without it a batch would be empty" : nil
  }

  private var headerFault: String? {
    guard let name = idempotencyHeader, name != "none" else { return nil }
    if !isHeaderName(name) { return "'\(name)' is no name of a header" }
    let isTaken = request.headers.items.contains { $0.name.lowercased() == name.lowercased() }
    return isTaken ? "'headers' sets '\(name)' already" : nil
  }
}
