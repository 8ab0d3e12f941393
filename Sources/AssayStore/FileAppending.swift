internal import Glibc

/// Appends bytes to a file that other programs write too; creates it where it is not there. A pipe takes them as well.
///
/// Blocks on the disk.
/// - Throws: `cannotOpen`, `readOnly`, `diskFull`, `inputOutput`.
package func appendToFile(_ bytes: [UInt8], _ path: String) throws(StoreFailure) {
  let descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o666)
  if descriptor < 0 { throw .system("open the file", path) }
  defer { close(descriptor) }
  let failure = bytes.withUnsafeBytes { bytes -> StoreFailure? in
    var rest = bytes[...]
    while let base = UnsafeRawBufferPointer(rebasing: rest).baseAddress, !rest.isEmpty {
      let written = write(descriptor, base, rest.count)
      if written < 0 {
        if errno == EINTR { continue }
        return .system("write the file", path)
      }
      rest = rest.dropFirst(written)
    }
    return nil
  }
  if let failure { throw failure }
}
