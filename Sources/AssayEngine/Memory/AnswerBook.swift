internal import AssayFormats
package import AssayHTTP
package import AssayStore
internal import Synchronization

/// What a run knows of answers that were paid for: it finds them in the store, and keeps new ones there before anything
/// is made of them.
///
/// Answers that come at the same time are committed together. A commit is not undone when its task is cancelled.
package final class AnswerBook: Sendable {
  package let run: String
  private let pipeline: String
  package let mask: SecretMask
  /// Whether what is known is used: a recording asks for everything, and keeps it all the same.
  package let recalls: Bool
  /// How old a page may be that a broken run has fetched, where this run goes on with it; nil where it goes on with none.
  package let resumeAge: Duration?
  private let store: Store
  private let clock: RunClock
  private let commits: GroupCommit<AnswerRecord>
  /// Keys that this run has claimed, and not yet kept or given up.
  private let own = Mutex<Set<String>>([])
  private let pageCounts = Mutex<[String: Int]>([:])

  package init(
    _ store: Store, run: String, pipeline: String, mask: SecretMask, clock: RunClock, recalls: Bool = true,
    resumeAge: Duration? = nil
  ) {
    self.store = store
    self.run = run
    self.pipeline = pipeline
    self.mask = mask
    self.clock = clock
    self.recalls = recalls
    self.resumeAge = resumeAge
    commits = GroupCommit { records throws(StoreFailure) in try await store.keepAnswers(records) }
  }

  /// What is known of keys; those that nobody knows are this run's to ask.
  package func claim(_ keys: [String], age: AnswerAge) async throws -> [AnswerClaim] {
    if keys.isEmpty { return [] }
    try commits.check()
    guard recalls else { return keys.map { _ in .claimed } }
    let claims = try await store.claimAnswers(keys, for: run, age: age, now: clock.now)
    // A key that another step of the run is asking for is not asked for twice either.
    return own.withLock { own in
      zip(keys, claims).map { key, claim in claim == .claimed && !own.insert(key).inserted ? .foreign : claim }
    }
  }

  /// What is known of keys, without claiming any.
  package func peek(_ keys: [String], age: AnswerAge) async throws -> [AnswerRecord?] {
    if keys.isEmpty || !recalls { return keys.map { _ in nil } }
    return try await store.rememberedAnswers(keys, for: run, age: age, now: clock.now)
  }

  /// Gives keys up that were claimed and not answered.
  package func release(_ keys: [String]) async {
    own.withLock { $0.subtract(keys) }
    // A store that takes no answers takes no claims back either; they end with the run.
    if keys.isEmpty || !recalls || commits.failure != nil { return }
    // Where that fails the claim ends with the run.
    try? await store.releaseClaims(of: run, keys: keys)
  }

  /// Keeps answers; they are committed when it returns.
  package func keep(_ records: [AnswerRecord]) async throws {
    defer { own.withLock { $0.subtract(records.map(\.key)) } }
    try await commits.keep(records)
  }

  /// Does what asks for an answer, so that answers which come shortly after each other are committed together.
  ///
  /// Throws the `StoreFailure` that kept an earlier answer from being kept: what cannot be kept is not to be paid for.
  package func asking<R>(_ body: () async throws -> R) async throws -> R { try await commits.expecting(body) }

  /// The record of an answer to a look-up's key.
  package func record(
    key: String, api: String, subject: String, origin: AnswerOrigin, found: Bool, age: AnswerAge
  ) -> AnswerRecord {
    let now = clock.now
    let limit = age.limit(found: found)
    return AnswerRecord(
      key: key, api: api, method: origin.method.rawValue, url: mask.apply(to: origin.url),
      subject: mask.apply(to: subject),
      status: origin.status, body: mask.masked(origin.payload), found: found, attempts: origin.attempts, fetchedAt: now,
      expiresAt: limit > .zero ? now.adding(limit) : nil, runID: limit > .zero ? nil : run)
  }

  /// Notes answers to which rows are tied, so that it can be said where they came from when they are no longer kept.
  func noteOrigins(_ answers: [LookupAnswer]) async throws {
    let origins = answers.compactMap { answer in
      answer.provenance.flatMap { provenance in
        provenance.key.flatMap { key in
          provenance.id.map { id in
            // A recording tells its start as the time of all answers.
            AnswerOriginRecord(
              id: id, key: key, provider: provenance.provider, fetchedAt: recalls ? provenance.fetchedAt : nil)
          }
        }
      }
    }
    try await store.noteOrigins(origins, run: run)
  }

  // MARK: Pages

  /// How long a page is kept for a run that nobody goes on with.
  private static let pageLife = Duration.seconds(7 * 86_400)

  /// The answer to a request of a source: from the broken run that this one goes on with, or sent for and kept.
  /// - Parameter source: The source's name; equal requests of one source are told apart by their order.
  /// - Returns: The answer, and whether it was there already.
  package func page(
    _ request: HTTPRequest, source: String, send: () async throws -> HTTPExchange
  ) async throws -> (exchange: HTTPExchange, isKept: Bool) {
    let name = "page\n\(pipeline)\n\(source)\n\(RequestKey(request, mask: mask))"
    let count = pageCounts.withLock { counts in
      counts[name, default: 0] += 1
      return counts[name] ?? 1
    }
    let key = sha256Hex(Array("\(name)\n\(count)".utf8))
    if recalls, let resumeAge,
      let kept = try await store.answer(key, keptFor: run, maximumAge: resumeAge, now: clock.now),
      let response = HTTPResponse(kept)
    {
      let exchange = HTTPExchange(
        request: request, response: response, attempts: kept.attempts, isFound: kept.found ?? true)
      return (exchange, true)
    }
    let exchange = try await asking(send)
    let response = exchange.response
    // What is too large for memory is too large to be kept twice, and what shows a secret would be kept as another page
    // than it is: a resumed run asks for them again.
    if response.written != nil || mask.reveals(response.body) { return (exchange, false) }
    let now = clock.now
    try await keep([
      AnswerRecord(
        key: key, api: source, method: request.method.rawValue, url: mask.apply(to: response.finalURL.description),
        status: response.status, headers: response.headers.keptJSON(mask), body: response.body,
        found: exchange.isFound ? nil : false, attempts: exchange.attempts, fetchedAt: now,
        expiresAt: now.adding(max(Self.pageLife, resumeAge ?? .zero)),
        runID: run)
    ])
    return (exchange, false)
  }
}

