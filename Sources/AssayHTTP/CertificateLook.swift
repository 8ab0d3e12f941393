import NIOCore
import NIOPosix
import NIOSSL
import Synchronization

/// A second look at the certificates of a server whose handshake failed, so that the reason can be told.
///
/// BoringSSL says that verification failed, and not why. The look is a handshake that is always refused: no connection
/// comes of it, nothing is sent over it, and no client certificate is shown.
enum CertificateLook {
  /// What the server shows, its own certificate first; empty where it shows nothing in time.
  static func certificates(of origin: Origin, within time: Duration) async -> [NIOSSLCertificate] {
    let loop = MultiThreadedEventLoopGroup.singleton.next()
    let seen = Sight(loop.makePromise())
    let host = origin.host.hasPrefix("[") ? String(origin.host.dropFirst().dropLast()) : origin.host
    let limit = TimeAmount(min(time, .seconds(5)))
    do {
      var configuration = TLSConfiguration.makeClientConfiguration()
      // None are needed, and to read the system's takes a while.
      configuration.trustRoots = .certificates([])
      let context = try NIOSSLContext(configuration: configuration)
      let timer = loop.scheduleTask(in: limit) { seen.settle([]) }
      let connection = ClientBootstrap(group: loop).connectTimeout(limit)
        .channelInitializer { channel in
          channel.eventLoop.makeCompletedFuture {
            let isAddress = (try? SocketAddress(ipAddress: host, port: 0)) != nil
            let refusal: NIOSSLCustomVerificationCallback = { certificates, verdict in
              seen.settle(certificates)
              verdict.succeed(NIOSSLVerificationResult.failed)
            }
            let handler = try NIOSSLClientHandler(
              context: context, serverHostname: isAddress ? nil : host, customVerificationCallback: refusal)
            try channel.pipeline.syncOperations.addHandler(handler)
          }
        }
        .connect(host: host, port: origin.port)
      connection.whenFailure { _ in seen.settle([]) }
      connection.whenSuccess { channel in channel.closeFuture.whenComplete { _ in seen.settle([]) } }
      let certificates = await withTaskCancellationHandler {
        try? await seen.future.get()
      } onCancel: {
        seen.settle([])
      }
      timer.cancel()
      connection.whenSuccess { $0.close(promise: nil) }
      return certificates ?? []
    } catch {
      seen.settle([])
      return []
    }
  }

  /// A promise that may be kept more than once; the first time counts.
  private final class Sight: Sendable {
    private let promise: EventLoopPromise<[NIOSSLCertificate]>
    private let isSettled = Atomic(false)

    init(_ promise: EventLoopPromise<[NIOSSLCertificate]>) { self.promise = promise }

    var future: EventLoopFuture<[NIOSSLCertificate]> { promise.futureResult }

    func settle(_ certificates: [NIOSSLCertificate]) {
      if isSettled.exchange(true, ordering: .relaxed) { return }
      promise.succeed(certificates)
    }
  }
}
