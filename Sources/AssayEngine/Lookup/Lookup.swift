package import AssayColumns
package import AssayDefinition
package import AssayHTTP
package import AssayStore

/// What a look-up asks for: the normalised inputs of a row. Rows with equal keys share one request.
package struct LookupKey: Sendable, Hashable {
  package var parts: [String]

  package init(_ parts: [String]) { self.parts = parts }
}

/// What came of a look-up for a row; the text is what `STEP_status` holds.
package enum LookupStatus: String, Sendable, Hashable, CaseIterable {
  case ok
  case notFound = "not_found"
  case ambiguous
  case error
  /// Nothing was asked: an input was null or empty, or a budget was used up.
  case skipped
}

/// What a provider answered for one key.
package struct LookupAnswer: Sendable {
  package var status: LookupStatus
  /// A cell for each of the look-up's answer columns; all null unless something was found.
  package var cells: [Cell]
  /// Where it came from, so that it can be remembered; nil for an answer that no request brought.
  package var origin: AnswerOrigin?
  /// Why the look-up broke, where the status is `error`.
  package var reason: LookupReason?
  /// How well what was found fits the key, in the provider's words: `exact`, `ROOFTOP`; nil where it says nothing.
  package var quality: String?
  /// Who answered, and when; set by the stage. Nil where nobody was asked.
  var provenance: AnswerProvenance?
  /// Whether it was known before the run; set by the stage.
  var isRemembered = false

  package init(
    _ status: LookupStatus, cells: [Cell], origin: AnswerOrigin? = nil, reason: LookupReason? = nil,
    quality: String? = nil
  ) {
    self.status = status
    self.cells = cells
    self.origin = origin
    self.reason = reason
    self.quality = quality
  }
}

/// Who answered a key, and when.
struct AnswerProvenance: Sendable, Hashable {
  var provider: String
  var fetchedAt: StoreTime
  /// The key as the store has it; nil for an answer that is not remembered.
  var key: String?

  /// What ties a row to this answer, and to no later one of the same key.
  var id: String? { key.map { String(sha256Hex(Array("\($0)\n\(fetchedAt.text)".utf8)).prefix(32)) } }
}

/// Why a look-up broke; masked.
package struct LookupReason: Sendable, Hashable {
  /// What happened, in words that are the same for all keys to which it happened.
  package var kind: String
  /// What happened to this key.
  package var text: String

  package init(_ kind: String, text: String? = nil) {
    self.kind = kind
    self.text = text ?? kind
  }

  /// What an error says; the address, which is another for each key, is left out of its kind.
  init(_ error: any Error, mask: SecretMask) {
    let kind = (error as? HTTPFailure)?.message ?? "\(error)"
    self.init(mask.apply(to: kind), text: mask.apply(to: "\(error)"))
  }
}

/// The request that brought an answer, and what of it is remembered.
package struct AnswerOrigin: Sendable {
  /// What the provider said of the key: enough to read the answer again, also for other columns.
  package var payload: [UInt8]
  package var method: HTTPMethod
  /// Without credentials.
  package var url: String
  package var status: Int
  package var attempts: Int

  package init(payload: [UInt8], method: HTTPMethod, url: String, status: Int, attempts: Int) {
    self.payload = payload
    self.method = method
    self.url = url
    self.status = status
    self.attempts = attempts
  }

  /// What an exchange brought; the payload is its body where nothing else is given.
  package init(_ exchange: HTTPExchange, payload: [UInt8]? = nil) {
    self.init(
      payload: payload ?? exchange.response.body, method: exchange.request.method,
      url: exchange.request.url.description, status: exchange.response.status, attempts: exchange.attempts)
  }
}

/// What the answers of a look-up are remembered under, beside their keys.
package struct AnswerScope: Sendable, Hashable {
  /// The API's name, for people.
  package var api: String
  /// All that shapes an answer besides its key, the same in all pipelines; secrets in it are masked.
  package var text: String

  package init(api: String, text: String) {
    self.api = api
    self.text = text
  }
}

/// An answer as it was remembered.
package struct RememberedAnswer: Sendable {
  package var status: Int
  package var payload: [UInt8]

  package init(status: Int, payload: [UInt8]) {
    self.status = status
    self.payload = payload
  }
}

/// A column that a look-up adds.
package struct LookupColumn: Sendable, Hashable {
  package var name: String
  /// The type of its values, where the provider's facts fix it.
  package var type: ValueType?

  package init(_ name: String, type: ValueType? = nil) {
    self.name = name
    self.type = type
  }
}

/// What is done with a row whose look-up broke.
package enum OnLookupError: String, ConfigChoice {
  /// The run ends.
  case fail
  /// The row's new columns are null, and its status is `error`.
  case null
}

