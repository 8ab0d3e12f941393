import CZlib

/// zlib's state, which must not move.
///
/// `@unchecked Sendable`: the state is reached through this object alone, holds nothing of a thread, and the object is
/// private to one reader, whose mutating methods have exclusive access; a copy of a reader is never used beside the
/// original.
final class DeflateStream: @unchecked Sendable {
  /// What stands around the deflated bytes.
  enum Wrapping: Int32 {
    /// Nothing, as in zip archives (RFC 1951).
    case none = -15
    /// gzip's header and checksum (RFC 1952): 15 bits of window, and 16 for the gzip format alone.
    case gzip = 31
  }

  private let wrapping: Wrapping
  private let stream: UnsafeMutablePointer<z_stream>
  private var isReady = false

  init(_ wrapping: Wrapping) {
    self.wrapping = wrapping
    stream = .allocate(capacity: 1)
    stream.initialize(to: z_stream())
  }

  deinit {
    if isReady { inflateEnd(stream) }
    stream.deinitialize(count: 1)
    stream.deallocate()
  }

  /// Makes ready for a member. False where there is no memory.
  func reset() -> Bool {
    if isReady { return inflateReset(stream) == Z_OK }
    isReady = inflateInit2_(stream, wrapping.rawValue, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK
    return isReady
  }

  var message: String { stream.pointee.msg.map { String(cString: $0) } ?? "unknown error" }

  func inflate(_ input: ArraySlice<UInt8>, outputSize: Int) -> (output: [UInt8], used: Int, status: Int32) {
    var used = 0
    var status: Int32 = Z_OK
    let output = [UInt8](unsafeUninitializedCapacity: outputSize) { output, filled in
      input.withUnsafeBufferPointer { input in
        // A slice may be larger than zlib's counter; the rest is for the next call.
        let size = min(input.count, 1 << 30)
        stream.pointee.next_in = UnsafeMutablePointer(mutating: input.baseAddress)
        stream.pointee.avail_in = UInt32(size)
        stream.pointee.next_out = output.baseAddress
        stream.pointee.avail_out = UInt32(outputSize)
        status = CZlib.inflate(stream, Z_NO_FLUSH)
        used = size - Int(stream.pointee.avail_in)
        filled = outputSize - Int(stream.pointee.avail_out)
        stream.pointee.next_in = nil
        stream.pointee.next_out = nil
      }
    }
    return (output, used, status)
  }
}
