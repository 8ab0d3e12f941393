import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import NIOHTTPCompression
import NIOPosix
import NIOSSL
import Synchronization

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The transport over real connections: HTTP/1.1, pooled, TLS verified, gzip and deflate undone.
///
/// Clients are made when the first request needs one, one for each set of time-outs, body limit, TLS settings and way
/// through a proxy, since AsyncHTTPClient takes these per client; all share the process's event loops. `shutdown()` ends
/// them.
package final class ClientTransport: Transport {
  private struct Key: Hashable {
    var connect: Duration
    var read: Duration
    var maxBody: Int
    var tls: TLSSettings?
    var route: ProxyRoute
    /// Whether bodies stay compressed as they were sent.
    var isRaw = false
  }

  private struct State {
    var clients: [Key: HTTPClient] = [:]
    var isShutDown = false
  }

  /// Set by the timer, read after the work has ended.
  private final class Lateness: Sendable {
    let isLate = Atomic(false)
  }

  private let state = Mutex(State())
  private let proxies: ProxySettings

  package init(proxies: ProxySettings = ProxySettings()) { self.proxies = proxies }

  deinit {
    // A client that nobody shut down ends a debug process in its own deinit; this keeps each alive until it is down.
    for client in state.withLock({ Array($0.clients.values) }) { client.shutdown { _ in } }
  }

  /// Closes all connections; requests under way fail, later ones too. Calling it again does nothing.
  package func shutdown() async {
    let clients = state.withLock { state in
      state.isShutDown = true
      defer { state.clients = [:] }
      return Array(state.clients.values)
    }
    for client in clients { try? await client.shutdown() }
  }

  package func send(
    _ request: HTTPRequest, timeouts: Timeouts, maxBody: Int
  ) async throws(TransportFailure) -> HTTPResponse {
    if Task.isCancelled { throw TransportFailure(.cancelled, "the request was cancelled") }
    let route = try proxies.route(to: request.url.origin)
    let tls = request.url.origin.scheme == "https" ? request.tls : nil
    let isRaw = request.target?.sink.takesRawBytes ?? false
    let client = try client(
      Key(connect: timeouts.connect, read: timeouts.read, maxBody: maxBody, tls: tls, route: route, isRaw: isRaw))
    let lateness = Lateness()
    let work = Task {
      await Self.exchange(request, over: client, route: route, connect: timeouts.connect, maxBody: maxBody)
    }
    // AsyncHTTPClient's own deadline ends with the head of an answer; this one covers the body too.
    let timer = client.eventLoopGroup.any().scheduleTask(in: Self.amount(timeouts.total)) {
      lateness.isLate.store(true, ordering: .sequentiallyConsistent)
      work.cancel()
    }
    let result = await withTaskCancellationHandler {
      await work.value
    } onCancel: {
      work.cancel()
    }
    timer.cancel()
    switch result {
    case .success(let response): return response
    case .failure(let error):
      // Where nobody read what had come, the read time-out may fire as well.
      if error.kind == .cancelled || error.kind == .readTimeout, lateness.isLate.load(ordering: .sequentiallyConsistent)
      {
        throw TransportFailure(
          .totalTimeout, "no complete answer within the total time-out (\(durationText(timeouts.total)))")
      }
      throw error
    }
  }

  private func client(_ key: Key) throws(TransportFailure) -> HTTPClient {
    let client = state.withLock { state -> HTTPClient? in
      if state.isShutDown { return nil }
      if let client = state.clients[key] { return client }
      let client = Self.makeClient(key)
      state.clients[key] = client
      return client
    }
    guard let client else { throw TransportFailure(.client, "the HTTP client was shut down") }
    return client
  }

  /// At most 30 days: deadlines are sums that must not overflow.
  private static func amount(_ duration: Duration) -> TimeAmount {
    TimeAmount(min(max(duration, .zero), .seconds(30 * 86_400)))
  }

  private static func makeClient(_ key: Key) -> HTTPClient {
    var configuration = HTTPClient.Configuration()
    configuration.httpVersion = .http1Only
    configuration.redirectConfiguration = .disallow
    // Spans that nobody reads cost a few microseconds of each request.
    configuration.tracing.tracer = nil
    configuration.timeout = .init(connect: amount(key.connect), read: amount(key.read))
    configuration.decompression = key.isRaw ? .disabled : .enabled(limit: .size(key.maxBody))
    // Requests that wait for a pooled connection fail at the connect time-out, so the gate limits, not the pool.
    configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = 1024
    // Shorter than what servers usually allow, so that a request seldom meets a connection that is just closing.
    configuration.connectionPool.idleTimeout = .seconds(30)
    // Attempts are the retry policy's business: counted, delayed and reported there.
    configuration.connectionPool.retryConnectionEstablishment = false
    configuration.tlsConfiguration = key.tls?.configuration ?? TLSSettings.standardConfiguration
    configuration.http1_1ConnectionDebugInitializer = { ResponseGuard.install(in: $0) }
    switch key.route {
    case .direct: break
    case .tunnel(let proxy) where proxy.kind == .socks:
      configuration.proxy = .socksServer(host: proxy.host, port: proxy.port)
    case .tunnel(let proxy):
      configuration.proxy = .server(
        host: proxy.host, port: proxy.port, authorization: proxy.credentials.map { .basic(credentials: $0) })
    case .forward:
      configuration.http1_1ConnectionDebugInitializer = { channel in
        ForwardedTarget.install(in: channel).flatMap { ResponseGuard.install(in: channel) }
      }
    }
    return HTTPClient(eventLoopGroup: HTTPClient.defaultEventLoopGroup, configuration: configuration)
  }
}

