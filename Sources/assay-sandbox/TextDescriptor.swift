#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// A descriptor for text, without a buffer: whoever reads a pipe sees each line as it comes.
struct TextDescriptor {
  private let descriptor: CInt

  init(_ descriptor: CInt) { self.descriptor = descriptor }

  static let standardOutput = TextDescriptor(STDOUT_FILENO)
  static let standardError = TextDescriptor(STDERR_FILENO)

  /// Returns false, with `errno` set, if not all of it could be written.
  @discardableResult
  func write(_ text: String) -> Bool {
    var rest = Array(text.utf8)[...]
    while !rest.isEmpty {
      let written = unsafeWrite(rest)
      if written < 0 {
        if errno == EINTR { continue }
        return false
      }
      rest = rest.dropFirst(written)
    }
    return true
  }

  private func unsafeWrite(_ bytes: ArraySlice<UInt8>) -> Int {
    let file = descriptor
    return bytes.withUnsafeBytes { buffer in
      // The C function: inside a type with a method of the same name it needs its module.
      #if canImport(Glibc)
        Glibc.write(file, buffer.baseAddress, buffer.count)
      #elseif canImport(Musl)
        Musl.write(file, buffer.baseAddress, buffer.count)
      #else
        Darwin.write(file, buffer.baseAddress, buffer.count)
      #endif
    }
  }
}
