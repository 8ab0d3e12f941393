import AssayColumns
import Testing

@Suite struct ConformTests {
  static let texts: [(String, ValueType, fits: Bool)] = [
    ("5", .integer, true), ("007", .integer, true), ("-7", .integer, true), ("5.0", .integer, false),
    ("9223372036854775808", .integer, false), ("", .integer, false), ("x", .integer, false), (" 5", .integer, false),
    ("5", .decimal, true), ("1.50", .decimal, true), ("00501", .decimal, true), ("1e5", .decimal, true),
    ("x", .decimal, false),
    ("", .decimal, false), ("true", .boolean, true), ("FALSE", .boolean, true), ("1", .boolean, false),
    ("yes", .boolean, false),
    ("2024-02-29", .date, true), ("2023-02-29", .date, false), ("2024-02-29T00:00", .date, false),
    ("2024-02-29T00:00", .datetime, true), ("2024-02-29", .datetime, true), ("today", .datetime, false),
    ("anything", .text, true), ("", .text, true),
  ]

  @Test(arguments: texts)
  func `a text under a declared type stays as it is, or is a misfit`(text: String, type: ValueType, fits: Bool) {
    let (column, misfits) = Column.texts([nil, text]).conformed(to: type)
    #expect(column[0] == .null)
    #expect(column[1] == (fits ? .text(text) : .null))
    #expect(misfits.map(\.row) == (fits ? [] : [1]))
    #expect(misfits.map(\.text) == (fits ? [] : [text]))
  }

  static let cells: [(Cell, ValueType, Cell?)] = [
    (.null, .integer, .null), (.null, .text, .null),
    (.integer(5), .text, .text("5")), (.decimal(1.5), .text, .text("1.5")), (.boolean(true), .text, .text("true")),
    (.integer(5), .integer, .integer(5)), (.integer(5), .decimal, .decimal(5)), (.integer(5), .boolean, nil),
    (.decimal(5), .integer, .integer(5)), (.decimal(5.5), .integer, nil), (.decimal(1e300), .integer, nil),
    (.decimal(9_223_372_036_854_775_808), .integer, nil), (.decimal(.nan), .integer, nil),
    (.boolean(true), .integer, nil), (.boolean(true), .boolean, .boolean(true)),
    (.text("5"), .integer, .integer(5)), (.text("007"), .integer, .integer(7)), (.text("1.5"), .decimal, .decimal(1.5)),
    (.text("1.5"), .integer, nil), (.text("x"), .decimal, nil), (.text("true"), .boolean, .boolean(true)),
    (.text("1"), .boolean, nil), (.text("2024-01-01"), .date, .text("2024-01-01")), (.text("2024-13-01"), .date, nil),
    (.text("2024-01-01"), .datetime, .text("2024-01-01")), (.integer(20_240_101), .date, nil),
    (.decimal(1), .datetime, nil),
  ]

  @Test(arguments: cells)
  func `a cell with a kind of its own becomes a value of the declared type, or is a misfit`(
    cell: Cell, type: ValueType, expected: Cell?
  ) {
    #expect(conform(cell, to: type) == expected)
    let (column, misfits) = Column.cells([cell]).conformed(to: type)
    #expect(column[0] == (expected ?? .null))
    #expect(misfits.map(\.text) == (expected == nil ? [cell.text ?? ""] : []))
  }

  @Test func `columns of every layout conform to text`() {
    for (column, cells) in SampleColumns.all {
      let (texts, misfits) = column.conformed(to: .text)
      #expect(misfits.isEmpty)
      #expect((0..<4).map { texts[$0].text } == cells.map(\.text))
    }
  }
}
