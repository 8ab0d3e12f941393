import AssayColumns
import AssayFormats
import FormatTwins
import AssayTestSupport
import Testing

@Suite struct JSONFormatTests {
  /// Each with the path of its records, and whether it is JSON Lines.
  static let documents: [(text: String, path: String?, lines: Bool)] = [
    (#"[{"a":1,"b":"x"},{"b":"y","a":2.5},{"c":true},{}]"#, nil, false),
    (
      "\u{FEFF}[\r\n  {\"id\": 1, \"tags\": [1, \"a\\\"b\", {\"k\": 1.50}], "
        + "\"n\": {\"x\": {\"y\": null}, \"e\": {}}},\n 5,\n\"s\\u00e9\"\n]\n",
      nil, false
    ),
    (#"{"a":{"b":{"c":1}},"a.b":2}"#, nil, false),
    (#"[{"a.b":1,"a":{"b":2}},{"a":{"b":3},"a.b":4},{"":{"":{"x":1}},"y":{"":2}}]"#, nil, false),
    (#"[{"a":1,"a":2},{"b":{"x":1},"b":{"y":2}},{"b":{"x":1},"b":3},{"c":[{"k":1,"k":2}]}]"#, nil, false),
    ("42", nil, false), ("\"x, ]\"", nil, false), ("[]", nil, false), (" [ ] ", nil, false), ("null", nil, false),
    (#"[1,"two",3.5,null,true,[1,2],[],{}]"#, nil, false),
    (
      #"{"meta":{"items":[9],"n":[1,{"a":[]}]},"items":[{"a":1},{"a":[2]}],"next":"é\n","z":[{}]}"#, "$.items[*]", false
    ),
    (#"{"data":{"x":"]}","result":[{"a":"1,2"},{"b":"}"}],"y":1e5},"data2":[]}"#, "$.data.result[*]", false),
    (#"{"d\u0061ta":[{"a":1}]}"#, "$.data[*]", false), (#"{"items":{"a":1,"b":{"c":2}},"x":[1]}"#, "$.items", false),
    (#"{"items":[{"a":1},{"a":2}]}"#, "$.items", false), ("[[1],[2]]", "$[*]", false),
    (#"{"items":[]}"#, "$.items[*]", false),
    ("{\"a\":1}\n{\"a\":2,\"b\":\"\\\\\"}\n\n{\"b\":null}", nil, true), ("1 2\n3", nil, true),
    (#"{"a":1}{"a":2}[3]"x""#, nil, true),
    ("[1]\n[2,3]\n", nil, true), ("{\"r\":[{\"a\":1},{\"a\":2}]}\n{\"r\":[]}\n{\"r\":[3]}", "$.r[*]", true),
    (#"{"items":[{"a":1,"ok":true},{"a":2}]}"#, "$.items[?@.ok]", false),
    (#"{"p":[{"i":[1]},{"i":[2,3]}]}"#, "$.p[*].i[*]", false),
    (#"{"x":[0],"p":[{"a":1},{"a":[2]},{"b":"]"}],"y":{"p":[]}}"#, "$.p[1]", false),
    ("[[1,2],[{\"a\":3},4],5]", "$[1]", false), ("[[1,2],5,6]", "$[1]", false),
    (#"{"p":[0,{"a":1},2,{"a":3},4,5]}"#, "$.p[1:4]", false), (#"[0,{"a":1},2,"3",[4],5,6,7]"#, "$[1::3]", false),
    ("[0,1,2,3]", "$[:2]", false), ("[0,1,2,3]", "$[2:1]", false), ("[0,1,2,3]", "$[-2:]", false),
    ("[0,1,2,3]", "$[::-1]", false), ("[0,1,2,3]", "$[-1]", false),
    (
      #"{"p":[{"a":1,"n":"x"},{"a":2,"n":"y"},{"a":3},7,{"a":2.5,"n":{"k":[1]}}],"q":2}"#, "$.p[?@.a>=2 && @.n]",
      false
    ),
    (#"{"p":[{"a":1},{"a":2}],"q":2}"#, "$.p[?@.a==$.q]", false),
    (#"{"p":{"k":{"a":1},"l":{"a":2,"b":{"c":3}},"m":4}}"#, "$.p[?@.a]", false),
    (#"[{"t":["x","y"]},{"t":[]},{"t":["y"]}]"#, "$[?@.t[?@=='y']]", false),
  ]

  static func expected(_ document: (text: String, path: String?, lines: Bool)) throws -> JSONReference {
    let path = try document.path.map { try JSONPath($0) }
    guard document.lines else {
      let root = try JSONParser.parse(document.text)
      return JSONReference(try JSONFormat(records: path).records(in: root))
    }
    // One value a line, or as the elements of a list where they share lines.
    let values = document.text.split(separator: "\n").flatMap { line -> [JSONValue] in
      if let value = try? JSONParser.parse(String(line)) { return [value] }
      let list = line.replacing("}{", with: "},{").replacing("}[", with: "},[").replacing("]\"", with: "],\"")
        .replacing("1 2", with: "1,2")
      return (try? JSONParser.parse("[\(list)]").elements) ?? []
    }
    return JSONReference(values.flatMap { value in path?.select(in: value) ?? [value] })
  }

  @Test(arguments: documents)
  func `streaming gives the rows of the whole document, whatever the chunks and pieces`(
    document: (text: String, path: String?, lines: Bool)
  ) throws {
    let expected = try Self.expected(document)
    let path = try document.path.map { try JSONPath($0) }
    let bytes = Array(document.text.utf8)
    for pieceBytes in [1, 7, 30, 1 << 20] {
      let format = JSONFormat(records: path, lines: document.lines, pieceBytes: pieceBytes)
      var shapes: Set<[Int]> = []
      for chunk in [1, 2, 3, 5, 8, 13, bytes.count] {
        let rows = try format.read(bytes, chunk: chunk)
        #expect(JSONReference(rows) == expected, "chunks of \(chunk), pieces of \(pieceBytes)")
        shapes.insert(rows.map(\.rowCount))
      }
      #expect(shapes.count == 1, "pieces depend on the bytes alone")
    }
    for split in 0...bytes.count {
      let format = JSONFormat(records: path, lines: document.lines, pieceBytes: 10)
      var cutter = format.makeCutter()
      let pieces = try cutter.push(Array(bytes[..<split])) + cutter.push(Array(bytes[split...])) + cutter.finish()
      #expect(JSONReference(try pieces.map { try format.decode($0) }) == expected, "split at \(split)")
    }
  }

  @Test(arguments: documents.filter { !$0.lines && $0.text != "42" })
  func `a document that ends early is a fault at every byte`(document: (text: String, path: String?, lines: Bool))
    throws
  {
    let path = try document.path.map { try JSONPath($0) }
    let whole = Array(document.text.utf8)
    let last = try #require(whole.lastIndex { $0 > 0x20 })
    for allowEmpty in [false, true] {
      let format = JSONFormat(records: path, allowEmpty: allowEmpty, pieceBytes: 8)
      for count in 0...last {
        #expect(throws: FormatFault.self, "\(count) bytes") { try format.read(Array(whole[..<count]), chunk: 3) }
      }
    }
  }

  @Test func `mutated documents give rows or a fault, and the same as the whole parse`() throws {
    var random = SeededRandom(seed: 11)
    let marks = Array("{}[],:\"\\ 0e-.ntu\n\u{00}".utf8) + [0xFF, 0xC3, 0xA9]
    var accepted = 0
    for round in 0..<6_000 {
      let document = Self.documents[Int(random.next() % UInt64(Self.documents.count))]
      let path = try document.path.map { try JSONPath($0) }
      var bytes = Array(document.text.utf8)
      for _ in 0...(random.next() % 3) {
        let place = Int(random.next() % UInt64(bytes.count))
        switch random.next() % 3 {
        case 0: bytes[place] = marks[Int(random.next() % UInt64(marks.count))]
        case 1: bytes.insert(marks[Int(random.next() % UInt64(marks.count))], at: place)
        default: if bytes.count > 1 { bytes.remove(at: place) }
        }
      }
      let format = JSONFormat(records: path, lines: document.lines, pieceBytes: 1 + Int(random.next() % 40))
      let streamed = try? format.read(bytes, chunk: 1 + Int(random.next() % 20))
      guard !document.lines else { continue }
      let whole = try? JSONReference(format.records(in: JSONParser.parse(bytes)))
      let text = String(decoding: bytes, as: UTF8.self)
      if let streamed, let whole { accepted += JSONReference(streamed) == whole ? 1 : 0 }
      #expect(streamed.map { JSONReference($0) } == whole, "round \(round): \(text)")
    }
    #expect(accepted > 400)
  }

  @Test(arguments: [
    ("$.p[*]", true), ("$.p[2]", true), ("$.p[1:3]", true), ("$.p[?@.a > 1]", true), ("$.p[?match(@.n, 'x')]", true),
    ("$.p[-1]", false), ("$.p[::-1]", false), ("$.p[-3:]", false), ("$.p[?@.a == $.q]", false),
    ("$.p[?@.t[?@ == $.q]]", false), ("$.p[0,1]", false), ("$..p[*]", false), ("$.p[*].t[*]", false),
    ("$[*][0]", false),
  ])
  func `paths that can be followed in a stream are known`(path: String, streams: Bool) throws {
    let format = JSONFormat(records: try JSONPath(path), pieceBytes: 1)
    #expect(format.isStreamed == streams)
    var cutter = format.makeCutter()
    let early = try cutter.push(Array(#"{"p":[{"a":1},{"a":2},{"a":3}"#.utf8))
    #expect(early.isEmpty != streams)
  }

  @Test func `of a name that occurs twice in a record the last value counts, and the row is warned of`() throws {
    let text = #"[{"a":1},{"a":2,"b":3,"a":4},{"a":5},{"b":6,"c":{"d":7,"d":8}},{"c":{"d":9}}]"#
    let rows = try JSONFormat().read(text)
    #expect(rows.count == 1)
    #expect(rows[0].names == ["a", "b", "c.d"])
    #expect((0..<5).map { rows[0].columns[0][$0] } == [.integer(1), .integer(4), .integer(5), .null, .null])
    #expect((0..<5).map { rows[0].columns[2][$0] } == [.null, .null, .null, .integer(8), .integer(9)])
    #expect(rows[0].warnings.map(\.kind) == [.repeatedName, .repeatedName])
    #expect(rows[0].warnings.map(\.row) == [1, 3])
  }

  @Test func `cells keep their own kinds`() throws {
    let rows = try JSONFormat().read(
      #"[{"zip":"00501","n":7,"d":7.0,"t":true,"f":false,"z":null,"big":18446744073709551615}]"#)
    #expect(rows[0].names == ["zip", "n", "d", "t", "f", "z", "big"])
    #expect(
      rows[0].columns.map { $0[0] } == [
        .text("00501"), .integer(7), .decimal(7), .boolean(true), .boolean(false), .null, .decimal(0x1p64),
      ])
  }

  @Test func `names that are canonically equivalent are one column`() throws {
    let rows = try JSONFormat().read(#"[{"\u00e9":1},{"e\u0301":2}]"#)
    #expect(rows[0].names == ["é"])
    #expect(rows[0].columns[0][1] == .integer(2))
  }

  @Test func `pieces say where they start`() throws {
    var cutter = JSONFormat(pieceBytes: 1).makeCutter()
    let pieces = try cutter.push(Array("[\n{\"a\":1},\n\n{\"a\":2}]".utf8)) + cutter.finish()
    let places = pieces.map { piece -> [Int] in
      guard case .bytes(_, _, let line, let byte, let record) = piece else { return [] }
      return [line, byte, record]
    }
    #expect(places == [[2, 2, 0], [4, 12, 1]])
  }

  @Test func `records of JSON Lines that lie between two pieces differ in their columns`() throws {
    let rows = try JSONFormat(lines: true, pieceBytes: 1).read("{\"a\":1}\n{\"b\":2}")
    #expect(rows.map(\.names) == [["a"], ["b"]])
  }

  @Test func `thousands of columns and sparse rows are read`() throws {
    let wide = "{" + (0..<10_000).map { "\"c\($0)\":\($0)" }.joined(separator: ",") + "}"
    let rows = try JSONFormat().read("[\(wide),{\"c9999\":0},\(wide)]")
    #expect(rows[0].names.count == 10_000)
    #expect(rows[0].columns[9_998].nullCount == 1)
    #expect(rows[0].columns[9_999][1] == .integer(0))
  }

  @Test func `a piece whose sparse columns would fill the memory is a fault`() {
    let wide = "{" + (0..<20_000).map { "\"c\($0)\":0" }.joined(separator: ",") + "}"
    let text = "[" + wide + String(repeating: ",{}", count: 200_000) + "]"
    #expect(JSONFormat().fault(text)?.message.contains("cells") == true)
  }

  @Test func `decimals in lists are the shortest spelling`() throws {
    let rows = try JSONFormat().read("[{\"a\":[1.50,0.00001,12.5,1.0,-7.25,100000000000000.5,1E2,-0]}]")
    #expect(rows[0].columns[0][0] == .text("[1.5,1e-05,12.5,1.0,-7.25,100000000000000.5,100.0,0]"))
  }

  @Test func `the columns of a piece share its bytes, which are counted and spilled once`() throws {
    let long = String(repeating: "x", count: 10_000)
    let rows = try JSONFormat().read("[{\"a\":\"\(long)\",\"b\":\"y\",\"c\":\"\\n\",\"d\":1},{\"c\":2.5}]")
    let schema = DatasetSchema(rows[0].names.map { Field($0, reading: .own) })
    let batch = Batch(schema: schema, columns: rows[0].columns, rowCount: 2)
    #expect(batch.byteCount < 12_000)
    let spilled = BatchCodec.encode(batch)
    #expect(spilled.count < 12_000)
    let again = BatchCodec.decode(spilled, schema: schema)
    for (column, other) in zip(batch.columns, again.columns) {
      for row in 0..<2 { #expect(column[row] == other[row]) }
    }
  }

  @Test func `decimals between 2^53 and 10^16 are written without an exponent`() throws {
    let rows = try JSONFormat().read("[{\"a\":[9208439661536542.0,-9007199254740992.0,1e16,9999999999999998.0]}]")
    #expect(rows[0].columns[0][0] == .text("[9208439661536542.0,-9007199254740992.0,1e+16,9999999999999998.0]"))
  }

  @Test func `random records are read as the reference reads them`() throws {
    var random = SeededRandom(seed: 17)
    for _ in 0..<400 {
      let records = (0..<8).map { _ in Self.randomObject(depth: 3, &random) }
      let text = "[" + records.joined(separator: ",\n") + "]"
      let expected = JSONReference(try JSONFormat().records(in: JSONParser.parse(text)))
      let format = JSONFormat(pieceBytes: 1 + Int(random.next() % 200))
      #expect(JSONReference(try format.read(text, chunk: 1 + Int(random.next() % 50))) == expected, "\(text)")
      #expect(JSONReference([try JSONFormat.rows(of: JSONParser.parse(text).elements ?? [])]) == expected)
      let lines = JSONFormat(lines: true, pieceBytes: 40)
      #expect(JSONReference(try lines.read(records.joined(separator: "\n"), chunk: 11)) == expected)
    }
  }

  private static func randomObject(depth: Int, _ random: inout SeededRandom) -> String {
    let names = ["a", "b", "c", "a.b", "\\u0061", "", "long name \u{E9}", "\\\"q"]
    let members = (0..<Int(random.next() % 5)).map { index in
      let name = random.next() % 4 == 0 ? names[Int(random.next() % 8)] : names[index]
      return "\"\(name)\": " + randomValue(depth: depth - 1, &random)
    }
    return "{" + members.joined(separator: ", ") + "}"
  }

  private static func randomValue(depth: Int, _ random: inout SeededRandom) -> String {
    let scalars = [
      "1", "-2.50", "null", "true", "false", "\"x\"", "\"\\n\\ud83d\\ude00\"", "1e5", "\"a long text with é\"",
      "123456789012",
    ]
    guard depth > 0, random.next() % 2 == 0 else { return scalars[Int(random.next() % UInt64(scalars.count))] }
    if random.next() % 2 == 0 { return randomObject(depth: depth, &random) }
    return "["
      + (0..<Int(random.next() % 4)).map { _ in randomValue(depth: depth - 1, &random) }
      .joined(separator: " , ") + "]"
  }
}