extension ClientTransport {
  private static func exchange(
    _ request: HTTPRequest, over client: HTTPClient, route: ProxyRoute, connect: Duration, maxBody: Int
  ) async -> Result<HTTPResponse, TransportFailure> {
    do {
      var message = HTTPClientRequest(url: request.url.description)
      message.method = NIOHTTP1.HTTPMethod(rawValue: request.method.rawValue)
      message.headers = HTTPHeaders(request.headers.fields.map { ($0.name, $0.value) })
      if case .forward(let proxy) = route { forward(&message, of: request, through: proxy) }
      if !request.body.isEmpty { message.body = .bytes(ByteBuffer(bytes: request.body)) }
      let answer = try await client.execute(message, deadline: .distantFuture)
      return .success(try await collect(answer, of: request, maxBody: maxBody))
    } catch let failure as TransportFailure {
      return .failure(failure)
    } catch {
      if TLSComplaint.isAboutCertificate(error) {
        // Behind a proxy there is no second look, and so the reason stays open.
        let certificates =
          route == .direct ? await CertificateLook.certificates(of: request.url.origin, within: connect) : []
        return .failure(
          TLSComplaint.about(certificates, of: request.url.origin, error: error, now: SystemClock().unixTime).failure)
      }
      let failure = Self.failure(from: error, maxBody: maxBody, hasIdentity: request.tls?.hasIdentity ?? false)
      return .failure(route.proxy.map(failure.through) ?? failure)
    }
  }

  /// Addresses a request to the proxy in the server's place; ``ForwardedTarget`` puts the server into the first line.
  private static func forward(_ message: inout HTTPClientRequest, of request: HTTPRequest, through proxy: Proxy) {
    let host = proxy.host.contains(":") ? "[\(proxy.host)]" : proxy.host
    message.url = "http://\(host):\(proxy.port)\(request.url.target)"
    message.headers.replaceOrAdd(
      name: "Host", value: String(request.url.originText.dropFirst(request.url.origin.scheme.count + 3)))
    if let credentials = proxy.credentials {
      message.headers.replaceOrAdd(name: "Proxy-Authorization", value: "Basic \(credentials)")
    }
  }

