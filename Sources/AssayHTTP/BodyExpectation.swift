/// What an answer must look like before its body is used or remembered.
package struct BodyExpectation: Sendable {
  package enum Format: String, Sendable, Hashable, CaseIterable {
    case json
    case jsonLines = "jsonl"
    case csv
    case xml
    /// Anything, HTML too.
    case any

    /// The name in messages.
    var title: String {
      switch self {
      case .json: "JSON"
      case .jsonLines: "JSON Lines"
      case .csv: "CSV"
      case .xml: "XML"
      case .any: "anything"
      }
    }

    /// The media types that are of this format without doubt.
    var mediaTypes: Set<String> {
      switch self {
      case .json: ["application/json"]
      case .jsonLines: ["application/x-ndjson", "application/jsonl"]
      case .csv: ["text/csv"]
      case .xml: ["application/xml", "text/xml"]
      case .any: []
      }
    }

    /// What is asked for in `Accept`.
    package var accept: String {
      switch self {
      case .json: "application/json, */*;q=0.5"
      case .jsonLines: "application/x-ndjson, application/jsonl, application/json;q=0.9, */*;q=0.5"
      case .csv: "text/csv, text/plain;q=0.9, */*;q=0.5"
      case .xml: "application/xml, text/xml, */*;q=0.5"
      case .any: "*/*"
      }
    }
  }

  /// What a judge says of a complete answer.
  package enum Verdict: Sendable, Hashable {
    case accept
    /// There is nothing to what was asked for: no rows, or an unknown key.
    case notFound
    /// The body says that the same request may succeed later.
    case retry(FailureClass = .transient, reason: String, after: Duration? = nil)
    case fail(FailureClass, reason: String, hint: String? = nil)
  }

  package var format: Format
  /// The media type that must be named, in any case and without parameters; nil takes any but an evidently wrong one.
  package var contentType: String?
  /// Statuses that count as answers besides the successes; bodies outside 200…299 are not held against `format`.
  package var acceptedStatuses: Set<Int>
  /// Looks into a body of the right format: a 200 may carry an error.
  package var judge: (@Sendable (HTTPResponse) -> Verdict)?
  /// Looks at a redirect before it is followed; nil follows it. A service may send whoever has no key to a page for people.
  package var redirectJudge: (@Sendable (HTTPResponse) -> Verdict?)?
  /// Whether an answer only says that something arrived: an empty body does, whatever its type, and a page for people
  /// does not, unless it is asked for by its type.
  package var isReceipt = false
  /// The statuses that count as answers, in place of the successes.
  var statuses: StatusSet?
  /// What is asked first, for every status.
  var rules: AnswerRules.Judge?

  package init(
    _ format: Format = .any, contentType: String? = nil, acceptedStatuses: Set<Int> = [],
    judge: (@Sendable (HTTPResponse) -> Verdict)? = nil
  ) {
    self.format = format
    self.contentType = contentType
    self.acceptedStatuses = acceptedStatuses
    self.judge = judge
  }

  /// Whether a status is an answer rather than a failure. A 206 is none: it is a part, and no part was asked for.
  package func accepts(status: Int) -> Bool {
    acceptedStatuses.contains(status)
      || statuses?.contains(status) ?? ((200...299).contains(status) && status != 206)
  }

  /// Judges an answer whose status is accepted. A 204 or 205 has no body and is always accepted.
  ///
  /// - Parameter isAnswer: Whether the body is held against the format although the status is no success.
  package func verdict(on response: HTTPResponse, isAnswer: Bool = false) -> Verdict {
    if response.status == 204 || response.status == 205 { return .accept }
    let isHeldToFormat =
      isAnswer || (200...299).contains(response.status) || statuses?.contains(response.status) == true
    if isHeldToFormat, let complaint = complaint(about: response) {
      return .fail(.data, reason: complaint, hint: hint(for: response))
    }
    return judge?(response) ?? .accept
  }

  private func hint(for response: HTTPResponse) -> String {
    let type = response.headers.mediaType
    if let contentType, !Self.matches(type, contentType) {
      return "check the URL and the api's auth, or what 'expect' asks for"
    }
    let told = Format.allCases.first { $0 != format && $0.mediaTypes.contains(type ?? "") }
    return "check the URL and the api's auth"
      + (told.map { ", or read it as \($0.title): a source has 'format: \($0.rawValue)'" } ?? "")
  }

  private func complaint(about response: HTTPResponse) -> String? {
    if isReceipt, response.body.isEmpty { return nil }
    let type = response.headers.mediaType
    if let contentType, !Self.matches(type, contentType) {
      let answered = type.map { "content of type \($0)" } ?? "content without a type"
      return "answered \(answered), not \(contentType)"
    }
    if format == .any, !isReceipt { return nil }
    let start = Self.start(of: response.body)
    let lower = start.map { $0 >= 65 && $0 <= 90 ? $0 | 0x20 : $0 }
    if format == .any {
      let isAskedFor = contentType.map { Self.matches("text/html", $0) } ?? false
      return Self.isHTML(lower) && !isAskedFor ? "answered an HTML page, which says nothing of what was sent" : nil
    }
    // Compressed files are undone by who reads them, and so is UTF-16.
    if Self.isPackedOrWide(response.body) { return nil }
    if Self.isHTML(lower) { return "answered an HTML page, not \(format.title)" }
    switch format {
    case .any: return nil
    case .csv:
      if type == "text/html" { return "answered an HTML page, not CSV" }
      let isOther = type == "application/json" || type == "application/xml" || type == "text/xml"
      return isOther ? "answered content of type \(type ?? ""), not CSV" : nil
    case .json, .jsonLines:
      guard let first = start.first else {
        // A JSON Lines document of no lines is one.
        return format == .jsonLines ? nil : "answered an empty body, not JSON"
      }
      return Self.startsJSON(first, start) ? nil : "answered text that is not \(format.title)"
    case .xml:
      guard let first = start.first else { return "answered an empty body, not XML" }
      // UTF-16 is left to the parser.
      return first == UInt8(ascii: "<") || first >= 0xFE ? nil : "answered text that is not XML"
    }
  }

  /// Whether bytes begin like gzip, a zip archive, or text in UTF-16.
  private static func isPackedOrWide(_ body: [UInt8]) -> Bool {
    let marks: [[UInt8]] = [[0x1F, 0x8B], [0x50, 0x4B, 3, 4], [0x50, 0x4B, 5, 6], [0xFF, 0xFE], [0xFE, 0xFF]]
    return marks.contains { body.starts(with: $0) } || body.prefix(2).contains(0)
  }

  private static func matches(_ type: String?, _ wanted: String) -> Bool {
    let wanted = wanted.prefix { $0 != ";" }.trimmingBlanks().lowercased()
    guard let type else { return false }
    // `application/vnd.api+json` is `application/json` too (RFC 6839).
    return type == wanted || (wanted == "application/json" && type.hasSuffix("+json"))
      || (wanted == "application/xml" && (type.hasSuffix("+xml") || type == "text/xml"))
  }

  /// The first bytes after a byte order mark and blanks.
  private static func start(of body: [UInt8]) -> [UInt8] {
    let bytes = body.starts(with: [0xEF, 0xBB, 0xBF]) ? body[3...] : body[...]
    let text = bytes.drop { $0 == 0x20 || (0x09...0x0D).contains($0) }
    return Array(text.prefix(512))
  }

  private static func isHTML(_ start: [UInt8]) -> Bool {
    var rest = start[...]
    // A page may begin with an XML declaration or comments.
    while rest.starts(with: "<?xml".utf8) || rest.starts(with: "<!--".utf8) {
      guard let end = rest.firstIndex(of: UInt8(ascii: ">")) else { return false }
      rest = rest[(end + 1)...].drop { $0 == 0x20 || (0x09...0x0D).contains($0) }
    }
    return ["<!doctype html", "<html", "<head", "<body"].contains { rest.starts(with: $0.utf8) }
  }

  /// An object, an array, a string, or a first line that is a whole scalar: `404 page not found` is none.
  private static func startsJSON(_ first: UInt8, _ start: [UInt8]) -> Bool {
    if first == UInt8(ascii: "{") || first == UInt8(ascii: "[") || first == UInt8(ascii: "\"") { return true }
    let line = String(decoding: start.prefix { $0 != 0x0A }, as: UTF8.self).trimmingBlanks()
    if line == "true" || line == "false" || line == "null" { return true }
    return line.utf8.allSatisfy { byte in
      (byte >= 48 && byte <= 57) || [UInt8]("+-.eE".utf8).contains(byte)
    } && line.utf8.contains { $0 >= 48 && $0 <= 57 }
  }
}
