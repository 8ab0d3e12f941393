internal import AssayFormats
internal import AssayHTTP
internal import AssayStore

/// The remembered answers of one look-up: its keys as the store has them.
struct LookupMemory: Sendable {
  /// What is known of a key.
  enum Known: Sendable {
    case remembered(LookupAnswer)
    /// It is this run's to ask.
    case unknown
    /// Another run is asking for it.
    case foreign
  }

  private let lookup: any Lookup
  private let book: AnswerBook
  private let workers: Workers
  private let names: AnswerNames
  let age: AnswerAge

  /// Nil where the run has no store, or the look-up's answers are not remembered.
  init?(_ lookup: any Lookup, _ names: AnswerNames?, _ context: NodeContext) {
    guard let book = context.run.answers, let names else { return nil }
    self.lookup = lookup
    self.book = book
    self.names = names
    workers = context.run.workers
    age = lookup.settings.age(lookup.usualAge)
  }

  /// What is known of each key; the unknown ones are this run's to ask.
  func claim(_ keys: [LookupKey]) async throws -> [Known] {
    if keys.isEmpty { return [] }
    let stored = try await workers.run { keys.map(names.name) }
    let found = try await book.claim(stored, age: age)
    return try await workers.run {
      keys.indices.map { place in
        switch found[place] {
        case .remembered(let record): recall(record, of: keys[place]).map { .remembered($0) } ?? .unknown
        case .claimed: .unknown
        case .foreign: .foreign
        }
      }
    }
  }

  /// What is known of each key, for `plan`: nothing is claimed.
  func peek(_ keys: [LookupKey]) async throws -> [Known] {
    let stored = try await workers.run { keys.map(names.name) }
    let found = try await book.peek(stored, age: age)
    return try await workers.run {
      keys.indices.map { place in
        found[place].flatMap { recall($0, of: keys[place]) }.map { .remembered($0) } ?? .unknown
      }
    }
  }

  /// Keeps answers that a request brought, and gives up the keys of the others: errors are never remembered.
  /// - Returns: When each was fetched, as the store has it; nil for those that are not kept.
  func keep(_ answers: [(key: LookupKey, answer: LookupAnswer)]) async throws -> [StoreTime?] {
    var records: [AnswerRecord] = []
    var others: [String] = []
    var times: [StoreTime?] = []
    for (key, answer) in answers {
      guard let origin = answer.origin, answer.status != .error, answer.status != .skipped,
        survivesMasking(answer, origin, of: key)
      else {
        others.append(names.name(key))
        times.append(nil)
        continue
      }
      let record = book.record(
        key: names.name(key), api: names.api, subject: key.parts.joined(separator: ", "), origin: origin,
        found: answer.hasFound, age: age)
      records.append(record)
      times.append(record.fetchedAt)
    }
    try await book.keep(records)
    await book.release(others)
    return times
  }

  /// Does what asks for answers that will be kept.
  func asking<R>(_ body: () async throws -> R) async throws -> R { try await book.asking(body) }

  /// Whether an answer says the same once the store has masked it. One that does not, since a value that it brings holds a
  /// secret's text, is asked for again rather than be another one the next time.
  private func survivesMasking(_ answer: LookupAnswer, _ origin: AnswerOrigin, of key: LookupKey) -> Bool {
    guard book.mask.reveals(origin.payload) else { return true }
    let kept = RememberedAnswer(status: origin.status, payload: book.mask.masked(origin.payload))
    guard let again = try? lookup.recall(kept, of: key) else { return false }
    return again.status == answer.status && again.cells == answer.cells
  }

  func release(_ keys: [LookupKey]) async { await book.release(keys.map(names.name)) }

  private func recall(_ record: AnswerRecord, of key: LookupKey) -> LookupAnswer? {
    // What an older Assay has kept in another form is asked for again.
    guard var answer = try? lookup.recall(RememberedAnswer(status: record.status, payload: record.body), of: key) else {
      return nil
    }
    answer.provenance = AnswerProvenance(provider: names.provider, fetchedAt: record.fetchedAt, key: record.key)
    return answer
  }
}

/// What the answers of a look-up are remembered under: the same in every run and pipeline that asks the same.
struct AnswerNames: Sendable {
  let api: String
  /// The provider's name, or the API's where it has none.
  let provider: String
  private let scope: String

  /// Headers of an API that say who asks, not for what: others, such as a tenant's, shape its answers.
  private static let shapeless: Set<String> = ["authorization", "cookie", "proxy-authorization", "user-agent"]

  /// Nil for a look-up whose answers are not remembered.
  init?(_ lookup: any Lookup, _ context: NodeContext) throws {
    guard let scope = try lookup.memoryScope(context) else { return nil }
    let headers = try lookup.client(context)?.headers.fields ?? []
    let shaping = headers.filter { !Self.shapeless.contains($0.name.lowercased()) }.map { "\($0.name): \($0.value)" }
    self.scope = context.run.mask.apply(to: ([scope.text] + shaping).joined(separator: "\n"))
    api = scope.api
    provider = lookup.provider ?? scope.api
  }

  /// The key as the store has it.
  func name(_ key: LookupKey) -> String {
    // As JSON, no part can hold what stands between parts.
    let parts = JSONValue.array(key.parts.map { .string($0) }).text
    return sha256Hex(Array("lookup\n\(scope)\n\(parts)".utf8))
  }
}
