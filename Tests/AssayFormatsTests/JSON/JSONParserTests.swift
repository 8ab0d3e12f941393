import AssayFormats
import FormatTwins
import AssayTestSupport
import Testing

@Suite struct JSONParserTests {
  @Test(
    arguments: [
      ("null", .null), (" true ", .bool(true)), ("false", .bool(false)), ("0", .integer(0)), ("-0", .integer(0)),
      ("-12", .integer(-12)), ("9223372036854775807", .integer(.max)), ("-9223372036854775808", .integer(.min)),
      ("9223372036854775808", .decimal(9_223_372_036_854_775_808)), ("1.0", .decimal(1)), ("1e2", .decimal(100)),
      ("-1.5E-3", .decimal(-0.0015)), ("0.1", .decimal(0.1)), ("1e-400", .decimal(0)),
      ("123456789012345678.5", .decimal(123456789012345678.5)),
      ("1000000000000000000", .integer(1_000_000_000_000_000_000)),
      (#""a\"\\\/\b\f\n\r\t""#, .string("a\"\\/\u{08}\u{0C}\n\r\t")), (#""\u00e9é""#, .string("éé")),
      (#""\ud83d\ude00 😀""#, .string("😀 😀")), (#""\u0000""#, .string("\0")), ("[]", .array([])),
      ("\u{FEFF}[1 , \"\" ]", .array([.integer(1), .string("")])), ("{ }", .object([:])),
      (#"{"a":{"b":[null]},"":1}"#, .object(["a": .object(["b": .array([.null])]), "": .integer(1)])),
    ] as [(String, JSONValue)])
  func `valid documents give their value`(text: String, value: JSONValue) throws {
    #expect(try JSONParser.parse(text) == value)
  }

  @Test(
    arguments: [
      ("", "ends", 0), ("[", "ends", 1), ("[1,", "ends", 3), (#"{"a""#, "ends", 4), ("\"ab", "ends", 3),
      ("tru", "ends", 3),
      ("-", "ends", 1), ("1.", "ends", 2), ("1e", "ends", 2), (#""\u12"#, "ends", 5), (#""\"#, "ends", 2),
      ("[1,]", "value", 3), ("[,1]", "value", 1), ("[1 2]", "comma", 3), ("{1:2}", "name", 1),
      (#"{"a":1,}"#, "name", 7),
      (#"{"a" 1}"#, "colon", 5), ("NaN", "words", 0), ("Infinity", "words", 0), ("-Infinity", "malformed", 1),
      ("nul1", "words", 0), ("01", "leading zero", 0), ("-01", "leading zero", 1), ("+1", "value", 0),
      (".5", "value", 0),
      ("1.e1", "malformed", 2), ("1e999", "range", 0), ("\"a\nb\"", "control", 2), (#""\x""#, "backslash", 1),
      (#""\u12g4""#, "hexadecimal", 1), (#""\ud83d""#, "surrogate", 1), (#""\ude00""#, "surrogate", 1),
      (#""\ud83d\u0041""#, "surrogate", 1), (#""\ud83dx""#, "surrogate", 1), ("1 2", "follows", 2),
      ("[]]", "follows", 2),
      ("'a'", "value", 0), ("[1}", "comma", 2), ("// x\n1", "value", 0),
    ] as [(String, String, Int)])
  func `malformed documents are faults with their place`(text: String, word: String, byte: Int) {
    let fault = #expect(throws: FormatFault.self) { try JSONParser.parse(text) }
    #expect(fault?.message.contains(word) == true, "\(String(describing: fault))")
    #expect(fault?.byte == byte)
  }

  @Test func `a fault tells its line`() {
    let fault = #expect(throws: FormatFault.self) { try JSONParser.parse("[\n1,\r\n2,\n\n x]") }
    #expect(fault?.line == 5)
    #expect(fault?.byte == 11)
  }

  @Test(
    arguments: [
      [0xFF], [0xC3], [0xC0, 0x80], [0xE0, 0x80, 0x80], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80],
      [0xF5, 0x80, 0x80, 0x80],
      [0x80], [0xE2, 0x82], [0xF0, 0x9F, 0x98],
    ] as [[UInt8]])
  func `invalid UTF-8 is a fault at its first byte`(bytes: [UInt8]) {
    let fault = #expect(throws: FormatFault.self) {
      try JSONParser.parse(Array("\"abc".utf8) + bytes + Array("\"".utf8))
    }
    #expect(fault?.byte == 4)
    #expect(fault?.message.contains("UTF-8") == true)
  }

  @Test func `the last of duplicate names counts, at the place of the first`() throws {
    let value = try JSONParser.parse(#"{"a":1,"b":2,"a":3}"#)
    #expect(value.text == #"{"a":3,"b":2}"#)
    let names = (0..<40).map { "\"k\($0)\":\($0)" } + ["\"k5\":true"]
    let large = try JSONParser.parse("{" + names.joined(separator: ",") + "}")
    #expect(large["k5"] == .bool(true))
    #expect(large["k39"] == .integer(39))
  }

  @Test func `names that are only canonically equivalent are two`() throws {
    let value = try JSONParser.parse(#"{"\u00e9":1,"e\u0301":2}"#)
    #expect(value["\u{E9}"] == .integer(1))
    #expect(value["e\u{301}"] == .integer(2))
  }

  @Test func `nesting is bounded`() throws {
    let deepest = String(repeating: "[", count: 512) + String(repeating: "]", count: 512)
    #expect(try JSONParser.parse(deepest).text == deepest)
    for opening in ["[", "{\"a\":", "[{\"a\":"] {
      let fault = #expect(throws: FormatFault.self) {
        try JSONParser.parse(String(repeating: opening, count: 100_000))
      }
      #expect(fault?.message.contains("512") == true)
    }
  }

  @Test(arguments: [
    (
      "[1, 2.50, -0.0, 1e16, 1e15, 1e-5, 0.0001, 123456789.125]",
      "[1,2.5,-0.0,1e+16,1000000000000000.0,1e-05,0.0001,123456789.125]"
    ),
    (#"{"é\u2028":"\u007f\u001f\b\/\"\\"}"#, "{\"é\u{2028}\":\"\u{7F}\\u001f\\b/\\\"\\\\\"}"),
    ("5e-324", "5e-324"), ("1.7976931348623157e308", "1.7976931348623157e+308"), ("[[],{}]", "[[],{}]"),
  ])
  func `compact text is what Python writes`(text: String, expected: String) throws {
    #expect(try JSONParser.parse(text).text == expected)
  }

  @Test func `pretty text is indented by two spaces and keeps the order`() throws {
    let value = try JSONParser.parse(#"{"b":[1,{"c":[]}],"a":{}}"#)
    #expect(
      value.prettyText == """
        {
          "b": [
            1,
            {
              "c": []
            }
          ],
          "a": {}
        }
        """)
    #expect(try JSONParser.parse(value.prettyText) == value)
  }

  @Test func `decimals survive being written and read`() throws {
    var random = SeededRandom(seed: 3)
    for _ in 0..<20_000 {
      let value = Double(bitPattern: random.next())
      guard value.isFinite else { continue }
      #expect(try JSONParser.parse(JSONValue.decimal(value).text) == .decimal(value))
    }
  }
}
