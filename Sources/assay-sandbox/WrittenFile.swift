import SandboxAPIs

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Writes whole files: a reader sees the old one or the new one, never a part.
enum WrittenFile {
  /// Makes a folder whose parent exists; one that is there is fine.
  static func makeFolder(_ path: String) throws(SandboxError) {
    guard mkdir(path, 0o755) == 0 || errno == EEXIST else { throw failure("make the folder", path) }
  }

  static func write(_ text: String, to path: String) throws(SandboxError) {
    let partial = path + ".partial"
    let descriptor = open(partial, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw failure("write", path) }
    let complete = TextDescriptor(descriptor).write(text)
    guard close(descriptor) == 0, complete, rename(partial, path) == 0 else {
      let error = failure("write", path)
      unlink(partial)
      throw error
    }
  }

  private static func failure(_ verb: String, _ path: String) -> SandboxError {
    SandboxError(message: "cannot \(verb) \(path): \(String(cString: strerror(errno)))")
  }
}
