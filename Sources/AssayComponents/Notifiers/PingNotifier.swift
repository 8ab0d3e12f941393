package import AssayDefinition
package import AssayEngine
internal import AssayHTTP

/// What a ping does.
enum PingMethod: String, ConfigChoice {
  case get = "GET"
  case head = "HEAD"
  case post = "POST"

  var method: HTTPMethod {
    switch self {
    case .get: .get
    case .head: .head
    case .post: .post
    }
  }
}

/// `notify: [{type: ping, url: …}]`: a dead man's switch.
package struct PingNotifier: Notifier, Component {
  var url = ""
  var failURL: String?
  var startURL: String?
  var method = PingMethod.get

  package static let schema = Schema(
    "ping", PingNotifier(), summary: "Calls an address after each good run: a dead man's switch.",
    details: """
      A service such as healthchecks.io waits for the call, and raises the alarm when it does not come: when the machine is down, or
      the scheduler gone, too. After a run that passed, warnings or not, `url` is called; after a failure or a missed slot `fail_url`,
      where there is one; as a run begins, `start_url`, once. Nothing is told but that.
      """,
    keys: [
      Key("url", \.url, required: true, secret: true, "The address that is called after each good run."),
      Key("fail_url", \.failURL, secret: true, "The address that is called after a failure."),
      Key("start_url", \.startURL, secret: true, "The address that is called as a run begins."),
      Key("method", \.method, "What the call is."),
    ],
    rules: [
      Rule("url", code: .badValue) { addressFault($0.url) },
      Rule("fail_url", code: .badValue) { $0.failURL.flatMap(addressFault) },
      Rule("start_url", code: .badValue) { $0.startURL.flatMap(addressFault) },
    ],
    examples: [
      "type: ping\nurl: \"${secret:PING_URL}\"",
      "type: ping\nurl: \"${secret:PING_URL}\"\nfail_url: \"${secret:PING_URL}/fail\"\nstart_url: \"${secret:PING_URL}/start\"",
    ],
    faults: [
      FaultExample(
        "type: ping\nurl: https://ping.example.com/orders\n⟪on: [success, failure]",
        "a ping tells of failures only with a 'fail_url'"),
      FaultExample("⟪type: ping", "needs 'url'"),
    ])

  package var hasSecretAddress: Bool { true }

  package var defaultEvents: [NoticeEvent] { failURL == nil ? [.success] : [.success, .failure, .missed] }

  package func complaint(about events: [NoticeEvent]) -> String? {
    failURL == nil && events.contains { Self.isBad($0) }
      ? "a ping tells of failures only with a 'fail_url'" : nil
  }

  package func message(_ notice: Notice) -> NoticeMessage? {
    Self.isBad(notice.event) ? failURL.map { call($0, "fail_url") } : call(url, "url")
  }

  package var startMessage: NoticeMessage? { startURL.map { call($0, "start_url") } }

  private func call(_ address: String, _ key: String) -> NoticeMessage {
    var message = NoticeMessage(method.method, address)
    message.addressKey = key
    return message
  }

  private static func isBad(_ event: NoticeEvent) -> Bool { event == .failure || event == .missed }
}
