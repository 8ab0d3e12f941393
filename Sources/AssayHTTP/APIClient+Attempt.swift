extension APIClient {
  /// How one attempt ended.
  enum Attempt: Sendable {
    /// With the request as it was sent, if credentials went along.
    case answered(HTTPResponse, sentCredentials: HTTPRequest?)
    case failed(TransportFailure)
    /// The credentials themselves could not be had.
    case unauthorized(any Error)

    /// Whether the API may have seen the request.
    var hasReached: Bool {
      switch self {
      case .answered: true
      case .failed(let failure): !failure.isBeforeSending
      case .unauthorized: false
      }
    }
  }

  /// Sends a request once and follows its redirects; the total time-out covers all of them.
  func attempt(_ request: HTTPRequest, expecting expectation: BodyExpectation) async -> Attempt {
    let deadline = clock.elapsed + timeouts.total
    var hop = request
    var isFirst = true
    for field in headers.fields where request.headers[field.name] == nil { hop.headers.append(field.name, field.value) }
    if hop.headers["Accept"] == nil { hop.headers["Accept"] = expectation.contentType ?? expectation.format.accept }
    if hop.headers["User-Agent"] == nil { hop.headers["User-Agent"] = "assay" }
    for _ in 0...Redirect.limit {
      var sent = hop
      let takesCredentials = hop.takesCredentials && auth != nil
      do {
        if !hop.takesCredentials { sent = try hop.withoutSecrets(mask) }
        sent.tls = hop.takesCredentials ? tls : tls?.withoutIdentity
        if takesCredentials { try await auth?.authorize(&sent) }
      } catch let failure as TransportFailure {
        return .failed(failure)
      } catch is CancellationError {
        return .failed(TransportFailure(.cancelled, "the request was cancelled"))
      } catch {
        return .unauthorized(error)
      }
      do {
        var limits = timeouts
        if !isFirst { limits.total = max(.milliseconds(1), deadline - clock.elapsed) }
        isFirst = false
        var response = try await transport.send(sent, timeouts: limits, maxBody: maxBody)
        response.finalURL = hop.url
        if takesCredentials, (200...299).contains(response.status) { await auth?.accepted(sent) }
        // A rule may know better than to follow: a service may send whoever has no key to a page for people.
        let isJudged =
          Redirect.isOne(response)
          ? await expectation.rules?(response) != nil || expectation.redirectJudge?(response) != nil : true
        guard !isJudged, let next = try Redirect.target(of: response, to: hop) else {
          return .answered(response, sentCredentials: takesCredentials ? sent : nil)
        }
        hop = next
      } catch {
        return .failed(error)
      }
    }
    return .failed(
      TransportFailure(.redirect, "redirects more than \(Redirect.limit) times; the last one led to \(hop.url)"))
  }
}
