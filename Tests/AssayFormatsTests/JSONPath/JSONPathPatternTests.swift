import AssayFormats
import Testing

/// I-Regexp (RFC 9485) as `match` and `search` use it.
@Suite struct JSONPathPatternTests {
  /// The texts that a pattern, taken from the document, matches.
  private func found(_ function: String, _ pattern: String, _ texts: [String]) throws -> [String] {
    let document = JSONValue.object(["p": .string(pattern), "t": .array(texts.map { .string($0) })])
    return try JSONPath("$.t[?\(function)(@, $.p)]").select(in: document).compactMap {
      if case .string(let text) = $0 { text } else { nil }
    }
  }

  @Test(
    arguments: [
      ("a.*", ["ab", "a", "ba"], ["ab", "a"]),
      (".", ["a", "\n", "\r", "\u{2028}", "😀", "ab"], ["a", "\u{2028}", "😀"]),
      ("a|bc", ["a", "bc", "ac", "abc"], ["a", "bc"]), ("(ab)+", ["ab", "abab", "aba"], ["ab", "abab"]),
      ("a?b", ["b", "ab", "aab"], ["b", "ab"]),
      ("a{2}", ["a", "aa", "aaa"], ["aa"]), ("a{2,}", ["a", "aa", "aaa"], ["aa", "aaa"]),
      ("a{1,2}", ["", "a", "aa", "aaa"], ["a", "aa"]), ("a{0}", ["", "a"], [""]),
      ("[a-c]x", ["ax", "cx", "dx"], ["ax", "cx"]), ("[^a-c]", ["a", "d", "\n"], ["d", "\n"]),
      ("[-a]", ["-", "a", "b"], ["-", "a"]), ("[a-]", ["-", "a"], ["-", "a"]),
      (#"[\]\\n]"#, ["]", "\\", "n"], ["]", "\\", "n"]), ("[.*]", [".", "*", "a"], [".", "*"]),
      (#"\p{Lu}"#, ["Ж", "ж", "1"], ["Ж"]), (#"\P{L}+"#, ["12", "a", "-"], ["12", "-"]),
      (#"[\p{N}x]+"#, ["1x²", "y"], ["1x²"]), (#"\.\*\(\)\{\}\|\?\+\[\]\-\^"#, [".*(){}|?+[]-^"], [".*(){}|?+[]-^"]),
      (#"\n\r\t"#, ["\n\r\t"], ["\n\r\t"]),
      ("^ab.*", ["abc", "xab"], ["abc"]), (".*bc$", ["abc", "abcx"], ["abc"]), ("", ["", "a"], [""]),
      ("a||b", ["a", "", "b", "ab"], ["a", "", "b"]), ("é", ["e\u{301}", "é"], ["é"]),
      ("(a*)*b", ["aab", "aaa"], ["aab"]), ("[a-c]{2}(x|y){0,2}", ["abxy", "ab", "a"], ["abxy", "ab"]),
    ] as [(String, [String], [String])])
  func `match takes the whole text`(pattern: String, texts: [String], matching: [String]) throws {
    #expect(try found("match", pattern, texts) == matching)
  }

  @Test(
    arguments: [
      ("b", ["abc", "b", "ac"], ["abc", "b"]), ("^b", ["ab", "ba"], ["ba"]), ("b$", ["ab", "ba"], ["ab"]),
      ("", ["", "x"], ["", "x"]), ("[0-9]{3}", ["a123b", "12"], ["a123b"]),
      ("a.c", ["xabcx", "a\nc"], ["xabcx"]),
    ] as [(String, [String], [String])])
  func `search takes any part`(pattern: String, texts: [String], matching: [String]) throws {
    #expect(try found("search", pattern, texts) == matching)
  }

  @Test(arguments: [
    "(", ")", "[", "]", "[]", "a**", "*", "+a", "a{", "a{2,1}", "a{x}", #"\d"#, #"\"#, #"\p{Xx}"#, #"\p{L"#, "[b-a]",
    "[a-b-c]", "[[a]]", "a{100000}{100000}", "(?:a)",
  ])
  func `a pattern that is none matches nothing`(pattern: String) throws {
    #expect(try found("search", pattern, ["a", "", "(", "d"]) == [])
  }

  @Test func `hostile text takes linear time`() throws {
    let text = String(repeating: "a", count: 20_000)
    #expect(try found("match", "(a*)*(a|aa)+b", [text]) == [])
    #expect(try found("search", "(a+)+b", [text]) == [])
  }
}
