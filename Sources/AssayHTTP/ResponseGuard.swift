import NIOCore
import NIOHTTP1

/// Ends an exchange whose answer has a status that HTTP does not have, before AsyncHTTPClient sees it.
///
/// Its state machine takes statuses from 100 to 199 for heads that another head follows, and those below for
/// programmer mistakes: it would end the process. What is refused here fails as any answer that is no valid HTTP.
final class ResponseGuard: ChannelInboundHandler, RemovableChannelHandler {
  typealias InboundIn = HTTPClientResponsePart
  typealias InboundOut = HTTPClientResponsePart

  private var isInformational = false
  private var hasFailed = false

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    if hasFailed { return }
    switch unwrapInboundIn(data) {
    case .head(let head):
      // Nothing was asked to switch protocols, so that 101 is as wrong as 000.
      if head.status.code < 100 || head.status.code == 101 { return fail(context) }
      isInformational = head.status.code < 200
    case .body, .end:
      if isInformational { return fail(context) }
    }
    context.fireChannelRead(data)
  }

  private func fail(_ context: ChannelHandlerContext) {
    hasFailed = true
    context.fireErrorCaught(HTTPParserError.invalidStatus)
    context.close(promise: nil)
  }

  /// Puts a guard right behind the decoder of a connection that AsyncHTTPClient has set up, before its first request.
  static func install(in channel: any Channel) -> EventLoopFuture<Void> {
    let add: @Sendable () throws -> Void = {
      let pipeline = channel.pipeline.syncOperations
      let decoder = try pipeline.handler(type: ByteToMessageHandler<HTTPResponseDecoder>.self)
      try pipeline.addHandler(ResponseGuard(), position: .after(decoder))
    }
    guard channel.eventLoop.inEventLoop else { return channel.eventLoop.submit(add) }
    return channel.eventLoop.makeCompletedFuture(Result(catching: add))
  }
}
