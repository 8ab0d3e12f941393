import AssayColumns
import AssayTestSupport
import Testing

@Suite struct BatchCodecTests {
  @Test func `a batch of every layout comes back as it was`() {
    let samples = SampleColumns.all
    let schema = DatasetSchema(samples.indices.map { Field("c\($0)", reading: .own) })
    let batch = Batch(schema: schema, columns: samples.map(\.0), rowCount: 4, firstRow: 1234)
    let decoded = BatchCodec.decode(BatchCodec.encode(batch), schema: schema)
    #expect(decoded.rowCount == 4)
    #expect(decoded.firstRow == 1234)
    for (column, (original, cells)) in zip(decoded.columns, samples) {
      #expect((0..<4).map { column[$0] } == cells)
      #expect(column.nullCount == original.nullCount)
    }
  }

  @Test func `picked rows take along only the bytes that they name`() {
    let long = String(repeating: "x", count: 100_000)
    let schema = DatasetSchema([Field("a", reading: .fromText), Field("b", reading: .own)])
    let batch = Batch(
      schema: schema, columns: [.texts([long, "y", "z"]), .cells([.text(long), .text("q"), .integer(1)])], rowCount: 3)
    let bytes = BatchCodec.encode(batch.gather([2, 1, -1]))
    #expect(bytes.count < 1000)
    let decoded = BatchCodec.decode(bytes, schema: schema)
    #expect((0..<3).map { decoded.columns[0][$0] } == [.text("z"), .text("y"), .null])
    #expect((0..<3).map { decoded.columns[1][$0] } == [.integer(1), .text("q"), .null])
  }

  @Test func `batches without rows or columns come back`() {
    let none = Batch(schema: DatasetSchema(), columns: [], rowCount: 7)
    #expect(BatchCodec.decode(BatchCodec.encode(none), schema: none.schema).rowCount == 7)
    let schema = DatasetSchema([Field("a", reading: .own)])
    let empty = Batch(schema: schema, columns: [.texts([])], rowCount: 0)
    #expect(BatchCodec.decode(BatchCodec.encode(empty), schema: schema).columns[0].count == 0)
  }

  @Test(arguments: [63, 64, 65, 200])
  func `random batches come back at every length of a bitmap`(count: Int) {
    var random = SeededRandom(seed: UInt64(count))
    let cells = (0..<count).map { row -> Cell in
      switch random.next(below: 5) {
      case 0: .null
      case 1: .text(String(repeating: "é", count: random.next(below: 9)))
      case 2: .integer(Int64(bitPattern: random.next()))
      case 3: .decimal(Double(row) / 7)
      default: .boolean(row % 2 == 0)
      }
    }
    let schema = DatasetSchema([Field("a", reading: .own), Field("b", reading: .fromText)])
    let batch = Batch(schema: schema, columns: [.cells(cells), .texts(cells.map(\.text))], rowCount: count)
    let decoded = BatchCodec.decode(BatchCodec.encode(batch), schema: schema)
    #expect((0..<count).map { decoded.columns[0][$0] } == cells)
    #expect((0..<count).map { decoded.columns[1][$0].text } == cells.map(\.text))
  }
}
