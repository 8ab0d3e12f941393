import AssayComponents
import AssayDefinition
import AssayEngine
import AssayTestSupport
import Testing

/// What stands under `notify`.
@Suite struct NotifierDeclarationTests {
  private func text(_ notify: String) -> String {
    "version: 1\nname: p\nsources: {s: {type: csv, path: a.csv}}\nnotify:\n\(notify)\n"
  }

  static let events: [(String, [NoticeEvent])] = [
    ("{type: webhook, url: http://h}", [.failure, .recovery, .missed]),
    ("{type: slack, webhook_url: http://h}", [.failure, .recovery, .missed]),
    ("{type: ping, url: http://h}", [.success]),
    ("{type: ping, url: http://h, fail_url: http://h/f}", [.success, .failure, .missed]),
    ("{type: slack, webhook_url: http://h, on: warning}", [.warning]),
    ("{type: slack, webhook_url: http://h, on: [success, failure]}", [.success, .failure]),
  ]

  @Test(arguments: events)
  func `a notifier hears of what the file says, or of what its kind is for`(entry: String, events: [NoticeEvent]) throws
  {
    let result = decode(text("  - \(entry)"))
    let notifier = try #require(result.definition?.notifiers.first, "\(result.diagnostics)")
    #expect(notifier.events == events)
    #expect(notifier.common.timeout == .seconds(10) && notifier.common.attempts == 3)
    #expect(notifier.common.atMostEvery == nil)
  }

  @Test func `notifiers have names of their own, or those of their kinds`() throws {
    let result = decode(
      text(
        """
          - {type: ping, url: http://h}
          - {type: slack, webhook_url: http://h}
          - {type: ping, url: http://h}
          - {type: ping, url: http://h, name: on-call}
        """))
    #expect(result.definition?.notifiers.map(\.name) == ["ping", "slack", "ping-2", "on-call"])
    #expect(decode(text("  {type: ping, url: http://h}")).definition?.notifiers.count == 1)
    #expect(decode(text("")).definition?.notifiers.isEmpty == true)
  }

  @Test func `addresses of Slack and pings are secrets`() {
    let result = decode(
      text("  - {type: slack, webhook_url: http://h/a}\n  - {type: ping, url: http://h/b, fail_url: http://h/c}"))
    #expect(Set(["http://h/a", "http://h/b", "http://h/c"]).isSubset(of: result.secrets))
  }

  static let faults: [(String, String)] = [
    ("  - ⟪{typ: slack}", "needs a 'type' that says which notifier it is: ping, slack, webhook"),
    ("  - {type: ⟪slak, webhook_url: http://h}", "there is no notifier 'slak'; did you mean 'slack'?"),
    ("  - {type: slack, webhook_url: http://h, ⟪at_most_ever: 1h}", "did you mean 'at_most_every'?"),
    ("  - {type: slack, webhook_url: http://h, on: [⟪failur]}", "did you mean 'failure'?"),
    ("  - {type: slack, webhook_url: http://h, attempts: ⟪0}", "'attempts' must be 1 to 10, not 0"),
    ("  - {type: slack, webhook_url: http://h, ⟪timeout: 0s}", "'timeout' must be longer than 0s"),
    ("  - {type: slack, webhook_url: http://h, ⟪at_most_every: 0s}", "'at_most_every' must be longer than 0s"),
    ("  - {type: slack, webhook_url: http://h, name: ⟪on call}", "a notifier's name has letters, digits, '-' and '_'"),
    (
      "  - {type: slack, webhook_url: http://h}\n  - {type: ping, url: http://h, name: ⟪slack}",
      "two notifiers have the name 'slack'; the other is in line 5"
    ),
    ("  - {type: webhook, url: http://h, method: GET, ⟪body: {a: 1}}", "a GET carries no body"),
    (
      "  - {type: webhook, url: http://h, body: {a: [⟪\"{scor}\"]}}",
      "there is no placeholder '{scor}'; did you mean 'score'?"
    ),
    ("  - {type: webhook, url: http://h, body: {a: {b: ⟪\"{x} {run}\"}}}", "there is no placeholder '{x}'"),
    ("  - {type: webhook, url: http://h, body: {a: ⟪\"{run\"}}", "'{' without its '}'"),
    ("  - {type: webhook, url: http://h, body: {a: ⟪{run}}}", "write \"{run}\""),
    ("  - {type: webhook, url: http://h, ⟪headers: {\"X Y\": a}}", "'X Y' cannot be a header's name"),
    (
      "  - {type: webhook, url: http://h, ⟪headers: {content-length: \"7\"}}",
      "'content-length' is not the file's to say"
    ),
    ("  - {type: webhook, url: http://h, ⟪headers: {Host: a}}", "'Host' is not the file's to say"),
    ("  - {type: webhook, url: http://h, ⟪headers: {X: \"a\\nb\"}}", "the value of 'X' has a line break"),
    ("  - {type: webhook, url: http://h, ⟪headers: {X: \"{pipeline}\"}}", "placeholders are for 'body' alone"),
    ("  - {type: webhook, ⟪url: \"http://h/{pipeline}\"}", "'{pipeline}' would be sent as it stands"),
    ("  - {type: webhook, ⟪url: \"http://u:p@h\"}", "a user name or password may not stand in a URL"),
    ("  ⟪7", "takes a mapping with a 'type'"),
  ]

  @Test(arguments: faults)
  func `a fault is told with its place`(notify: String, message: String) {
    let marked = MarkedText(text(notify))
    let errors = decode(marked.text).diagnostics.filter { $0.severity == .error }
    let place = marked.places.first
    #expect(
      errors.contains { $0.message.contains(message) && $0.location == place },
      "\(DiagnosticRendering(file: "p", text: marked.text).report(errors))")
  }
}
