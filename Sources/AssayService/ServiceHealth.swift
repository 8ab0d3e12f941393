internal import AssayFormats
internal import AssayStore
internal import Glibc

/// How a scheduler fares, for whoever watches it from outside.
struct ServiceHealth {
  var isDraining: Bool
  var startedAt: StoreTime
  var pipelines: Int
  var broken: [String]
  var unread: [String]
  var running: [String]
  var waiting: Int
  var nextWake: Int?

  var text: String {
    let object: JSONObject = [
      "status": .string(isDraining ? "draining" : broken.isEmpty && unread.isEmpty ? "ok" : "degraded"),
      "at": .string(StoreTime.now.text), "pid": .integer(Int64(getpid())), "started_at": .string(startedAt.text),
      "pipelines": .integer(Int64(pipelines)), "broken_files": .array(broken.map { .string($0) }),
      "unread_stores_of": .array(unread.map { .string($0) }), "running": .array(running.map { .string($0) }),
      "waiting": .integer(Int64(waiting)),
      "next_slot_at": nextWake.map { .string(StoreTime(milliseconds: Int64($0) * 1000).text) } ?? .null,
    ]
    return JSONValue.object(object).text + "\n"
  }

  /// Replaces the file at once. Returns why it could not.
  func write(to path: String) -> String? {
    let temporary = path + ".new"
    let file = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    guard file >= 0 else { return String(cString: strerror(errno)) }
    var bytes = Array(text.utf8)
    let count = Glibc.write(file, &bytes, bytes.count)
    let code = errno
    close(file)
    guard count == bytes.count, rename(temporary, path) == 0 else {
      unlink(temporary)
      return String(cString: strerror(count == bytes.count ? errno : code))
    }
    return nil
  }
}
