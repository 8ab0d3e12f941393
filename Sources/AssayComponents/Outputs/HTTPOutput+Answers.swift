internal import AssayEngine
internal import AssayHTTP

extension HTTPOutput {
  /// Statuses that speak of what a request holds.
  private static let refusals: Set<Int> = [400, 404, 409, 410, 412, 413, 414, 422, 423, 451]
  /// What was to be deleted is not there.
  private static let gone: Set<Int> = [404, 410]
  /// A 206 and a 207 tell of parts, of which some may have been refused.
  private static let receipts = StatusSet(["200-205", "208-299"])

  /// What an answer must be.
  var expectation: BodyExpectation {
    var expectation = BodyExpectation(.any, acceptedStatuses: method == .delete ? Self.gone : [])
    expectation.isReceipt = true
    return expectation
  }

  /// The client that sends the requests.
  func client(_ context: NodeContext) throws(RunFailure) -> APIClient {
    var client = try context.client(
      request.api, answers: AnswerDeclaration(expect: expect, responses: responses))
    client.answers.statuses = client.answers.statuses ?? Self.receipts
    if let idempotencyHeader, idempotencyHeader != "none" { client.retry.retriesUnsafe = true }
    client.repeatHint = "where the service knows the key of a request, set idempotency_header"
    guard method == .post else { return client }
    // Followed as browsers do, the rows would stay behind.
    let rules = client.answers.judge
    client.answers.judge = { response in
      if let verdict = await rules?(response) { return verdict }
      guard Redirect.isOne(response), response.status <= 302 else { return nil }
      return .fail(
        .config, reason: "answered \(response.status) and sends elsewhere, where a POST would arrive as a GET",
        hint: "put the final address into base_url or path")
    }
    return client
  }

  /// An exchange whose rows were taken. Throws where a rule says that there is no such thing: what is to be changed must
  /// be there, what is to be deleted need not.
  func taken(_ exchange: HTTPExchange) throws -> HTTPExchange {
    if exchange.isFound || method == .delete { return exchange }
    var failure = HTTPFailure(
      kind: .data, method: exchange.request.method, url: "\(exchange.request.url)",
      message: "answered \(exchange.response.status), which a rule takes for: there is no such thing",
      attempts: exchange.attempts, status: exchange.response.status)
    failure.isJudged = true
    failure.isRule = true
    throw failure
  }

  /// Whether a failure is about what its request holds: others may be taken all the same.
  func isRefusal(_ failure: HTTPFailure) -> Bool {
    if failure.attempts == 0 { return false }
    if failure.isRule { return failure.kind == .data }
    guard failure.kind == .config, !failure.isJudged, let status = failure.status else { return false }
    // After another attempt a conflict may be with what the first one did.
    return Self.refusals.contains(status) && !(status == 409 && failure.attempts > 1)
  }
}
