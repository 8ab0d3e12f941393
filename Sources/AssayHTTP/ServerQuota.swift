/// What a server says of its own rate limit: whether nothing is left, and until when.
///
/// Read are `RateLimit-Remaining` and `RateLimit-Reset` (draft-ietf-httpapi-ratelimit-headers up to 06), the same with
/// `X-RateLimit-` and `X-Rate-Limit-`, `…-Reset-After`, and the structured fields `RateLimit` and `RateLimit-Policy` of
/// the later drafts. The limits themselves are not needed: what counts is that nothing remains.
package enum ServerQuota {
  /// Resets that are further away are not believed.
  static let longest = 366.0 * 86_400

  /// How long nothing is left; nil where something is, or where the fields are missing, malformed or absurd. Of several
  /// limits the longest wait counts. `now` is in Unix seconds; the answer's own `Date` is preferred. O(fields).
  package static func wait(in headers: HeaderFields, now: Int64) -> Duration? {
    var plain: [Family: Plain] = [:]
    var structured: [String] = []
    var policies: [String] = []
    for field in headers.fields {
      guard begins(field.name, with: "x-rate") || begins(field.name, with: "ratelimit") else { continue }
      let name = field.name.lowercased()
      guard let family = Family.allCases.first(where: { name.hasPrefix($0.rawValue) }) else { continue }
      let value = field.value.trimmingBlanks()
      switch name.dropFirst(family.rawValue.count) {
      case "-remaining": plain[family, default: Plain()].remaining = value
      case "-reset": plain[family, default: Plain()].reset = value
      case "-reset-after": plain[family, default: Plain()].resetAfter = value
      case "" where family == .standard: structured.append(value)
      case "-policy" where family == .standard: policies.append(value)
      default: break
      }
    }
    if plain.isEmpty, structured.isEmpty { return nil }
    var waits = structured.flatMap { Self.waits(structured: $0, policies: policies) }
    for quota in plain.values where plainNumber(quota.remaining) == 0 {
      if let after = plainNumber(quota.resetAfter) {
        waits.append(after)
      } else if let wait = wait(untilReset: quota.reset, now: headers["date"].flatMap { HTTPDate.parse($0) } ?? now) {
        waits.append(wait)
      }
    }
    guard let wait = waits.filter({ $0 > 0 && $0 <= longest }).max() else { return nil }
    return .milliseconds(Int64((wait * 1000).rounded(.up)))
  }

  /// Whether a name begins so, in any case: asked of every field of every answer.
  private static func begins(_ name: String, with start: String) -> Bool {
    name.utf8.starts(with: start.utf8) { $0 == $1 || $0 | 0x20 == $1 }
  }

  /// How a family of plain fields begins.
  private enum Family: String, CaseIterable {
    case standard = "ratelimit"
    case extended = "x-ratelimit"
    /// As Twitter writes it.
    case hyphenated = "x-rate-limit"
  }

  private struct Plain {
    var remaining = ""
    var reset = ""
    var resetAfter = ""
  }

  /// Seconds until a reset, which services give in four ways, told apart by size: from 100,000,000,000 on it is Unix
  /// milliseconds (that many seconds would be the year 5138), from 1,000,000,000 on Unix seconds (as a wait that would be
  /// 31 years), below it is seconds from now. Anything else is read as an HTTP date.
  private static func wait(untilReset text: String, now: Int64) -> Double? {
    guard let number = plainNumber(text) else { return HTTPDate.parse(text).map { Double($0 - now) } }
    if number >= 100_000_000_000 { return number / 1000 - Double(now) }
    return number >= 1_000_000_000 ? number - Double(now) : number
  }

  /// The waits in a structured `RateLimit` field: a list such as `"burst";r=0;t=30, "daily";r=12;t=3600` (draft 08 and
  /// later), where a policy without `t` is waited for as long as its window is (`RateLimit-Policy: "burst";q=9;w=60`), or
  /// `limit=9, remaining=0, reset=30` (draft 07).
  private static func waits(structured text: String, policies: [String]) -> [Double] {
    let items = items(of: text)
    func value(_ name: String) -> Substring? { items.first { $0.name == name + "=" }?.value }
    if let remaining = value("remaining") {
      return plainNumber(remaining) == 0 ? [value("reset").flatMap { plainNumber($0) } ?? 0] : []
    }
    let windows = policies.flatMap { Self.items(of: $0) }
    return items.compactMap { item in
      guard let remaining = item.parameters["r"], plainNumber(remaining) == 0 else { return nil }
      if let time = item.parameters["t"] { return plainNumber(time) }
      return windows.first { $0.name == item.name }?.parameters["w"].flatMap { plainNumber($0) }
    }
  }

  private struct Item {
    /// The name as it stands, quotes included; of `name=value` with its `=`.
    var name: Substring
    var value: Substring
    var parameters: [Substring: Substring]
  }

  /// Cuts a list or dictionary of structured fields (RFC 9651) without judging it: what makes no sense is found nowhere.
  private static func items(of text: String) -> [Item] {
    cut(text[...], at: ",").map { member in
      let parts = cut(member, at: ";").map { $0.drop { $0 == " " } }
      var parameters: [Substring: Substring] = [:]
      for part in parts.dropFirst() {
        guard let equals = part.firstIndex(of: "=") else { continue }
        parameters[part[..<equals]] = trimmed(part[part.index(after: equals)...])
      }
      let head = trimmed(parts.first ?? "")
      guard head.first != "\"", let equals = head.firstIndex(of: "=") else {
        return Item(name: head, value: "", parameters: parameters)
      }
      let after = head.index(after: equals)
      return Item(name: head[..<after], value: head[after...], parameters: parameters)
    }
  }

  /// The parts between separators that stand outside of quotes.
  private static func cut(_ text: Substring, at separator: Character) -> [Substring] {
    var isQuoted = false
    var isEscaped = false
    return text.split { character in
      if isEscaped {
        isEscaped = false
      } else if isQuoted, character == "\\" {
        isEscaped = true
      } else if character == "\"" {
        isQuoted.toggle()
      }
      return !isQuoted && character == separator
    }
  }

  private static func trimmed(_ text: Substring) -> Substring {
    var text = text.drop { $0 == " " || $0 == "\t" }
    while let last = text.last, last == " " || last == "\t" { text.removeLast() }
    return text
  }
}
