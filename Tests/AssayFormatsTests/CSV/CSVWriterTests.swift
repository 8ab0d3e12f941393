import AssayColumns
import AssayFormats
import FormatTwins
import AssayTestSupport
import Testing

@Suite struct `CSV writer` {
  private func write(_ columns: [(String, Column)], rowCount: Int, _ writer: CSVWriter = CSVWriter()) -> String {
    let schema = DatasetSchema(columns.map { Field($0.0, reading: .fromText) })
    let batch = Batch(schema: schema, columns: columns.map(\.1), rowCount: rowCount)
    return String(decoding: writer.header(schema.names) + writer.rows(of: batch), as: UTF8.self)
  }

  @Test func `cells are quoted only where they must be`() {
    let text = write(
      [
        ("a", .texts(["x", "p,q", "say \"hi\"", "l\nm", "r\rs", "", nil])),
        ("b \"c\"", Column(.integers([0, -1, .max, .min, 10, 99, 100]))),
      ], rowCount: 7)
    #expect(
      text == """
        a,"b ""c\"""
        x,0
        "p,q",-1
        "say ""hi\""",9223372036854775807
        "l
        m",-9223372036854775808
        "r\rs",10
        "",99
        ,100

        """)
  }

  @Test func `numbers, booleans and cells of many kinds are written as their texts`() {
    let cells: [Cell] = [.integer(-7), .decimal(1.5), .decimal(5), .boolean(true), .text("a;b"), .text(""), .null]
    let doubles: [Double] = [0.1, -2.5, 1e16, 1e-7, 0, 3, 4]
    var flags = Bitmap(count: 0)
    for row in 0..<7 { flags.append(row % 2 == 0) }
    let text = write(
      [("v", .cells(cells)), ("d", Column(.decimals(doubles))), ("f", Column(.booleans(flags)))], rowCount: 7,
      CSVWriter(delimiter: UInt8(ascii: ";")))
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    #expect(lines[0] == "v;d;f")
    for row in 0..<7 {
      let first = ["-7", "1.5", "5.0", "true", "\"a;b\"", "\"\"", ""][row]
      #expect(lines[row + 1] == "\(first);\(Cell.decimal(doubles[row]).text ?? "");\(row % 2 == 0)")
    }
  }

  @Test func `a number is quoted where the delimiter is part of it`() {
    let text = write([("a", Column(.integers([-5, 5])))], rowCount: 2, CSVWriter(delimiter: UInt8(ascii: "-")))
    #expect(text == "a\n\"-5\"\n5\n")
  }

  @Test func `a first name like a byte order mark and an empty name survive`() {
    let table = DecodedTable.decoded([CSVWriter().header(["\u{FEFF}a", "b"]) + Array("1,2\n".utf8)], CSVFormat())
    #expect(table.names == ["\u{FEFF}a", "b"])
    #expect(CSVWriter().header([""]) == Array("\"\"\n".utf8))
  }

  @Test(arguments: 0..<4)
  func `what is written reads back as the same cells`(_ seed: Int) {
    var generator = SeededRandom(seed: UInt64(seed))
    let parts = ["\"", ",", "\n", "\r", "a", "é", "😀", " ", "1"]
    for _ in 0..<40 {
      let width = Int.random(in: 1...4, using: &generator)
      let height = Int.random(in: 0...1500, using: &generator)
      let columns = (0..<width).map { _ in
        (0..<height).map { _ -> String? in
          let count = Int.random(in: 0...5, using: &generator)
          let text = (0..<count).map { _ in parts.randomElement(using: &generator) ?? "" }.joined()
          return text.isEmpty ? nil : text
        }
      }
      let text = write(columns.enumerated().map { ("c\($0)", .texts($1)) }, rowCount: height)
      let table = DecodedTable.decoded([Array(text.utf8)], CSVFormat(pieceSize: 1000))
      #expect(table.fault == nil)
      #expect(table.rows == (0..<height).map { row in columns.map { $0[row] } })
    }
  }
}
