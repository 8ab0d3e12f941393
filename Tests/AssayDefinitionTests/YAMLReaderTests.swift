import AssayDefinition
import AssayTestSupport
import Testing

@Suite struct YAMLReaderTests {
  static let duplicates: [(String, [Said])] = [
    ("a: 1\n⟪a: 2", [Said(.yamlDuplicateKey, "duplicate key 'a'; it stands first in line 1")]),
    (
      "a: 1\nb: 2\n⟪a: 3\n⟪b: 4\n⟪a: 5",
      [
        Said(.yamlDuplicateKey, "duplicate key 'a'; it stands first in line 1"),
        Said(.yamlDuplicateKey, "duplicate key 'b'; it stands first in line 2"),
        Said(.yamlDuplicateKey, "duplicate key 'a'; it stands first in line 1"),
      ]
    ),
    (
      "a: 1\n⟪\"a\": 2\n⟪'a': 3",
      [
        Said(.yamlDuplicateKey, "duplicate key 'a'; it stands first in line 1"),
        Said(.yamlDuplicateKey, "duplicate key 'a'; it stands first in line 1"),
      ]
    ),
    (
      "m:\n  x: 1\n  y: {z: 1}\n  ⟪x: 2\nn:\n  x: 1",
      [
        Said(.yamlDuplicateKey, "duplicate key 'x'; it stands first in line 2")
      ]
    ),
    (
      "l:\n- k: 1\n  v: 2\n- k: 3\n  v: 4\n  ⟪v: 5",
      [Said(.yamlDuplicateKey, "duplicate key 'v'; it stands first in line 5")]
    ),
    ("ä🙂: 1\n⟪ä🙂: 2", [Said(.yamlDuplicateKey, "duplicate key 'ä🙂'; it stands first in line 1")]),
    ("a: 1\n⟪a  : 2", [Said(.yamlDuplicateKey, "duplicate key 'a'; it stands first in line 1")]),
    ("{⟪a: 1, a: 2}", [Said(.yamlDuplicateKey, "duplicate key 'a'")]),
    ("a: 1\r\n⟪a: 2\r\n", [Said(.yamlDuplicateKey, "duplicate key 'a'; it stands first in line 1")]),
  ]

  @Test(arguments: duplicates)
  func `duplicate keys are all told with their places`(marked: String, expected: [Said]) {
    let text = MarkedText(marked)
    expect(YAMLReader.read(text.text).diagnostics, at: text.places, are: expected)
  }

  @Test func `the first of duplicate keys counts, and what stands behind is still read`() {
    let (root, diagnostics) = YAMLReader.read("a: 1\na: {deep: [1]}\nb: 2")
    #expect(diagnostics.count == 1)
    #expect(root?.pairs?.map(\.key) == ["a", "b"])
    #expect(root?["a"]?.description == "'1'")
    #expect(root?["b"]?.location == Place(line: 3, column: 4))
  }

  @Test func `hundreds of duplicate keys end soon`() {
    let text = (0..<400).map { "key: \($0)" }.joined(separator: "\n")
    let diagnostics = YAMLReader.read(text).diagnostics
    #expect(diagnostics.count == 101)
    #expect(diagnostics.allSatisfy { $0.code == .yamlDuplicateKey })
  }

  static let broken: [(String, Int, DiagnosticCode, String)] = [
    ("a: [1, 2\nb: 3", 2, .yamlSyntax, "flow sequence"),
    ("a: b: c", 1, .yamlSyntax, "mapping values are not allowed"),
    ("a: \"x", 1, .yamlSyntax, "quoted scalar"),
    ("a:\n\tb: 1", 2, .yamlSyntax, "not tabs"),
    ("a: *nobody", 1, .yamlSyntax, "undefined alias"),
    ("a: 1\n---\nb: 2", 2, .yamlSyntax, "another document"),
    ("http: {records: $.items[*]}", 1, .unquotedTemplate, "\"$.items[*]\""),
    ("http: {records: $.items[*]}\r\nb: 1\r\n", 1, .unquotedTemplate, "\"$.items[*]\""),
    ("a: {street}, {city}", 1, .unquotedTemplate, "\"{street}, {city}\""),
    ("b: 1\na:\n  x: {street} 5", 3, .unquotedTemplate, "\"{street} 5\""),
    ("? [a]\n: 1", 1, .yamlSyntax, "a key must be a text"),
    ("{a: 1}: 2", 1, .yamlSyntax, "a key must be a text"),
    ("a: %x", 1, .yamlSyntax, "cannot start any token"),
    ("a: @x", 1, .yamlSyntax, "cannot start any token"),
    ("a: \u{1}", 1, .yamlSyntax, "control characters"),
  ]

