internal import AssayFormats
internal import AssayHTTP
internal import AssayStore

/// The remembered answers of one look-up: its keys as the store has them.
struct LookupMemory: Sendable {
  /// What is known of a list of keys; each of them is in one of the three.
  struct Claims: Sendable {
    var remembered: [(LookupKey, LookupAnswer)] = []
    var toAsk: [LookupKey] = []
    /// Another run is asking for them.
    var foreign: [LookupKey] = []
  }

  private let lookup: any Lookup
  private let book: AnswerBook
  private let workers: Workers
  private let scope: String
  private let api: String
  let age: AnswerAge

  /// Headers of an API that say who asks, not for what: others, such as a tenant's, shape its answers.
  private static let shapeless: Set<String> = ["authorization", "cookie", "proxy-authorization", "user-agent"]

  /// Nil where the run has no store, or the look-up's answers are not remembered.
  init?(_ lookup: any Lookup, _ context: NodeContext) throws {
    guard let book = context.run.answers, let scope = try lookup.memoryScope(context) else { return nil }
    self.lookup = lookup
    self.book = book
    let headers = try lookup.client(context)?.headers.fields ?? []
    let shaping = headers.filter { !Self.shapeless.contains($0.name.lowercased()) }.map { "\($0.name): \($0.value)" }
    self.scope = book.mask.apply(to: ([scope.text] + shaping).joined(separator: "\n"))
    workers = context.run.workers
    api = scope.api
    age = lookup.settings.age(lookup.usualAge)
  }

  /// What is remembered of keys; the others are this run's to ask, unless another run is asking already.
  func claim(_ keys: [LookupKey]) async throws -> Claims {
    if keys.isEmpty { return Claims() }
    let names = try await workers.run { keys.map(name) }
    let found = try await book.claim(names, age: age)
    return try await workers.run {
      var claims = Claims()
      for (key, claim) in zip(keys, found) {
        switch claim {
        case .remembered(let record):
          if let answer = recall(record, of: key) {
            claims.remembered.append((key, answer))
          } else {
            claims.toAsk.append(key)
          }
        case .claimed: claims.toAsk.append(key)
        case .foreign: claims.foreign.append(key)
        }
      }
      return claims
    }
  }

  /// What is remembered of keys, for `plan`: nothing is claimed.
  func peek(_ keys: [LookupKey]) async throws -> Claims {
    let names = try await workers.run { keys.map(name) }
    let found = try await book.peek(names, age: age)
    return try await workers.run {
      var claims = Claims()
      for (key, record) in zip(keys, found) {
        if let answer = record.flatMap({ recall($0, of: key) }) {
          claims.remembered.append((key, answer))
        } else {
          claims.toAsk.append(key)
        }
      }
      return claims
    }
  }

  /// Keeps answers that a request brought, and gives up the keys of the others: errors are never remembered.
  func keep(_ answers: some Sequence<(LookupKey, LookupAnswer)>) async throws {
    var records: [AnswerRecord] = []
    var others: [String] = []
    for (key, answer) in answers {
      guard let origin = answer.origin, answer.status != .error, answer.status != .skipped,
        survivesMasking(answer, origin, of: key)
      else {
        others.append(name(key))
        continue
      }
      records.append(
        book.record(
          key: name(key), api: api, subject: key.parts.joined(separator: ", "), origin: origin,
          found: answer.status != .notFound, age: age))
    }
    try await book.keep(records)
    await book.release(others)
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

  func release(_ keys: [LookupKey]) async { await book.release(keys.map(name)) }

  private func recall(_ record: AnswerRecord, of key: LookupKey) -> LookupAnswer? {
    // What an older Assay has kept in another form is asked for again.
    try? lookup.recall(RememberedAnswer(status: record.status, payload: record.body), of: key)
  }

  /// The key as the store has it: stable across runs and pipelines.
  private func name(_ key: LookupKey) -> String {
    // As JSON, no part can hold what stands between parts.
    let parts = JSONValue.array(key.parts.map { .string($0) }).text
    return sha256Hex(Array("lookup\n\(scope)\n\(parts)".utf8))
  }
}
