internal import AssayColumns
internal import AssayDefinition
internal import AssayEngine
internal import AssayHTTP
internal import Synchronization

/// The requests of a source that asks for each row of another dataset, in the order of the rows.
final class ParentRequests: Sendable {
  /// A request, and what its rows get of the row that they belong to.
  struct Asked: Sendable {
    var request: PreparedRequest
    var kept: [(name: String, cell: Cell)]
  }

  private struct State {
    var batch: Batch?
    var row = 0
    var skipped = 0
  }

  private let request: RequestTemplate<Template>
  private let keep: [(name: String, template: Template)]
  private let client: APIClient
  private let reader: DatasetReader
  private let context: NodeContext
  private let required: [String]
  private let state = Mutex(State())

  init(
    _ request: RequestTemplate<Template>, keep: Named<Template>, client: APIClient, reader: DatasetReader,
    _ context: NodeContext
  ) {
    self.request = request
    self.keep = keep.items.map { ($0.name, $0.value) }
    self.client = client
    self.reader = reader
    self.context = context
    required = request.columns.filter { !$0.isOptional }.map(\.name)
  }

  /// The next request, or nil after the last row. Rows without a value that the request needs are left out. One call at
  /// a time.
  func next() async throws -> Asked? {
    while true {
      let place = state.withLock { state -> (Batch, Int)? in
        guard let batch = state.batch, state.row < batch.rowCount else { return nil }
        defer { state.row += 1 }
        return (batch, state.row)
      }
      if let (batch, row) = place {
        if let asked = try asked(batch, row) { return asked }
        state.withLock { $0.skipped += 1 }
        continue
      }
      guard let batch = try await reader.next() else { return nil }
      context.counters.add(rowsIn: batch.rowCount)
      state.withLock { state in
        state.batch = batch
        state.row = 0
      }
    }
  }

  private func asked(_ batch: Batch, _ row: Int) throws -> Asked? {
    func text(_ name: String) -> String? { batch.column(name)?[row].text }
    for name in required where text(name)?.isEmpty ?? true { return nil }
    let kept = keep.map { name, template -> (name: String, cell: Cell) in
      // A column alone keeps its kind.
      if case .column(let column, _)? = template.parts.first, template.parts.count == 1 {
        return (name, cell(of: column, in: batch, row))
      }
      return (name, template.fill(text).map { .text($0) } ?? .null)
    }
    return Asked(request: try request.prepared(client, cell: text), kept: kept)
  }

  private func cell(of column: String, in batch: Batch, _ row: Int) -> Cell {
    guard let place = batch.schema.index(of: column) else { return .null }
    let cell = batch.columns[place][row]
    return batch.schema.fields[place].type.flatMap { conform(cell, to: $0) } ?? cell
  }

  /// Says, after the last row, what was left out; throws `RunFailure` where a column that is named never came.
  func requireColumns() throws {
    let names = reader.finalSchema?.names ?? []
    let wanted = required + keep.flatMap(\.template.columnNames)
    if !names.isEmpty, let missing = wanted.first(where: { !names.contains($0) }) {
      throw RunFailure(
        "source '\(context.name)' names a column '\(missing)' that the rows of 'for_each' do not have"
          + suggestion(for: missing, among: names))
    }
    let skipped = state.withLock { $0.skipped }
    if skipped > 0 {
      context.warn("\(skipped) rows of 'for_each' lack a value that the request needs, and are left out")
    }
  }
}
