import NIOCore
import NIOHTTP1

/// Asks a proxy for whole addresses: AsyncHTTPClient sends to it as to a server, and would name the path alone.
final class ForwardedTarget: ChannelOutboundHandler {
  typealias OutboundIn = HTTPClientRequestPart
  typealias OutboundOut = HTTPClientRequestPart

  func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
    guard case .head(var head) = unwrapOutboundIn(data), let host = head.headers.first(name: "host") else {
      return context.write(data, promise: promise)
    }
    head.uri = "http://\(host)\(head.uri)"
    context.write(wrapOutboundOut(.head(head)), promise: promise)
  }

  /// Puts the handler before the encoder of a connection that AsyncHTTPClient has set up.
  static func install(in channel: any Channel) -> EventLoopFuture<Void> {
    let add: @Sendable () throws -> Void = {
      let pipeline = channel.pipeline.syncOperations
      let decoder = try pipeline.handler(type: ByteToMessageHandler<HTTPResponseDecoder>.self)
      try pipeline.addHandler(ForwardedTarget(), position: .after(decoder))
    }
    guard channel.eventLoop.inEventLoop else { return channel.eventLoop.submit(add) }
    return channel.eventLoop.makeCompletedFuture(Result(catching: add))
  }
}
