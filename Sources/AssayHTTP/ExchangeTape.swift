/// Keeps the exchanges of a run, or answers from those of another: without a socket, without credentials.
package protocol ExchangeTape: Sendable {
  /// The recorded end of a request; nil where requests are sent and recorded.
  ///
  /// Throws an `HTTPFailure` where the request was not recorded, and the failure that was recorded for it.
  func recorded(_ request: HTTPRequest, for user: String) throws(HTTPFailure) -> RecordedExchange?
  /// Records the end of a request that was sent. Throws a `TapeFailure` where it cannot be written.
  func record(_ request: HTTPRequest, _ end: RecordedExchange.End, for user: String) throws
}

/// A request with its end as a recording keeps it; all texts are masked.
package struct RecordedExchange: Sendable, Hashable {
  package enum End: Sendable, Hashable {
    case answered(HTTPResponse, attempts: Int)
    case failed(HTTPFailure)
  }

  package var method: HTTPMethod
  package var url: String
  package var headers: HeaderFields
  package var body: [UInt8]
  package var end: End

  package init(method: HTTPMethod, url: String, headers: HeaderFields = [:], body: [UInt8] = [], end: End) {
    self.method = method
    self.url = url
    self.headers = headers
    self.body = body
    self.end = end
  }
}

/// Why a recording cannot be written or read.
package struct TapeFailure: Error, Sendable, Hashable, CustomStringConvertible {
  /// A sentence that names the file.
  package var description: String

  package init(_ description: String) { self.description = description }
}

extension APIClient {
  /// Sends a request until it is answered as expected or the policy gives up; on a tape it is recorded, or answered.
  ///
  /// Follows redirects, adds credentials where they may go, waits for a place at the gate for each attempt, and judges
  /// status and body. A `response.finalURL` is without what the auth added. Cancelling the task ends it promptly with a
  /// failure of kind `cancelled`.
  package func send(
    _ request: HTTPRequest, expecting expectation: BodyExpectation = BodyExpectation()
  ) async throws(HTTPFailure) -> HTTPExchange {
    guard let tape else { return try await deliver(request, expecting: expectation) }
    if let recorded = try tape.recorded(request, for: user) {
      return try await replay(recorded, of: request, expecting: expectation.under(answers))
    }
    let end: Result<HTTPExchange, HTTPFailure>
    do throws(HTTPFailure) {
      end = .success(try await deliver(request, expecting: expectation))
    } catch {
      end = .failure(error)
    }
    switch end {
    case .success(let exchange): try record(request, .answered(exchange.response, attempts: exchange.attempts))
    // What a run that is told to stop did not get says nothing of the API.
    case .failure(let failure) where failure.kind != .cancelled: try record(request, .failed(failure))
    case .failure: break
    }
    return try end.get()
  }

  private func record(_ request: HTTPRequest, _ end: RecordedExchange.End) throws(HTTPFailure) {
    do {
      try tape?.record(request, end, for: user)
    } catch {
      throw HTTPFailure(
        kind: .config, method: request.method, url: mask.apply(to: request.url.description),
        message: "could not be recorded: \(error)", attempts: 0)
    }
  }

  private func replay(
    _ recorded: RecordedExchange, of request: HTTPRequest, expecting expectation: BodyExpectation
  ) async throws(HTTPFailure) -> HTTPExchange {
    var report = FailureReport(request: request, client: self)
    let attempts =
      switch recorded.end {
      case .failed(let failure): failure.attempts
      case .answered(_, let attempts): attempts
      }
    // What was sent counts against the budget, so that it ends where it ended.
    for attempt in 0..<attempts {
      var spending = attempt == 0 ? reservation?.take() : nil
      if spending == nil { spending = try self.spending(report) }
      spending?.spend()
      counters.count(attempt: attempt + 1, cost: cost)
    }
    report.attempts = attempts
    switch recorded.end {
    case .failed(let failure): throw failure
    case .answered(let response, _):
      report.note(.answered(response, sentCredentials: auth == nil ? nil : request))
      let ruling = await expectation.ruling(on: response)
      switch ruling?.verdict {
      case nil: throw report.gaveUp(.notRetryable)
      case .accept: return HTTPExchange(request: request, response: response, attempts: attempts)
      case .notFound: return HTTPExchange(request: request, response: response, attempts: attempts, isFound: false)
      case .fail(let kind, let reason, let hint):
        throw report.judged(kind, reason, hint, isRule: ruling?.isRule ?? false)
      case .retry(let kind, let reason, _): throw report.judged(kind, reason, nil)
      }
    }
  }
}
