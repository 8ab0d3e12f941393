internal import AssayColumns
internal import AssayDefinition
internal import AssayEngine
internal import AssayHTTP
internal import AssayStore

/// One provider's part of a `geocode` step.
struct GeocodeLookup: Lookup {
  private let address: GeocodeAddress
  private let kind: String
  private let geocoder: any GeocodeProvider
  private let task: GeocodeTask
  private let api: APIName?
  let settings: LookupSettings
  /// The names of new columns, and for each its place among the provider's fields; nil where this one does not tell it.
  private let chosen: [(name: String, type: ValueType?, place: Int?)]

  init(step: GeocodeStep, provider: NamedComponent<GeocoderFamily>) {
    address = step.address
    kind = provider.kind
    geocoder = provider.value
    task = step.task
    api = step.selection.api(for: provider)
    settings = step.settings
    let fields = provider.value.fields
    let all = step.selection.chosen.flatMap { $0.value.fields }
    chosen = step.wanted.map { name, field in
      (name, all.first { $0.name == field }?.type, fields.firstIndex { $0.name == field })
    }
  }

  var provider: String? { kind }
  var inputs: [Template] { address.inputs }
  var answerColumns: [LookupColumn] { chosen.map { LookupColumn($0.name, type: $0.type) } }
  var keysPerRequest: Int { geocoder.keysPerRequest(for: task) }
  var usualAge: AnswerAge { geocoder.defaults(for: task).age }

  func key(_ inputs: [String]) -> LookupKey? { address.key(inputs) }

  func client(_ context: NodeContext) throws -> APIClient? {
    try context.client(api, provider: geocoder.defaults(for: task))
  }

  func ask(_ keys: [LookupKey], _ context: NodeContext) async throws -> [LookupAnswer] {
    guard let client = try client(context) else { return [] }
    let request = try geocoder.request(keys, task, client)
    if let refusal = geocoder.refusal(to: client.base, rate: client.gate.rate, concurrency: client.gate.concurrency) {
      // The service itself would refuse every key alike, so this ends the run whatever `on_error` says.
      throw HTTPFailure(
        kind: .config, method: request.method, url: client.mask.apply(to: "\(request.url)"),
        message: "is not sent: \(refusal)", attempts: 0)
    }
    let exchange = try await client.send(request, expecting: geocoder.expectation(of: keys, task))
    if !exchange.isFound {
      let nothing = LookupAnswer(
        .notFound, cells: chosen.map { _ in .null }, origin: AnswerOrigin(exchange, payload: []))
      return keys.map { _ in nothing }
    }
    let answers = try await context.run.workers.run { [geocoder, task] in
      try geocoder.answers(to: keys, task, exchange)
    }
    return answers.map(narrowed)
  }

  func memoryScope(_ context: NodeContext) throws -> AnswerScope? {
    guard let client = try client(context) else { return nil }
    let scope = geocoder.scope(of: task)
    let words = ["geocode", kind, client.base?.description ?? ""] + (scope.isEmpty ? [] : [scope])
    return AnswerScope(api: client.name, text: words.joined(separator: " "))
  }

  func recall(_ remembered: RememberedAnswer, of key: LookupKey) throws -> LookupAnswer {
    if remembered.payload.isEmpty { return LookupAnswer(.notFound, cells: chosen.map { _ in .null }) }
    return narrowed(try geocoder.recall(remembered, task))
  }

  /// An answer with the cells that the step asks for.
  private func narrowed(_ answer: LookupAnswer) -> LookupAnswer {
    var narrow = answer
    narrow.cells = chosen.map { choice in choice.place.map { answer.cells[$0] } ?? .null }
    return narrow
  }
}