/// A provider of answers: it sees keys, never rows. Normalising, asking each key once, asking concurrently and joining
/// back are the stage's.
package protocol Lookup: Sendable {
  /// The per-row inputs. A null or blank in one of them, unless it is optional, skips the row.
  var inputs: [Template] { get }
  /// Further per-row inputs that take no part in the key: the amount that a rate is applied to.
  var carried: [Template] { get }
  /// What the provider answers for a key, in the order of `LookupAnswer.cells`.
  var answerColumns: [LookupColumn] { get }
  /// The columns that rows get: by default those of the answer.
  var addedColumns: [LookupColumn] { get }
  /// The provider's name, for `STEP_provider`; nil where there is none but the API's.
  var provider: String? { get }
  /// How many keys one request may hold.
  var keysPerRequest: Int { get }
  /// How many new keys are waited for, over as many batches of rows as are worked on at once, before requests are made
  /// of them; by default as many as one request holds.
  var keysGathered: Int { get }
  /// Divides keys, in the order of rows, into those that are asked for together. Each key must come once; what comes of
  /// equal keys must be equal, since a recording knows requests by what they ask.
  func requests(for keys: [LookupKey]) -> [[LookupKey]]
  /// What a request for these keys costs of a budget; nil for what any request to the API costs.
  func cost(of keys: [LookupKey]) -> Double?
  var settings: LookupSettings { get }
  /// How long answers are good where the file says nothing.
  var usualAge: AnswerAge { get }

  /// The key of a row's filled inputs; nil skips the row.
  func key(_ inputs: [String]) -> LookupKey?
  /// What is known of a key without asking anybody: what is no day has no weather. Nil for a key that is asked for. Such
  /// an answer costs nothing, claims nothing, and is not remembered. Called once for a key.
  /// - Parameter now: The time of the run.
  func knownAnswer(_ key: LookupKey, at now: StoreTime) -> LookupAnswer?
  /// The API that is asked; nil for a look-up that sends nothing.
  func client(_ context: NodeContext) throws -> APIClient?
  /// The most requests that all keys of a run need together; nil where it depends on their number.
  var mostRequests: Int? { get }
  /// All that shapes an answer besides its key: the service's address and the request without key and secrets. Answers
  /// are remembered under it; nil where they are not remembered.
  func memoryScope(_ context: NodeContext) throws -> AnswerScope?
  /// What a remembered answer says of its key. Runs on a worker. Throws where it cannot be read: then the key is asked.
  func recall(_ remembered: RememberedAnswer, of key: LookupKey) throws -> LookupAnswer
  /// The answers to the keys, one for each, in their order. Those with an origin are remembered.
  func ask(_ keys: [LookupKey], _ context: NodeContext) async throws -> [LookupAnswer]
  /// A row's added cells, where they depend on carried inputs too.
  func cells(_ answer: LookupAnswer, carried: [String?]) -> [Cell]
}

extension Lookup {
  package var carried: [Template] { [] }
  package var addedColumns: [LookupColumn] { answerColumns }
  package var provider: String? { nil }
  package var keysPerRequest: Int { 1 }
  package var keysGathered: Int { keysPerRequest }
  package func cost(of keys: [LookupKey]) -> Double? { nil }
  package func knownAnswer(_ key: LookupKey, at now: StoreTime) -> LookupAnswer? { nil }

  /// As many keys in each as one request may hold.
  package func requests(for keys: [LookupKey]) -> [[LookupKey]] {
    let width = max(1, keysPerRequest)
    return stride(from: 0, to: keys.count, by: width).map { start in
      Array(keys[start..<(keys.count - start > width ? start + width : keys.count)])
    }
  }

  package var settings: LookupSettings { LookupSettings() }
  package var usualAge: AnswerAge { AnswerAge(found: .seconds(90 * 86_400), notFound: .seconds(7 * 86_400)) }
  package func client(_ context: NodeContext) throws -> APIClient? { nil }
  package var mostRequests: Int? { nil }
  package func memoryScope(_ context: NodeContext) throws -> AnswerScope? { nil }
  package func recall(_ remembered: RememberedAnswer, of key: LookupKey) throws -> LookupAnswer {
    throw RunFailure("answers of this look-up are not remembered")
  }
  package func cells(_ answer: LookupAnswer, carried: [String?]) -> [Cell] { answer.cells }

  /// Every input trimmed, with runs of blanks made one; nil where all of them are blank.
  package func key(_ inputs: [String]) -> LookupKey? {
    let parts = inputs.map(collapsed)
    return parts.allSatisfy(\.isEmpty) ? nil : LookupKey(parts)
  }
}

/// A text without blanks at its ends and with single spaces within.
package func collapsed(_ text: String) -> String {
  // Most texts are so already; what is beyond ASCII may hold other blanks.
  var before = UInt8(ascii: " ")
  let isPlain = text.utf8.allSatisfy { byte in
    defer { before = byte }
    return byte > 32 && byte < 127 || byte == 32 && before != 32
  }
  if isPlain, before != 32 { return text }
  return text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
}
