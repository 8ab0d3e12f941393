import AssayDefinition
import Testing

@Suite struct EnvironmentFileTests {
  static let good: [(String, [String: String])] = [
    ("", [:]), ("A=1", ["A": "1"]), ("A=1\nB=2\n", ["A": "1", "B": "2"]), ("A=1\r\nB=2\r\n", ["A": "1", "B": "2"]),
    ("  A = 1  ", ["A": "1"]), ("export A=1", ["A": "1"]), ("export   A=1", ["A": "1"]),
    ("exported=1", ["exported": "1"]),
    ("# A=1\n\n   # B=2", [:]), ("A=1 # one", ["A": "1"]), ("A=1#one", ["A": "1#one"]), ("A=#x", ["A": ""]),
    ("A=", ["A": ""]), ("A=\"\"", ["A": ""]), ("A='a # b'", ["A": "a # b"]), ("A=\"a # b\" # c", ["A": "a # b"]),
    ("A=\"line\\nnext\"", ["A": "line\nnext"]), ("A='line\\nnext'", ["A": "line\\nnext"]),
    ("A=\"say \\\"hi\\\" \\\\\"", ["A": "say \"hi\" \\"]), ("A=it's", ["A": "it's"]), ("A=a=b=c", ["A": "a=b=c"]),
    ("A=1\nA=2", ["A": "2"]), ("A=${B}", ["A": "${B}"]), ("A=pässwörd🙂", ["A": "pässwörd🙂"]),
    ("\u{FEFF}A=1", ["A": "1"]),
  ]

  @Test(arguments: good)
  func `a file of variables is read`(text: String, expected: [String: String]) {
    let (values, badLines) = EnvironmentFile.parse(text)
    #expect(values == expected)
    #expect(badLines == [])
  }

  @Test(arguments: ["A", "=1", "A B=1", "A=\"x", "A='x' y", "A=\"x\"y", "export", "A=\"x\\\""])
  func `a line that cannot be read is told by its number, and the others are read`(line: String) {
    let (values, badLines) = EnvironmentFile.parse("X=1\n\n\(line)\nY=2")
    #expect(values == ["X": "1", "Y": "2"])
    #expect(badLines == [3])
  }
}
