import Glibc
import Synchronization

/// A file that is renamed to its place when its run is published. Both paths are absolute.
package struct FilePublish: Sendable, Hashable {
  package var temporary: String
  package var target: String
}

/// A file output while its run goes on: written under a temporary name beside its target, `.NAME.assay-RUN.tmp`.
///
/// Calls block on the disk. One thread at a time writes.
package final class StagedFile: Sendable {
  private struct State {
    var descriptor: Int32
    var buffer: [UInt8] = []
    var byteCount = 0
  }

  /// Bytes that are collected before they are written.
  private static let bufferSize = 1 << 18

  /// Where the file will be, as an absolute path.
  package let target: String
  /// Where it is until then, as an absolute path.
  package let temporary: String
  private let state: Mutex<State>

  /// The temporary name of a run's output: in the same folder, so that a rename is atomic.
  package static func temporaryName(for target: String, run: String) -> String {
    let folder = folderName(of: target)
    let name = target.split(separator: "/").last.map(String.init) ?? "output"
    // A file's name has at most 255 bytes.
    let room = max(1, 255 - run.utf8.count - 12)
    let short = name.utf8.count <= room ? name : String(decoding: name.utf8.prefix(room), as: Unicode.ASCII.self)
    return (target.contains("/") ? (folder == "/" ? "/" : folder + "/") : "") + ".\(short).assay-\(run).tmp"
  }

  /// Creates the temporary file. The folder must be there.
  /// - Throws: `cannotOpen`, `readOnly`, `diskFull`, `inputOutput`.
  package init(target: String, run: String) throws(StoreFailure) {
    let target = absolutePath(target)
    var status = stat()
    if stat(target, &status) == 0 {
      if status.st_mode & S_IFMT == S_IFDIR { throw .unopened(target, "") }
      // Its name would be taken by a plain file when the run is published.
      if status.st_mode & S_IFMT != S_IFREG {
        throw StoreFailure(.cannotOpen, target, "it is a device, a pipe or a socket, not a file", advice: "name a file")
      }
    }
    if (target.split(separator: "/").last?.utf8.count ?? 0) > Int(NAME_MAX) {
      throw StoreFailure(
        .cannotOpen, target, "the file's name has more than \(NAME_MAX) bytes", advice: "give it a shorter name")
    }
    if stat(folderName(of: target), &status) != 0 { throw .unopened(target, "") }
    self.target = target
    temporary = Self.temporaryName(for: target, run: run)
    let descriptor = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o666)
    if descriptor < 0 { throw .system("create the file", target) }
    state = Mutex(State(descriptor: descriptor))
  }

  deinit {
    state.withLock { if $0.descriptor >= 0 { close($0.descriptor) } }
  }

  /// How many bytes were written so far.
  package var byteCount: Int { state.withLock { $0.byteCount } }

  /// Appends bytes.
  /// - Throws: `diskFull`, `inputOutput`.
  package func write(_ bytes: [UInt8]) throws(StoreFailure) {
    let failure = state.withLock { state -> StoreFailure? in
      state.byteCount += bytes.count
      if state.buffer.count + bytes.count < Self.bufferSize {
        state.buffer.append(contentsOf: bytes)
        return nil
      }
      return flush(&state) ?? put(bytes, state.descriptor)
    }
    if let failure { throw failure }
  }

  /// Writes the file anew from what it holds: under the same name, so that a process that dies leaves no other behind.
  /// - Parameter body: gets a descriptor from which the old bytes are read, from the first on, and which is closed
  ///   afterwards; it appends the new ones with `write`.
  /// - Throws: `diskFull`, `readOnly`, `inputOutput`, and what `body` throws. The file is unfit to be published then.
  package func rewrite(_ body: (_ old: Int32) throws -> Void) throws {
    let opened = state.withLock { state -> Result<Int32, StoreFailure> in
      if let failure = flush(&state) { return .failure(failure) }
      let old = open(temporary, O_RDONLY | O_CLOEXEC)
      if old < 0 { return .failure(.system("reread the file", target)) }
      close(state.descriptor)
      state.descriptor = -1
      state.byteCount = 0
      // The old bytes live on without a name, as long as they are open.
      if unlink(temporary) == 0 {
        state.descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
      }
      if state.descriptor >= 0 { return .success(old) }
      let failure = StoreFailure.system("rewrite the file", target)
      close(old)
      return .failure(failure)
    }
    let old = try opened.get()
    defer { close(old) }
    try body(old)
  }

  /// Writes what is left, syncs the file to the disk and closes it. It keeps its temporary name.
  /// - Parameter isDurable: Whether it must outlive a failure of power, and not of the process alone.
  /// - Throws: `diskFull`, `inputOutput`.
  package func finish(isDurable: Bool = true) throws(StoreFailure) -> FilePublish {
    let failure = state.withLock { state -> StoreFailure? in
      if let failure = flush(&state) { return failure }
      if isDurable, fsync(state.descriptor) != 0 { return .system("sync the file", target) }
      let closed = close(state.descriptor)
      state.descriptor = -1
      if closed != 0 { return .system("close the file", target) }
      // The name must be on the disk too before a run may decide to publish it.
      return isDurable ? syncFolder(of: target) : nil
    }
    if let failure { throw failure }
    return FilePublish(temporary: temporary, target: target)
  }

  /// Removes the temporary file.
  package func discard() { unlink(temporary) }

  private func flush(_ state: inout State) -> StoreFailure? {
    defer { state.buffer.removeAll(keepingCapacity: true) }
    return put(state.buffer, state.descriptor)
  }

  private func put(_ bytes: [UInt8], _ descriptor: Int32) -> StoreFailure? {
    if descriptor < 0 { return StoreFailure(.inputOutput, target, "the file was closed") }
    return bytes.withUnsafeBytes { bytes -> StoreFailure? in
      var rest = bytes[...]
      while let base = UnsafeRawBufferPointer(rebasing: rest).baseAddress, !rest.isEmpty {
        let written = Glibc.write(descriptor, base, rest.count)
        if written < 0 {
          if errno == EINTR { continue }
          return .system("write the file", target)
        }
        rest = rest.dropFirst(written)
      }
      return nil
    }
  }
}

extension FilePublish {
  /// Puts the file in its place, for good. A file that is in its place already is left there.
  /// - Parameter isDurable: Whether its name must outlive a failure of power.
  /// - Throws: `inputOutput` and others where the rename fails, or where neither file is there.
  package func publish(isDurable: Bool = true) throws(StoreFailure) {
    if rename(temporary, target) != 0 {
      let error = errno
      if error != ENOENT || access(target, F_OK) != 0 { throw .system("put the file in its place", target, error) }
    }
    if isDurable, let failure = syncFolder(of: target) { throw failure }
  }
}

/// Makes the names in a file's folder last. File systems that cannot sync folders are left alone.
private func syncFolder(of path: String) -> StoreFailure? {
  let folder = open(folderName(of: path), O_RDONLY | O_DIRECTORY | O_CLOEXEC)
  guard folder >= 0 else { return .system("open its folder", path) }
  defer { close(folder) }
  return fsync(folder) == 0 || errno == EINVAL ? nil : .system("sync its folder", path)
}
