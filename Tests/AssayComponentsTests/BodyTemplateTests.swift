import AssayComponents
import AssayDefinition
import AssayFormats
import AssayHTTP
import AssayTestSupport
import Testing

/// Bodies of requests, from YAML to bytes.
@Suite struct BodyTemplateTests {
  private func decode<Text: RequestText>(_ yaml: String, as type: Text.Type) -> (
    body: BodyTemplate<Text>?, faults: [Diagnostic]
  ) {
    let (root, found) = YAMLReader.read(yaml)
    let context = Decoding(variables: Variables(environment: ["N": "7", "T": "x7"]), catalogue: Catalogue())
    context.add(found)
    return (root.flatMap { BodyTemplate<Text>.decode($0, context) }, context.diagnostics)
  }

  /// The bytes of a body whose columns have these texts, as text.
  private func sent(_ yaml: String, _ cells: [String: String] = [:]) throws -> String {
    let (body, faults) = decode(yaml, as: Template.self)
    #expect(faults.isEmpty, "\(faults)")
    let filled = try #require(body?.filled { cells[$0] })
    return String(decoding: filled.bytes, as: UTF8.self)
  }

  @Test(arguments: [
    (
      "json: {a: 1, b: -2.50, c: true, d: false, e: null, f: ~}",
      #"{"a":1,"b":-2.5,"c":true,"d":false,"e":null,"f":null}"#
    ),
    ("json: {a: '1', b: \"true\", c: 'null', d: ''}", #"{"a":"1","b":"true","c":"null","d":""}"#),
    (
      "json: {zip: 00501, state: NO, when: 2026-10-01, hex: 0x1F, half: .5, sum: 1_000, plus: +1, at: 12:30, minus: -}",
      #"{"zip":"00501","state":"NO","when":"2026-10-01","hex":"0x1F","half":".5","sum":"1_000","plus":"+1","at":"12:30","minus":"-"}"#
    ),
    ("json: [1, [], {}, [a, {b: [c]}]]", #"[1,[],{},["a",{"b":["c"]}]]"#), ("json: 5", "5"), ("json: text", #""text""#),
    ("json: null", "null"), ("json: 9223372036854775807", "9223372036854775807"), ("json: 1e3", "1000.0"),
    ("json:\n  n: ${env:N}\n  t: ${env:T}\n  q: \"${env:N}\"", #"{"n":7,"t":"x7","q":"7"}"#),
    ("json: {query: \"{{ a }}\"}", #"{"query":"{ a }"}"#),
    ("form: {a: 1, b: 'x y&z=ü+~', 'c d': ''}", "a=1&b=x+y%26z%3D%C3%BC%2B~&c+d="), ("form: {}", ""),
    ("text: as it is", "as it is"),
  ])
  func `YAML becomes the body that it spells`(yaml: String, body: String) throws {
    #expect(try sent(yaml) == body)
  }

  @Test(arguments: [
    (
      "json: 12345678901234567890",
      "'12345678901234567890' is beyond the numbers that can be kept; quote it to send a text"
    ),
    ("json: 1e999", "'1e999' is beyond the numbers that can be kept"),
    ("json: {a: {column}}", "YAML reads {column} without quotes as a mapping; write \"{column}\", or {column: null}"),
    ("{}", "a body has one of 'json', 'form' and 'text'"),
    ("{json: 1, form: {a: b}}", "either 'json' or 'form', not both"),
    ("{json: 1, text: x}", "a body with 'text' has no 'json' or 'form'"),
    ("{json: 1, content_type: text/csv}", "'content_type' goes with 'text'"), ("jsn: 1", "did you mean 'json'?"),
    ("{text: '{{\"a\": \"{b}\"}}', content_type: application/vnd.api+json}", "write the body under 'json'"),
    ("{text: 'a={b}', content_type: application/x-www-form-urlencoded}", "write the body under 'form'"),
    ("json: {a: '{b'}", "'{' without its '}'"), ("json: ${env:UNSET}", "UNSET"),
  ])
  func `a body that cannot be is a fault`(yaml: String, message: String) {
    let (_, faults) = decode(yaml, as: Template.self)
    #expect(faults.contains { $0.message.contains(message) }, "\(faults)")
  }

  @Test func `a source's texts are no templates`() throws {
    let (body, faults) = decode("json: {query: 'query { items(first: 10) { id } }', n: {a}}", as: FilledText.self)
    #expect(faults.isEmpty)
    #expect(
      body?.filled { _ in nil }?.bytes == Array(#"{"query":"query { items(first: 10) { id } }","n":{"a":null}}"#.utf8))
  }

  @Test func `a null skips the body unless the column may be null`() throws {
    let (body, _) = decode("json: {a: '{x}', b: '{y?}'}", as: Template.self)
    #expect(body?.filled { _ in nil } == nil)
    #expect(try sent("json: {a: '{x}', b: ['{y?}']}", ["x": "1"]) == #"{"a":"1","b":[""]}"#)
    #expect(decode("form: {a: '{x}'}", as: Template.self).body?.filled { _ in nil } == nil)
    #expect(decode("text: '{x}'", as: Template.self).body?.filled { _ in nil } == nil)
  }

  @Test func `what is filled into XML stays within it`() throws {
    let hostile = #"</a><b c="d">&'"#
    #expect(
      try sent("{text: '<a x=\"{v}\">{v}</a>', content_type: application/soap+xml}", ["v": hostile])
        == "<a x=\"\(escaped)\">\(escaped)</a>")
    #expect(try sent("text: '{v}'", ["v": hostile]) == hostile)
  }

  private let escaped = "&lt;/a&gt;&lt;b c=&quot;d&quot;&gt;&amp;&apos;"

  /// What a column holds never leaves the string that it was put into, in JSON and in a form.
  @Test func `any text comes back as it was from JSON and from a form`() throws {
    var random = SeededRandom(seed: 41)
    let marks = [
      "\"", "\\", "{", "}", "\n", "\r", "\t", "\u{0}", "\u{1F}", "\u{7F}", "\u{2028}", "é", "e\u{301}", "😀", "\\u0022",
      "\\\"", "&", "=", "+", "%", "%22", " ", "/", "]", ",", ":", "null", "a", "\u{FEFF}",
    ]
    let json = try #require(decode("json: {a: '{x}', b: ['<{x}|{y}>', 1], c: {d: '{y}'}}", as: Template.self).body)
    let form = try #require(decode("form: {a: '{x}', b: '<{x}|{y}>'}", as: Template.self).body)
    for _ in 0..<2_000 {
      let x = (0..<random.next(below: 12)).map { _ in random.pick(marks) }.joined()
      let y = (0..<random.next(below: 12)).map { _ in random.pick(marks) }.joined()
      let cells = ["x": x, "y": y]
      let root = try JSONParser.parse(json.filled { cells[$0] }?.bytes ?? [])
      let expected: JSONValue = [
        "a": .string(x), "b": [.string("<\(x)|\(y)>"), 1], "c": ["d": .string(y)],
      ]
      #expect(root.text == expected.text)
      let sent = String(decoding: form.filled { cells[$0] }?.bytes ?? [], as: UTF8.self)
      let fields = sent.split(separator: "&", omittingEmptySubsequences: false).map { field in
        field.split(separator: "=", omittingEmptySubsequences: false).map {
          PercentEncoding.decode(String($0), plus: true)
        }
      }
      #expect(
        fields.map { $0.map { Array($0.utf8) } }
          == [["a", x], ["b", "<\(x)|\(y)>"]].map { $0.map { Array($0.utf8) } })
    }
  }

  private func body(_ yaml: String) throws -> RequestBody {
    try #require(decode(yaml, as: FilledText.self).body?.filled { _ in nil })
  }

  @Test(arguments: [
    ("json: {a: 1}", "page", #"{"a":1,"page":7}"#), ("json: {page: 1, b: 2}", "page", #"{"page":7,"b":2}"#),
    ("json: {}", "page.number", #"{"page":{"number":7}}"#),
    ("json: {page: {number: 1, size: 5}}", "page.number", #"{"page":{"number":7,"size":5}}"#),
    ("json: {page: null}", "page.number", #"{"page":{"number":7}}"#), ("json: {}", "a.b.c", #"{"a":{"b":{"c":7}}}"#),
    ("form: {a: 1}", "page.number", "a=1&page.number=7"), ("form: {page: 1, a: 2}", "page", "a=2&page=7"),
  ])
  func `a page's parameter is set in the body`(yaml: String, name: String, sent: String) throws {
    let set = try body(yaml).setting([PageRequest.Parameter(name, 7, in: .body)])
    #expect(String(decoding: set.bytes, as: UTF8.self) == sent)
  }

  @Test func `a text stays a text in JSON, and where there is no body one is made`() throws {
    let parameters = [
      PageRequest.Parameter("after", "7", in: .body), .init("score", "1.5", in: .body, isNumber: true),
      .init("long", "123456789012345678901", in: .body),
    ]
    let set = try RequestBody.empty.setting(parameters)
    #expect(set.bytes == Array(#"{"after":"7","score":1.5,"long":"123456789012345678901"}"#.utf8))
    #expect(set.contentType == "application/json")
    #expect(try RequestBody.empty.setting([]) == .empty)
  }

  @Test(arguments: [
    ("json: {page: 1}", "page.number", "leads through what is no object"), ("json: [1]", "page", "no object"),
    ("json: {}", "page.", "names no member"), ("json: {}", "", "names no member"),
    ("text: x", "page", "'text' takes no"),
  ])
  func `a parameter that has no place is a fault`(yaml: String, name: String, message: String) throws {
    let body = try body(yaml)
    let fault = #expect(throws: RequestBody.Fault.self) { _ = try body.setting([.init(name, 7, in: .body)]) }
    #expect(fault?.description.contains(message) == true)
  }
}
