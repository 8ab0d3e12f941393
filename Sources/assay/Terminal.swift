internal import Glibc

/// Where people and machines read: stderr and stdout, written whole.
enum Terminal {
  /// A line for people.
  static func error(_ text: String) { write(text + "\n", to: STDERR_FILENO) }

  /// A text for machines; false where it could not be written whole.
  @discardableResult
  static func output(_ text: String) -> Bool { write(text, to: STDOUT_FILENO) }

  /// Writes all bytes; false where that failed. A reader that has gone is no failure.
  @discardableResult
  static func write(_ text: String, to descriptor: Int32) -> Bool {
    var text = text
    return text.withUTF8 { bytes in
      var rest = bytes[...]
      while !rest.isEmpty {
        let count = Glibc.write(descriptor, rest.baseAddressOfRest, rest.count)
        if count < 0 {
          if errno == EINTR { continue }
          return errno == EPIPE
        }
        rest = rest.dropFirst(count)
      }
      return true
    }
  }
}

extension Slice where Base == UnsafeBufferPointer<UInt8> {
  fileprivate var baseAddressOfRest: UnsafePointer<UInt8>? { UnsafeBufferPointer(rebasing: self).baseAddress }
}
