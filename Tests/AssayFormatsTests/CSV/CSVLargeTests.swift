import AssayColumns
import AssayFormats
import FormatTwins
import Testing

@Suite struct `CSV of unusual shape` {
  @Test func `a field of many megabytes is read whole, pushed in small parts`() throws {
    let part = Array("0123456789,\n\"\"abcdef".utf8)
    let field = [UInt8]("\"".utf8) + (0..<200_000).flatMap { _ in part } + "\"".utf8
    let document = Array("a,b\nx,".utf8) + field + Array("\ny,z\n".utf8)
    let pushes = stride(from: 0, to: document.count, by: 1 << 14).map {
      Array(document[$0..<min($0 + 1 << 14, document.count)])
    }
    let table = DecodedTable.decoded(pushes, CSVFormat())
    #expect(table.rows.count == 2)
    #expect(table.rows[0][1]?.utf8.count == 200_000 * (part.count - 1))
    #expect(table.rows[1] == ["y", "z"])
  }

  @Test func `ten thousand columns are read`() {
    let names = (0..<10_000).map { "c\($0)" }
    let row = (0..<10_000).map { String($0) }
    let text = names.joined(separator: ",") + "\n" + row.joined(separator: ",") + "\n" + "1\n"
    let table = DecodedTable.decoded([Array(text.utf8)], CSVFormat())
    #expect(table.names == names)
    #expect(table.rows.count == 2)
    #expect(table.rows[0] == row)
    #expect(table.rows[1][9_999] == nil)
  }

  @Test(arguments: [true, false])
  func `a hundred thousand columns take memory for their bytes alone`(header: Bool) {
    // With a line end within each name and cell, so that lines say nothing about rows.
    let names = (0..<100_000).map { "\"c\n\($0)\"" }.joined(separator: ",")
    let row = (0..<100_000).map { "\"\n\($0)\"" }.joined(separator: ",")
    let document = Array(([names] + [String](repeating: row, count: 3)).joined(separator: "\n").utf8)
    let table = DecodedTable.decoded([document], CSVFormat(CSVDialect(header: header)))
    #expect(table.fault == nil)
    #expect(table.names.count == 100_000)
    #expect(table.names.last == (header ? "c\n99999" : "column_100000"))
    #expect(table.rows.count == (header ? 3 : 4))
    #expect(table.rows.last?.last == "\n99999")
  }

  @Test func `a wide header alone, and under blank lines, is read`() {
    let names = (0..<40_000).map { "c\($0)" }
    let text = String(repeating: "\n", count: 40_000) + names.joined(separator: ",")
    let table = DecodedTable.decoded([Array(text.utf8)], CSVFormat())
    #expect(table.names == names)
    #expect(table.rows.isEmpty)
  }

  @Test func `rows far shorter than a wide header are refused before they fill the memory`() {
    let text = (0..<10_000).map { "c\($0)" }.joined(separator: ",") + "\n" + String(repeating: "1\n", count: 400_000)
    let fault = DecodedTable.decoded([Array(text.utf8)], CSVFormat()).fault
    #expect(fault?.message.contains("delimiter") == true)
  }

  @Test func `blank lines under a wide header are nothing`() {
    let text = (0..<10_000).map { "c\($0)" }.joined(separator: ",") + "\n" + String(repeating: "\n", count: 400_000)
    let table = DecodedTable.decoded([Array(text.utf8)], CSVFormat())
    #expect(table.fault == nil)
    #expect(table.rows.isEmpty)
  }

  @Test func `pieces decode at the same time as in turn`() async throws {
    let text = "id,text\n" + (0..<20_000).map { "\($0),\"a \"\"b\"\" \($0)\"\n" }.joined()
    let format = CSVFormat(pieceSize: 1 << 14)
    var cutter = format.makeCutter()
    let pieces = try cutter.push(Array(text.utf8)) + cutter.finish()
    #expect(pieces.count > 10)
    let rows = await withTaskGroup(of: (Int, [Cell]).self) { group in
      for (index, piece) in pieces.enumerated() {
        group.addTask {
          guard let rows = try? format.decode(piece) else { return (index, []) }
          return (index, (0..<rows.rowCount).map { rows.columns[1][$0] })
        }
      }
      var parts = [[Cell]](repeating: [], count: pieces.count)
      for await (index, cells) in group { parts[index] = cells }
      return parts.flatMap { $0 }
    }
    #expect(rows == (0..<20_000).map { .text("a \"b\" \($0)") })
  }
}
