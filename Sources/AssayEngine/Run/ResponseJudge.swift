internal import AssayDefinition
internal import AssayFormats
package import AssayHTTP

extension AnswerDeclaration {
  /// The declaration as a client applies it. Bodies are read once for all rules, large ones on a worker.
  /// - Parameter mask: What is quoted of an answer is masked before it is cut.
  package func rules(_ workers: Workers, mask: SecretMask) -> AnswerRules {
    var rules = AnswerRules(contentType: expect.contentType, statuses: expect.status)
    if !responses.isEmpty {
      let judge = ResponseJudge(rules: responses, mask: mask)
      rules.judge = { response in await judge.verdict(on: response, workers) }
    }
    return rules
  }
}

/// Holds answers against the rules of `responses`: the first whose conditions are met decides.
struct ResponseJudge: Sendable {
  let rules: [ResponseRuleDeclaration]
  let mask: SecretMask

  /// Bodies beyond this are worth a worker.
  private static let largeBody = 64 << 10

  /// Nil where no rule speaks of the answer. O(body + rules).
  func verdict(on response: HTTPResponse, _ workers: Workers) async -> BodyExpectation.Verdict? {
    guard response.body.count > Self.largeBody, rules.contains(where: \.readsBody) else { return verdict(on: response) }
    return try? await workers.run { verdict(on: response) }
  }

  func verdict(on response: HTTPResponse) -> BodyExpectation.Verdict? {
    var body = ReadBody(response.body)
    for rule in rules where rule.holds(for: response, &body) { return rule.verdict(on: response, &body, mask) }
    return nil
  }
}

/// A body that is read when a rule first asks.
private struct ReadBody {
  private let bytes: [UInt8]
  private var root: JSONValue??

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  /// What a path leads to, nulls left out; nil where the body is no JSON.
  mutating func values(at path: JSONPath) -> [JSONValue]? {
    if root == nil { root = .some(try? JSONParser.parse(bytes)) }
    guard let json = root.flatMap(\.self) else { return nil }
    return path.select(in: json).filter { $0 != .null }
  }
}

extension ResponseRuleDeclaration {
  var readsBody: Bool { when.path != nil || when.bodyContains != nil || retryAfterPath != nil }

  /// What is cheap to know comes first.
  fileprivate func holds(for response: HTTPResponse, _ body: inout ReadBody) -> Bool {
    if let status = when.status, !status.contains(response.status) { return false }
    if let header = when.header, !holds(response.headers.all(header)) { return false }
    if let text = when.bodyContains, response.body.firstRange(of: text.utf8) == nil { return false }
    guard let path = when.path else { return true }
    guard let values = body.values(at: path.path) else { return false }
    return holds(values.map(\.scalarText))
  }

  private func holds(_ found: [String]) -> Bool {
    if when.exists == false { return found.isEmpty }
    return when.values.isEmpty ? !found.isEmpty : found.contains(where: when.values.contains)
  }

  fileprivate func verdict(
    on response: HTTPResponse, _ body: inout ReadBody, _ mask: SecretMask
  ) -> BodyExpectation.Verdict {
    switch action {
    case .accept: return .accept
    case .notFound: return .notFound
    case .retry:
      let asked = retryAfterPath.flatMap { body.values(at: $0.path)?.first }.flatMap { Double($0.scalarText) }
      // Absurd numbers stay absurd rather than overflow.
      let after = asked.map { Duration.seconds($0.isFinite ? min(max(0, $0), 1e9) : 1e9) }
      let usual: FailureClass = response.status == 429 ? .rateLimited : .transient
      return .retry(failure?.failureClass ?? usual, reason: reason(response, &body, mask), after: after ?? wait)
    case .fail:
      return .fail(
        failure?.failureClass ?? usualClass(response.status), reason: reason(response, &body, mask),
        hint: "the rule in line \(location.line) of the file, under 'responses', takes this for a failure")
    }
  }

  /// What a status stands for; a 400 or 404 that is no matter of credentials speaks of what was asked for, and so is no
  /// fault of the file.
  private func usualClass(_ status: Int) -> FailureClass {
    let usual = FailureClass(status: status)
    return usual == .config && ![401, 402, 403, 405, 407, 501].contains(status) ? .data : usual
  }

  /// `answered 200 with $.status 'ERROR': the quota is used up`.
  private func reason(_ response: HTTPResponse, _ body: inout ReadBody, _ mask: SecretMask) -> String {
    func quoted(_ text: String) -> String { "'\(mask.excerpt(of: text.utf8, limit: 100))'" }
    var text = "answered \(response.status)"
    if let path = when.path {
      let shown = body.values(at: path.path)?.first.map { " \(quoted($0.scalarText))" }
      text += shown.map { " with \(path.text)\($0)" } ?? " without \(path.text)"
    }
    if let header = when.header {
      text += response.headers[header].map { " with \(header) \(quoted($0))" } ?? " without \(header)"
    }
    if let part = when.bodyContains { text += " with '\(part)' in its body" }
    return message.map { "\(text): \($0)" } ?? text
  }
}

extension JSONValue {
  /// A scalar as it stands in the pipeline file: a text without its quotes.
  fileprivate var scalarText: String {
    if case .string(let text) = self { return text }
    return text
  }
}