  private static func collect(
    _ answer: HTTPClientResponse, of request: HTTPRequest, maxBody: Int
  ) async throws -> HTTPResponse {
    let headers = HeaderFields(answer.headers.map { HeaderFields.Field($0.name, $0.value) })
    let status = Int(answer.status.code)
    let hasBody = request.method != .head && status != 204 && status != 304
    let isRaw = request.target?.sink.takesRawBytes ?? false
    let isPlain = isRaw || headers["content-encoding"].map { $0.lowercased() == "identity" } ?? true
    let length = headers["content-length"].flatMap { Int($0) }
    if hasBody, let length, length > maxBody {
      throw TransportFailure(.tooLarge, "the body has \(length) bytes, more than max_body (\(maxBody) bytes)")
    }
    let sink = (200...299).contains(status) ? request.target?.sink : nil
    var collector = BodyCollector(maxBody: maxBody, sink: hasBody ? sink : nil, expected: hasBody ? length : nil)
    for try await chunk in answer.body { try await collector.append(chunk.readableBytesView) }
    try Task.checkCancellation()
    if hasBody, isPlain, let length, collector.count != length {
      throw TransportFailure(.truncated, "the body ended after \(collector.count) of \(length) bytes")
    }
    let (body, written) = try await collector.finish()
    return HTTPResponse(status: status, headers: headers, body: body, finalURL: request.url, written: written)
  }

  private static func tooLarge(_ maxBody: Int) -> TransportFailure {
    TransportFailure(.tooLarge, "the body has more than max_body (\(maxBody) bytes)")
  }

  private static func failure(from error: any Error, maxBody: Int, hasIdentity: Bool) -> TransportFailure {
    switch error {
    case is CancellationError: return TransportFailure(.cancelled, "the request was cancelled")
    case let error as HTTPClientError: return failure(from: error)
    case let error as HTTPParserError: return failure(from: error)
    case let error as NIOConnectionError: return failure(from: error)
    case let error as IOError: return failure(from: error)
    case let error as ChannelError: return failure(from: error)
    case let error as NIOHTTPDecompression.DecompressionError:
      return error == .limit ? tooLarge(maxBody) : TransportFailure(.malformed, "the compressed body is broken")
    case let error as NIOHTTPDecompression.ExtraDecompressionError:
      return error == .truncatedData
        ? TransportFailure(.truncated, "the compressed body ended before its end")
        : TransportFailure(.malformed, "more follows after the compressed body")
    case NIOSSLError.uncleanShutdown:
      return TransportFailure(.truncated, "the server ended the TLS connection within its answer")
    case NIOSSLError.handshakeFailed(.sslError(let stack)) where stack.contains(.eofDuringHandshake):
      return TransportFailure(.reset, "the server closed the connection during the TLS handshake")
    case is NIOSSLError, is NIOSSLExtraError, is BoringSSLError:
      return TLSComplaint(error, hasIdentity: hasIdentity).failure
    // The types of SOCKS's errors are many, and say no more than that.
    case _ where String(reflecting: type(of: error)).hasPrefix("NIOSOCKS."):
      return TransportFailure(.unreachable, "the proxy made no connection to the server")
    default: return TransportFailure(.client, "the request failed (\(String(reflecting: type(of: error))))")
    }
  }

