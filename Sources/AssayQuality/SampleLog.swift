import AssayColumns

/// The cells that samples of failing rows are read from, for rows whose failing is known at the end only: in memory, or,
/// once they do not fit, in a file.
struct SampleLog: Sendable {
  private struct Stretch: Sendable {
    var rowsBefore: Int
    var offset: Int
    var count: Int
    var sampled: SampledColumns
    /// The bytes themselves, while they are in memory.
    var bytes: [UInt8] = []
  }

  private var file: SpillFile?
  private var stretches: [Stretch] = []
  /// Bytes in memory.
  private(set) var heldBytes = 0

  /// A log in memory, until it spills; or in a file from the beginning.
  init(in file: SpillFile? = nil) { self.file = file }

  /// Moves what is in memory to the file, and from now on what comes.
  mutating func spill(to file: SpillFile) throws(GradingFault) {
    self.file = file
    for index in stretches.indices where !stretches[index].bytes.isEmpty {
      let bytes = stretches[index].bytes
      stretches[index].offset = try GradingFault.spilling { () throws(SpillFault) in try file.append(bytes) }
      stretches[index].bytes = []
    }
    heldBytes = 0
  }

  /// Keeps what samples of a batch's rows need. Nothing is written where no column is shown.
  mutating func append(_ sampled: SampledColumns, rowCount: Int, rowsBefore: Int) throws(GradingFault) {
    let bytes = sampled.columns.isEmpty ? [] : BatchCodec.encode(sampled.batch(rowCount: rowCount))
    var stretch = Stretch(rowsBefore: rowsBefore, offset: 0, count: bytes.count, sampled: sampled.withoutCells)
    if let file, !bytes.isEmpty {
      stretch.offset = try GradingFault.spilling { () throws(SpillFault) in try file.append(bytes) }
    } else {
      stretch.bytes = bytes
      heldBytes += bytes.count
    }
    stretches.append(stretch)
  }

  /// The columns of the batch that holds a row (from 0), the number of rows before the batch, and the first row that may
  /// belong to the next; nil for a row before the log.
  func columns(
    of row: Int
  ) throws(GradingFault) -> (sampled: SampledColumns, rowsBefore: Int, rowsAfter: Int)? {
    var (low, high) = (0, stretches.count)
    while low < high {
      let middle = (low + high) / 2
      if stretches[middle].rowsBefore <= row { low = middle + 1 } else { high = middle }
    }
    guard low > 0 else { return nil }
    let stretch = stretches[low - 1]
    let after = low < stretches.count ? stretches[low].rowsBefore : .max
    if stretch.count == 0 { return (stretch.sampled, stretch.rowsBefore, after) }
    guard stretch.bytes.isEmpty, let file else {
      return (stretch.sampled.withCells(of: stretch.bytes), stretch.rowsBefore, after)
    }
    let bytes = try GradingFault.spilling { () throws(SpillFault) in
      try file.read(stretch.offset, count: stretch.count, as: UInt8.self)
    }
    return (stretch.sampled.withCells(of: bytes), stretch.rowsBefore, after)
  }
}

/// A failing row, from 0, and the one that its cells are read from.
struct SampledPlace: NumberedRow, Sendable {
  var row: Int
  var source: Int
}
