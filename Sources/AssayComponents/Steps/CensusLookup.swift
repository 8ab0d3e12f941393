internal import AssayColumns
internal import AssayDefinition
internal import AssayEngine
internal import AssayFormats
internal import AssayHTTP
internal import AssayStore
internal import Synchronization

/// Asks the Census Bureau for the figures of zip codes. A key is a zip code, and for early years a state.
struct CensusLookup: Lookup {
  let step: CensusStep
  private let survey = CensusACS()
  /// Each once, in the order of the alphabet: columns may be renamed and stand in any order.
  private let variables: [String]
  /// For each column, its variable's place among them.
  private let places: [Int]
  private let marks = CensusMarks()

  init(step: CensusStep) {
    self.step = step
    let sorted = Set(step.columns.items.map(\.value)).sorted()
    variables = sorted
    places = step.columns.items.map { sorted.firstIndex(of: $0.value) ?? 0 }
  }

  var provider: String? { survey.defaults.name }
  var inputs: [Template] { [step.zip] + (step.isByState ? [step.state].compactMap(\.self) : []) }
  var answerColumns: [LookupColumn] {
    step.columns.items.map { LookupColumn($0.name, type: survey.type(of: $0.value)) }
      + (step.notesInto.map { [LookupColumn($0, type: .text)] } ?? [])
  }
  var keysPerRequest: Int { survey.zipsPerRequest }
  // By state, what comes together is spread over many requests.
  var keysGathered: Int { survey.zipsPerRequest * (step.isByState ? 20 : 1) }
  var settings: LookupSettings { step.settings }
  var usualAge: AnswerAge { survey.defaults.age }

  /// The first five digits. What is no zip code or state is a key all the same, and not found, so that nothing is hidden.
  func key(_ inputs: [String]) -> LookupKey? {
    let parts = inputs.map(collapsed)
    guard parts.allSatisfy({ !$0.isEmpty }) else { return nil }
    let head = parts[0].prefix(5)
    let isPlusFour = parts[0].count > 5 && head.allSatisfy(\.isNumber) && parts[0].dropFirst(5).first == "-"
    return LookupKey(
      [isPlusFour ? String(head) : parts[0]] + parts.dropFirst().map { CensusState($0)?.code ?? $0.uppercased() })
  }

  func knownAnswer(_ key: LookupKey, at now: StoreTime) -> LookupAnswer? {
    isAskable(key) ? nil : LookupAnswer(.notFound, cells: answerColumns.map { _ in .null })
  }

  /// Up to as many zip codes as a request holds, of one state where that counts.
  func requests(for keys: [LookupKey]) -> [[LookupKey]] {
    var groups: [[LookupKey]] = []
    var open: [String: Int] = [:]
    for key in keys {
      let state = key.parts.count > 1 ? key.parts[1] : ""
      if let place = open[state], groups[place].count < keysPerRequest {
        groups[place].append(key)
      } else {
        open[state] = groups.count
        groups.append([key])
      }
    }
    return groups
  }

  func client(_ context: NodeContext) throws -> APIClient? { try context.client(step.api, provider: survey.defaults) }

  func memoryScope(_ context: NodeContext) throws -> AnswerScope? {
    tell(context)
    let client = try context.client(step.api, provider: survey.defaults)
    return AnswerScope(
      api: client.name,
      text: "census \(client.base?.description ?? "") acs5 \(step.year) \(variables.joined(separator: ","))")
  }

  private func tell(_ context: NodeContext) { context.warnLate("census marks") { [marks] in marks.lines } }

