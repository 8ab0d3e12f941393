internal import AssayColumns
internal import AssayDefinition
internal import AssayEngine
internal import AssayFormats
internal import AssayHTTP
internal import AssayStore

/// Asks any HTTP API by a request of the file, for one key or for many.
struct TemplateLookup: Lookup {
  let step: LookupStep
  private let reading: LookupReading
  /// Every `{column}` of the request, once: it is filled from them.
  private let names: [(name: String, isOptional: Bool)]
  /// The place of the column that stands for all keys of a request; nil where a request holds one key.
  private let batched: Int?
  /// Whether the keys of a request are joined somewhere, so that the separator may not stand in one.
  private let joins: Bool

  init(step: LookupStep) {
    self.step = step
    reading = LookupReading(step: step)
    names = step.request.columns
    let column = step.batchColumn
    batched = step.request.columns.firstIndex { $0.name == column }
    joins = column.map { step.request.joins($0) } ?? false
  }

  var inputs: [Template] { names.map { Template(parts: [.column($0.name, optional: $0.isOptional)]) } }
  var answerColumns: [LookupColumn] { step.columns.items.map { LookupColumn($0.name) } }
  var settings: LookupSettings { step.settings }
  var keysPerRequest: Int { batched == nil ? 1 : step.batch?.size ?? 1 }
  /// More where keys are divided by other columns, so that requests are not small.
  var keysGathered: Int { keysPerRequest * (batched != nil && names.count > 1 ? 10 : 1) }

  /// The inputs, normalised; an empty one that the request needs skips the row.
  func key(_ inputs: [String]) -> LookupKey? {
    let parts = zip(inputs, names).map { step.normalize.applied(to: $0, of: $1.name) }
    for (place, part) in parts.enumerated() where part.allSatisfy(\.isWhitespace) {
      if !names[place].isOptional || place == batched { return nil }
    }
    return LookupKey(parts)
  }

  /// A key that cannot stand among others belongs to nothing.
  func knownAnswer(_ key: LookupKey, at now: StoreTime) -> LookupAnswer? { canAsk(key) ? nil : reading.nothing }

  /// Keys with the same other inputs together, in the order in which they come, as many as a request holds.
  func requests(for keys: [LookupKey]) -> [[LookupKey]] {
    guard let batched else { return keys.map { [$0] } }
    var groups: [[LookupKey]] = []
    var places: [[String]: Int] = [:]
    for key in keys {
      var others = key.parts
      others.remove(at: batched)
      if let place = places[others], groups[place].count < keysPerRequest {
        groups[place].append(key)
      } else {
        places[others] = groups.count
        groups.append([key])
      }
    }
    return groups
  }

  /// Whether a key can stand among others.
  private func canAsk(_ key: LookupKey) -> Bool {
    guard let batched, joins else { return true }
    return !key.parts[batched].contains(step.batch?.separator ?? ",")
  }

  /// The request that asks for keys: one, or some that differ in the batched column alone.
  private func request(for keys: [LookupKey], _ client: APIClient) throws -> HTTPRequest {
    var values = Dictionary(zip(names.map(\.name), keys[0].parts)) { first, _ in first }
    guard let batched, let batch = step.batch else {
      return try step.request.prepared(client) { values[$0] }.httpRequest()
    }
    let column = names[batched].name
    let texts = keys.map { $0.parts[batched] }
    values[column] = texts.joined(separator: batch.separator)
    return try step.request.prepared(client, cell: { values[$0] }, list: { $0 == column ? texts : nil }).httpRequest()
  }

  func ask(_ keys: [LookupKey], _ context: NodeContext) async throws -> [LookupAnswer] {
    guard let client = try client(context) else { return keys.map { _ in reading.nothing } }
    let request = try request(for: keys, client)
    let expectation = BodyExpectation(.json, acceptedStatuses: Set(step.notFoundStatus))
    let exchange = try await client.send(request, expecting: expectation)
    let shown = "the answer to \(request.method.rawValue) \(client.mask.apply(to: "\(request.url)"))"
    let texts = batched.map { place in keys.map { $0.parts[place] } }
    let found = try await context.run.workers.run { [reading] () throws -> [LookupReading.Found] in
      do throws(FormatFault) {
        return try reading.found(in: exchange, for: texts, shown)
      } catch {
        throw error.failure(in: shown)
      }
    }
    return try zip(keys, found).map { key, found in
      var answer = found.answer
      var origin = AnswerOrigin(exchange, payload: found.payload)
      // Kept with each answer is what would have asked for it alone.
      if keys.count > 1 { origin.url = try self.request(for: [key], client).url.description }
      answer.origin = origin
      return answer
    }
  }

  func client(_ context: NodeContext) throws -> APIClient? {
    try context.client(step.request.api, answers: AnswerDeclaration(expect: step.expect, responses: step.responses))
  }

  func memoryScope(_ context: NodeContext) throws -> AnswerScope? {
    guard let client = try client(context) else { return nil }
    // The request with the places of the key's parts where their values stand: what columns are called shapes no answer.
    let places = Dictionary(names.enumerated().map { ($0.element.name, $0.offset) }) { first, _ in first }
    let request = try step.request.prepared(client, cell: { "{\(places[$0] ?? 0)}" }).httpRequest()
    let headers = request.headers.fields.map { "\($0.name): \($0.value)" }
    let body = String(decoding: request.body, as: UTF8.self)
    var lines = ["lookup \(request.method.rawValue) \(request.url)"] + headers + [body]
    if let batched, let batch = step.batch {
      // Which records are a key's hangs on these.
      lines += [
        "batch by \(batched)", "separator \(batch.separator)", "matches \(step.matches?.text ?? "")",
        "key \(batch.key?.text ?? "")", "normalize \(step.normalize.text(of: names[batched].name))",
      ]
    }
    return AnswerScope(api: client.name, text: lines.joined(separator: "\n"))
  }

  func recall(_ remembered: RememberedAnswer, of key: LookupKey) throws -> LookupAnswer {
    batched == nil
      ? try reading.answer(remembered.status, remembered.payload) : try reading.answer(ofRecords: remembered.payload)
  }
}
