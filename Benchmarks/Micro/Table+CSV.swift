import AssayColumns
import AssayFormats
import AssayQuality
import CAssay

/// The rows of a CSV document, in the pieces it was cut into.
struct Table {
  let pieces: [Piece]
  let batches: [Batch]
  let rowCount: Int

  init(csv document: [UInt8]) throws {
    pieces = try cut(document, as: CSVFormat())
    var batches: [Batch] = []
    var rows = 0
    for piece in pieces {
      let decoded = try CSVFormat().decode(piece)
      let schema = DatasetSchema(decoded.names.map { Field($0, reading: .fromText) })
      batches.append(Batch(schema: schema, columns: decoded.columns, rowCount: decoded.rowCount, firstRow: rows))
      rows += decoded.rowCount
    }
    self.batches = batches
    rowCount = rows
    if rows == 0 { throw Unusable(reason: "the CSV file has no rows") }
  }

  /// Reading: from bytes to columns, and what is read from their cells.
  func kernels(document: [UInt8]) -> [Kernel] {
    let email = texts(of: "email")
    let revenue = texts(of: "revenue")
    let cells = batches.reduce(0) { $0 + $1.columns.count * $1.rowCount }
    return [
      Kernel(name: "CSV, cut", bytes: document.count, items: rowCount, unit: "rows") {
        try cut(document, as: CSVFormat()).count
      },
      Kernel(name: "CSV, decode", bytes: document.count, items: rowCount, unit: "rows") {
        var rows = 0
        for piece in pieces { rows += try CSVFormat().decode(piece).rowCount }
        return rows
      },
      Kernel(name: "UTF-8, check", bytes: document.count, items: rowCount, unit: "rows") {
        document.withUnsafeBufferPointer { assay_utf8_fault($0.baseAddress, $0.count) }
      },
      Kernel(name: "classes of cells", bytes: document.count, items: cells, unit: "cells") {
        var sum = 0
        for batch in batches {
          for (column, field) in zip(batch.columns, batch.schema.fields) {
            for kind in column.classes(under: field) where kind == .text { sum += 1 }
          }
        }
        return sum
      },
      Kernel(name: "decimals, parse", bytes: byteCount(revenue), items: count(revenue), unit: "cells") {
        var numbers = 0
        for texts in revenue {
          for row in 0..<texts.count {
            if let value = parseDecimal(texts.bytes.span.extracting(texts.range(at: row))), value > 0 { numbers += 1 }
          }
        }
        return numbers
      },
      Kernel(name: "pattern (PCRE2)", bytes: byteCount(email), items: count(email), unit: "cells") {
        let matcher = try Pattern(#"^[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,}\z"#).makeMatcher()
        var matches = 0
        for texts in email {
          for row in 0..<texts.count where try matcher.matches(texts.bytes.span.extracting(texts.range(at: row))) {
            matches += 1
          }
        }
        return matches
      },
    ]
  }

  /// The texts of a column, piece by piece; nothing where it is not there or holds something else.
  private func texts(of name: String) -> [TextStorage] {
    batches.compactMap { batch in
      guard case .text(let texts) = batch.column(name)?.storage else { return nil }
      return texts
    }
  }

  private func count(_ texts: [TextStorage]) -> Int { texts.reduce(0) { $0 + $1.count } }

  private func byteCount(_ texts: [TextStorage]) -> Int {
    texts.reduce(0) { $0 + $1.lengths.reduce(0) { $0 + Int($1) } }
  }
}

/// The pieces of a document that comes in runs of 256 KiB, as from a file.
func cut(_ document: [UInt8], as format: some RowFormat) throws -> [Piece] {
  var cutter = format.makeCutter()
  var pieces: [Piece] = []
  for start in stride(from: 0, to: document.count, by: 256 << 10) {
    pieces += try cutter.push(Array(document[start..<min(start + 256 << 10, document.count)]))
  }
  return try pieces + cutter.finish()
}