  @Test(arguments: broken)
  func `what is no YAML is told with its line`(text: String, line: Int, code: DiagnosticCode, part: String) {
    let found = YAMLReader.read(text).diagnostics
    #expect(found.count == 1)
    #expect(found.first?.code == code)
    #expect(found.first?.location.line == line)
    #expect(found.first?.message.contains(part) == true, "\(found.first?.message ?? "")")
  }

  @Test(arguments: ["", "\n\n", "# only a comment\n", "   ", "---\n", "\u{FEFF}", "\u{FEFF}# x"])
  func `a file without a value has no root and no fault, or an empty one`(text: String) {
    let (root, diagnostics) = YAMLReader.read(text)
    #expect(diagnostics.isEmpty)
    #expect(root.map(\.isNull) ?? true)
  }

  @Test func `a byte order mark is not a part of the first key`() {
    #expect(YAMLReader.read("\u{FEFF}a: 1").root?.pairs?.map(\.key) == ["a"])
  }

  @Test func `places count Unicode scalars`() {
    let root = YAMLReader.read("{é🙂: ü, b: [1, {c: 2}]}").root
    #expect(root?.location == Place(line: 1, column: 1))
    #expect(root?["b"]?.location == Place(line: 1, column: 12))
    #expect(root?.pairs?[1].keyLocation == Place(line: 1, column: 9))
  }

  @Test func `merge keys bring what the mapping does not say itself`() {
    let root = YAMLReader.read(
      """
      one: &one {a: 1, b: 1}
      two: &two {b: 2, c: 2}
      x: {<<: *one, a: 9}
      y: {<<: [*one, *two], d: 4}
      z: {"<<": text}
      """
    ).root
    func texts(_ name: String) -> [String] {
      root?[name]?.pairs?.map { "\($0.key)=\($0.value.description)" } ?? []
    }
    #expect(texts("x") == ["a='9'", "b='1'"])
    #expect(texts("y") == ["d='4'", "a='1'", "b='1'", "c='2'"])
    #expect(texts("z") == ["<<='text'"])
  }

  @Test func `an alias stands for what its anchor names`() {
    let root = YAMLReader.read("a: &x [1, {k: v}]\nb: *x\nc: 2*3 * y").root
    guard case .sequence(let items) = root?["b"]?.kind else {
      Issue.record("no list")
      return
    }
    #expect(items[1]["k"]?.description == "'v'")
    #expect(root?["c"]?.description == "'2*3 * y'")
  }

  /// Ten levels, each ten times the one before.
  private static func bomb(_ prefix: String, leaf: String) -> String {
    (1...10).reduce("\(prefix)0: &\(prefix)0 \(leaf)\n") { text, level in
      let items = [String](repeating: "*\(prefix)\(level - 1)", count: 10).joined(separator: ", ")
      return text + "\(prefix)\(level): &\(prefix)\(level) [\(items)]\n"
    }
  }

  @Test(.timeLimit(.minutes(1)))
  func `aliases that expand without bound are a fault`() {
    let (root, diagnostics) = YAMLReader.read(Self.bomb("a", leaf: "[x, x]"))
    #expect(root == nil)
    #expect(diagnostics.map(\.code) == [.yamlTooLarge])
    #expect(diagnostics.first?.message == "aliases expand this file to more than 200000 values")
  }

