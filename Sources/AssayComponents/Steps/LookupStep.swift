internal import AssayColumns
package import AssayDefinition
package import AssayEngine
internal import AssayFormats
internal import AssayHTTP

/// Columns from any HTTP API that answers JSON for a key.
package struct LookupStep: Step, Component {
  var api: APIName?
  var path = Template(parts: [])
  var query = Named<Template>()
  var headers = Named<String>()
  var columns = Named<RecordPath>()
  var notFoundStatus = [404]
  var expect = ExpectDeclaration()
  var responses: [ResponseRuleDeclaration] = []
  var settings = LookupSettings()

  package static let schema = Schema(
    "lookup", LookupStep(), summary: "Adds columns from any HTTP API that answers JSON.",
    details: """
      One request for each distinct set of inputs: the templates in `path` and `query`. What is filled into them is encoded for its
      place. An answer in which no column's path leads anywhere counts as `not_found`. `STEP_status` says what came of each row.
      """,
    keys: [
      Key("api", \.api, "The entry under `apis` with address, auth and limits."),
      Key("path", \.path, required: true, "The path, joined to the api's `base_url`: `/companies/{domain}`."),
      Key("query", \.query, "Query parameters: `{domain: \"{domain}\"}`."),
      Key("headers", \.headers, "Further headers."),
      Key("columns", \.columns, required: true, "New columns: the name, and the JSONPath (RFC 9535) to its value."),
      Key("not_found_status", \.notFoundStatus, "Statuses that mean that there is nothing for the key."),
      Key("expect", \.expect, "What an answer must be; it comes before what the api expects."),
      Key(
        "responses", \.responses, "What answers mean; these rules come before the api's, and before `not_found_status`."
      ),
    ] + LookupSettings.schema.keys(at: \.settings),
    rules: [
      Rule("columns") { $0.columns.items.isEmpty ? "'columns' names no column" : nil },
      Rule("path") { step in
        let text = step.path.text
        let isWhole = text.hasPrefix("http://") || text.hasPrefix("https://")
        return step.api == nil && !isWhole && !text.isEmpty
          ? "without 'api' the path must be a whole address, beginning with http:// or https://" : nil
      },
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
    ],
    faults: [
      FaultExample(
        "type: lookup\nfrom: example\npath: https://example.com/\n⟪columns: {}", "'columns' names no column"),
      FaultExample(
        "type: lookup\nfrom: example\npath: https://example.com/\ncolumns: {a: $.a}\nresponses: [{when: {status: 404}, action: not_found, ⟪wait: 5s}]",
        "'wait' goes with 'action: retry' only"),
    ])

  package var work: StepWork { .lookup(TemplateLookup(step: self)) }
}

private struct TemplateLookup: Lookup {
  let step: LookupStep
  /// Every `{column}` of the request, once; `path` and `query` are filled from them.
  private let names: [(name: String, optional: Bool)]

  init(step: LookupStep) {
    self.step = step
    var names: [(name: String, optional: Bool)] = []
    for template in [step.path] + step.query.items.map(\.value) {
      for case .column(let name, let optional) in template.parts {
        if let place = names.firstIndex(where: { $0.name == name }) {
          names[place].optional = names[place].optional && optional
        } else {
          names.append((name, optional))
        }
      }
    }
    self.names = names
  }

  var inputs: [Template] { names.map { Template(parts: [.column($0.name, optional: $0.optional)]) } }
  var answerColumns: [LookupColumn] { step.columns.items.map { LookupColumn($0.name) } }
  var settings: LookupSettings { step.settings }

  /// The inputs trimmed; blank ones that the request needs skip the row.
  func key(_ inputs: [String]) -> LookupKey? {
    let parts = inputs.map { collapsed($0) }
    for (part, name) in zip(parts, names) where part.isEmpty && !name.optional { return nil }
    return LookupKey(parts)
  }

  /// Asks for the one key that a request holds.
  func ask(_ keys: [LookupKey], _ context: NodeContext) async throws -> [LookupAnswer] {
    guard let key = keys.first else { return [] }
    guard let client = try client(context) else { return [] }
    let values = Dictionary(zip(names.map(\.name), key.parts)) { first, _ in first }
    let path = step.path.fill { values[$0].map { PercentEncoding.segment($0) } } ?? ""
    let query = step.query.items.compactMap { item in
      item.value.fill { values[$0] }.map { RequestURL.QueryItem(item.name, $0) }
    }
    let fields = step.headers.items.map { HeaderFields.Field($0.name, $0.value) }
    let request = try client.request(path: path, query: query, headers: HeaderFields(fields))
    let expectation = BodyExpectation(.json, acceptedStatuses: Set(step.notFoundStatus))
    let exchange = try await client.send(request, expecting: expectation)
    if !exchange.isFound {
      let origin = AnswerOrigin(exchange, payload: [])
      return [LookupAnswer(.notFound, cells: step.columns.items.map { _ in .null }, origin: origin)]
    }
    let shown = "the answer to GET \(client.mask.apply(to: "\(request.url)"))"
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
    try context.client(step.api, answers: AnswerDeclaration(expect: step.expect, responses: step.responses))
  }

  func memoryScope(_ context: NodeContext) throws -> AnswerScope? {
    let client = try context.client(step.api)
    let texts =
      step.query.items.map { "\($0.name)=\($0.value.text)" } + step.headers.items.map { "\($0.name): \($0.value)" }
    let lines = ["lookup \(client.base?.description ?? "") \(step.path.text)"] + texts
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
