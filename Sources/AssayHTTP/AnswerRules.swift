/// What the author of a pipeline says of an API's answers, whoever asks: it is judged before a body is used or
/// remembered, and before a provider's own judge.
package struct AnswerRules: Sendable {
  /// Says what an answer means, or nil where no rule speaks of it. Called for every status, redirects included.
  package typealias Judge = @Sendable (HTTPResponse) async -> BodyExpectation.Verdict?

  /// The media type that an answer must name.
  package var contentType: String?
  /// The statuses that are answers; nil for the successes.
  package var statuses: StatusSet?
  /// Nil where there are no rules.
  package var judge: Judge?

  package init(contentType: String? = nil, statuses: StatusSet? = nil, judge: Judge? = nil) {
    self.contentType = contentType
    self.statuses = statuses
    self.judge = judge
  }
}

extension BodyExpectation {
  /// This expectation under the rules of an API.
  func under(_ rules: AnswerRules) -> BodyExpectation {
    var expectation = self
    expectation.contentType = rules.contentType ?? contentType
    expectation.statuses = rules.statuses ?? statuses
    expectation.rules = rules.judge ?? self.rules
    return expectation
  }

  /// What an answer means: what the rules say of it, else what status and body say; nil if the status is no answer.
  package func judgement(of response: HTTPResponse) async -> Verdict? { await ruling(on: response)?.verdict }

  /// The judgement, and whether it was a rule that said so.
  func ruling(on response: HTTPResponse) async -> (verdict: Verdict, isRule: Bool)? {
    switch await rules?(response) {
    case .accept?: return (verdict(on: response, isAnswer: true), false)
    case let verdict?: return (verdict, true)
    case nil: break
    }
    if Redirect.isOne(response), let verdict = redirectJudge?(response) { return (verdict, false) }
    if accepts(status: response.status) { return (verdict(on: response), false) }
    guard let statuses, (200...299).contains(response.status) else { return nil }
    let reason = "answered \(statusText(response.status)), where \(statuses) is expected"
    return (.fail(.data, reason: reason, hint: "see expect.status"), false)
  }
}