  private static func failure(from error: HTTPClientError) -> TransportFailure {
    switch error {
    case .cancelled, .requestStreamCancelled: TransportFailure(.cancelled, "the request was cancelled")
    case .readTimeout: TransportFailure(.readTimeout, "the server sent nothing within the read time-out")
    case .writeTimeout: TransportFailure(.readTimeout, "the server took nothing within the read time-out")
    case .deadlineExceeded: TransportFailure(.totalTimeout, "no complete answer within the total time-out")
    case .connectTimeout, .tlsHandshakeTimeout, .getConnectionFromPoolTimeout, .httpProxyHandshakeTimeout,
      .socksHandshakeTimeout:
      TransportFailure(.connectTimeout, "no connection within the connect time-out")
    case .remoteConnectionClosed: TransportFailure(.reset, "the server closed the connection before it answered")
    case .uncleanShutdown: TransportFailure(.truncated, "the server ended the TLS connection within its answer")
    case .invalidURL, .emptyHost, .emptyScheme: TransportFailure(.invalidURL, "the URL cannot be requested")
    case .proxyAuthenticationRequired:
      TransportFailure(.proxy, "the proxy wants a user and a password", hint: "put them into the proxy's variable")
    case .invalidProxyResponse: TransportFailure(.unreachable, "the proxy made no connection to the server")
    case .alreadyShutdown: TransportFailure(.client, "the HTTP client was shut down")
    default:
      // The descriptions of these two carry values, which may be secrets.
      switch error.shortDescription {
      case "Invalid header field names": TransportFailure(.invalidHeader, "a header has a name that may not be sent")
      case "Invalid header field values":
        TransportFailure(
          .invalidHeader, "a header's value holds a line end or control character; look at the end of its variable")
      default: TransportFailure(.client, error.shortDescription)
      }
    }
  }

  private static func failure(from error: HTTPParserError) -> TransportFailure {
    switch error {
    case .invalidEOFState: TransportFailure(.truncated, "the server closed the connection within its answer")
    case .closedConnection: TransportFailure(.reset, "the server closed the connection before it answered")
    case .headerOverflow: TransportFailure(.headersTooLarge, "the headers of the answer have more than 80 KiB")
    case .invalidConstant, .unknown: TransportFailure(.malformed, "the answer is no valid HTTP")
    default: TransportFailure(.malformed, "the answer is no valid HTTP (\(error))")
    }
  }

  private static func failure(from error: NIOConnectionError) -> TransportFailure {
    let place = "\(error.host):\(error.port)"
    let failures = error.connectionErrors.map(\.error)
    if failures.isEmpty, error.dnsAError != nil || error.dnsAAAAError != nil {
      return TransportFailure(.dns, "the host '\(error.host)' was not found")
    }
    if let known = failures.lazy.compactMap({ $0 as? IOError }).first {
      var failure = failure(from: known)
      failure.message += " (\(place))"
      return failure
    }
    let isTimeout = failures.contains { if case ChannelError.connectTimeout = $0 { true } else { false } }
    if isTimeout { return TransportFailure(.connectTimeout, "no connection to \(place) within the connect time-out") }
    return TransportFailure(.unreachable, "no connection to \(place)")
  }

  private static func failure(from error: IOError) -> TransportFailure {
    switch error.errnoCode {
    case ECONNREFUSED: TransportFailure(.refused, "the connection was refused")
    case ECONNRESET, EPIPE, ECONNABORTED, ENOTCONN, EBADF:
      TransportFailure(.reset, "the server broke the connection")
    case ETIMEDOUT: TransportFailure(.connectTimeout, "the server did not respond")
    case EHOSTUNREACH, ENETUNREACH, ENETDOWN, EHOSTDOWN, EADDRNOTAVAIL, EACCES, EPERM:
      TransportFailure(.unreachable, "the server cannot be reached (error \(error.errnoCode))")
    default: TransportFailure(.client, "the connection failed (error \(error.errnoCode))")
    }
  }

  private static func failure(from error: ChannelError) -> TransportFailure {
    switch error {
    case .connectTimeout: TransportFailure(.connectTimeout, "no connection within the connect time-out")
    case .alreadyClosed, .ioOnClosedChannel, .eof, .inputClosed, .outputClosed:
      TransportFailure(.reset, "the server broke the connection")
    default: TransportFailure(.client, "the connection failed (\(error))")
    }
  }
}
