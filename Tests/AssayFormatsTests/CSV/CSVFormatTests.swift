import AssayColumns
import AssayFormats
import FormatTwins
import AssayTestSupport
import Testing

@Suite struct `CSV format` {
  /// A document and what it must read as.
  struct Case: Sendable, CustomTestStringConvertible {
    var text: String
    var names: [String]
    var rows: [[String?]]
    var testDescription: String { text.debugDescription }

    init(_ text: String, _ names: [String], _ rows: [[String?]]) {
      self.text = text
      self.names = names
      self.rows = rows
    }
  }

  static let cases: [Case] = [
    Case("a,b\n1,2\n", ["a", "b"], [["1", "2"]]),
    Case("a,b\r\n1,2\r\n3,4", ["a", "b"], [["1", "2"], ["3", "4"]]),
    Case("a,b\r1,2\r3,4\r", ["a", "b"], [["1", "2"], ["3", "4"]]),
    Case("\u{FEFF}a,b\n1,2", ["a", "b"], [["1", "2"]]),
    Case("a,b\n\"x,y\",\"p\nq\"\n", ["a", "b"], [["x,y", "p\nq"]]),
    Case("a,b\n\"x\r\ny\",\"\r\"\r\n", ["a", "b"], [["x\r\ny", "\r"]]),
    Case("a,b\n\"say \"\"hi\"\"\",\"\"\"\"\n", ["a", "b"], [["say \"hi\"", "\""]]),
    // An empty text, quoted or not, is null by default.
    Case("a,b\n\"\",\n", ["a", "b"], [[nil, nil]]),
    // A quote within an unquoted field is text, and text behind a closing quote is appended.
    Case("a,b\n5\" pipe,x\"\"y\n", ["a", "b"], [["5\" pipe", "x\"\"y"]]),
    Case("a,b\n\"x\"y,\"p\" \"q\"\n", ["a", "b"], [["xy", "p \"q\""]]),
    Case("a,b\n \"x\",2\n", ["a", "b"], [[" \"x\"", "2"]]),
    // Ragged rows.
    Case("a,b,c\n1\n1,2,3,4\n1,2\n", ["a", "b", "c"], [["1", nil, nil], ["1", "2", "3"], ["1", "2", nil]]),
    // Blank lines.
    Case("a,b\n\n1,2\n\n\r\n3,4\n\n", ["a", "b"], [["1", "2"], ["3", "4"]]),
    Case("a\n1\n\n2\r\n\r\n", ["a"], [["1"], [nil], ["2"], [nil]]),
    Case("\n\r\na,b\n1,2\n", ["a", "b"], [["1", "2"]]),
    // Delimiters at the ends of rows.
    Case("a,b\n,\n1,\n,2", ["a", "b"], [[nil, nil], ["1", nil], [nil, "2"]]),
    Case("a,b\n1,", ["a", "b"], [["1", nil]]),
    Case("\"a\n1\",\"b\"\"\"\nx,y\n", ["a\n1", "b\""], [["x", "y"]]),
    Case("ä,日本\né,😀\n", ["ä", "日本"], [["é", "😀"]]),
    Case("a,b", ["a", "b"], []),
    Case("a,b\r\n", ["a", "b"], []),
    // Names are made unique; those as written go first.
    Case("a,a,a_2,,a\n1,2,3,4,5\n", ["a", "a_3", "a_2", "column_4", "a_4"], [["1", "2", "3", "4", "5"]]),
    Case(",column_1\n1,2\n", ["column_1_2", "column_1"], [["1", "2"]]),
    Case("\"\"\n1\n", ["column_1"], [["1"]]),
  ]

  @Test(arguments: cases)
  func `reads a document the same at every split and size of pieces`(_ one: Case) {
    let bytes = Array(one.text.utf8)
    for size in [1, 2, 3, 5, 8, 64, 1 << 20] {
      let format = CSVFormat(pieceSize: size)
      for pushes in splits(bytes) + [bytes.map { [$0] }] {
        let table = DecodedTable.decoded(pushes, format)
        #expect(table.fault == nil)
        #expect(table.names == one.names)
        #expect(table.rows == one.rows)
      }
    }
  }

