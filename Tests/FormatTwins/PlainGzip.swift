import CZlib

/// gzip by zlib alone, each member in one call.
package enum PlainGzip {
  package static func deflate(_ bytes: [UInt8], level: Int32) -> [UInt8] {
    var stream = z_stream()
    let size = Int32(MemoryLayout<z_stream>.size)
    deflateInit2_(&stream, level, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION, size)
    defer { deflateEnd(&stream) }
    var input = bytes
    let room = Int(deflateBound(&stream, UInt(bytes.count))) + 64
    return [UInt8](unsafeUninitializedCapacity: room) { output, filled in
      input.withUnsafeMutableBufferPointer { input in
        stream.next_in = input.baseAddress
        stream.avail_in = UInt32(input.count)
        stream.next_out = output.baseAddress
        stream.avail_out = UInt32(room)
        CZlib.deflate(&stream, Z_FINISH)
        filled = room - Int(stream.avail_out)
      }
    }
  }

  /// The text of all members, or nil where the first is none or one is damaged or cut off.
  package static func inflate(_ packed: [UInt8]) -> [UInt8]? {
    guard packed.starts(with: [0x1F, 0x8B]) else { return nil }
    var rest = packed
    var text: [UInt8] = []
    while rest.starts(with: [0x1F, 0x8B]) {
      guard let (member, used) = member(rest) else { return nil }
      text += member
      rest.removeFirst(used)
    }
    return text
  }

  private static func member(_ packed: [UInt8]) -> (text: [UInt8], used: Int)? {
    var stream = z_stream()
    guard inflateInit2_(&stream, 15 + 16, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK else { return nil }
    defer { inflateEnd(&stream) }
    var input = packed
    var status = Z_OK
    let text = [UInt8](unsafeUninitializedCapacity: 1 << 18) { output, filled in
      input.withUnsafeMutableBufferPointer { input in
        stream.next_in = input.baseAddress
        stream.avail_in = UInt32(input.count)
        stream.next_out = output.baseAddress
        stream.avail_out = 1 << 18
        status = CZlib.inflate(&stream, Z_FINISH)
        filled = (1 << 18) - Int(stream.avail_out)
      }
    }
    return status == Z_STREAM_END ? (text, packed.count - Int(stream.avail_in)) : nil
  }
}
