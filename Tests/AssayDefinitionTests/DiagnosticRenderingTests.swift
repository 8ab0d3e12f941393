import AssayDefinition
import AssayTestSupport
import Testing

@Suite struct DiagnosticRenderingTests {
  private func excerpt(_ marked: String) -> [String] {
    let text = MarkedText(marked)
    let diagnostic = Diagnostic(.error, .badValue, at: text.places.first ?? .start, "odd")
    return DiagnosticRendering(file: "p.yaml", text: text.text).excerpt(diagnostic)
      .split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
  }

  static let carets: [(String, String, String)] = [
    ("a: 1\nkey: ⟪x\nb: 2", "    key: x", "         ^"),
    ("⟪x", "    x", "    ^"), ("x⟪", "    x", "     ^"), ("a\n⟪", "    ", "    ^"),
    ("a: 1\r\nkey: ⟪x\r\nb: 2", "    key: x", "         ^"),
    ("\tk: ⟪x", "     k: x", "        ^"),
    ("é: ⟪x", "    é: x", "       ^"), ("e\u{301}: ⟪x", "    e\u{301}: x", "       ^"),
    ("価格: ⟪x", "    価格: x", "          ^"), ("🙂: ⟪x", "    🙂: x", "        ^"), ("ｋ: ⟪x", "    ｋ: x", "        ^"),
    ("a\u{1B}[31m: ⟪x", "    a\u{FFFD}[31m: x", "            ^"),
    ("a\u{202E}b: ⟪x", "    a\u{FFFD}b: x", "         ^"),
    ("❤\u{FE0F}: ⟪x", "    ❤\u{FE0F}: x", "       ^"),
  ]

  @Test(arguments: carets)
  func `the caret stands under the place`(marked: String, line: String, caret: String) {
    #expect(Array(excerpt(marked).dropFirst()) == [line, caret])
  }

  @Test func `lines are those of editors, whatever else YAML takes for line breaks`() {
    for (end, line) in [("\n", 3), ("\r\n", 3), ("\r", 3), ("\u{85}", 1), ("\u{2028}", 1), ("\u{2029}", 1)] {
      let text = "a: 1\(end)b: 2\(end)c: ]"
      let (_, diagnostics) = YAMLReader.read(text)
      let lines = DiagnosticRendering(file: "p.yaml", text: text).report(diagnostics).split(separator: "\n")
      #expect(lines.count == 3)
      #expect(lines[0].hasPrefix("p.yaml:\(line):"))
      #expect(lines[1].hasSuffix("c: ]"))
    }
    let (root, found) = YAMLReader.read("a\u{2028}b: 'x\u{85}y'\nc: ]\u{F700}\u{2029}")
    #expect(root == nil)
    #expect(found.map(\.location.line) == [2])
    let (kept, none) = YAMLReader.read("a\u{2028}b: 'x\u{85}y\u{F700}'\nc: z\u{2029}z")
    #expect(none.isEmpty)
    #expect(kept?.pairs?.map(\.key) == ["a\u{2028}b", "c"])
    #expect(kept?.pairs?.map(\.value.description) == ["'x\u{85}y\u{F700}'", "'z\u{2029}z'"])
  }

  @Test func `a long line is cut around the caret`() {
    let long = String(repeating: "a", count: 5000)
    let lines = excerpt(long + "⟪X" + long)
    #expect(lines[1].count == 104)
    #expect(lines[2].count <= 104)
    let caret = lines[2].distance(from: lines[2].startIndex, to: lines[2].lastIndex(of: "^") ?? lines[2].startIndex)
    #expect(Array(lines[1])[caret] == "X")
  }

  static let secrets: [(String, String, String)] = [
    ("{tokn⟪: x, token: \(long)}", "    {tokn: x, token: ***}", "         ^"),
    ("{token: \(long), tokn⟪: x}", "    {token: ***, tokn: x}", "                     ^"),
    ("{token: ⟪\(long)}", "    {token: ***}", "            ^"),
    ("{token: xyz⟪\(long.dropFirst(3))}", "    {token: ***}", "            ^"),
    ("\(filler)\(long)⟪", "    \(filler.dropFirst(64))***", "    \(pad)^"),
  ]
  static let long = "xyz" + String(repeating: "s3cret", count: 40)
  static let filler = String(repeating: "a", count: 120)
  static let pad = String(repeating: " ", count: 59)