  @Test func `a ragged row is reported with its place and its cells`() {
    let table = DecodedTable.decoded([Array("a,b\n1\n\n1,2\n1,2,3\n".utf8)], CSVFormat(pieceSize: 1))
    #expect(
      table.warnings == [
        RowWarning(kind: .shortRow, row: 0, cells: 1), RowWarning(kind: .longRow, row: 2, cells: 3),
      ])
  }

  @Test func `without a header columns are numbered and the first row is data`() {
    let table = DecodedTable.decoded([Array("\n1,2\n3,4\n".utf8)], CSVFormat(CSVDialect(header: false)))
    #expect(table.names == ["column_1", "column_2"])
    #expect(table.rows == [["1", "2"], ["3", "4"]])
    let single = DecodedTable.decoded([Array("\n1\n\n".utf8)], CSVFormat(CSVDialect(header: false)))
    #expect(single.rows == [[nil], ["1"], [nil]])
  }

  @Test func `another delimiter and no quote take quotes as text`() {
    let dialect = CSVDialect(delimiter: UInt8(ascii: ";"), quote: nil)
    let table = DecodedTable.decoded([Array("a;b\n\"x;y\"\n".utf8)], CSVFormat(dialect))
    #expect(table.rows == [["\"x", "y\""]])
  }

  @Test func `only the named texts are null, and missing cells`() {
    let dialect = CSVDialect(nulls: ["NA", "-"])
    let table = DecodedTable.decoded([Array("a,b,c\nNA,\"NA\",\n-,N,NAN\nx\n".utf8)], CSVFormat(dialect))
    #expect(table.rows == [[nil, nil, ""], [nil, "N", "NAN"], ["x", nil, nil]])
    let both = DecodedTable.decoded([Array("a,b\nNA,\n".utf8)], CSVFormat(CSVDialect(nulls: ["", "NA"])))
    #expect(both.rows == [[nil, nil]])
  }

  @Test func `a null cell has an empty text`() throws {
    let format = CSVFormat(CSVDialect(nulls: ["NA"]))
    let rows = try format.decode(.bytes(Array("NA\nx\n".utf8), header: ["a"], line: 2, byte: 2, record: 0))
    guard case .text(let texts) = rows.columns[0].storage else {
      Issue.record("a column of text is expected")
      return
    }
    #expect(texts.lengths == [0, 1])
    #expect(rows.columns[0].nullCount == 1)
  }

  @Test func `a header alone gives one piece without rows but with names`() throws {
    for text in ["a,b", "a,b\n", "\u{FEFF}a,b\r\n\r\n"] {
      var cutter = CSVFormat().makeCutter()
      let pieces = try cutter.push(Array(text.utf8)) + cutter.finish()
      #expect(pieces.count == 1)
      let rows = try CSVFormat().decode(pieces[0])
      #expect(rows.names == ["a", "b"])
      #expect(rows.columns.count == 2)
      #expect(rows.rowCount == 0)
    }
  }

  @Test(arguments: ["", "\u{FEFF}", "\n", "\r\n\r\n"], [true, false])
  func `an empty file is the fault that says so`(_ text: String, _ header: Bool) {
    for pushes in splits(Array(text.utf8)) {
      let fault = DecodedTable.decoded(pushes, CSVFormat(CSVDialect(header: header))).fault
      #expect(fault?.isEmptyDocument == true)
    }
  }

  @Test func `an open quote is named with the line where it opened`() {
    for (text, line, byte) in [
      ("a,b\n1,2\n3,\"x\ny\n", 3, 10), ("a,\"b\n1,2\n", 1, 2), ("\u{FEFF}a\r\n\"1\r\n2\"\r\n\"\n", 4, 14),
    ] {
      for pushes in splits(Array(text.utf8)) {
        for size in [1, 1 << 20] {
          let fault = DecodedTable.decoded(pushes, CSVFormat(pieceSize: size)).fault
          #expect(fault?.message.contains("does not end") == true)
          #expect(fault?.line == line)
          #expect(fault?.byte == byte)
        }
      }
    }
  }

  @Test func `bytes that are not UTF-8 are named with their place`() {
    let document = Array("a,b\n1,2\nx,".utf8) + [0xE9, 0x0A]
    let fault = DecodedTable.decoded([document], CSVFormat(pieceSize: 1)).fault
    #expect(fault?.line == 3)
    #expect(fault?.byte == 10)
    #expect(fault?.message.contains("0xE9") == true)
    #expect(fault?.message.contains("encoding") == true)
    let header = DecodedTable.decoded([[0xFF, 0xFE, 0x61, 0x00]], CSVFormat()).fault
    #expect(header?.message.contains("utf-16") == true)
  }

  @Test func `a NUL byte is refused with a hint at UTF-16`() {
    let fault = DecodedTable.decoded([Array("a\nb\u{0}\n".utf8)], CSVFormat()).fault
    #expect(fault?.byte == 3)
    #expect(fault?.line == 2)
    #expect(fault?.message.contains("utf-16") == true)
  }

  @Test func `pieces say where they start`() throws {
    let text = "a,b\n1,2\n\n\"x\ny\",3\r\n4,5\n"
    var cutter = CSVFormat(pieceSize: 1).makeCutter()
    let pieces = try cutter.push(Array(text.utf8)) + cutter.finish()
    var places: [[Int]] = []
    for case .bytes(let bytes, _, let line, let byte, let record) in pieces {
      places.append([line, byte, record, bytes.count])
    }
    #expect(places == [[2, 4, 0, 4], [3, 8, 1, 1], [4, 9, 1, 9], [6, 18, 2, 4]])
  }

  @Test func `where pieces end does not depend on how bytes were pushed`() throws {
    var generator = SeededRandom(seed: 5)
    let bytes = (0..<5000).map { _ in Array("ab,\n\r\"".utf8).randomElement(using: &generator) ?? 0 }
    func ends(_ pushes: [[UInt8]]) throws -> [Int] {
      var cutter = CSVFormat(pieceSize: 100).makeCutter()
      var pieces: [Piece] = []
      for push in pushes { pieces += try cutter.push(push) }
      pieces += try cutter.finish()
      var found: [Int] = []
      for case .bytes(let bytes, _, _, let byte, _) in pieces { found.append(byte + bytes.count) }
      return found
    }
    let whole = try ends([bytes])
    #expect(whole.count > 3)
    for size in [1, 2, 7, 63, 64, 65, 1000] {
      let pushes = stride(from: 0, to: bytes.count, by: size).map {
        Array(bytes[$0..<min($0 + size, bytes.count)])
      }
      #expect(try ends(pushes) == whole)
    }
  }
}
