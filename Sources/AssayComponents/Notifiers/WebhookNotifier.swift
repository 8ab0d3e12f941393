package import AssayDefinition
package import AssayEngine
internal import AssayFormats
internal import AssayHTTP

/// `notify: [{type: webhook, url: …}]`: a request with a JSON body.
package struct WebhookNotifier: Notifier, Component {
  var url = ""
  var method = RequestMethod.post
  var headers = Named<String>()
  var body: JSONTemplate<NoticeTemplate>?
  package var auth: Choice<AuthFamily>?
  package var tls: TLSDeclaration?

  package static let schema = Schema(
    "webhook", WebhookNotifier(), summary: "Sends a request whose JSON body tells how the run ended.",
    details: """
      `body` is any JSON, with placeholders in its texts. A text that is one placeholder alone is its value with its kind: a
      number, a list, `null` for what is not there. Without `body` an object of all of them is sent, under these names:

      \(NoticeField.allCases.map { "- `{\($0.rawValue)}`: \($0.meaning)" }.joined(separator: "\n"))

      What the values hold of secrets is masked; what the file itself says in `url`, `headers` and `body` is sent as it is. `POST`
      and `PATCH` are repeated after passing faults like all else, with the same header `Idempotency-Key`.
      """,
    keys: [
      Key("url", \.url, required: true, "The whole address; it may hold a `${secret:NAME}`."),
      Key("method", \.method, "What the request does; a `GET` has no body."),
      Key("headers", \.headers, "Further headers."),
      Key("body", \.body, shown: "all fields", "Any JSON, with `{placeholders}` in its texts."),
      Key("auth", \.auth, "How the request proves who sends it."),
      Key("tls", \.tls, "Whom https:// connections trust, and how they prove who asks."),
    ],
    rules: [
      Rule("url", code: .badValue) { addressFault($0.url) },
      Rule("url", code: .badValue) { placeholderFault($0.url) },
      Rule("headers", code: .badValue) { $0.headerFault },
      Rule("body") { $0.method == .get && $0.body != nil ? "a GET carries no body" : nil },
    ],
    examples: [
      "type: webhook\nurl: \"https://hooks.example.com/assay?key=${secret:HOOK_KEY}\"",
      """
      type: webhook
      url: https://events.example.com/v2/enqueue
      on: [failure, missed]
      at_most_every: 1h
      body:
        routing_key: "${secret:ROUTING_KEY}"
        event_action: trigger
        dedup_key: "{pipeline}"
        payload: {summary: "{title}: {reason}", source: "{host}", severity: error, custom_details: "{reasons}"}
      """,
    ],
    faults: [
      FaultExample(
        "type: webhook\nurl: https://hooks.example.com/assay\nbody: {text: ⟪\"{pipline} failed\"}",
        "there is no placeholder '{pipline}'; did you mean 'pipeline'?"),
      FaultExample(
        "type: webhook\n⟪url: hooks.example.com/assay",
        "'hooks.example.com/assay' is no URL; it must start with http:// or https://"),
      FaultExample(
        "type: webhook\nurl: https://hooks.example.com/assay\n⟪headers: {X-Run: \"{run}\"}",
        "'{run}' would be sent as it stands: placeholders are for 'body' alone"),
      FaultExample(
        "type: webhook\nurl: https://hooks.example.com/assay\n⟪on: []",
        "'on' names no event, so that nothing is ever told"),
    ])

  package func message(_ notice: Notice) -> NoticeMessage? {
    let fields = HeaderFields(headers.items.map { HeaderFields.Field($0.name, $0.value) })
    if method == .get { return NoticeMessage(.get, url, headers: fields) }
    return .json(body?.value(notice) ?? NoticeField.body(notice), method.method, url, headers: fields)
  }
}

extension WebhookNotifier {
  /// What the program itself says of a request.
  private static let ownHeaders: Set<String> = ["content-length", "transfer-encoding", "host", "connection"]

  fileprivate var headerFault: String? {
    for item in headers.items {
      if !isHeaderName(item.name) { return "'\(item.name)' cannot be a header's name" }
      if Self.ownHeaders.contains(item.name.lowercased()) {
        return "'\(item.name)' is not the file's to say: it follows from the request"
      }
      if item.value.unicodeScalars.contains(where: { $0.value < 32 && $0 != "\t" || $0.value == 127 }) {
        return "the value of '\(item.name)' has a line break or another control character"
      }
      if let fault = placeholderFault(item.value) { return fault }
    }
    return nil
  }
}

/// What is wrong with a text of the file that is sent as it stands: a placeholder that somebody hopes is filled.
private func placeholderFault(_ text: String) -> String? {
  NoticeField.allCases.map { "{\($0.rawValue)}" }.first { text.contains($0) }
    .map { "'\($0)' would be sent as it stands: placeholders are for 'body' alone" }
}

/// What is wrong with an address that stands in the file; nil for none. An empty one has no value yet.
func addressFault(_ text: String) -> String? {
  if text.isEmpty { return nil }
  do throws(TransportFailure) {
    _ = try RequestURL(text)
    return nil
  } catch {
    return error.message
  }
}

extension NoticeMessage {
  /// A message with a JSON body.
  static func json(
    _ value: JSONValue, _ method: HTTPMethod, _ url: String, headers: HeaderFields = [:]
  ) -> NoticeMessage {
    var fields = headers
    if fields["Content-Type"] == nil { fields["Content-Type"] = "application/json" }
    return NoticeMessage(method, url, headers: fields, body: Array(value.text.utf8))
  }
}
