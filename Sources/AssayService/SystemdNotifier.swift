internal import Glibc

/// Tells systemd how a service fares, by the protocol of sd_notify(3). Without `NOTIFY_SOCKET` nothing is told.
package struct SystemdNotifier: Sendable {
  /// The variables that are for this process alone, and not for its children.
  package static let variables = ["NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"]

  private let path: String?
  /// Seconds between two signs of life that systemd asks for, half of its limit; nil where it asks for none.
  package let watchdogSeconds: Double?

  package init(environment: [String: String]) {
    path = environment["NOTIFY_SOCKET"].flatMap { $0.hasPrefix("/") || $0.hasPrefix("@") ? $0 : nil }
    let isOurs = environment["WATCHDOG_PID"].map { $0 == String(getpid()) } ?? true
    watchdogSeconds = isOurs ? environment["WATCHDOG_USEC"].flatMap(Double.init).map { $0 / 2e6 } : nil
  }

  /// Ready, or reading its files done.
  package func ready(status: String) { send("READY=1\nSTATUS=\(status)") }

  package func status(_ text: String) { send("STATUS=\(text)") }

  package func isAlive() { send("WATCHDOG=1") }

  package func reloading() {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    send("RELOADING=1\nMONOTONIC_USEC=\(Int(time.tv_sec) * 1_000_000 + Int(time.tv_nsec) / 1000)")
  }

  package func stopping(status: String) { send("STOPPING=1\nSTATUS=\(status)") }

  private func send(_ text: String) {
    guard let path else { return }
    let socket = Glibc.socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    guard socket >= 0 else { return }
    defer { close(socket) }
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    var name = Array(path.utf8)
    // An abstract socket's name begins with a zero byte.
    if name.first == UInt8(ascii: "@") { name[0] = 0 }
    guard name.count < MemoryLayout.size(ofValue: address.sun_path) else { return }
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: name) }
    let length = socklen_t(MemoryLayout.size(ofValue: address.sun_family) + name.count)
    var bytes = Array(text.utf8)
    withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
        _ = sendto(socket, &bytes, bytes.count, Int32(MSG_DONTWAIT), address, length)
      }
    }
  }
}