  @Test(.timeLimit(.minutes(1)))
  func `merge keys that expand without bound are a fault`() {
    let text = (1...10).reduce("m0: &m0 {k: v}\n") { text, level in
      let items = [String](repeating: "*m\(level - 1)", count: 10).joined(separator: ", ")
      return text + "m\(level): &m\(level) {<<: [\(items)], k\(level): v}\n"
    }
    #expect(YAMLReader.read(text).diagnostics.map(\.code) == [.yamlTooLarge])
  }

  static let bombKeys = [
    "? *a10\n: 1\n? *b10\n: 2", "k: {*a10 : 1, *b10 : 2}", "k: {? *a10 : 1, ? *b10 : 2}",
    "? [*a10]\n: 1\n? [*b10]\n: 2",
    "k:\n  - {[*a10]: 1, [*b10]: 2}", "*a10 : 1\n*b10 : 2", "? {x: *a10}\n: 1\n? {x: *b10}\n: 2",
  ]

  @Test(.timeLimit(.minutes(1)), arguments: bombKeys)
  func `aliases as keys are a fault, however much they expand to`(keys: String) {
    let text = bombs + keys
    let (root, diagnostics) = YAMLReader.read(text)
    #expect(root == nil)
    #expect(diagnostics.allSatisfy { $0.code == .yamlSyntax && $0.message == "a key must be a text" })
    #expect(diagnostics.count == 2)
    #expect(diagnostics.first.map { $0.location.line > 22 } == true)
  }

  private var bombs: String { Self.bomb("a", leaf: "x") + Self.bomb("b", leaf: "x") }

  static let deep: [(String, String)] = [
    ("brackets", String(repeating: "[", count: 100_000)),
    ("closed brackets", String(repeating: "[", count: 100_000) + String(repeating: "]", count: 100_000)),
    ("braces", String(repeating: "{a: ", count: 100_000)),
    ("closed braces", String(repeating: "{a: ", count: 900) + String(repeating: "}", count: 900)),
    ("dashes", String(repeating: "- ", count: 100_000) + "x"),
    ("question marks", String(repeating: "? ", count: 100_000) + "x"),
    ("some brackets", String(repeating: "[", count: 990) + String(repeating: "]", count: 990)),
    ("indentation", (0..<3000).map { String(repeating: " ", count: $0) + "a:\n" }.joined()),
    ("keys of brackets", "? " + String(repeating: "[", count: 900) + String(repeating: "]", count: 900) + "\n: 1"),
  ]

  @Test(.timeLimit(.minutes(1)), arguments: deep)
  func `deep nesting is a fault and no crash`(name: String, text: String) {
    let (root, diagnostics) = YAMLReader.read(text)
    #expect(root == nil || name == "keys of brackets")
    #expect(diagnostics.count == 1)
    #expect(diagnostics.allSatisfy { $0.severity == .error })
  }

  @Test func `a hundred levels are too deep, and fifty are not`() {
    let nested = { (depth: Int) in String(repeating: "[", count: depth) + String(repeating: "]", count: depth) }
    #expect(YAMLReader.read(nested(50)).diagnostics.isEmpty)
    #expect(YAMLReader.read(nested(101)).diagnostics.map(\.message) == ["values nest more than 100 deep"])
  }

  @Test func `a file of ten megabytes is refused unread`() {
    let text = String(repeating: "a: b # some comment\n", count: 500_000)
    #expect(YAMLReader.read(text).diagnostics.map(\.message) == ["the file has more than 8 MiB"])
  }

  @Test(.timeLimit(.minutes(1)))
  func `a large list within the limits is read, and one beyond them is a fault`() {
    let fine = "a:\n" + String(repeating: "- x\n", count: 150_000)
    #expect(YAMLReader.read(fine).diagnostics.isEmpty)
    let many = "a:\n" + String(repeating: "- x\n", count: 250_000)
    #expect(YAMLReader.read(many).diagnostics.map(\.code) == [.yamlTooLarge])
  }
}
