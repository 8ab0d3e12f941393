import Hummingbird
import NIOCore

/// Gives each answer its channel, which faults need to break a connection below HTTP.
struct SandboxContext: RequestContext {
  var coreContext: CoreRequestContextStorage
  let channel: any Channel

  init(source: ApplicationRequestContextSource) {
    coreContext = CoreRequestContextStorage(source: source)
    channel = source.channel
  }
}

/// Reads a request, counts it, routes it, and lets its fault strike.
struct SandboxResponder: HTTPResponder {
  let ledger: RequestLedger
  let issued: IssuedTokens
  let received: ReceivedRecords

  func respond(to request: Request, context: SandboxContext) async throws -> Response {
    var read: SandboxRequest
    do {
      read = try SandboxRequest(
        method: request.method.rawValue, target: request.head.path ?? "/",
        headers: request.headers.map { ($0.name.canonicalName, $0.value) }
          + [("host", request.head.authority ?? "127.0.0.1")])
    } catch {
      return Self.response(error.answer)
    }
    if let own = OwnRoutes.answer(read, ledger: ledger) { return Self.response(own) }

    read.issued = issued
    read.received = received
    ledger.begin(read)
    defer { ledger.end() }
    let body = try await request.body.collect(upTo: 4 << 20)
    read.body = String(buffer: body)

    let faults = read.faults
    if faults.latencyMilliseconds > 0 { try await Task.sleep(for: .milliseconds(faults.latencyMilliseconds)) }
    try await ledger.gather(faults.gather)
    guard let kind = faults.kind else { return Self.response(Routes.answer(read)) }
    let counter = faults.perURL ? faults.name + " " + read.target : faults.name
    guard faults.strikes(ledger.nextNumber(of: counter)) else {
      // The routes look at the faults as well: those that do not strike must be out of their sight.
      read.faults = FaultPlan()
      return Self.response(Routes.answer(read))
    }
    return try await FaultyResponse.make(kind, request: read, channel: context.channel)
  }

  static func response(_ answer: Answer) -> Response {
    Response(
      status: HTTPResponse.Status(code: answer.status), headers: fields(answer),
      body: answer.status == 204 ? ResponseBody() : ResponseBody(byteBuffer: ByteBuffer(bytes: answer.bytes)))
  }

  static func fields(_ answer: Answer) -> HTTPFields {
    var fields = HTTPFields()
    if answer.status != 204 { fields[.contentType] = answer.contentType }
    for header in answer.headers {
      if let name = HTTPFields.Key(header.name) { fields[name] = header.value }
    }
    return fields
  }
}
