import AssayFormats
import FormatTwins
import Testing

@Suite struct JSONFormatFaultTests {
  @Test(
    arguments: [
      ("", nil, "empty"), (" \n\t", nil, "empty"), ("\u{FEFF}", nil, "empty"), ("", "$.a[?@]", "empty"),
      (#"{"a":1}"#, "$.items[*]", "nothing at $.items[*]"), (#"{"items":{}}"#, "$.items[*]", "an object at $.items[*]"),
      (#"{"items":null}"#, "$.items[*]", "null at"), (#"{"items":"x"}"#, "$.items[*]", "a string at"),
      ("7", "$[*]", "a number at"),
      ("7", "$.a[*]", "nothing at"), ("[]", "$.a[*]", "nothing at"), (#"{"a":[{"b":[1]}]}"#, "$.a.b[*]", "nothing at"),
      (#"{"a":1,"items":[{}]}"#, "$.rows[0]", "nothing at"), (#"{"a":[{"b":1}]}"#, "$.a[0].b[*]", "a number at"),
      (#"{"a":{}}"#, "$.a[?@.x]", "nothing at"), (#"{"a":1}"#, "$..b", "nothing at"),
      ("[1,2", nil, "ends"), ("[1,2]]", nil, "follows"), ("[1,2] x", nil, "follows"), ("[1,]", nil, "value"),
      ("[,1]", nil, "value"),
      ("[1 2]", nil, "comma"), (#"[{"a":1}{"a":2}]"#, nil, "comma"), (#"{"a":1}{"a":2}"#, nil, "lines: true"),
      (#"{"x":01,"items":[1]}"#, "$.items[*]", "leading zero"), (#"{"x":[1,],"items":[1]}"#, "$.items[*]", "value"),
      (#"{"items":[1],"x":tru}"#, "$.items[*]", "words"), (#"{"items":[1],}"#, "$.items[*]", "name"),
      (#"{"items":[1] "x":1}"#, "$.items[*]", "comma"), (#"{"items" [1]}"#, "$.items[*]", "colon"),
      (#"{"x":"\ud800","items":[1]}"#, "$.items[*]", "surrogate"), (#"{"x":nan1,"items":[1]}"#, "$.items[*]", "words"),
      (#"{"items":[1],"items":[2]}"#, "$.items[*]", "twice"), (#"{"a":1,"a":{"items":[]}}"#, "$.a.items[*]", "twice"),
      (#"[{"a":[1}]"#, nil, "ends"), (#"[{"a":1]]"#, nil, "comma"), ("[1e999]", nil, "range"),
      ("[\"\u{01}\"]", nil, "control"),
    ] as [(String, String?, String)])
  func `what is wrong is said`(text: String, path: String?, word: String) throws {
    let format = JSONFormat(records: try path.map { try JSONPath($0) })
    for chunk in [1, 4, .max] {
      let fault = format.fault(text, chunk: chunk)
      #expect(fault?.message.contains(word) == true, "\(String(describing: fault))")
    }
  }

  @Test(arguments: [
    (#"{"a":1}"#, "$.items[*]"), (#"{"items":{"a":[1]},"b":{}}"#, "$.items[*]"), (#"{"items":null}"#, "$.items[*]"),
    ("7", "$.a[*]"), (#"{"a":1}"#, "$..b"), (#"{"a":{}}"#, "$.a[?@.x]"), (#"{"a":[]}"#, "$.b[0]"),
  ])
  func `a list that is not there is no rows where that is allowed`(text: String, path: String) throws {
    let format = JSONFormat(records: try JSONPath(path), allowEmpty: true)
    #expect(try format.read(text, chunk: 1).reduce(0) { $0 + $1.rowCount } == 0)
  }

  @Test(arguments: [
    ("[1,2]", "$[2]"), (#"{"a":[]}"#, "$.a[0]"), (#"{"a":{}}"#, "$.a[0]"), ("7", "$[:2]"), (#"{"a":7}"#, "$.a[?@]"),
    (#"{"a":"x"}"#, "$.a[1:]"),
  ])
  func `elements that are not there are a fault, or no rows where that is allowed`(text: String, path: String) throws {
    for chunk in [1, .max] {
      let fault = JSONFormat(records: try JSONPath(path)).fault(text, chunk: chunk)
      #expect(fault?.message.contains("nothing at \(path)") == true, "\(String(describing: fault))")
      let rows = try JSONFormat(records: try JSONPath(path), allowEmpty: true).read(text, chunk: chunk)
      #expect(rows.reduce(0) { $0 + $1.rowCount } == 0)
    }
  }

  @Test func `a value that stands where elements are selected tells its mistakes' place`() throws {
    let format = JSONFormat(records: try JSONPath("$.a[?@.x]"))
    let fault = format.fault("{\n\"a\": {\"b\":\n nope}}", chunk: 2)
    #expect(fault?.line == 3)
    #expect(fault?.byte == 14)
  }

  @Test func `a list that is there and empty is no rows`() throws {
    for (text, path) in [
      (#"{"items":[]}"#, "$.items[*]"), (#"{"a":[{"b":[]}]}"#, "$.a[0].b[*]"), (#"{"a":[]}"#, "$.a[?@.x]"),
      (#"{"a":[]}"#, "$.a[1:]"), (#"{"a":[1]}"#, "$.a[1:5:2]"),
    ] {
      #expect(try JSONFormat(records: try JSONPath(path)).read(text).reduce(0) { $0 + $1.rowCount } == 0)
    }
  }

  @Test func `a truncated document tells its line, even after good pieces`() {
    let text = "[\n" + (0..<50).map { "{\"a\":\($0)},\n" }.joined()
    let fault = JSONFormat(pieceBytes: 16).fault(text, chunk: 10)
    #expect(fault?.message.contains("ends") == true)
    #expect(fault?.line == 52)
    #expect(fault?.byte == text.utf8.count)
  }

  @Test func `a mistake inside a record tells line, byte and record of the document`() {
    let text = "\u{FEFF}[{\"a\":1},\n{\"a\":2},\n{\"a\":3,\n\"b\":nope}]"
    for pieceBytes in [1, 1 << 20] {
      let fault = JSONFormat(pieceBytes: pieceBytes).fault(text)
      #expect(fault?.line == 4)
      #expect(fault?.record == 3)
      #expect(fault?.byte == Array(text.utf8).count - 6)
    }
  }

  @Test func `a line of JSON Lines that lacks the list tells its record`() throws {
    let format = JSONFormat(records: try JSONPath("$.r[*]"), lines: true)
    let fault = format.fault("{\"r\":[1]}\n{\"q\":[1]}")
    #expect(fault?.record == 2)
    #expect(fault?.line == 2)
  }

  @Test(arguments: ["", "{\"a\":", "{\"skipped\":", "{\"items\":[1],\"a\":"])
  func `a hundred thousand nested lists are a fault wherever they stand`(before: String) throws {
    for opening in ["[", "{\"a\":", "[{\"items\":"] {
      let text = before + String(repeating: opening, count: 100_000)
      for path in [nil, "$.items[*]", "$.a[0]"] {
        for lines in [false, true] {
          let format = JSONFormat(records: try path.map { try JSONPath($0) }, lines: lines)
          #expect(format.fault(text, chunk: 65_536)?.message.contains("512") == true)
        }
      }
    }
  }

  @Test func `the nesting limit counts from the top of the document`() throws {
    for depth in [510, 511, 512] {
      let text = "[" + String(repeating: "[", count: depth) + String(repeating: "]", count: depth) + "]"
      #expect((JSONFormat().fault(text) == nil) == ((try? JSONParser.parse(text)) != nil), "\(depth)")
    }
  }

  @Test func `a record or document beyond the limit is a fault that names the way out`() throws {
    let long = "[\"" + String(repeating: "x", count: 300) + "\"]"
    #expect(JSONFormat(documentLimit: 200).fault(long, chunk: 7)?.message.contains("200 bytes") == true)
    let format = JSONFormat(records: try JSONPath("$[-1]"), documentLimit: 200)
    #expect(format.fault(long, chunk: 7)?.message.contains("[*]") == true)
    let outside = "{\"x\":\"" + String(repeating: "x", count: 300) + "\",\"items\":[1]}"
    #expect(JSONFormat(records: try JSONPath("$.items[*]"), documentLimit: 200).fault(outside) != nil)
    let many = "[" + (0..<200).map { "{\"a\":\($0)}" }.joined(separator: ",") + "]"
    let large = "[1,\"" + String(repeating: "x", count: 190) + "\",\"" + String(repeating: "x", count: 190) + "\"]"
    #expect(JSONFormat(documentLimit: 200).fault(large, chunk: 7) == nil)
    #expect(JSONFormat(pieceBytes: 50, documentLimit: 200).fault(many, chunk: 7) == nil)
  }
}
