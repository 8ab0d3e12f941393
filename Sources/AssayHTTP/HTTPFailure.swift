/// What kind of trouble it is, and so who can help.
package enum FailureClass: String, Sendable, Hashable, CaseIterable {
  /// The service or the network is in trouble; later it may work.
  case transient
  /// The service asks to be left alone for a while.
  case rateLimited = "rate_limited"
  /// The request is wrong: address, credentials, parameters.
  case config
  /// The answer is not what was expected.
  case data
  /// The run was interrupted.
  case cancelled
  /// The budget of the API does not allow the request.
  case budget

  /// The class of a status that is no success.
  package init(status: Int) {
    switch status {
    case 429: self = .rateLimited
    case 408, 425, 500, 502...599: self = .transient
    case 400...499, 501: self = .config
    default: self = .data
    }
  }

  package init(transport: TransportFailure) {
    switch transport.kind {
    case .cancelled: self = .cancelled
    case .tls, .proxy, .invalidURL, .invalidHeader, .client: self = .config
    case .tooLarge, .headersTooLarge, .redirect: self = .data
    default: self = .transient
    }
  }
}

/// Why a request brought no usable answer, after all attempts. Every text in it is masked.
package struct HTTPFailure: Error, Sendable, Hashable, CustomStringConvertible {
  package var kind: FailureClass
  package var method: HTTPMethod
  /// What was asked.
  package var url: String
  /// What happened, as a sentence without a full stop: `answered 401 Unauthorized`.
  package var message: String
  /// Requests sent, retries included; 0 if none was.
  package var attempts: Int
  /// The last status, if there was an answer.
  package var status: Int?
  /// The first 200 bytes of the last body, without control characters.
  package var excerpt: String?
  /// What to do about it.
  package var hint: String?
  /// When the server allows the next request, in Unix seconds, if it said so.
  package var retryAt: Int64?
  /// The kind of the last transport failure, if there was no answer.
  package var transport: TransportFailure.Kind?
  /// For a failure of kind `budget`, which limit is used up: `the budget of api 'crm' is used up: 5000 requests per run`.
  package var shortage: String?
  /// Whether `kind` is what a rule or a judge says of the answer, rather than what its status stands for.
  package var isJudged = false
  /// Whether it is a rule of the pipeline file that takes the answer for a failure.
  package var isRule = false

  package init(
    kind: FailureClass, method: HTTPMethod, url: String, message: String, attempts: Int, status: Int? = nil,
    excerpt: String? = nil, hint: String? = nil, retryAt: Int64? = nil, transport: TransportFailure.Kind? = nil
  ) {
    self.kind = kind
    self.method = method
    self.url = url
    self.message = message
    self.attempts = attempts
    self.status = status
    self.excerpt = excerpt
    self.hint = hint
    self.retryAt = retryAt
    self.transport = transport
  }

  /// The same failure without what was asked and what was answered, both of which may hold values that are not to be told:
  /// of the address only the host is left.
  package var withoutRequest: HTTPFailure {
    var failure = self
    let authority = url.firstRange(of: "://").map { $0.upperBound } ?? url.startIndex
    let end = url[authority...].firstIndex { "/?#".contains($0) } ?? url.endIndex
    failure.url = end < url.endIndex ? url[..<end] + "/***" : url
    failure.excerpt = nil
    return failure
  }

  /// `GET https://h/x answered 401 Unauthorized: "no such key"; check the api's auth`.
  package var description: String {
    var text = "\(method.rawValue) \(url) \(message)"
    if attempts > 1 { text += ", after \(attempts) attempts" }
    if let excerpt, !excerpt.isEmpty { text += ": \"\(excerpt)\"" }
    if let hint { text += "; \(hint)" }
    return text
  }
}
