import AssayTestServers
import FoundationEssentials
import Glibc
import Synchronization

/// How a child process ended, and what it wrote.
struct Ending: Sendable {
  /// The exit code; for a process that a signal ended, the signal's negative number.
  var code: Int32
  var output: String
  var errors: String
}

/// A started program with its output going to files; it is killed if it runs longer than ``limit``.
final class ChildProcess: Sendable {
  /// Far longer than any test takes, so that a program that hangs fails a test rather than to stop all of them. A program
  /// may wait for others of its test, which wait for their turn behind those of all tests.
  static let limit = Duration.seconds(240)

  let id: pid_t
  private let files: (output: String, errors: String)
  private let state = Mutex(State())

  private struct State {
    var code: Int32?
    var waiters: [CheckedContinuation<Int32, Never>] = []
  }

  /// - Parameters:
  ///   - environment: All variables of the child, apart from `PATH` and the options of sanitizers.
  ///   - folder: Its current folder.
  ///   - log: The path of the files for its output, without `.out` and `.err`.
  init(
    _ program: String, _ arguments: [String], environment: [String: String] = [:], folder: String, log: String
  ) throws {
    files = (log + ".out", log + ".err")
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_addopen(&actions, 1, files.output, O_WRONLY | O_CREAT | O_TRUNC, 0o644)
    posix_spawn_file_actions_addopen(&actions, 2, files.errors, O_WRONLY | O_CREAT | O_TRUNC, 0o644)
    // env changes the folder and becomes the program: the id stays.
    var words = (["env", "-C", folder, program] + arguments).map { strdup($0) } + [nil]
    var surroundings = ["PATH": "/usr/bin:/bin"]
    // Under a sanitizer the program is instrumented as well, and follows the same options.
    for name in ["ASAN_OPTIONS", "TSAN_OPTIONS", "LD_PRELOAD"] {
      if let value = getenv(name) { surroundings[name] = String(cString: value) }
    }
    let pairs = environment.merging(surroundings) { own, _ in own }
    var variables = pairs.map { strdup("\($0.key)=\($0.value)") } + [nil]
    defer { for word in words + variables { free(word) } }
    var process: pid_t = 0
    let failure = posix_spawn(&process, "/usr/bin/env", &actions, nil, &words, &variables)
    guard failure == 0 else { throw POSIXError(POSIXErrorCode(rawValue: failure) ?? .EIO) }
    id = process
    let watchdog = Task { [self] in
      try await Task.sleep(for: Self.limit)
      signal(SIGKILL)
    }
    detachThread { [self] in
      waitForEnd()
      watchdog.cancel()
    }
  }

  /// Sends a signal, if the process has not ended yet.
  func signal(_ number: Int32) { state.withLock { if $0.code == nil { _ = kill(id, number) } } }

  /// Waits for the end.
  func end() async -> Ending {
    let code = await withCheckedContinuation { (waiter: CheckedContinuation<Int32, Never>) in
      let known = state.withLock { state -> Int32? in
        if state.code == nil { state.waiters.append(waiter) }
        return state.code
      }
      if let known { waiter.resume(returning: known) }
    }
    return Ending(code: code, output: Self.text(files.output), errors: Self.text(files.errors))
  }

  private func waitForEnd() {
    var info = siginfo_t()
    while waitid(P_PID, id_t(id), &info, WEXITED | WNOWAIT) < 0, errno == EINTR {}
    // Reaped under the lock, so that no signal can reach another process that has its id by then.
    let (code, waiters) = state.withLock { state in
      var status: Int32 = 0
      while waitpid(id, &status, 0) < 0, errno == EINTR {}
      let code = status & 0x7F == 0 ? status >> 8 & 0xFF : -(status & 0x7F)
      defer { state.waiters = [] }
      state.code = code
      return (code, state.waiters)
    }
    for waiter in waiters { waiter.resume(returning: code) }
  }

  private static func text(_ path: String) -> String {
    String(decoding: FileManager.default.contents(atPath: path) ?? Data(), as: UTF8.self)
  }
}

/// Lets only a few programs run at once, so that time-outs in tests measure the program and not the machine.
actor Turnstile {
  static let programs = Turnstile(width: 4)

  private var free: Int
  private var waiting: [CheckedContinuation<Void, Never>] = []

  init(width: Int) { free = width }

  func enter() async {
    if free > 0 {
      free -= 1
      return
    }
    await withCheckedContinuation { waiting.append($0) }
  }

  func leave() {
    if waiting.isEmpty {
      free += 1
    } else {
      waiting.removeFirst().resume()
    }
  }
}