  func ask(_ keys: [LookupKey], _ context: NodeContext) async throws -> [LookupAnswer] {
    tell(context)
    let nulls = answerColumns.map { _ in Cell.null }
    guard let first = keys.first else { return [] }
    let client = try context.client(step.api, provider: survey.defaults)
    let state = first.parts.count > 1 ? first.parts[1] : nil
    var open = keys.map { $0.parts[0] }
    var found: [String: [JSONValue]] = [:]
    var broken: Set<String> = []
    var exchange: HTTPExchange?
    for start in stride(from: 0, to: variables.count, by: survey.variablesPerRequest) where !open.isEmpty {
      let part = Array(variables[start..<min(start + survey.variablesPerRequest, variables.count)])
      let request = try survey.request(part, zips: open, in: state, year: step.year, client)
      let answered = try await send(request, client, context)
      exchange = exchange ?? answered
      let body = answered.isFound && answered.response.status != 204 ? answered.response.body : []
      let (survey, name) = (survey, client.name)
      let rows = try await context.run.workers.run {
        try body.isEmpty ? [:] : survey.rows(in: body, of: part, from: name)
      }
      // The first part says which zip codes there are.
      if start > 0 { broken.formUnion(open.filter { rows[$0] == nil }) }
      open = open.filter { rows[$0] != nil }
      for zip in open { found[zip, default: []] += rows[zip] ?? [] }
    }
    let origin = exchange.map { AnswerOrigin($0, payload: []) }
    return keys.map { key in
      let zip = key.parts[0]
      if broken.contains(zip) {
        let reason = LookupReason("\(client.name) answered some of the figures, and not the others")
        return LookupAnswer(.error, cells: nulls, reason: reason)
      }
      guard let row = found[zip] else { return LookupAnswer(.notFound, cells: nulls, origin: origin) }
      var answer = self.answer(row)
      answer.origin = origin
      answer.origin?.payload = Array(JSONValue.array(row).text.utf8)
      return answer
    }
  }

  /// Where figures take several requests, each answer is kept by itself for a run that goes on with this one.
  private func send(
    _ request: HTTPRequest, _ client: APIClient, _ context: NodeContext
  ) async throws -> HTTPExchange {
    let expectation = survey.expectation(year: step.year)
    return variables.count > survey.variablesPerRequest
      ? try await context.page(request, over: client, expecting: expectation)
      : try await client.send(request, expecting: expectation)
  }

  /// Whether a key can be asked for: anything but digits would change the meaning of the list.
  private func isAskable(_ key: LookupKey) -> Bool {
    let zip = key.parts[0]
    return zip.utf8.count == 5 && zip.utf8.allSatisfy { (48...57).contains($0) }
      && key.parts.dropFirst().allSatisfy { CensusState($0) != nil }
  }

  func recall(_ remembered: RememberedAnswer, of key: LookupKey) throws -> LookupAnswer {
    if remembered.payload.isEmpty { return LookupAnswer(.notFound, cells: answerColumns.map { _ in .null }) }
    guard let row = try JSONParser.parse(remembered.payload).elements, row.count == variables.count else {
      throw RunFailure("the remembered figures are not those of the variables")
    }
    return answer(row)
  }

  /// What a row of figures says, in the order of the columns.
  private func answer(_ row: [JSONValue]) -> LookupAnswer {
    let figures = zip(row, variables).map { survey.figure($0, of: $1) }
    var cells: [Cell] = []
    var notes: [String] = []
    for (item, place) in zip(step.columns.items, places) {
      cells.append(figures[place].cell)
      guard let mark = figures[place].mark else { continue }
      marks.note(mark, in: item.name)
      notes.append("\(item.name): \(mark.value), \(mark.meaning)")
    }
    let quality = cells.contains(.null) ? "partial" : "complete"
    if step.notesInto != nil { cells.append(notes.isEmpty ? .null : .text(notes.joined(separator: "; "))) }
    return LookupAnswer(.ok, cells: cells, quality: quality)
  }
}

/// Counts the marks among the figures of distinct zip codes.
private final class CensusMarks: Sendable {
  private let counts = Mutex<[CensusMark: [String: Int]]>([:])

  func note(_ mark: CensusMark, in column: String) {
    counts.withLock { $0[mark, default: [:]][column, default: 0] += 1 }
  }

  /// A line for each mark.
  var lines: [String] {
    counts.withLock { $0 }.sorted { $0.key < $1.key }.map { mark, columns in
      let total = columns.values.reduce(0, +)
      let named = columns.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
      let most = named.prefix(5).map { "\($0.key) \($0.value)" }.joined(separator: ", ")
      return "\(total) \(total == 1 ? "figure is" : "figures are") null for \(mark.value) (\(most)"
        + "\(named.count > 5 ? ", …" : "")): \(mark.meaning)"
    }
  }
}
