import CZlib

/// Inflates gzip (RFC 1952) as it comes: push bytes, then take what `next()` has, piece by piece.
///
/// Several members in a row are one text. What follows the last member and is no member itself is left out, as gzip
/// does. Memory is bounded: output is made only when it is asked for.
package struct GzipInflater: Sendable {
  /// Bounds against bytes that inflate to far more than a reader can take.
  package struct Limits: Sendable, Hashable {
    /// Bytes of output; nil for any number.
    package var byteCount: Int?
    /// Bytes of output for each byte of input, once there are more than `ratioFrom` of them; nil for any number.
    /// Deflate itself ends at 1,032.
    package var ratio: Int?
    /// Bytes of output from which the ratio counts: short texts may be as plain as they like.
    package var ratioFrom: Int

    package init(byteCount: Int? = nil, ratio: Int? = 500, ratioFrom: Int = 64 << 20) {
      self.byteCount = byteCount
      self.ratio = ratio
      self.ratioFrom = ratioFrom
    }
  }

  /// Whether bytes begin like gzip; the first three decide.
  package static func isGzip(_ bytes: [UInt8]) -> Bool { bytes.starts(with: [0x1F, 0x8B, 0x08]) }

  private enum Stage {
    /// Before a member: its first two bytes decide whether it is one.
    case between
    case member
    /// Behind the last member.
    case ended
  }

  private let stream = DeflateStream(.gzip)
  private let limits: Limits
  private let outputSize: Int
  private var stage = Stage.between
  private var pending: [UInt8] = []
  /// How much of `pending` has been read.
  private var offset = 0
  private var inputCount = 0
  private var outputCount = 0
  private var memberCount = 0
  private var isFinished = false

  /// An inflater; `outputSize` is the most that `next()` returns at once.
  package init(limits: Limits = Limits(), outputSize: Int = 256 << 10) {
    self.limits = limits
    self.outputSize = max(outputSize, 1)
  }

  /// Takes the next bytes of the file. To be called when `next()` has returned nil.
  package mutating func push(_ bytes: [UInt8]) {
    if stage == .ended { return }
    if offset == pending.count {
      pending = bytes
    } else {
      pending.removeFirst(offset)
      pending.append(contentsOf: bytes)
    }
    offset = 0
    inputCount += bytes.count
  }

  /// Says that the file has ended. What is left is still to be taken by `next()`, which then finds a cut-off file out.
  package mutating func finish() { isFinished = true }

  /// The next bytes of the text, never empty, or nil where more has to be pushed, or the text has ended.
  package mutating func next() throws(FormatFault) -> [UInt8]? {
    while true {
      switch stage {
      case .ended:
        return nil
      case .between:
        guard try beginMember() else { return nil }
      case .member:
        let (output, used, status) = stream.inflate(pending[offset...], outputSize: outputSize)
        offset += used
        outputCount += output.count
        if status == Z_STREAM_END {
          stage = .between
        } else if status != Z_OK, status != Z_BUF_ERROR {
          throw FormatFault("the gzip data is damaged (\(stream.message))", byte: consumed)
        }
        try checkLimits()
        if !output.isEmpty { return output }
        if stage == .member, offset == pending.count {
          if isFinished { throw FormatFault("the gzip data is cut off", byte: consumed) }
          return nil
        }
      }
    }
  }

  /// Bytes of the file that have been read.
  private var consumed: Int { inputCount - (pending.count - offset) }

  /// Begins the next member if there is one. False where more bytes are needed or all has ended.
  private mutating func beginMember() throws(FormatFault) -> Bool {
    let left = pending.count - offset
    if left < 2, !isFinished { return false }
    if left >= 2, pending[offset] == 0x1F, pending[offset + 1] == 0x8B {
      guard stream.reset() else { throw FormatFault("gzip data cannot be inflated: out of memory") }
      memberCount += 1
      stage = .member
      return true
    }
    if memberCount == 0 { throw FormatFault("the file is not gzip", byte: 0) }
    stage = .ended
    return false
  }

  private func checkLimits() throws(FormatFault) {
    if let most = limits.byteCount, outputCount > most {
      throw FormatFault("the gzip data inflates to more than the limit of \(most) bytes", byte: consumed)
    }
    if let most = limits.ratio, outputCount > limits.ratioFrom, outputCount / max(consumed, 1) > most {
      throw FormatFault(
        "the gzip data inflates to more than \(most) times its size, as a decompression bomb does", byte: consumed)
    }
  }
}
