internal import AssayColumns
internal import AssayEngine
internal import AssayFormats

/// Where the rows of a source's pages go: to its writer, or into memory until their turn comes.
struct RowSink {
  private let writer: SourceWriter?
  private var tracker: CursorTracker?
  typealias Part = (rows: DecodedRows, reading: Field.Reading)

  /// What was collected, where there is no writer.
  private(set) var parts: [Part] = []

  init(_ writer: SourceWriter?, _ tracker: CursorTracker?) {
    self.writer = writer
    self.tracker = tracker
  }

  mutating func write(_ rows: DecodedRows, reading: Field.Reading) async throws {
    tracker?.note(rows)
    guard let writer else { return parts.append((rows, reading)) }
    try await writer.write(rows, reading: reading)
  }

  /// Says how far an incremental source has come.
  func finish(_ context: NodeContext) throws { try tracker?.finish(context) }
}

extension DecodedRows {
  /// The rows with columns before theirs that have one value each. Throws `RunFailure` for a name that they have.
  func adding(_ kept: [(name: String, cell: Cell)]) throws -> DecodedRows {
    if kept.isEmpty { return self }
    if let clash = kept.first(where: { names.contains($0.name) }) {
      throw RunFailure("'keep' adds a column '\(clash.name)', but the rows have one of that name; name another")
    }
    var rows = self
    rows.names = kept.map(\.name) + names
    rows.columns = kept.map { .cells([Cell](repeating: $0.cell, count: rowCount)) } + columns
    return rows
  }
}