extension HeaderFields {
  /// Headers that say nothing of the rows, or that may hold a session's secret.
  private static let unkept: Set<String> = [
    "set-cookie", "connection", "keep-alive", "transfer-encoding", "content-length", "content-encoding", "date",
    "server",
    "vary", "via", "age", "alt-svc", "report-to", "nel", "strict-transport-security", "x-request-id", "cf-ray",
    "authorization", "proxy-authorization", "cookie",
  ]

  /// The headers that are worth keeping with an answer, masked.
  package func kept(_ mask: SecretMask) -> HeaderFields {
    HeaderFields(
      fields.filter { !Self.unkept.contains($0.name.lowercased()) }.map { Field($0.name, mask.apply(to: $0.value)) })
  }

  fileprivate func keptJSON(_ mask: SecretMask) -> String {
    JSONValue.array(kept(mask).fields.map { .array([.string($0.name), .string($0.value)]) }).text
  }
}

extension HTTPResponse {
  /// An answer as the store has kept it; nil where it cannot be read.
  fileprivate init?(_ record: AnswerRecord) {
    guard let url = try? RequestURL(record.url), let pairs = try? JSONParser.parse(Array(record.headers.utf8)).elements
    else { return nil }
    let fields = pairs.compactMap { pair -> HeaderFields.Field? in
      guard let parts = pair.elements, parts.count == 2, case .string(let name) = parts[0],
        case .string(let value) = parts[1]
      else { return nil }
      return HeaderFields.Field(name, value)
    }
    self.init(status: record.status, headers: HeaderFields(fields), body: record.body, finalURL: url)
  }
}
