import AssayService
import AssayTestSupport
import Glibc
import Testing

@Suite(.timeLimit(.minutes(1))) struct SystemdNotifierTests {
  @Test(arguments: ["file", "abstract"])
  func `systemd is told over its socket`(kind: String) throws {
    var template = Array("/tmp/assay-notify-XXXXXX".utf8CString)
    let folder = try #require(mkdtemp(&template).map { String(cString: $0) })
    defer { rmdir(folder) }
    let name = kind == "file" ? "\(folder)/socket" : "@assay-test-\(getpid())"
    defer { unlink(name) }
    let socket = Glibc.socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0)
    defer { close(socket) }
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    var bytes = Array(name.utf8)
    if kind == "abstract" { bytes[0] = 0 }
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
    let length = socklen_t(2 + bytes.count)
    let bound = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(socket, $0, length) }
    }
    try #require(bound == 0)
    let notifier = SystemdNotifier(environment: ["NOTIFY_SOCKET": name, "WATCHDOG_USEC": "20000000"])
    #expect(notifier.watchdogSeconds == 10)
    notifier.ready(status: "2 pipelines")
    notifier.isAlive()
    notifier.reloading()
    notifier.stopping(status: "bye")
    var said: [String] = []
    for _ in 0..<4 {
      var buffer = [UInt8](repeating: 0, count: 500)
      let count = recv(socket, &buffer, buffer.count, Int32(MSG_DONTWAIT))
      said.append(String(decoding: buffer.prefix(max(0, count)), as: UTF8.self))
    }
    #expect(said[0] == "READY=1\nSTATUS=2 pipelines")
    #expect(said[1] == "WATCHDOG=1")
    #expect(said[2].hasPrefix("RELOADING=1\nMONOTONIC_USEC="))
    #expect(said[3] == "STOPPING=1\nSTATUS=bye")
  }

  @Test(arguments: [
    [:], ["WATCHDOG_USEC": "20000000", "WATCHDOG_PID": "1"], ["WATCHDOG_USEC": "soon"],
  ])
  func `without systemd there is nobody to tell`(environment: [String: String]) {
    let notifier = SystemdNotifier(environment: environment)
    #expect(notifier.watchdogSeconds == nil)
    notifier.ready(status: "")
  }
}
