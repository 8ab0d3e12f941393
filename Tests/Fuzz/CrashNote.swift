import Glibc

/// What the process says if it is killed by a trap, a bad access or the clock: where to look.
enum CrashNote {
  private static let room = 256
  // `nonisolated(unsafe)`: written by the one thread that fuzzes, read by the signal handler that interrupts it.
  private nonisolated(unsafe) static let text = UnsafeMutablePointer<UInt8>.allocate(capacity: room)
  private nonisolated(unsafe) static var length = 0

  static func set(_ note: String) {
    length = 0
    for byte in note.utf8.prefix(room) {
      text[length] = byte
      length += 1
    }
  }

  static func install() {
    set("")
    for number in [SIGILL, SIGTRAP, SIGABRT, SIGSEGV, SIGBUS, SIGFPE, SIGALRM] {
      signal(number) { number in
        // Only what may be called in a signal handler: the note was spelled before.
        _ = write(STDERR_FILENO, CrashNote.text, CrashNote.length)
        signal(number, SIG_DFL)
        raise(number)
      }
    }
  }
}
