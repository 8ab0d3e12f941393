internal import AssayColumns
internal import AssayFormats
internal import AssayHTTP
internal import Dispatch
internal import Synchronization

/// Takes a body that is too large for memory into a temporary file without a name, which goes with this object.
final class BodySpool: BodySink {
  /// The bytes that a body may have in memory where nothing else is said: 32 MiB.
  static let defaultMemoryLimit = 32 << 20

  private struct State {
    var file: SpillFile?
    var digest = RunningSHA256()
  }

  let memoryLimit: Int
  private let queue = DispatchQueue(label: "assay.spool")
  private let state = Mutex(State())

  init(memoryLimit: Int = BodySpool.defaultMemoryLimit) { self.memoryLimit = memoryLimit }

  func begin() async throws(TransportFailure) {
    try await onQueue { try self.state.withLock { $0 = State(file: try SpillFile()) } }
  }

  func write(_ bytes: [UInt8]) async throws(TransportFailure) {
    try await onQueue {
      try self.state.withLock { state in
        _ = try state.file?.append(bytes)
        state.digest.update(bytes)
      }
    }
  }

  /// What was written; nil if nothing was.
  var bytes: (any RandomAccessBytes)? { state.withLock { $0.file.map { SpooledBytes(file: $0, count: $0.end) } } }

  /// The SHA-256 of what was written.
  var sha256: String { state.withLock { $0.digest.hex } }

  private func onQueue(_ work: @escaping @Sendable () throws -> Void) async throws(TransportFailure) {
    let result = await withCheckedContinuation { continuation in
      queue.async { continuation.resume(returning: Result(catching: work)) }
    }
    do {
      try result.get()
    } catch {
      throw TransportFailure(.client, "the body cannot be kept: \((error as? SpillFault)?.message ?? "\(error)")")
    }
  }
}

/// A body in a temporary file.
private struct SpooledBytes: RandomAccessBytes {
  let file: SpillFile
  let count: Int

  func bytes(in range: Range<Int>) throws(FormatFault) -> [UInt8] {
    do throws(SpillFault) {
      return try file.read(range.lowerBound, count: range.count)
    } catch {
      throw FormatFault(error.message)
    }
  }
}
