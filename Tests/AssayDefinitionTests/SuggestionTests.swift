import AssayDefinition
import Testing

@Suite struct SuggestionTests {
  static let table: [(String, [String], String?)] = [
    ("paht", ["path", "type"], "path"), ("PATH", ["path"], "path"),
    ("delimeter", ["delimiter", "diameter"], "delimiter"),
    ("form", ["from", "format"], "from"), ("x", ["y"], "y"), ("ab", ["cd"], nil), ("zzz", ["path"], nil),
    ("", ["a"], "a"),
    ("", ["abc"], nil), ("not_nul", ["not_null", "unique"], "not_null"), ("cat", ["car", "bat"], "car"), ("a", [], nil),
    ("on_emtpy", ["on_empty", "on_new_column"], "on_empty"), ("größe", ["grösse", "grobe"], "grösse"),
  ]

  @Test(arguments: table)
  func `the nearest name is suggested, if one is near`(name: String, candidates: [String], expected: String?) {
    #expect(nearest(name, among: candidates) == expected)
  }

  @Test func `a name of any length is answered soon`() {
    #expect(nearest(String(repeating: "x", count: 1_000_000), among: ["path"]) == nil)
  }

  @Test func `without a near name the known ones are listed, if they are few`() {
    #expect(suggestion(for: "zzzz", among: ["path", "type"]) == "; known here: path, type")
    #expect(suggestion(for: "zzzz", among: (0..<13).map { "name\($0)" }) == "")
    #expect(suggestion(for: "zzzz", among: []) == "")
    #expect(suggestion(for: "tpye", among: ["path", "type"]) == "; did you mean 'type'?")
  }
}
