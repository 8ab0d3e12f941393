/// Takes the body of an answer as it arrives, in place of memory: a file, for what is too large or is to be one.
///
/// Bodies of up to `memoryLimit` bytes stay in `HTTPResponse.body`, and so do those of answers that are no success.
/// Of a larger one the body holds the beginning alone, for who judges it. One request at a time uses a sink.
package protocol BodySink: AnyObject, Sendable {
  /// How many bytes may stay in memory; below 0 none does, be the body empty.
  var memoryLimit: Int { get }
  /// Whether it takes bytes as they were sent, be they compressed; false where nothing else is said.
  var takesRawBytes: Bool { get }
  /// A body begins that is larger; what an earlier attempt has left is dropped.
  func begin() async throws(TransportFailure)
  /// The next bytes, about a mebibyte at once.
  func write(_ bytes: [UInt8]) async throws(TransportFailure)
}

extension BodySink {
  package var takesRawBytes: Bool { false }
}

/// Where the body of a request's answer goes, as a part of the request: two requests are equal if they share it.
package struct BodyTarget: Sendable, Hashable {
  package let sink: any BodySink

  package init(_ sink: any BodySink) { self.sink = sink }

  package static func == (left: BodyTarget, right: BodyTarget) -> Bool { left.sink === right.sink }

  package func hash(into hasher: inout Hasher) { hasher.combine(ObjectIdentifier(sink)) }
}

/// Collects a body in memory, or hands it to a sink once it is too large for that.
struct BodyCollector {
  /// How many bytes of a body are written at once.
  private static let writeSize = 1 << 20
  /// How many bytes of a body that was written stay for who judges it.
  private static let excerptSize = 64 << 10

  let maxBody: Int
  let sink: (any BodySink)?
  /// The bytes that are in memory: all, or those that the sink has not taken yet.
  private var pending: [UInt8] = []
  private var excerpt: [UInt8] = []
  private var hasBegun = false
  private(set) var count = 0

  init(maxBody: Int, sink: (any BodySink)?, expected: Int?) {
    self.maxBody = maxBody
    self.sink = sink
    if let expected { pending.reserveCapacity(min(expected, 16 << 20, max(sink?.memoryLimit ?? .max, 0))) }
  }

  /// Takes the next bytes. Throws `tooLarge` before there are more than `maxBody`.
  mutating func append(_ bytes: some Collection<UInt8>) async throws(TransportFailure) {
    count += bytes.count
    if count > maxBody {
      throw TransportFailure(.tooLarge, "the body has more than max_body (\(maxBody) bytes)")
    }
    pending.append(contentsOf: bytes)
    guard let sink, count > sink.memoryLimit, pending.count >= Self.writeSize else { return }
    try await flush(to: sink)
  }

  /// The body as a response holds it, and how many bytes the sink took; nil if it took none.
  mutating func finish() async throws(TransportFailure) -> (body: [UInt8], written: Int?) {
    guard let sink, hasBegun || count > sink.memoryLimit else { return (pending, nil) }
    try await flush(to: sink)
    return (excerpt, count)
  }

  private mutating func flush(to sink: any BodySink) async throws(TransportFailure) {
    if !hasBegun {
      hasBegun = true
      excerpt = Array(pending.prefix(Self.excerptSize))
      try await sink.begin()
    }
    if pending.isEmpty { return }
    try await sink.write(pending)
    pending.removeAll(keepingCapacity: pending.count <= 2 * Self.writeSize)
  }
}
