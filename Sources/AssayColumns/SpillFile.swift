internal import Glibc
internal import Synchronization

/// Why a temporary file cannot be used.
package struct SpillFault: Error, Sendable, Hashable {
  /// What could not be done: `make`, `write` or `read`.
  package var action: String
  package var folder: String
  /// The error number of the system.
  package var code: Int32

  /// The fault as a sentence: `cannot write a temporary file in /tmp: No space left on device`.
  package var message: String { "cannot \(action) a temporary file in \(folder): \(String(cString: strerror(code)))" }
}

/// A file without a name that goes with its process: written at its end, read anywhere, by any thread.
///
/// What does not fit into memory goes here: kept rows, and what exact measures need of each row.
package final class SpillFile: Sendable {
  private let descriptor: Int32
  private let folder: String
  private let length = Mutex(0)

  /// An empty file.
  /// - Parameter folder: where its bytes are; `TMPDIR`, or `/tmp`.
  package init(folder: String? = nil) throws(SpillFault) {
    let folder = folder ?? getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
    self.folder = folder
    var template = Array((folder + "/assay-kept-XXXXXX").utf8CString)
    descriptor = mkstemp(&template)
    if descriptor < 0 { throw SpillFault(action: "make", folder: folder, code: errno) }
    unlink(template)
    _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
  }

  deinit { close(descriptor) }

  /// How many bytes have been written.
  package var end: Int { length.withLock { $0 } }

  /// Appends bytes and says where they are. Blocks on the disk.
  package func append<Element: BitwiseCopyable>(_ values: some Sequence<Element>) throws(SpillFault) -> Int {
    // One writer at a time moves the end on; a failed write leaves it where it was.
    var failure: SpillFault?
    let offset = length.withLock { length in
      let offset = length
      let written =
        values.withContiguousStorageIfAvailable { write(UnsafeRawBufferPointer($0), at: offset) }
        ?? Array(values).withUnsafeBytes { write($0, at: offset) }
      switch written {
      case .success(let count): length += count
      case .failure(let fault): failure = fault
      }
      return offset
    }
    if let failure { throw failure }
    return offset
  }

  private func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) -> Result<Int, SpillFault> {
    var written = 0
    while written < bytes.count {
      let rest = bytes.baseAddress.map { $0 + written }
      let count = pwrite(descriptor, rest, bytes.count - written, off_t(offset + written))
      if count < 0 {
        if errno == EINTR { continue }
        return .failure(SpillFault(action: "write", folder: folder, code: errno))
      }
      written += count
    }
    return .success(written)
  }

  /// The values that were written at an offset. Blocks on the disk.
  package func read<Element: BitwiseCopyable>(
    _ offset: Int, count: Int, as type: Element.Type = Element.self
  ) throws(SpillFault) -> [Element] {
    let size = count * MemoryLayout<Element>.stride
    var failure: SpillFault?
    let values = [Element](unsafeUninitializedCapacity: count) { target, filled in
      let bytes = UnsafeMutableRawBufferPointer(target)
      var got = 0
      while got < size {
        let read = pread(descriptor, bytes.baseAddress.map { $0 + got }, size - got, off_t(offset + got))
        if read < 0, errno == EINTR { continue }
        if read <= 0 {
          failure = SpillFault(action: "read", folder: folder, code: read < 0 ? errno : EIO)
          return
        }
        got += read
      }
      filled = count
    }
    if let failure { throw failure }
    return values
  }
}
