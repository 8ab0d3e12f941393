import Glibc

/// A process of a machine, told from a later one with the same number by the time at which it started.
package struct ProcessIdentity: Sendable, Hashable {
  package var host: String
  package var pid: Int
  /// `HOST/NAMESPACE/PID/START`: what the store compares.
  package var owner: String

  package init(host: String, pid: Int, owner: String) {
    self.host = host
    self.pid = pid
    self.owner = owner
  }

  /// This process.
  package static let current = ProcessIdentity(pid: Int(getpid()))

  /// A process of this machine.
  package init(pid: Int) {
    var name = [CChar](repeating: 0, count: 256)
    let known = gethostname(&name, name.count - 1) == 0
    host = known ? String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self) : "unknown"
    self.pid = pid
    owner = "\(host)/\(Self.namespace)/\(pid)/\(Self.startTime(of: pid) ?? "0")"
  }

  /// Whether the process certainly has ended: it ran on this machine, and is no more.
  package var hasEnded: Bool {
    let parts = owner.split(separator: "/", omittingEmptySubsequences: false)
    // Another host, or a container with process numbers of its own, cannot be asked.
    guard parts.count == 4, parts[0] == Self.current.host, parts[1] == Self.namespace else { return false }
    guard let start = Self.startTime(of: pid) else { return true }
    return start != parts[3]
  }

  /// The namespace of process numbers, so that containers which share a host's name are told apart.
  private static let namespace: String = {
    var target = [CChar](repeating: 0, count: 64)
    let count = readlink("/proc/self/ns/pid", &target, target.count)
    return count > 0 ? String(decoding: target[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self) : "-"
  }()

  /// When a process started, in clock ticks since boot, or nil where there is no such process (or a dead one).
  private static func startTime(of pid: Int) -> String? {
    let file = open("/proc/\(pid)/stat", O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { return nil }
    defer { close(file) }
    var bytes = [UInt8](repeating: 0, count: 1024)
    let count = read(file, &bytes, bytes.count)
    guard count > 0 else { return nil }
    // The name in parentheses may hold anything; the fields after it are counted from its end.
    guard let end = bytes[..<count].lastIndex(of: UInt8(ascii: ")")) else { return nil }
    let fields = String(decoding: bytes[(end + 1)..<count], as: UTF8.self).split(separator: " ")
    guard fields.count > 19, fields[0] != "Z", fields[0] != "X" else { return nil }
    return String(fields[19])
  }
}
