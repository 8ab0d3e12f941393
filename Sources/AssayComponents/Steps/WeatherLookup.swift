internal import AssayColumns
internal import AssayDefinition
internal import AssayEngine
internal import AssayFormats
internal import AssayHTTP
internal import AssayStore

/// Asks one provider for the weather of places on days.
struct WeatherLookup: Lookup {
  let step: WeatherStep
  let kind: String
  let weather: any WeatherProvider
  let api: APIName?
  /// The new columns, and what the provider tells for each; nil where this one does not tell it.
  private let chosen: [(name: String, type: ValueType?, own: WeatherField?)]
  private let question: WeatherQuestion

  init(step: WeatherStep, provider: NamedComponent<WeatherFamily>) {
    self.step = step
    kind = provider.kind
    weather = provider.value
    api = step.selection.api(for: provider)
    let fields = provider.value.fields
    let all = step.selection.chosen.flatMap { $0.value.fields }
    chosen = step.columns.items.map { item in
      (item.name, all.first { $0.name == item.value }?.type, fields.first { $0.name == item.value })
    }
    question = WeatherQuestion(provider.value.variables(for: chosen.compactMap { $0.own?.own }), step.units)
  }

  var provider: String? { kind }
  var inputs: [Template] {
    (step.location.map { [$0] } ?? [step.latitude, step.longitude].compactMap(\.self)) + [step.date]
  }
  var answerColumns: [LookupColumn] { chosen.map { LookupColumn($0.name, type: $0.type) } }
  var settings: LookupSettings { step.settings }
  var usualAge: AnswerAge { weather.defaults.age }
  var keysPerRequest: Int { weather.spansPerRequest }

  /// Enough for the days of a place to meet although rows are sorted by date.
  var keysGathered: Int { 5000 }

  /// What is no place or no day is a key as well: it is not found, rather than hidden.
  func key(_ inputs: [String]) -> LookupKey? {
    let parts = inputs.map { collapsed($0) }
    if parts.contains(where: \.isEmpty) { return nil }
    return LookupKey(PlaceAndDay(parts, precision: step.precision)?.parts ?? parts)
  }

  /// Keys by the spans in which they are asked for, places in the order in which they come.
  private func spans(of keys: [LookupKey]) -> [(span: WeatherSpan, keys: [LookupKey])] {
    var places: [WeatherPlace] = []
    var days: [WeatherPlace: [(day: Int, key: LookupKey)]] = [:]
    for key in keys {
      guard let asked = PlaceAndDay(key.parts, precision: step.precision) else { continue }
      if days[asked.place] == nil { places.append(asked.place) }
      days[asked.place, default: []].append((asked.day, key))
    }
    return places.flatMap { place in
      let sorted = (days[place] ?? []).sorted { $0.day < $1.day }
      var rest = sorted[...]
      return weather.spans(of: sorted.map(\.day), variables: question.variables.count).map { span in
        let own = rest.prefix { span.contains($0.day) }
        rest = rest.dropFirst(own.count)
        return (WeatherSpan(place, span), own.map(\.key))
      }
    }
  }

  /// What is no place, no day, or no day that is over and that the provider knows, has no weather.
  func knownAnswer(_ key: LookupKey, at now: StoreTime) -> LookupAnswer? {
    guard let asked = PlaceAndDay(key.parts, precision: step.precision), asked.day <= Self.lastDay(now),
      asked.day >= weather.firstDay ?? .min
    else { return nothing }
    return nil
  }

  /// As many spans as a request holds.
  func requests(for keys: [LookupKey]) -> [[LookupKey]] {
    let spans = spans(of: keys)
    let width = weather.spansPerRequest
    return stride(from: 0, to: spans.count, by: width).map { start in
      spans[start..<min(start + width, spans.count)].flatMap(\.keys)
    }
  }

  func cost(of keys: [LookupKey]) -> Double? { cost(of: spans(of: keys).map(\.span)) }

  private func cost(of spans: [WeatherSpan]) -> Double {
    spans.reduce(0) { $0 + weather.cost(of: $1.days, variables: question.variables.count) }
  }

  func ask(_ keys: [LookupKey], _ context: NodeContext) async throws -> [LookupAnswer] {
    let groups = spans(of: keys)
    guard !groups.isEmpty, var client = try client(context) else { return keys.map { _ in nothing } }
    let spans = groups.map(\.span)
    client.cost = cost(of: keys) ?? client.cost
    let exchange = try await client.send(
      try weather.request(spans, question, client), expecting: weather.expectation(client.clock))
    client.note(cost: weather.cost(of: exchange) ?? cost(of: spans))
    let shown = "the answer of \(client.name)"
    let days = try await context.run.workers.run { [weather, question] () throws -> [[Int: JSONObject]] in
      if !exchange.isFound { return spans.map { _ in [:] } }
      do {
        return try weather.days(spans, question, in: exchange.response.body)
      } catch let fault as FormatFault {
        throw fault.failure(in: shown)
      }
    }
    var answers: [LookupKey: LookupAnswer] = [:]
    for (group, days) in zip(groups, days) {
      // Kept with each answer is what would have asked for it alone: the whole request may be as long as a page.
      let url = try weather.request([group.span], question, client).url.description
      for key in group.keys {
        let values = PlaceAndDay(key.parts, precision: step.precision).flatMap { days[$0.day] }
        var answer = values.map { self.answer($0) } ?? nothing
        var origin = AnswerOrigin(exchange, payload: values.map { Array(JSONValue.object($0).text.utf8) } ?? [])
        origin.url = url
        answer.origin = origin
        answers[key] = answer
      }
    }
    return keys.map { answers[$0] ?? nothing }
  }

  /// The last day that is over wherever on earth a place is, by a moment: the last place to end it is 12 hours behind.
  static func lastDay(_ moment: StoreTime) -> Int {
    let behind = moment.milliseconds - 12 * 3_600_000
    return Int((behind - (behind < 0 ? 86_399_999 : 0)) / 86_400_000) - 1
  }

  private var nothing: LookupAnswer { LookupAnswer(.notFound, cells: chosen.map { _ in .null }) }

  /// What the values of a day say.
  private func answer(_ values: JSONObject) -> LookupAnswer {
    let cells = chosen.map { column -> Cell in
      guard let field = column.own else { return .null }
      let cell = Cell(values[field.own])
      return field.type.flatMap { conform(cell, to: $0) } ?? cell
    }
    return cells.allSatisfy { $0 == .null } ? nothing : LookupAnswer(.ok, cells: cells)
  }

  func client(_ context: NodeContext) throws -> APIClient? { try context.client(api, provider: weather.defaults) }

  func memoryScope(_ context: NodeContext) throws -> AnswerScope? {
    guard let client = try client(context) else { return nil }
    let asked = question.variables.joined(separator: ",")
    return AnswerScope(
      api: client.name, text: "weather \(kind) \(client.base?.description ?? "") \(question.units.rawValue) \(asked)")
  }

  func recall(_ remembered: RememberedAnswer, of key: LookupKey) throws -> LookupAnswer {
    if remembered.payload.isEmpty { return nothing }
    guard case .object(let values) = try JSONParser.parse(remembered.payload) else {
      throw RunFailure("the remembered weather is no object")
    }
    return answer(values)
  }
}
