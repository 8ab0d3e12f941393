internal import AssayEngine
internal import AssayFormats

/// A notice as a message of Slack: blocks, and a text for notifications of the system.
///
/// Slack takes at most 50 blocks, 3000 characters in a section and 150 in a header
/// (https://docs.slack.dev/reference/block-kit/blocks). In its markup `&`, `<` and `>` are escaped, so that nobody is
/// mentioned (https://docs.slack.dev/messaging/formatting-message-text).
struct SlackMessage {
  let notice: Notice

  static let sectionLimit = 3000
  static let headerLimit = 150

  init(_ notice: Notice) { self.notice = notice }

  var json: JSONValue {
    let words = NoticeWords(notice)
    let title = "\(symbol) \(words.title)"
    var blocks: [JSONValue] = [
      [
        "type": "header",
        "text": ["type": "plain_text", "text": .string(Self.cut(title, to: Self.headerLimit)), "emoji": true],
      ]
    ]
    if let description = notice.isTest
      ? "Nothing has happened: this message shows that such messages arrive." : words.heldBack
    {
      blocks.append(Self.section(Self.escaped(description)))
    }
    if let reasons = Self.quoted(words.reasons) { blocks.append(Self.section(reasons)) }
    let facts = words.facts.map { "*\($0.name)* \(Self.code($0.value))" }
    if !facts.isEmpty {
      var text = ""
      for fact in facts where text.utf16.count + fact.utf16.count < Self.sectionLimit {
        text += (text.isEmpty ? "" : "\n") + fact
      }
      blocks.append(["type": "context", "elements": [["type": "mrkdwn", "text": .string(text)]]])
    }
    let first = words.reason.map { ": \($0)" } ?? ""
    return [
      "text": .string(Self.cut(Self.escaped(title + first), to: Self.sectionLimit)), "blocks": .array(blocks),
    ]
  }

  private var symbol: String {
    if notice.isTest { return "🔔" }
    return switch notice.event {
    case .failure: "❌"
    case .recovery, .success: "✅"
    case .warning: "⚠️"
    case .missed: "⏰"
    }
  }

  private static func section(_ text: String) -> JSONValue {
    ["type": "section", "text": ["type": "mrkdwn", "text": .string(text)]]
  }

  /// Lines as a block of code, as many as there is room for; nil where there are none.
  private static func quoted(_ lines: [String]) -> String? {
    if lines.isEmpty { return nil }
    let fence = "```"
    let note = "… and more"
    let room = sectionLimit - 2 * fence.count - 2 - note.count
    var text = ""
    for line in lines {
      let next = escaped(cut(line, to: 600)).replacing("`", with: "'")
      if text.utf16.count + next.utf16.count + 1 > room { return "\(fence)\(text)\n\(note)\(fence)" }
      text += (text.isEmpty ? "" : "\n") + next
    }
    return fence + text + fence
  }

  /// A value that is shown as it is.
  private static func code(_ text: String) -> String {
    "`\(escaped(cut(text, to: 300)).replacing("`", with: "'"))`"
  }

  /// The text with what Slack would read as markup of its own escaped.
  static func escaped(_ text: String) -> String {
    text.unicodeScalars.reduce(into: "") { result, scalar in
      switch scalar {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      default: result.unicodeScalars.append(scalar)
      }
    }
  }

  /// The text in at most so many UTF-16 units, as Slack counts.
  static func cut(_ text: String, to limit: Int) -> String {
    if text.utf16.count <= limit { return text }
    var result = ""
    var size = 0
    for character in text {
      size += character.utf16.count
      if size > limit - 1 { break }
      result.append(character)
    }
    return result + "…"
  }
}
