internal import AssayColumns
package import AssayDefinition
package import AssayEngine
internal import AssayFormats
internal import AssayHTTP

/// Columns from any HTTP API that answers JSON for a key.
package struct LookupStep: Step, Component {
  var request = RequestTemplate<Template>()
  var columns = Named<RecordPath>()
  var notFoundStatus = [404]
  var expect = ExpectDeclaration()
  var responses: [ResponseRuleDeclaration] = []
  var settings = LookupSettings()

  package static let schema = Schema(
    "lookup", LookupStep(), summary: "Adds columns from any HTTP API that answers JSON.",
    details: """
      One request for each distinct set of inputs: the templates in `path`, `query` and `body`. What is filled into them is encoded
      for its place, so that it stays within it whatever a row holds. An answer in which no column's path leads anywhere counts as `not_found`. `STEP_status` says what came of each row.
      """,
    keys: RequestTemplate.keys(
      path: "The path, joined to the api's `base_url`: `/companies/{domain}`.",
      query: "Query parameters: `{domain: \"{domain}\"}`."
    ).map { $0.lifted(to: \.request) } + [
      Key("columns", \.columns, required: true, "New columns: the name, and the JSONPath (RFC 9535) to its value."),
      Key("not_found_status", \.notFoundStatus, "Statuses that mean that there is nothing for the key."),
      Key("expect", \.expect, "What an answer must be; it comes before what the api expects."),
      Key(
        "responses", \.responses, "What answers mean; these rules come before the api's, and before `not_found_status`."
      ),
    ] + LookupSettings.schema.keys(at: \.settings),
    rules: RequestTemplate.rules.map { $0.lifted(to: \.request) } + [
      Rule("columns") { $0.columns.items.isEmpty ? "'columns' names no column" : nil }
    ] + LookupSettings.schema.rules(at: \.settings),
    examples: [
      """
      type: lookup
      from: example
      path: "https://api.example.com/companies/{domain}"
      columns: {company: $.name, size: $.employees}
      """,
      """
      type: lookup
      from: example
      path: "https://api.example.com/vat/{vat_id}"
      columns: {holder: $.name}
      responses:
        - {when: {status: 200, path: $.valid, in: [false]}, action: not_found}
        - {when: {body_contains: MS_UNAVAILABLE}, action: retry, wait: 5s}
      """,
      """
      type: lookup
      from: example
      path: https://api.example.com/match
      method: POST
      body: {json: {name: "{company}", country: "{country?}", fuzzy: true}}
      columns: {id: $.match.id}
      """,
    ],
    faults: [
      FaultExample(
        "type: lookup\nfrom: example\npath: https://example.com/\n⟪columns: {}", "'columns' names no column"),
      FaultExample(
        "type: lookup\nfrom: example\npath: https://example.com/\ncolumns: {a: $.a}\nresponses: [{when: {status: 404}, action: not_found, ⟪wait: 5s}]",
        "'wait' goes with 'action: retry' only"),
      FaultExample(
        "type: lookup\nfrom: example\npath: https://example.com/\nmethod: POST\ncolumns: {a: $.a}\n"
          + "body: {json: {name: ⟪{name}}}",
        "YAML reads {name} without quotes as a mapping; write \"{name}\", or {name: null} for an object"),
      FaultExample(
        "type: lookup\nfrom: example\npath: https://example.com/\nmethod: POST\ncolumns: {a: $.a}\n"
          + "body: {⟪text: '{{\"name\": \"{name}\"}}', content_type: application/json}",
        "a row's value could break out of a JSON text; write the body under 'json'"),
    ])

  package var work: StepWork { .lookup(TemplateLookup(step: self)) }
}

private struct TemplateLookup: Lookup {
  let step: LookupStep
  /// Every `{column}` of the request, once: it is filled from them.
  private let names: [(name: String, isOptional: Bool)]

  init(step: LookupStep) {
    self.step = step
    names = step.request.columns
  }

  var inputs: [Template] { names.map { Template(parts: [.column($0.name, optional: $0.isOptional)]) } }
  var answerColumns: [LookupColumn] { step.columns.items.map { LookupColumn($0.name) } }
  var settings: LookupSettings { step.settings }

  /// The inputs trimmed; blank ones that the request needs skip the row.
  func key(_ inputs: [String]) -> LookupKey? {
    let parts = inputs.map { collapsed($0) }
    for (part, name) in zip(parts, names) where part.isEmpty && !name.isOptional { return nil }
    return LookupKey(parts)
  }

  /// The request that asks for a key.
  private func request(for key: LookupKey, _ client: APIClient) throws -> HTTPRequest {
    let values = Dictionary(zip(names.map(\.name), key.parts)) { first, _ in first }
    return try step.request.prepared(client) { values[$0] }.httpRequest()
  }

  /// Asks for the one key that a request holds.
  func ask(_ keys: [LookupKey], _ context: NodeContext) async throws -> [LookupAnswer] {
    guard let key = keys.first else { return [] }
    guard let client = try client(context) else { return [] }
    let request = try request(for: key, client)
    let expectation = BodyExpectation(.json, acceptedStatuses: Set(step.notFoundStatus))
    let exchange = try await client.send(request, expecting: expectation)
    if !exchange.isFound {
      let origin = AnswerOrigin(exchange, payload: [])
      return [LookupAnswer(.notFound, cells: step.columns.items.map { _ in .null }, origin: origin)]
    }
    let shown = "the answer to \(request.method.rawValue) \(client.mask.apply(to: "\(request.url)"))"
    var answer = try await context.run.workers.run { () throws -> LookupAnswer in
      do throws(FormatFault) {
        return try read(exchange.response.status, exchange.response.body)
      } catch {
        throw error.failure(in: shown)
      }
    }
    answer.origin = AnswerOrigin(exchange)
    return [answer]
  }

  func client(_ context: NodeContext) throws -> APIClient? {
    try context.client(step.request.api, answers: AnswerDeclaration(expect: step.expect, responses: step.responses))
  }

  func memoryScope(_ context: NodeContext) throws -> AnswerScope? {
    guard let client = try client(context) else { return nil }
    // The request with the columns' names in the place of their values.
    let request = try step.request.prepared(client) { "{\($0)}" }.httpRequest()
    let headers = request.headers.fields.map { "\($0.name): \($0.value)" }
    let body = String(decoding: request.body, as: UTF8.self)
    let lines = ["lookup \(request.method.rawValue) \(request.url)"] + headers + [body]
    return AnswerScope(api: client.name, text: lines.joined(separator: "\n"))
  }

  func recall(_ remembered: RememberedAnswer, of key: LookupKey) throws -> LookupAnswer {
    try read(remembered.status, remembered.payload)
  }

  /// What an answer says.
  private func read(_ status: Int, _ body: [UInt8]) throws(FormatFault) -> LookupAnswer {
    let columns = step.columns.items
    let nothing = LookupAnswer(.notFound, cells: columns.map { _ in .null })
    // Of an answer that a rule took for "not found" nothing is kept.
    if step.notFoundStatus.contains(status) || status == 204 || body.isEmpty { return nothing }
    let root = try JSONParser.parse(body)
    let found = columns.map { $0.value.path.select(in: root) }
    if found.allSatisfy(\.isEmpty) { return nothing }
    return LookupAnswer(
      .ok, cells: found.map { values in values.count > 1 ? .text(JSONValue.array(values).text) : Cell(values.first) })
  }
}
