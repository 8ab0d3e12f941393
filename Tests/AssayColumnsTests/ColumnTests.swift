import AssayColumns
import Testing

@Suite struct ColumnTests {
  @Test func `gathering picks, repeats and reorders cells, and a negative place is null`() {
    for (column, cells) in SampleColumns.all {
      let places: [Int32] = [2, -1, 0, 0, 1, -1, 3, 2]
      let picked = column.gather(places)
      #expect(picked.count == places.count)
      #expect((0..<picked.count).map { picked[$0] } == places.map { $0 < 0 ? .null : cells[Int($0)] })
      #expect(column.gather([]).count == 0)
      let slice = column.slice(1..<3)
      #expect((0..<2).map { slice[$0] } == Array(cells[1..<3]))
    }
  }

  @Test func `gathering from a column without nulls stays without nulls`() {
    #expect(Column.texts(["a", "b"]).gather([1, 0]).validity == nil)
    #expect(Column(.integers([1, 2])).gather([-1]).nullCount == 1)
    #expect(Column(.integers([])).gather([-1, -1]).nullCount == 2)
  }

  @Test func `the cells of a column are counted by class`() {
    let column = Column.texts(["1", "2.5", "00501", nil, "x", "true", "2024-01-01", "2024-01-01T00:00", ""])
    let counts = column.classCounts(under: Field("c", reading: .fromText))
    #expect(CellClass.allCases.map { counts[$0] } == [1, 2, 1, 1, 1, 1, 1, 1])
    let declared = column.classCounts(under: Field("c", reading: .fromText, declared: .text))
    #expect(declared[.text] == 8)
    let own = column.classCounts(under: Field("c", reading: .own))
    #expect(own[.text] == 8)
    let cells = Column.cells([.integer(1), .decimal(1), .text("1"), .boolean(true), .null])
    let kinds = cells.classCounts(under: Field("c", reading: .own))
    #expect(CellClass.allCases.map { kinds[$0] } == [1, 1, 1, 1, 1, 0, 0, 0])
  }

  static let doubles: [(Cell, Double?)] = [
    (.integer(3), 3), (.decimal(2.5), 2.5), (.boolean(true), nil), (.text("3"), nil), (.null, nil),
    (.integer(.max), 0x1p63),
  ]

  @Test(arguments: doubles)
  func `a cell with a kind of its own is a number only if it is one`(cell: Cell, expected: Double?) {
    #expect(Column.cells([cell]).double(at: 0) == expected)
  }

  @Test func `bytes that columns share are counted once`() {
    let text = Column.texts([String(repeating: "x", count: 1000)])
    let schema = DatasetSchema([Field("a", reading: .own), Field("b", reading: .own)])
    let shared = Batch(schema: schema, columns: [text, text], rowCount: 1)
    #expect(shared.byteCount < 1100)
    let apart = Batch(
      schema: schema, columns: [text, Column.texts([String(repeating: "y", count: 1000)])], rowCount: 1)
    #expect(apart.byteCount > 2000)
  }

  @Test func `a batch under a schema that has grown has nulls in the new columns`() {
    let narrow = DatasetSchema([Field("a", reading: .own)])
    var wide = narrow
    wide.append(Field("b", reading: .own))
    let batch = Batch(schema: narrow, columns: [.texts(["x", "y"])], rowCount: 2).widened(to: wide)
    #expect(batch.column("b")?.nullCount == 2)
    #expect(batch.column("a")?[1] == .text("y"))
    #expect(batch.column("c") == nil)
  }
}

/// A column of each layout, with nulls, and its four cells.
enum SampleColumns {
  static let all: [(Column, [Cell])] = {
    var validity = Bitmap(repeating: true, count: 4)
    validity[1] = false
    var flags = Bitmap(count: 4)
    flags[0] = true
    flags[3] = true
    let mixed: [Cell] = [.text("é"), .null, .integer(-5), .boolean(true)]
    return [
      (.texts(["a", nil, "", "häß🙂"]), [.text("a"), .null, .text(""), .text("häß🙂")]),
      (
        Column(.integers([.min, 0, -1, .max]), validity: validity),
        [.integer(.min), .null, .integer(-1), .integer(.max)]
      ),
      (
        Column(.decimals([0.5, 0, -0.25, 1e300]), validity: validity),
        [.decimal(0.5), .null, .decimal(-0.25), .decimal(1e300)]
      ),
      (Column(.booleans(flags), validity: validity), [.boolean(true), .null, .boolean(false), .boolean(true)]),
      (.cells(mixed), mixed),
      (.nulls(count: 4), [.null, .null, .null, .null]),
      (Column(.integers([1, 2, 3, 4])), [.integer(1), .integer(2), .integer(3), .integer(4)]),
    ]
  }()
}
