import FoundationEssentials
import Hummingbird
import NIOCore

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Thrown after a connection was broken on purpose, so that nothing else is written to it.
private struct BrokenOnPurpose: Error {}

/// The answers that go wrong.
enum FaultyResponse {
  static func make(
    _ kind: FaultPlan.Kind, request: SandboxRequest, channel: any Channel
  ) async throws -> Response {
    switch kind {
    case .status(let code):
      return SandboxResponder.response(status(code, request.faults))
    case .html:
      return SandboxResponder.response(
        .html("Scheduled maintenance", "The service is not available at the moment. Please come back later."))
    case .wrongTotal, .stuckCursor, .bodyStatus, .batch:
      // Faults of content: the route that they concern reads them.
      return SandboxResponder.response(Routes.answer(request))
    case .cut:
      var answer = Routes.answer(request)
      answer.packed = Array(answer.bytes.prefix(answer.bytes.count / 2))
      return SandboxResponder.response(answer)
    case .reset:
      try await reset(channel)
      throw BrokenOnPurpose()
    case .hang:
      while true { try await Task.sleep(for: .seconds(3600)) }
    case .half:
      return broken(Routes.answer(request))
    case .slow(let milliseconds):
      return slow(Routes.answer(request), milliseconds: milliseconds)
    }
  }

  private static func status(_ code: Int, _ faults: FaultPlan) -> Answer {
    if code == 204 { return Answer(status: 204, contentType: "", body: "") }
    let answer = Answer.error(code, "injected_fault", "this answer was asked for by a fault")
    if let seconds = faults.retryAfter { return answer.with(header: "Retry-After", String(seconds)) }
    if let seconds = faults.retryAfterDate {
      let moment = Int(Date().timeIntervalSince1970.rounded(.up)) + seconds
      return answer.with(header: "Retry-After", httpDate(moment))
    }
    return answer
  }

  /// Closes without a FIN: the client sees ECONNRESET, not an orderly end.
  private static func reset(_ channel: any Channel) async throws {
    if let socket = channel as? any SocketOptionProvider {
      try await socket.setSoLinger(linger(l_onoff: 1, l_linger: 0)).get()
    }
    try await channel.close()
  }

  private static func broken(_ answer: Answer) -> Response {
    let bytes = ByteBuffer(bytes: answer.bytes)
    let half = bytes.getSlice(at: bytes.readerIndex, length: bytes.readableBytes / 2) ?? ByteBuffer()
    return Response(
      status: HTTPResponse.Status(code: answer.status), headers: SandboxResponder.fields(answer),
      body: ResponseBody(contentLength: bytes.readableBytes) { writer in
        try await writer.write(half)
        throw BrokenOnPurpose()
      })
  }

  private static func slow(_ answer: Answer, milliseconds: Int) -> Response {
    let bytes = ByteBuffer(bytes: answer.bytes)
    return Response(
      status: HTTPResponse.Status(code: answer.status), headers: SandboxResponder.fields(answer),
      body: ResponseBody(contentLength: bytes.readableBytes) { writer in
        var rest = bytes
        while let piece = rest.readSlice(length: min(64, rest.readableBytes)), piece.readableBytes > 0 {
          try await writer.write(piece)
          try await Task.sleep(for: .milliseconds(milliseconds))
        }
        try await writer.finish(nil)
      })
  }
}

/// A moment in the form of RFC 9110, such as `Tue, 24 Nov 2026 00:00:01 GMT`.
/// - Parameter moment: seconds since 1970, not negative.
func httpDate(_ moment: Int) -> String {
  let weekdays = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]
  let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
  let days = moment / 86_400
  let date = CivilDate(daysSince1970: days)
  let clock = [moment % 86_400 / 3600, moment % 3600 / 60, moment % 60].map { twoDigits($0) }
  return "\(weekdays[days % 7]), \(twoDigits(date.day)) \(months[date.month - 1]) \(date.year) "
    + "\(clock.joined(separator: ":")) GMT"
}
