internal import AssayColumns
internal import AssayDefinition
internal import AssayEngine
internal import AssayFormats
internal import AssayHTTP

/// What the answers of a `lookup` say, by the paths of the file.
struct LookupReading: Sendable {
  let step: LookupStep

  /// What was found for a key, and what of it is remembered.
  struct Found: Sendable {
    var answer: LookupAnswer
    /// The whole body, or the key's own records as a list of JSON; empty where there is nothing.
    var payload: [UInt8]
  }

  var nothing: LookupAnswer { LookupAnswer(.notFound, cells: step.columns.items.map { _ in .null }) }

  /// What an exchange says of the keys that it was for, in their order.
  /// - Parameters:
  ///   - keys: As they were asked for; nil for one key whose answer is the whole body.
  ///   - shown: The answer, for messages.
  func found(in exchange: HTTPExchange, for keys: [String]?, _ shown: String) throws(FormatFault) -> [Found] {
    let (status, body) = (exchange.response.status, exchange.response.body)
    guard let keys else {
      if !exchange.isFound { return [Found(answer: nothing, payload: [])] }
      return [Found(answer: try answer(status, body), payload: body)]
    }
    let none = Found(answer: nothing, payload: [])
    if !exchange.isFound || isNothing(status, body) { return keys.map { _ in none } }
    let records = try records(in: try JSONParser.parse(body), shown)
    return keys.map { key in
      guard let own = records[key] else { return none }
      return Found(answer: answer(of: own), payload: Array(JSONValue.array(own).text.utf8))
    }
  }

  /// What the answer for one key says.
  func answer(_ status: Int, _ body: [UInt8]) throws(FormatFault) -> LookupAnswer {
    // Of an answer that a rule took for "not found" nothing is kept.
    if isNothing(status, body) { return nothing }
    let root = try JSONParser.parse(body)
    guard let matches = step.matches else {
      let found = step.columns.items.map { $0.value.path.select(in: root) }
      return found.allSatisfy(\.isEmpty)
        ? nothing : LookupAnswer(.ok, cells: found.map(cell), quality: quality(of: root))
    }
    return answer(of: matches.path.select(in: root).filter { $0 != .null })
  }

  /// What a key's own records say, as they are remembered.
  func answer(ofRecords payload: [UInt8]) throws -> LookupAnswer {
    if payload.isEmpty { return nothing }
    guard let records = try JSONParser.parse(payload).elements else {
      throw RunFailure("what is remembered is no list of records")
    }
    return answer(of: records)
  }

  /// What matches say: none, one, or several.
  private func answer(of matches: [JSONValue]) -> LookupAnswer {
    guard let first = matches.first else { return nothing }
    let isOne = matches.count == 1
    if !isOne, step.ambiguous == .null { return LookupAnswer(.ambiguous, cells: nothing.cells) }
    return LookupAnswer(
      isOne ? .ok : .ambiguous, cells: step.columns.items.map { cell($0.value.path.select(in: first)) },
      quality: quality(of: first))
  }

  /// The records of an answer by the keys that they name, normalised, in their order.
  private func records(in root: JSONValue, _ shown: String) throws(FormatFault) -> [String: [JSONValue]] {
    guard let matches = step.matches, let batch = step.batch, let key = batch.key else { return [:] }
    let all = matches.path.select(in: root).filter { $0 != .null }
    var records: [String: [JSONValue]] = [:]
    for record in all {
      guard let text = key.path.first(in: record).flatMap(Self.text) else { continue }
      records[step.batchColumn.map { step.normalize.applied(to: text, of: $0) } ?? text, default: []].append(record)
    }
    // Else every key would be believed not to exist.
    if records.isEmpty, !all.isEmpty {
      throw FormatFault("none of the \(all.count) matches has a key at \(key.text)")
    }
    return records
  }

  /// A scalar as the text of a key.
  private static func text(_ value: JSONValue) -> String? {
    switch value {
    case .string(let text): text
    case .integer, .decimal, .bool: value.text
    case .null, .array, .object: nil
    }
  }

  private func isNothing(_ status: Int, _ body: [UInt8]) -> Bool {
    step.notFoundStatus.contains(status) || status == 204 || body.isEmpty
  }

  private func cell(_ values: [JSONValue]) -> Cell {
    values.count > 1 ? .text(JSONValue.array(values).text) : Cell(values.first)
  }

  private func quality(of root: JSONValue) -> String? { step.quality?.path.first(in: root).flatMap(Self.text) }
}
