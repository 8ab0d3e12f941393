import NIOCore
import NIOPosix
import NIOSSL

/// Speaks TLS on loopback in front of a server that does not, so that everything it does can be done over TLS.
///
/// An orderly end of the server's connection ends the TLS connection in order; a reset cuts it off without a farewell.
package final class TLSServer: Sendable {
  private let channel: any Channel

  /// - Parameters:
  ///   - certificate: The name of a file in `Certificates`.
  ///   - wantsClient: Whether clients must show a certificate of the tests' authority.
  package init(_ certificate: String = "localhost", wantsClient: Bool = false, before server: HostileServer)
    async throws
  {
    var configuration = TLSConfiguration.makeServerConfiguration(
      certificateChain: try NIOSSLCertificate.fromPEMFile(certificateFile(certificate)).map { .certificate($0) },
      privateKey: .privateKey(try NIOSSLPrivateKey(file: certificateFile(certificate + ".key"), format: .pem)))
    if wantsClient {
      configuration.certificateVerification = .noHostnameVerification
      configuration.trustRoots = .certificates(try NIOSSLCertificate.fromPEMFile(certificateFile("authority")))
    }
    let context = try NIOSSLContext(configuration: configuration)
    let backend = Int(server.port)
    channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .childChannelInitializer { front in
        ClientBootstrap(group: front.eventLoop).connect(host: "127.0.0.1", port: backend).flatMapThrowing { back in
          let knife = Knife()
          let pipeline = front.pipeline.syncOperations
          try pipeline.addHandlers([
            knife, NIOSSLServerHandler(context: context), Pipe(to: back) { _ in back.close(promise: nil) },
          ])
          let bound = NIOLoopBound(knife, eventLoop: front.eventLoop)
          try back.pipeline.syncOperations.addHandler(
            Pipe(to: front) {
              if $0 { bound.value.cut() } else { front.close(promise: nil) }
            })
        }
      }
      .bind(host: "127.0.0.1", port: 0).get()
  }

  package var port: Int { channel.localAddress?.port ?? 0 }

  /// By name, so that the certificate's name counts.
  package var url: String { "https://localhost:\(port)" }

  package func stop() { channel.close(promise: nil) }
}

/// The path of a file in `Certificates`, without its `.pem`.
package func certificateFile(_ name: String) -> String {
  let source = #filePath
  return source[...(source.lastIndex(of: "/") ?? source.startIndex)] + "Certificates/\(name).pem"
}

/// Hands what arrives to another channel of the same loop, and its end too.
private final class Pipe: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer

  private let target: any Channel
  private let end: (_ isBroken: Bool) -> Void
  private var isBroken = false

  init(to target: any Channel, _ end: @escaping (_ isBroken: Bool) -> Void) {
    self.target = target
    self.end = end
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    target.writeAndFlush(unwrapInboundIn(data), promise: nil)
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    isBroken = true
    context.close(promise: nil)
  }

  func channelInactive(context: ChannelHandlerContext) { end(isBroken) }
}

/// Closes a connection beneath its TLS.
private final class Knife: ChannelInboundHandler {
  typealias InboundIn = NIOAny

  private var context: ChannelHandlerContext?

  func handlerAdded(context: ChannelHandlerContext) { self.context = context }

  func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

  func cut() { context?.close(promise: nil) }
}
