package import AssayDefinition
package import AssayHTTP

/// Statuses in the pipeline file: `404`, `5xx`, `500-504`, or a list of such.
extension StatusSet: ConfigValue {
  package static var shape: Shape { .list(.text) }

  package static func decode(_ node: YAMLNode, _ context: Decoding) -> StatusSet? {
    guard let words = [String].decode(node, context) else { return nil }
    if let set = StatusSet(words) { return set }
    let wrong = words.first { StatusSet.range($0) == nil } ?? ""
    context.fault(
      .badValue, at: node.location,
      "'\(wrong)' is no status; write a number such as 404, a class such as 5xx, or a range such as 500-504")
    return nil
  }

  package static func display(_ value: StatusSet) -> String? { "[\(value)]" }
}

/// The `expect` of an API, a source or a look-up: what an answer must be, whatever it says.
package struct ExpectDeclaration: ConfigObject {
  package var contentType: String?
  package var status: StatusSet?

  package init() {}

  package static let schema = Schema(
    "expect", ExpectDeclaration(), summary: "What an answer must be before its body is used or remembered.",
    keys: [
      Key("content_type", \.contentType, "The media type that an answer must name: `application/json`."),
      Key("status", \.status, shown: "2xx", "The statuses that are answers: `200`, `2xx`, `[200, 404]`."),
    ],
    rules: [
      Rule("content_type", code: .badValue) { expect in
        expect.contentType.flatMap { $0.contains("/") && !$0.contains("*") ? nil : $0 }
          .map { "'\($0)' is no media type; write one such as application/json" }
      }
    ])
}

/// What an answer must show for a rule to speak: all that is given must hold.
package struct ResponseCondition: ConfigObject {
  package var status: StatusSet?
  package var path: RecordPath?
  package var header: String?
  package var values: [String] = []
  package var exists: Bool?
  package var bodyContains: String?

  package static let schema = Schema(
    "when", ResponseCondition(), summary: "What an answer must show for a rule to speak: all that is given must hold.",
    keys: [
      Key("status", \.status, "The status: `404`, `5xx`, `500-504`, or a list of such."),
      Key(
        "path", \.path,
        "A JSONPath (RFC 9535) into the body, for `in` or `exists`. A body that is no JSON meets none, and a null counts as missing."
      ),
      Key("header", \.header, "The name of a header, for `in` or `exists`."),
      Key("in", \.values, "Values, one of which must stand at `path`, or in `header`."),
      Key("exists", \.exists, "Whether `path` must lead to something, or `header` be there."),
      Key("body_contains", \.bodyContains, "A text that must stand in the body."),
    ],
    rules: [
      Rule("header") { $0.headerFault },
      Rule("path") { $0.isOpen && $0.path != nil ? "'path' needs 'in' or 'exists'" : nil },
      Rule("in") { $0.valuesFault },
      Rule("exists") {
        $0.exists != nil && $0.hasNoSubject ? "'exists' needs the 'path' or 'header' that it speaks of" : nil
      },
      Rule("when") { when in
        when.status == nil && when.hasNoSubject && when.bodyContains == nil
          ? "'when' says nothing; it needs a 'status', 'path', 'header' or 'body_contains'" : nil
      },
    ])

  private var headerFault: String? {
    guard header != nil else { return nil }
    if path != nil { return "a condition has a 'path' or a 'header', not both" }
    return isOpen ? "'header' needs 'in' or 'exists'" : nil
  }

  private var valuesFault: String? {
    if values.isEmpty { return nil }
    if hasNoSubject { return "'in' needs the 'path' or 'header' whose values it lists" }
    return exists == false ? "what does not exist has no value, so 'in' and 'exists: false' exclude each other" : nil
  }

  private var hasNoSubject: Bool { path == nil && header == nil }

  private var isOpen: Bool { values.isEmpty && exists == nil }
}

/// What a rule makes of an answer.
package enum ResponseAction: String, ConfigChoice {
  /// It is an answer, whatever its status.
  case accept
  /// There is no such thing: no rows, or an unknown key.
  case notFound = "not_found"
  case retry
  case fail
}

/// What kind of failure an answer is: the kinds that an answer can mean.
package enum ResponseClass: String, ConfigChoice {
  case transient
  case rateLimited = "rate_limited"
  case config
  case data

  var failureClass: FailureClass {
    switch self {
    case .transient: .transient
    case .rateLimited: .rateLimited
    case .config: .config
    case .data: .data
    }
  }
}

/// One rule under `responses`.
package struct ResponseRuleDeclaration: ConfigObject {
  package var when = ResponseCondition()
  package var action = ResponseAction.fail
  package var failure: ResponseClass?
  package var message: String?
  package var wait: Duration?
  package var retryAfterPath: RecordPath?
  package var location = SourceLocation.start

  package static let schema = Schema(
    "rule", ResponseRuleDeclaration(), summary: "What an answer means that shows something.",
    keys: [
      Key("when", \.when, required: true, "What the answer must show: all that is given must hold."),
      Key(
        "action", \.action, required: true,
        "`fail`; `retry`, as `retry` allows; `not_found`: no rows, or nothing for the key; `accept`, whatever the status."
      ),
      Key(
        "class", \.failure, shown: "by status, else data, or transient for retry",
        "What kind of failure it is. With `config` a look-up ends the run even with `on_error: null`."),
      Key("message", \.message, "What is said of the failure."),
      Key("wait", \.wait, "How long to wait before a `retry`."),
      Key("retry_after_path", \.retryAfterPath, "Where the body says how many seconds to wait before a `retry`."),
    ],
    rules: [
      Rule("class") { $0.failure == nil ? nil : $0.failureFault("class") },
      Rule("message") { $0.message == nil ? nil : $0.failureFault("message") },
      Rule("wait") { $0.wait != nil && $0.action != .retry ? "'wait' goes with 'action: retry' only" : nil },
      Rule("retry_after_path") {
        $0.retryAfterPath != nil && $0.action != .retry ? "'retry_after_path' goes with 'action: retry' only" : nil
      },
    ])

  private func failureFault(_ key: String) -> String? {
    action == .fail || action == .retry ? nil : "'action: \(action.rawValue)' is no failure, so it has no '\(key)'"
  }

  package static func decode(_ node: YAMLNode, _ context: Decoding) -> ResponseRuleDeclaration? {
    context.within("rule of \(context.owner)") { schema.decode(node, context) }.map {
      var rule = $0
      rule.location = node.location
      return rule
    }
  }
}

/// The keys by which an API, a source or a look-up says what answers mean.
package struct AnswerDeclaration: Sendable {
  package var expect: ExpectDeclaration
  package var responses: [ResponseRuleDeclaration]

  package init(expect: ExpectDeclaration = ExpectDeclaration(), responses: [ResponseRuleDeclaration] = []) {
    self.expect = expect
    self.responses = responses
  }

  /// This declaration before that of an API: its rules come first, and its expectations replace the API's.
  func before(_ other: AnswerDeclaration) -> AnswerDeclaration {
    var joined = other
    joined.expect.contentType = expect.contentType ?? other.expect.contentType
    joined.expect.status = expect.status ?? other.expect.status
    joined.responses = responses + other.responses
    return joined
  }
}
