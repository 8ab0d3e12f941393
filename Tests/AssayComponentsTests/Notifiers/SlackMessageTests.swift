import AssayComponents
import AssayDefinition
import AssayEngine
import AssayFormats
import AssayHTTP
import Testing

/// What notifiers send.
@Suite struct SlackMessageTests {
  private func message(_ notice: Notice) throws -> JSONValue {
    let text = """
      version: 1
      name: p
      sources: {s: {type: csv, path: a.csv}}
      notify: {type: slack, webhook_url: https://hooks.slack.com/services/T/B/x}
      """
    let definition = try #require(decode(text).definition)
    let message = try #require(definition.notifiers.first?.notifier.message(notice))
    #expect(message.method == .post && message.url == "https://hooks.slack.com/services/T/B/x")
    return try JSONParser.parse(String(decoding: message.body, as: UTF8.self))
  }

  private func texts(_ message: JSONValue) -> [String] {
    (message["blocks"]?.elements ?? []).flatMap { block -> [String] in
      let parts = block["elements"]?.elements ?? [block["text"] ?? .null]
      return parts.compactMap { if case .string(let text)? = $0["text"] { text } else { nil } }
    }
  }

  private func failure() -> Notice {
    var notice = Notice(.failure, pipeline: "orders")
    notice.outcome = "failed"
    notice.exitCode = 1
    notice.runID = "20261124-061500-k3x9"
    notice.store = "/data/the store.db"
    notice.score = 87.654
    notice.checkCount = 3
    notice.checks = [
      Notice.Check(
        dataset: "orders", check: "not_null", column: "email", status: "failed", expected: "no nulls",
        observed: .decimal(50), evaluated: 2, failed: 1)
    ]
    notice.report = "/data/r.html"
    return notice
  }

  @Test func `a failure has its reasons and what leads further`() throws {
    let message = try message(failure())
    let texts = texts(message)
    #expect(texts[0] == "❌ orders failed its checks")
    #expect(texts[1] == "```failed orders: not_null email; expected: no nulls; observed: 1 of 2 fails (50%)```")
    for fact in [
      "*checks* `1 failed, 2 passed`", "*score* `87.65`", "*report* `/data/r.html`",
      "*more* `assay show 20261124-061500-k3x9 --store '/data/the store.db'`",
    ] { #expect(texts[2].contains(fact), "\(texts[2])") }
  }

  @Test func `the text for notifications has the reason, not only the first of several`() throws {
    var notice = failure()
    notice.reason = "2 checks failed, the first is not_null email"
    #expect(
      try message(notice)["text"]
        == .string("❌ orders failed its checks: 2 checks failed, the first is not_null email"))
  }

  @Test(arguments: ["<!channel> & <@U123>", "```*bold*``` <http://x|y>", "a\u{202E}b\u{7}\nc"])
  func `what data says mentions nobody and formats nothing`(hostile: String) throws {
    var notice = failure()
    notice.checks[0].expected = hostile
    notice.messages = [hostile]
    notice.report = "/data/\(hostile)"
    notice.pipeline = "orders"
    let all = texts(try message(notice)).dropFirst()
    for text in all {
      #expect(!text.contains("<") && !text.contains("\u{202E}") && !text.contains("\u{7}"), "\(text)")
      #expect(text.components(of: "```").count <= 3, "\(text)")
    }
  }

  @Test func `a message keeps to Slack's limits, however much there is to say`() throws {
    var notice = failure()
    notice.messages = Array(repeating: String(repeating: "ü&<👩‍👩‍👧", count: 2000), count: 100)
    notice.checks = Array(repeating: notice.checks[0], count: 500)
    notice.pipeline = String(repeating: "o", count: 400)
    notice.report = "/" + String(repeating: "<", count: 5000)
    let message = try message(notice)
    let blocks = try #require(message["blocks"]?.elements)
    #expect(blocks.count <= 50)
    #expect(texts(message)[0].utf16.count <= 150)
    #expect(texts(message).allSatisfy { $0.utf16.count <= 3000 })
  }

  static let titles: [(NoticeEvent, String?, String)] = [
    (.failure, "failed", "❌ p failed its checks"), (.failure, "error", "❌ p broke"), (.failure, "broken", "❌ p died"),
    (.failure, "partial", "❌ p ran out of its budget"), (.recovery, "passed", "✅ p is good again"),
    (.warning, "warned", "⚠️ p passed with warnings"),
    (.warning, "failed", "⚠️ p was let through, though checks failed"), (.success, "passed", "✅ p passed"),
    (.missed, nil, "⏰ p missed its run of 2026-11-24T06:00:00Z"),
  ]

  @Test(arguments: titles)
  func `the title says what happened`(event: NoticeEvent, outcome: String?, title: String) throws {
    var notice = Notice(event, pipeline: "p")
    notice.outcome = outcome
    notice.slot = "2026-11-24T06:00:00Z"
    #expect(texts(try message(notice))[0] == title)
  }
}

extension String {
  /// The parts between a text's occurrences.
  fileprivate func components(of other: String) -> [Substring] {
    split(separator: other, omittingEmptySubsequences: false)
  }
}
