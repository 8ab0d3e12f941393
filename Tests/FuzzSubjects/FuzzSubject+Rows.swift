import AssayColumns
import AssayFormats
import AssayTestSupport
import FormatTwins

extension FuzzSubject {
  static let csvWriter = FuzzSubject("csv-writer", "rows written as CSV and read again") { round in
    let batch = round.random.batch(named: { $0.isEmpty ? "column" : $0 })
    let delimiter = round.random.pick(Array(",;\t|-1".utf8))
    let writer = CSVWriter(delimiter: delimiter)
    let bytes = writer.header(batch.schema.names) + writer.rows(of: batch)
    let cut = round.random.next(below: batch.rowCount + 1)
    let halves = writer.rows(of: batch.slice(0..<cut)) + writer.rows(of: batch.slice(cut..<batch.rowCount))
    round.claim(writer.header(batch.schema.names) + halves == bytes, "two batches are written as one", bytes)
    guard batch.schema.count > 0 else { return }
    let dialect = CSVDialect(delimiter: delimiter)
    let found = DecodedTable.decoded(
      round.random.parts(of: bytes), CSVFormat(dialect, pieceSize: 1 + round.random.next(below: 200)))
    round.claim(found.fault == nil && found.warnings.isEmpty, "reads without a fault: \(found)", bytes)
    round.expect(found.names, batch.schema.names, "names", bytes)
    let rows = (0..<batch.rowCount).map { row in
      // An empty text is written in quotes, and is null by the dialect all the same.
      batch.columns.map { column in column[row].text.flatMap { $0.isEmpty ? nil : $0 } }
    }
    round.expect(found.rows, rows, "rows", bytes)
  }

  static let jsonWriter = FuzzSubject("json-writer", "rows written as JSON and read again, plainly too") { round in
    let batch = round.random.batch(named: { $0 })
    let layout: JSONWriter.Layout = round.random.once(in: 2) ? .list : .lines
    func write(_ batches: [Batch]) -> [UInt8] {
      var writer = JSONWriter(layout)
      var bytes: [UInt8] = []
      writer.begin(into: &bytes)
      for batch in batches { writer.append(batch, into: &bytes) }
      writer.end(into: &bytes)
      return bytes
    }
    let bytes = write([batch])
    let cut = round.random.next(below: batch.rowCount + 1)
    round.claim(
      write([batch.slice(0..<cut), batch.slice(cut..<batch.rowCount)]) == bytes, "two batches are written as one", bytes
    )
    let values =
      layout == .lines
      ? PlainJSON.lines(bytes)
      : PlainJSON(bytes).flatMap { value in
        if case .array(let elements) = value { elements } else { nil }
      }
    let found = values?.map { value in (value.members ?? []).map { ($0.name, $0.value.text) } }
    let expected = (0..<batch.rowCount).map { row in
      zip(batch.schema.names, batch.columns).map { ($0, jsonText($1[row])) }
    }
    round.expect(found.map { "\($0)" }, "\(expected)", "values", bytes)
  }

  private static func jsonText(_ cell: Cell) -> String {
    switch cell {
    case .null: "null"
    case .boolean(let flag): PlainJSON.bool(flag).text
    case .integer(let number): PlainJSON.integer(number).text
    case .decimal(let number): number.isFinite ? PlainJSON.decimal(number).text : "null"
    case .text(let text): PlainJSON.string(text).text
    }
  }

  static let codec = FuzzSubject("codec", "batches spilled and read again, cell by cell") { round in
    let batch = round.random.batch(named: { $0 })
    let places = (0..<round.random.next(below: batch.rowCount + 3)).map { _ in
      Int32(round.random.next(below: batch.rowCount + 1)) - 1
    }
    for one in [batch, batch.gather(places)] {
      let bytes = BatchCodec.encode(one)
      let again = BatchCodec.decode(bytes, schema: one.schema)
      round.expect(again.rowCount, one.rowCount, "rows", bytes)
      round.expect(again.firstRow, one.firstRow, "first row", bytes)
      round.expect(again.described, one.described, "cells", bytes)
      round.expect(
        again.columns.map(\.nullCount), one.columns.map { column in (0..<one.rowCount).count { column.isNull($0) } },
        "nulls",
        bytes)
      round.claim(BatchCodec.encode(again) == bytes, "a batch that was read is written alike", bytes)
    }
  }
}

extension Batch {
  /// The cells as text, decimals by their bits.
  var described: [[String]] {
    columns.map { column in
      (0..<rowCount).map { row in
        if case .decimal(let value) = column[row] { "decimal \(value.bitPattern)" } else { "\(column[row])" }
      }
    }
  }

  func slice(_ range: Range<Int>) -> Batch { gather(range.map { Int32($0) }) }
}

extension SeededRandom {
  /// A batch of columns of all layouts.
  mutating func batch(named name: (String) -> String) -> Batch {
    let rowCount = pick([0, 1, 3, 63, 64, 65, 1 + next(below: 200)])
    let names = ["a", "b \"c\"", "d,e", "é\n", "column", "\u{1}", "a;b", " "].shuffled(using: &self)
    let columns = (0..<(1 + next(below: 4))).map { _ in column(rowCount) }
    let fields = names.prefix(columns.count).map { Field(name($0), reading: .own) }
    return Batch(schema: DatasetSchema(fields), columns: columns, rowCount: rowCount, firstRow: next(below: 1 << 40))
  }

  private mutating func column(_ count: Int) -> Column {
    var validity: Bitmap?
    if once(in: 2) {
      var bits = Bitmap(count: 0)
      for _ in 0..<count { bits.append(!once(in: 4)) }
      validity = bits
    }
    func isNull(_ row: Int) -> Bool { validity.map { !$0[row] } ?? false }
    switch next(below: 5) {
    case 0: return .texts((0..<count).map { isNull($0) ? nil : cellText() })
    case 1: return Column(.integers((0..<count).map { isNull($0) ? 0 : cellInteger() }), validity: validity)
    case 2: return Column(.decimals((0..<count).map { isNull($0) ? 0 : cellDecimal() }), validity: validity)
    case 3:
      var bits = Bitmap(count: 0)
      for row in 0..<count { bits.append(!isNull(row) && once(in: 2)) }
      return Column(.booleans(bits), validity: validity)
    default:
      return .cells(
        (0..<count).map { row in
          if isNull(row) { return .null }
          switch next(below: 4) {
          case 0: return .text(cellText())
          case 1: return .integer(cellInteger())
          case 2: return .decimal(cellDecimal())
          default: return .boolean(once(in: 2))
          }
        })
    }
  }

  mutating func cellText() -> String {
    let parts = [
      "\"", ",", ";", "\n", "\r", "\\", "\t", "\u{1}", "a", "long enough for a word", "é", "😀", " ", "1", "-", "{",
      "\u{7F}",
    ]
    return (0..<next(below: 6)).map { _ in pick(parts) }.joined()
  }

  mutating func cellInteger() -> Int64 {
    once(in: 3)
      ? pick([0, -1, 1, .max, .min, 9, 10, -10, 99, 100]) : Int64(bitPattern: next()) >> Int64(next(below: 64))
  }

  mutating func cellDecimal() -> Double {
    if once(in: 4) {
      return pick([
        0, -0.0, 1, -1.5, 0x1p53, 1e15, 1e16, 123456789012345680, 1e-5, 1e-4, .leastNonzeroMagnitude,
        .greatestFiniteMagnitude,
      ])
    }
    let value = Double(bitPattern: next())
    return once(in: 2) || !value.isFinite ? Double(next(below: 2_000_000) - 1_000_000) / 100 : value
  }
}
