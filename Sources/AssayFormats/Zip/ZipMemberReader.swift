import CZlib

/// Inflates one member of a zip archive, piece by piece.
///
/// Memory is bounded by a piece of what is read and one of what is made of it. No more than the declared size ever comes
/// out: a member that holds more, or less, or other bytes than its checksum says, is a fault that names it.
package struct ZipMemberReader: Sendable {
  /// Bytes that are read, and made, at once.
  static let pieceSize = 256 << 10

  package let entry: ZipArchive.Entry
  private let source: any RandomAccessBytes
  /// What is left to be read of the archive.
  private var rest: Range<Int>
  private let stream: DeflateStream?
  private var pending: ArraySlice<UInt8> = []
  private var count = 0
  private var checksum: UInt = 0
  private var hasBegun = false
  private var hasEnded = false

  init(_ entry: ZipArchive.Entry, _ source: any RandomAccessBytes, _ data: Range<Int>) {
    self.entry = entry
    self.source = source
    rest = data
    stream = entry.method == 8 ? DeflateStream(.none) : nil
  }

  /// The next bytes, never empty, or nil at the member's end.
  package mutating func next() throws(FormatFault) -> [UInt8]? {
    if hasEnded { return nil }
    if !hasBegun {
      hasBegun = true
      checksum = crc32(0, nil, 0)
      if let stream, !stream.reset() { throw damaged("it cannot be inflated: out of memory") }
    }
    let made = if let stream { try inflated(by: stream) } else { rest.isEmpty ? nil : try read() }
    guard let piece = made else {
      try checkEnd()
      hasEnded = true
      return nil
    }
    count += piece.count
    guard count <= entry.size else {
      throw damaged("it inflates to more than the \(entry.size) bytes that it declares")
    }
    checksum = piece.withUnsafeBufferPointer { crc32(checksum, $0.baseAddress, UInt32($0.count)) }
    return piece
  }

  private mutating func inflated(by stream: DeflateStream) throws(FormatFault) -> [UInt8]? {
    while true {
      if pending.isEmpty, !rest.isEmpty { pending = try read()[...] }
      let (output, used, status) = stream.inflate(pending, outputSize: Self.pieceSize)
      pending = pending.dropFirst(used)
      if !output.isEmpty { return output }
      if status == Z_STREAM_END {
        guard pending.isEmpty, rest.isEmpty else { throw damaged("more follows behind its end") }
        return nil
      }
      if status != Z_OK, status != Z_BUF_ERROR { throw damaged(stream.message) }
      if pending.isEmpty, rest.isEmpty { throw damaged("its data is cut off") }
    }
  }

  private mutating func read() throws(FormatFault) -> [UInt8] {
    let range = rest.prefix(Self.pieceSize)
    rest = range.upperBound..<rest.upperBound
    return try source.bytes(in: range)
  }

  private func checkEnd() throws(FormatFault) {
    guard count == entry.size else {
      throw damaged("it holds \(count) bytes, not the \(entry.size) that it declares")
    }
    guard UInt32(truncatingIfNeeded: checksum) == entry.checksum else { throw damaged("its checksum is another one") }
  }

  private func damaged(_ why: String) -> FormatFault {
    FormatFault("the member '\(entry.shownName)' of the zip archive is damaged: \(why)", byte: rest.lowerBound)
  }
}
