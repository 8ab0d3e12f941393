package import AssayColumns

/// Writes batches as RFC 4180: a header, cells quoted only where they must be, rows that end with LF.
///
/// A null is an empty cell and an empty text is `""`; numbers and booleans are written as `Cell.text` has them. Read
/// back, the cells have the same texts, an empty text too where the reader does not take it for null. A null in the
/// only column is a blank line.
package struct CSVWriter: Sendable {
  /// Rows that are put together at once: their cells stay in the cache from column to column.
  private static let blockSize = 1024

  /// The byte between two cells.
  package let delimiter: UInt8

  /// A writer; the delimiter must be ASCII and neither a quote nor a line end.
  package init(delimiter: UInt8 = UInt8(ascii: ",")) {
    precondition(CSVDialect(delimiter: delimiter).problem == nil, "a delimiter that cannot be written")
    self.delimiter = delimiter
  }

  /// The line of the names, with its line end. A first name that begins like a byte order mark is quoted.
  package func header(_ names: [String]) -> [UInt8] {
    var line: [UInt8] = []
    for (index, name) in names.enumerated() {
      if index > 0 { line.append(delimiter) }
      let text = Array(name.utf8)
      let needsQuotes =
        text.isEmpty || text.starts(with: byteOrderMark)
        || text.contains { $0 == delimiter || $0 == CSVCellWriter.quote || $0 == 0x0A || $0 == 0x0D }
      if needsQuotes {
        line.append(CSVCellWriter.quote)
        for byte in text {
          if byte == CSVCellWriter.quote { line.append(byte) }
          line.append(byte)
        }
        line.append(CSVCellWriter.quote)
      } else {
        line.append(contentsOf: text)
      }
    }
    line.append(UInt8(ascii: "\n"))
    return line
  }

  /// The rows of a batch, each with its line end. O(bytes).
  package func rows(of batch: Batch) -> [UInt8] {
    var output: [UInt8] = []
    output.reserveCapacity(batch.columns.reduce(batch.rowCount) { $0 + $1.count * 9 })
    if batch.columns.isEmpty { return [UInt8](repeating: UInt8(ascii: "\n"), count: batch.rowCount) }
    for start in stride(from: 0, to: batch.rowCount, by: CSVWriter.blockSize) {
      append(start..<min(start + CSVWriter.blockSize, batch.rowCount), of: batch, to: &output)
    }
    return output
  }

  /// Column by column: first how long each cell is, then each cell to its place in its row.
  private func append(_ rows: Range<Int>, of batch: Batch, to output: inout [UInt8]) {
    let columns = batch.columns.map { CSVCellWriter($0, rows: rows, delimiter: delimiter) }
    var places = [Int](repeating: columns.count, count: rows.count)
    for column in columns {
      for row in rows.indices { places[row - rows.lowerBound] += column.length(row - rows.lowerBound) }
    }
    var size = 0
    for row in places.indices {
      let length = places[row]
      places[row] = size
      size += length
    }
    let block = [UInt8](unsafeUninitializedCapacity: size) { target, filled in
      for (index, column) in columns.enumerated() {
        let separator = index == columns.count - 1 ? UInt8(ascii: "\n") : delimiter
        column.write(to: target, places: &places, separator: separator)
      }
      filled = size
    }
    output.append(contentsOf: block)
  }
}
