internal import CAssay
internal import Dispatch
internal import Glibc
internal import Synchronization

/// Why a process could not be started.
package struct SpawnFailure: Error, Sendable, CustomStringConvertible {
  package var description: String
}

/// How a child came to its end.
package enum ChildEnding: Sendable, Hashable {
  case exited(Int)
  /// A signal ended it.
  case killed(Int)
}

/// A child and what it has written to stderr.
package struct EndedChild: Sendable {
  package var pid: Int32
  package var ending: ChildEnding
  /// The last 64 KiB.
  package var errors: String
}

/// Starts programs and tells of their ends. A child is in a process group of its own, so that a Ctrl-C of the terminal is
/// its parent's alone, and it outlives its parent.
package final class ChildProcesses: Sendable {
  /// Children that have not been waited for: only those may be sent a signal, since the numbers of others come again.
  private let living = Mutex<Set<Int32>>([])

  package init() {}

  /// The running program, also where its file has been replaced since: runs are of the scheduler's own version.
  package static let ownProgram = "/proc/self/exe"

  /// Starts a program, by default this one.
  /// - Parameters:
  ///   - input: What it reads from stdin; nothing by default.
  ///   - without: Variables of the environment that are not for it.
  ///   - output: The descriptor of its stdout; `/dev/null` by default.
  ///   - ended: Called once, on a thread of its own, when the child has ended.
  /// - Returns: The process's number.
  package func start(
    _ arguments: [String], of program: String = ownProgram, input: String? = nil, without variables: [String] = [],
    output: Int32? = nil, ended: @escaping @Sendable (EndedChild) -> Void
  ) throws(SpawnFailure) -> Int32 {
    let inputFile = try Self.inputFile(input)
    defer { if let inputFile { close(inputFile) } }
    let errors = assay_memory_file("assay-errors")
    guard errors >= 0 else { throw Self.failure("make a file for its errors", errno) }
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    if let inputFile {
      posix_spawn_file_actions_adddup2(&actions, inputFile, 0)
    } else {
      posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    }
    if let output {
      posix_spawn_file_actions_adddup2(&actions, output, 1)
    } else {
      posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0)
    }
    posix_spawn_file_actions_adddup2(&actions, errors, 2)
    assay_spawn_close_from(&actions, 3)
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var all = sigset_t()
    sigfillset(&all)
    var none = sigset_t()
    sigemptyset(&none)
    posix_spawnattr_setsigdefault(&attributes, &all)
    posix_spawnattr_setsigmask(&attributes, &none)
    posix_spawnattr_setpgroup(&attributes, 0)
    let flags = POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETPGROUP
    posix_spawnattr_setflags(&attributes, Int16(flags))
    var words = ([program] + arguments).map { strdup($0) } + [nil]
    var surroundings = Self.environment(without: variables).map { strdup($0) } + [nil]
    defer { for word in words + surroundings { free(word) } }
    var process: pid_t = 0
    let code = posix_spawn(&process, program, &actions, &attributes, &words, &surroundings)
    guard code == 0 else {
      close(errors)
      throw Self.failure("start '\(program)'", code)
    }
    let pid = process
    living.withLock { _ = $0.insert(pid) }
    // A queue of its own has a thread of its own, which may wait.
    DispatchQueue(label: "assay.child").async { [self] in
      let ending = wait(for: pid)
      let text = Self.tail(of: errors)
      close(errors)
      ended(EndedChild(pid: pid, ending: ending, errors: text))
    }
    return pid
  }

  /// Sends a signal to a child, if it has not ended yet.
  package func signal(_ pid: Int32, _ number: Int32) {
    living.withLock { if $0.contains(pid) { _ = kill(pid, number) } }
  }

  private func wait(for pid: Int32) -> ChildEnding {
    var info = siginfo_t()
    while waitid(P_PID, id_t(pid), &info, WEXITED | WNOWAIT) < 0, errno == EINTR {}
    // Reaped under the lock, so that no signal can reach another process that has its number by then.
    return living.withLock { living in
      living.remove(pid)
      var status: Int32 = 0
      while waitpid(pid, &status, 0) < 0, errno == EINTR {}
      return status & 0x7f == 0 ? .exited(Int(status >> 8 & 0xff)) : .killed(Int(status & 0x7f))
    }
  }

  private static func inputFile(_ text: String?) throws(SpawnFailure) -> Int32? {
    guard let text else { return nil }
    let file = assay_memory_file("assay-input")
    guard file >= 0 else { throw failure("make a file for its input", errno) }
    var bytes = Array(text.utf8)[...]
    while !bytes.isEmpty {
      let count = bytes.withUnsafeBytes { Glibc.write(file, $0.baseAddress, $0.count) }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else {
        let code = errno
        close(file)
        throw failure("write its input", code)
      }
      bytes = bytes.dropFirst(count)
    }
    lseek(file, 0, SEEK_SET)
    return file
  }

  private static func environment(without names: [String]) -> [String] {
    var found: [String] = []
    var place = environ
    while let text = place.pointee {
      let variable = String(cString: text)
      if !names.contains(where: { variable.hasPrefix($0 + "=") }) { found.append(variable) }
      place += 1
    }
    return found
  }

  private static func tail(of file: Int32) -> String {
    let end = lseek(file, 0, SEEK_END)
    let start = max(0, end - 65_536)
    var bytes = [UInt8](repeating: 0, count: end - start)
    let count = pread(file, &bytes, bytes.count, off_t(start))
    return String(decoding: bytes.prefix(max(0, count)), as: UTF8.self)
  }

  private static func failure(_ what: String, _ code: Int32) -> SpawnFailure {
    SpawnFailure(description: "cannot \(what): \(String(cString: strerror(code)))")
  }
}
