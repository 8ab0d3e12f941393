import AssayComponents
import AssayDefinition
import AssayEngine
import AssayHTTP
import AssayTestSupport
import Testing

/// An answer, rules as the file writes them, and what comes of it.
struct RuledAnswer: Sendable, CustomTestStringConvertible {
  var rules: String
  var status = 200
  var headers: HeaderFields = [:]
  var body = ""
  var verdict: BodyExpectation.Verdict?

  var testDescription: String { "\(rules) on \(status) \(body.prefix(40))" }
}

@Suite struct ResponseRuleTests {
  private static func file(_ api: String) -> String {
    """
    version: 1
    name: p
    apis: {a: {base_url: "http://h", \(api)}}
    sources: {s: {type: http, api: a, path: /x}}
    outputs: [{type: jsonl, from: s, path: x.jsonl}]
    """
  }

  private static func decode(_ text: String) -> PipelineDecoder.Result {
    PipelineDecoder(catalogue: .standard, variables: Variables()).decode(text)
  }

  private static let failHint = "the rule in line 3 of the file, under 'responses', takes this for a failure"

  static let answers: [RuledAnswer] = [
    RuledAnswer(rules: "{when: {status: 404}, action: not_found}", status: 404, verdict: .notFound),
    RuledAnswer(rules: "{when: {status: 404}, action: not_found}", status: 200),
    RuledAnswer(
      rules: "{when: {status: [500, 502]}, action: fail}", status: 502,
      verdict: .fail(.transient, reason: "answered 502", hint: failHint)),
    RuledAnswer(
      rules: "{when: {status: 5xx}, action: fail, class: config, message: it is final}", status: 500,
      verdict: .fail(.config, reason: "answered 500: it is final", hint: failHint)),
    RuledAnswer(
      rules: "{when: {status: 4xx}, action: fail}", status: 404,
      verdict: .fail(.data, reason: "answered 404", hint: failHint)),
    RuledAnswer(
      rules: "{when: {status: 4xx}, action: fail}", status: 401,
      verdict: .fail(.config, reason: "answered 401", hint: failHint)),
    RuledAnswer(
      rules: "{when: {status: 4xx}, action: retry}", status: 429, verdict: .retry(.rateLimited, reason: "answered 429")),
    RuledAnswer(
      rules: "{when: {status: 403}, action: retry, wait: 30s}", status: 403,
      verdict: .retry(reason: "answered 403", after: .seconds(30))),
    RuledAnswer(rules: "{when: {status: 422}, action: accept}", status: 422, verdict: .accept),
    // Of a body.
    RuledAnswer(
      rules: "{when: {path: $.status, in: [ERROR, DENIED]}, action: fail}", body: #"{"status":"DENIED"}"#,
      verdict: .fail(.data, reason: "answered 200 with $.status 'DENIED'", hint: failHint)),
    RuledAnswer(rules: "{when: {path: $.status, in: [ERROR]}, action: fail}", body: #"{"status":"OK"}"#),
    RuledAnswer(rules: "{when: {path: $.status, in: [ERROR]}, action: fail}", body: "<html>ERROR"),
    RuledAnswer(
      rules: "{when: {path: $.code, in: [17]}, action: not_found}", body: #"{"code":17}"#, verdict: .notFound),
    RuledAnswer(
      rules: "{when: {path: $.code, in: [17]}, action: not_found}", body: #"{"code":"17"}"#, verdict: .notFound),
    RuledAnswer(
      rules: "{when: {path: $.ok, in: [false]}, action: not_found}", body: #"{"ok":false}"#, verdict: .notFound),
    RuledAnswer(rules: "{when: {path: $.ok, in: [NO]}, action: not_found}", body: #"{"ok":"NO"}"#, verdict: .notFound),
    RuledAnswer(
      rules: "{when: {path: '$..code', in: [7]}, action: not_found}", body: #"[{"code":1},{"code":7}]"#,
      verdict: .notFound),
    RuledAnswer(
      rules: "{when: {path: $.error, exists: true}, action: not_found}", body: #"{"error":{}}"#, verdict: .notFound),
    RuledAnswer(rules: "{when: {path: $.error, exists: true}, action: not_found}", body: #"{"error":null}"#),
    RuledAnswer(rules: "{when: {path: $.error, exists: true}, action: not_found}", body: "{}"),
    RuledAnswer(
      rules: "{when: {path: $.items, exists: false}, action: fail}", body: "{}",
      verdict: .fail(.data, reason: "answered 200 without $.items", hint: failHint)),
    RuledAnswer(rules: "{when: {path: $.items, exists: false}, action: fail}", body: #"{"items":[]}"#),
    RuledAnswer(rules: "{when: {path: $.items, exists: false}, action: fail}", body: "no JSON"),
    RuledAnswer(
      rules: "{when: {body_contains: 'Too busy'}, action: retry}", body: "<html>Too busy now",
      verdict: .retry(reason: "answered 200 with 'Too busy' in its body")),
    RuledAnswer(rules: "{when: {body_contains: 'Too busy'}, action: retry}", body: "<html>"),
    // Of a header.
    RuledAnswer(
      rules: "{when: {header: x-state, in: [stale]}, action: retry}", headers: ["X-State": "stale"],
      verdict: .retry(reason: "answered 200 with x-state 'stale'")),
    RuledAnswer(rules: "{when: {header: X-State, exists: false}, action: not_found}", verdict: .notFound),
    // All conditions of one rule are needed, and the first rule wins.
    RuledAnswer(rules: "{when: {status: 200, path: $.a, in: [1]}, action: not_found}", status: 201, body: #"{"a":1}"#),
    RuledAnswer(
      rules: "{when: {status: 201, path: $.a, in: [1], body_contains: a}, action: not_found}", status: 201,
      body: #"{"a":1}"#, verdict: .notFound),
    RuledAnswer(
      rules: "{when: {path: $.s, in: [OK]}, action: accept}, {when: {path: $.s, exists: true}, action: not_found}",
      body: #"{"s":"OK"}"#, verdict: .accept),
    RuledAnswer(
      rules: "{when: {path: $.s, in: [OK]}, action: accept}, {when: {path: $.s, exists: true}, action: not_found}",
      body: #"{"s":"NO"}"#, verdict: .notFound),
    // Waits that a body asks for.
    RuledAnswer(
      rules: "{when: {status: 200}, action: retry, retry_after_path: $.in, wait: 9s}", body: #"{"in":2.5}"#,
      verdict: .retry(reason: "answered 200", after: .milliseconds(2500))),
    RuledAnswer(
      rules: "{when: {status: 200}, action: retry, retry_after_path: $.in}", body: #"{"in":"30"}"#,
      verdict: .retry(reason: "answered 200", after: .seconds(30))),
    RuledAnswer(
      rules: "{when: {status: 200}, action: retry, retry_after_path: $.in, wait: 9s}", body: "later",
      verdict: .retry(reason: "answered 200", after: .seconds(9))),
    RuledAnswer(
      rules: "{when: {status: 200}, action: retry, retry_after_path: $.in}", body: #"{"in":1e300}"#,
      verdict: .retry(reason: "answered 200", after: .seconds(1_000_000_000))),
    RuledAnswer(
      rules: "{when: {status: 200}, action: retry, retry_after_path: $.in}", body: #"{"in":-5}"#,
      verdict: .retry(reason: "answered 200", after: .zero)),
  ]

  @Test(arguments: answers)
  func `rules say what an answer means`(_ answer: RuledAnswer) async throws {
    let result = Self.decode(Self.file("responses: [\(answer.rules)]"))
    let api = try #require(result.definition?.apis.first?.declaration, "\(result.diagnostics)")
    let rules = AnswerDeclaration(expect: api.expect, responses: api.responses).rules(
      Workers(width: 1), mask: SecretMask())
    let judge = try #require(rules.judge)
    let url = try RequestURL("http://h/x")
    // The second time padded beyond what is judged in place.
    for padding in [0, 70_000] {
      let body = Array(answer.body.utf8) + [UInt8](repeating: 0x20, count: padding)
      let response = HTTPResponse(status: answer.status, headers: answer.headers, body: body, finalURL: url)
      #expect(await judge(response) == answer.verdict)
    }
  }

  @Test func `a secret that is quoted of an answer is masked before it is cut`() async throws {
    let text = "responses: [{when: {path: $.error, exists: true}, action: fail}]"
    let api = try #require(Self.decode(Self.file(text)).definition?.apis.first?.declaration)
    let secret = String((0..<40).map { "abcdefghij".map(String.init)[$0 % 10] }.joined())
    let rules = AnswerDeclaration(responses: api.responses).rules(Workers(width: 1), mask: SecretMask([secret]))
    let body = "{\"error\":\"" + String(repeating: "x ", count: 40) + secret + " is wrong\"}"
    let response = HTTPResponse(status: 200, body: Array(body.utf8), finalURL: try RequestURL("http://h/x"))
    guard case .fail(_, let reason, _)? = await rules.judge?(response) else {
      Issue.record("it is no failure")
      return
    }
    #expect(reason.contains("***") && !reason.contains("abcdefghij"), "\(reason)")
  }

  @Test func `without rules there is no judge, and what is expected is handed on`() throws {
    let result = Self.decode(Self.file("expect: {content_type: application/json, status: [200, 404]}"))
    let api = try #require(result.definition?.apis.first?.declaration, "\(result.diagnostics)")
    let rules = AnswerDeclaration(expect: api.expect, responses: api.responses).rules(
      Workers(width: 1), mask: SecretMask())
    #expect(rules.judge == nil)
    #expect(rules.contentType == "application/json")
    #expect(rules.statuses == StatusSet(["200", "404"]))
  }

  static let faults: [(String, [Said])] = [
    ("responses: [⟪{action: fail}]", [Said(.missingKey, "rule of api 'a' needs 'when'")]),
    ("responses: [⟪{when: {status: 404}}]", [Said(.missingKey, "rule of api 'a' needs 'action'")]),
    (
      "responses: [{when: {status: 404}, action: ⟪ignore}]",
      [Said(.badValue, "expected one of accept, not_found, retry, fail, not 'ignore'")]
    ),
    (
      "responses: [{when: {status: ⟪abc}, action: fail}, {when: {status: ⟪[200, 99]}, action: fail}]",
      ["abc", "99"].map {
        Said(
          .badValue,
          "'\($0)' is no status; write a number such as 404, a class such as 5xx, or a range such as 500-504")
      }
    ),
    (
      "responses: [{when: {path: ⟪'$.[', in: [a]}, action: fail}]",
      [
        Said(
          .badExpression,
          "'$.[' is no JSONPath: expected a member's name or '*' after the dot; other names are written ['like this'] (character 3 of the path)"
        )
      ]
    ),
    (
      "responses: [{when: {status: 200, ⟪in: [a]}, action: fail}]",
      [Said(.conflict, "'in' needs the 'path' or 'header' whose values it lists")]
    ),
    (
      "responses: [{when: {status: 200, ⟪exists: true}, action: fail}]",
      [Said(.conflict, "'exists' needs the 'path' or 'header' that it speaks of")]
    ),
    ("responses: [{when: {⟪header: X}, action: fail}]", [Said(.conflict, "'header' needs 'in' or 'exists'")]),
    (
      "responses: [{when: {path: $.a, ⟪header: X, exists: true}, action: fail}]",
      [Said(.conflict, "a condition has a 'path' or a 'header', not both")]
    ),
    (
      "responses: [{when: {path: $.a, ⟪in: [a], exists: false}, action: fail}]",
      [Said(.conflict, "what does not exist has no value, so 'in' and 'exists: false' exclude each other")]
    ),
    (
      "responses: [{when: ⟪{}, action: fail}]",
      [Said(.conflict, "'when' says nothing; it needs a 'status', 'path', 'header' or 'body_contains'")]
    ),
    (
      "responses: [{when: {status: 404}, action: not_found, ⟪class: data, ⟪message: x}]",
      ["class", "message"].map { Said(.conflict, "'action: not_found' is no failure, so it has no '\($0)'") }
    ),
    (
      "responses: [{when: {status: 404}, action: fail, ⟪wait: 1s, ⟪retry_after_path: $.a}]",
      ["wait", "retry_after_path"].map { Said(.conflict, "'\($0)' goes with 'action: retry' only") }
    ),
    (
      "responses: [{when: {status: 404}, action: fail, class: ⟪cancelled}]",
      [Said(.badValue, "expected one of transient, rate_limited, config, data, not 'cancelled'")]
    ),
    (
      "responses: [{when: {⟪sttus: 404, body_contains: a}, action: fail}]",
      [Said(.unknownKey, "unknown key 'sttus' in when of rule of api 'a'; did you mean 'status'?")]
    ),
    ("expect: {⟪content_type: json}", [Said(.badValue, "'json' is no media type; write one such as application/json")]),
    ("tls: {⟪client_key: k.pem}", [Said(.conflict, "'client_key' needs its 'client_certificate'")]),
    (
      "tls: {⟪system_roots: false}",
      [Said(.conflict, "without the system's authorities nobody is trusted; name a 'ca_file'")]
    ),
    (
      "tls: {⟪client_key_passphrase: x}",
      [Said(.conflict, "'client_key_passphrase' needs a 'client_certificate'")]
    ),
    (
      "tls: {⟪verify: false}",
      [
        Said(
          .unknownKey,
          "unknown key 'verify' in tls of api 'a'; known here: ca_file, system_roots, client_certificate, client_key, client_key_passphrase"
        )
      ]
    ),
  ]

  @Test(arguments: faults.indices)
  func `every fault is told at its place`(_ index: Int) {
    let (api, said) = Self.faults[index]
    let marked = MarkedText(Self.file(api))
    expect(Self.decode(marked.text).diagnostics, at: marked.places, are: said)
  }
}
