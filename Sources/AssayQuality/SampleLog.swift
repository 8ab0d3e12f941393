import AssayColumns

/// The cells that samples of failing rows are read from, in a file: for rows whose failing is known at the end only.
struct SampleLog: Sendable {
  private struct Stretch: Sendable {
    var rowsBefore: Int
    var offset: Int
    var count: Int
    var sampled: SampledColumns
  }

  private let file: SpillFile
  private var stretches: [Stretch] = []

  init(in file: SpillFile) { self.file = file }

  /// Keeps what samples of a batch's rows need. Nothing is written where no column is shown.
  mutating func append(_ sampled: SampledColumns, rowCount: Int, rowsBefore: Int) throws(GradingFault) {
    let bytes = sampled.columns.isEmpty ? [] : BatchCodec.encode(sampled.batch(rowCount: rowCount))
    let offset = bytes.isEmpty ? 0 : try GradingFault.spilling { () throws(SpillFault) in try file.append(bytes) }
    stretches.append(
      Stretch(rowsBefore: rowsBefore, offset: offset, count: bytes.count, sampled: sampled.withoutCells))
  }

  /// The columns of the batch that holds a row (from 0), and the number of rows before it; nil for one before the log.
  func columns(of row: Int) throws(GradingFault) -> (sampled: SampledColumns, rowsBefore: Int)? {
    var (low, high) = (0, stretches.count)
    while low < high {
      let middle = (low + high) / 2
      if stretches[middle].rowsBefore <= row { low = middle + 1 } else { high = middle }
    }
    guard low > 0 else { return nil }
    let stretch = stretches[low - 1]
    if stretch.count == 0 { return (stretch.sampled, stretch.rowsBefore) }
    let bytes = try GradingFault.spilling { () throws(SpillFault) in
      try file.read(stretch.offset, count: stretch.count, as: UInt8.self)
    }
    return (stretch.sampled.withCells(of: bytes), stretch.rowsBefore)
  }
}

/// A failing row, from 0, and the one that its cells are read from.
struct SampledPlace: NumberedRow, Sendable {
  var row: Int
  var source: Int
}
