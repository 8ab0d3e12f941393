import AssayComponents
import Testing

@Suite struct TerminalStyleTests {
  struct Case: Sendable, CustomTestStringConvertible {
    var isTerminal = true
    var columns: Int? = 100
    var variables: [String: String] = [:]
    var expected: TerminalStyle
    var testDescription: String { "\(isTerminal) \(variables)" }
  }

  @Test(arguments: [
    Case(
      variables: ["TERM": "xterm", "LANG": "en_US.UTF-8"],
      expected: TerminalStyle(color: true, width: 100, unicode: true, canRedraw: true)),
    Case(
      variables: ["TERM": "xterm", "LANG": "C.utf8", "NO_COLOR": "1"],
      expected: TerminalStyle(color: false, width: 100, unicode: true, canRedraw: true)),
    // An empty NO_COLOR is none, by the convention.
    Case(
      variables: ["TERM": "xterm", "NO_COLOR": ""],
      expected: TerminalStyle(color: true, width: 100, unicode: false, canRedraw: true)),
    Case(
      variables: ["TERM": "dumb", "LANG": "en_US.UTF-8"],
      expected: TerminalStyle(color: false, width: 100, unicode: true, canRedraw: false)),
    Case(
      variables: ["TERM": "xterm", "LC_ALL": "C", "LANG": "en_US.UTF-8", "COLUMNS": "70"],
      expected: TerminalStyle(color: true, width: 70, unicode: false, canRedraw: true)),
    Case(
      isTerminal: false, columns: nil, variables: ["TERM": "xterm"],
      expected: TerminalStyle(color: false, width: 80, unicode: true, canRedraw: false)),
    Case(
      isTerminal: false, columns: nil, variables: ["LANG": "de_DE.ISO-8859-1", "COLUMNS": "-5"],
      expected: TerminalStyle(color: false, width: 80, unicode: false, canRedraw: false)),
  ])
  func `the style follows the terminal and the environment`(_ example: Case) {
    let style = TerminalStyle(isTerminal: example.isTerminal, columns: example.columns) { example.variables[$0] }
    #expect(style == example.expected)
  }
}
