/// Bytes that can be read at any place: in memory or in a file.
package protocol RandomAccessBytes: Sendable {
  var count: Int { get }
  /// The bytes of a range that lies within `0..<count`. May block on the disk.
  func bytes(in range: Range<Int>) throws(FormatFault) -> [UInt8]
}

extension [UInt8]: RandomAccessBytes {
  package func bytes(in range: Range<Int>) -> [UInt8] {
    range == indices ? self : Array(self[range])
  }
}
