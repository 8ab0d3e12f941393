import GRDBSQLite
import Glibc

extension StoreFailure {
  /// The failure that a result code of SQLite stands for.
  /// - Parameters:
  ///   - code: the extended result code.
  ///   - message: SQLite's own words.
  ///   - systemError: `errno` of the call that failed, or 0.
  static func sqlite(
    _ code: Int32, _ message: String, path: String, systemError: Int32 = 0
  ) -> StoreFailure {
    // SQLite keeps the number of an earlier call's error where it is not one of these.
    let isSystem = code & 0xFF == SQLITE_IOERR || code & 0xFF == SQLITE_CANTOPEN
    if isSystem, systemError == ENOSPC || systemError == EDQUOT { return full(path) }
    switch code & 0xFF {
    case SQLITE_FULL: return full(path)
    case SQLITE_READONLY:
      return StoreFailure(
        .readOnly, path, "the file or its folder is read-only",
        advice: "make both writable, or name another file with --store")
    case SQLITE_NOTADB:
      return StoreFailure(
        .notADatabase, path, "the file is not a SQLite database",
        advice: "move it away, or name another file with --store")
    case SQLITE_CORRUPT:
      return StoreFailure(
        .corrupt, path, "the database is damaged (\(message))", advice: "restore it from a copy")
    case SQLITE_BUSY, SQLITE_LOCKED:
      return StoreFailure(
        .locked, path, "another process is writing to the file", advice: "try again when it has finished")
    case SQLITE_CANTOPEN, SQLITE_PERM:
      return unopened(path, message)
    case SQLITE_INTERRUPT: return StoreFailure(.cancelled, path, "cancelled")
    case SQLITE_CONSTRAINT, SQLITE_MISMATCH: return StoreFailure(.rejectedRows, path, message)
    case SQLITE_ERROR, SQLITE_AUTH, SQLITE_TOOBIG, SQLITE_RANGE, SQLITE_MISUSE:
      return StoreFailure(.badQuery, path, message)
    default:
      let cause = systemError == 0 || !isSystem ? "" : " (\(systemMessage(systemError)))"
      return StoreFailure(.inputOutput, path, message + cause)
    }
  }

  private static func full(_ path: String) -> StoreFailure {
    StoreFailure(
      .diskFull, path, "no space is left on the disk", advice: "free some space and run again; nothing was published")
  }

  /// Why a file cannot be opened, as far as the file system tells.
  static func unopened(_ path: String, _ message: String) -> StoreFailure {
    let folder = folderName(of: path)
    var status = stat()
    if stat(folder, &status) != 0 {
      return StoreFailure(.cannotOpen, path, "the folder \(folder) does not exist", advice: "create it")
    }
    if stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR {
      return StoreFailure(.cannotOpen, path, "it is a folder, not a file", advice: "name a file in it")
    }
    if access(folder, W_OK) != 0 || access(path, F_OK) == 0 && access(path, W_OK) != 0 {
      return StoreFailure(
        .readOnly, path, "the file or its folder is read-only",
        advice: "make both writable, or name another file with --store")
    }
    return StoreFailure(.cannotOpen, path, message)
  }

  /// A database in which something waits to be settled, and that is not where it was.
  static func missing(_ path: String) -> StoreFailure {
    StoreFailure(
      .cannotOpen, path, "the file is gone, and a run has left something in it to be settled",
      advice: "put it back, or an empty file in its place if it is gone for good")
  }

  /// The failure of a system call on a file, from `errno`.
  static func system(_ doing: String, _ path: String, _ error: Int32 = errno) -> StoreFailure {
    switch error {
    case ENOSPC, EDQUOT: full(path)
    case EROFS, EACCES, EPERM:
      StoreFailure(
        .readOnly, path, "cannot \(doing): \(systemMessage(error))", advice: "make the file and its folder writable")
    default: StoreFailure(.inputOutput, path, "cannot \(doing): \(systemMessage(error))")
    }
  }
}

func systemMessage(_ error: Int32) -> String { String(cString: strerror(error)) }

/// The folder part of a path; `.` where there is none.
func folderName(of path: String) -> String {
  guard let slash = path.lastIndex(of: "/") else { return "." }
  return slash == path.startIndex ? "/" : String(path[..<slash])
}
