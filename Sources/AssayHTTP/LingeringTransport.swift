/// A transport whose requests go on for a while once they are cancelled: what is on its way to a service may be done
/// there, and its answer says whether it is.
///
/// Waits before a request (for the API's gate, or for another attempt) end at once all the same.
package struct LingeringTransport: Transport {
  private let transport: any Transport
  private let grace: Duration

  /// - Parameter grace: How long a cancelled request may go on.
  package init(_ transport: any Transport, grace: Duration) {
    self.transport = transport
    self.grace = grace
  }

  package func send(
    _ request: HTTPRequest, timeouts: Timeouts, maxBody: Int
  ) async throws(TransportFailure) -> HTTPResponse {
    if Task.isCancelled { throw TransportFailure(.cancelled, "the request was cancelled") }
    let sending = Task { () async -> Result<HTTPResponse, TransportFailure> in
      do throws(TransportFailure) {
        return .success(try await transport.send(request, timeouts: timeouts, maxBody: maxBody))
      } catch {
        return .failure(error)
      }
    }
    let result = await withTaskCancellationHandler {
      await sending.value
    } onCancel: {
      Task {
        try? await Task.sleep(for: grace)
        sending.cancel()
      }
    }
    return try result.get()
  }
}