  @Test(arguments: secrets)
  func `a secret is masked before its line is cut, and the caret stays at its place`(
    marked: String, line: String, caret: String
  ) {
    let text = MarkedText(marked)
    let rendering = DiagnosticRendering(
      file: "p.yaml", text: text.text, mask: { $0.replacing(Self.long, with: "***") })
    let shown = rendering.excerpt(Diagnostic(.error, .badValue, at: text.places.first ?? .start, "odd"))
    #expect(shown.split(separator: "\n").dropFirst().map(String.init) == [line, caret])
  }

  @Test func `a place that the file does not have is told without a line`() {
    let rendering = DiagnosticRendering(file: "p.yaml", text: "a")
    let far = Diagnostic(.warning, .unused, at: Place(line: 9, column: 4), "gone")
    #expect(rendering.excerpt(far) == "p.yaml:9:4: warning: gone [reference.unused]")
    let wide = Diagnostic(.error, .unused, at: Place(line: 1, column: 99), "gone")
    #expect(rendering.excerpt(wide) == "p.yaml:1:99: error: gone [reference.unused]\n    a\n     ^")
    let none = Diagnostic(.error, .unused, at: Place(line: 0, column: 0), "gone")
    #expect(rendering.excerpt(none) == "p.yaml:0:0: error: gone [reference.unused]")
  }

  @Test func `what controls a terminal does not reach it in a message`() {
    let rendering = DiagnosticRendering(file: "p.yaml", text: "")
    let said = rendering.line(Diagnostic(.error, .unknownKey, at: .start, "unknown key 'a\u{1B}[2Jb\nc'"))
    #expect(said == "p.yaml:1:1: error: unknown key 'a\u{FFFD}[2Jb\u{FFFD}c' [config.unknown-key]")
  }

  static let unseen: [Unicode.Scalar] =
    [
      0x61C, 0x200E, 0x200F, 0x202A, 0x202B, 0x202C, 0x202D, 0x202E, 0x2066, 0x2067, 0x2068, 0x2069, 0xAD, 0x200B,
      0x200C, 0x200D, 0x2028, 0x2029, 0x2060, 0xFEFF, 0xFFF9, 0x3164, 0xE0041, 0x7F, 0x9B,
    ].compactMap { Unicode.Scalar($0 as UInt32) }

  @Test(arguments: unseen.indices)
  func `what cannot be seen is shown as something`(index: Int) {
    let odd = String(Character(Self.unseen[index]))
    let rendering = DiagnosticRendering(file: "p\(odd).yaml", text: "a\(odd)b")
    let place = Place(line: 1, column: 3)
    let said = rendering.excerpt(Diagnostic(.error, .unknownKey, at: place, "unknown key 'a\(odd)b'"))
    #expect(
      said == "p\u{FFFD}.yaml:1:3: error: unknown key 'a\u{FFFD}b' [config.unknown-key]\n    a\u{FFFD}b\n      ^")
  }

  @Test(arguments: [(100, nil), (101, "… and 1 more"), (2500, "… and 2400 more")] as [(Int, String?)])
  func `of many diagnostics the first hundred are told`(count: Int, last: String?) {
    let found = (0..<count).map { Diagnostic(.error, .badValue, at: Place(line: count - $0, column: 1), "odd") }
    let lines = DiagnosticRendering(file: "f", text: "").report(found).split(separator: "\n")
    #expect(lines.filter { $0.contains(": odd [") }.count == 100)
    #expect(lines.filter { $0.hasPrefix("f:100:1:") }.count == 1)
    #expect(lines.last.map(String.init) == last ?? "f:100:1: error: odd [config.bad-value]")
  }

  @Test func `diagnostics are told in the order of their places`() {
    let rendering = DiagnosticRendering(file: "f", text: "abc\ndef")
    let found = [(2, 1, "c"), (1, 3, "b"), (1, 1, "z"), (1, 1, "a")].map {
      Diagnostic(.error, .badValue, at: Place(line: $0, column: $1), $2)
    }
    let lines = rendering.report(found).split(separator: "\n").filter { $0.hasPrefix("f:") }
    #expect(lines.map { $0.split(separator: " ")[2] } == ["a", "z", "b", "c"])
  }

  @Test func `every code has a name and a meaning of its own`() {
    #expect(Set(DiagnosticCode.allCases.map(\.meaning)).count == DiagnosticCode.allCases.count)
    #expect(DiagnosticCode.allCases.allSatisfy { $0.rawValue.contains(".") })
  }
}
