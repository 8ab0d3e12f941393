internal import AssayColumns
internal import AssayQuality
internal import AssayStore

/// A query of a `sql` check at work.
struct CheckQuery: Sendable {
  private let query: QueryMeasure
  private let dataset: String
  private let sampling: Sampling
  /// In lower case, as SQL compares names.
  private let privateColumns: Set<String>

  /// - Parameter privateColumns: All columns that the file calls private, in whatever dataset.
  init(_ query: QueryMeasure, dataset: String, _ sampling: Sampling, privateColumns: Set<String>) {
    self.query = query
    self.dataset = dataset
    self.sampling = sampling
    self.privateColumns = Set(privateColumns.map { $0.lowercased() })
  }

  /// What the query gives over complete datasets, of which the first is the check's own.
  ///
  /// Throws `StoreFailure` for broken SQL, and `RunFailure` where a number is asked for and rows come.
  func answer(_ inputs: [(name: String, rows: any BatchSequence)]) async throws -> MeasureValue {
    let workspace = try await SQLWorkspace.prepare(step: "the query of the check", query: query.sql, inputs: inputs)
    switch query.form {
    case .failingRows:
      let evaluated = inputs[0].rows.rowCount
      var found = RowTestValue(evaluated: evaluated, failed: 0)
      let shown = shownColumns(workspace.schema, inputs)
      while let batch = try await workspace.next() {
        for row in 0..<min(batch.rowCount, sampling.keptRows - found.failures.count) {
          found.failures.append(failure(row, of: batch, number: found.failed + row + 1, shown))
        }
        found.failed += batch.rowCount
      }
      return .rows(found)
    case .number:
      let batch = try await workspace.next()
      let another = try await workspace.next()
      guard workspace.schema.count == 1, another == nil, batch.map({ $0.rowCount == 1 }) ?? true else {
        let rows = another == nil ? batch?.rowCount ?? 0 : nil
        throw RunFailure(
          "'min' and 'max' judge one number, and the query gives \(rows.map { "\($0)" } ?? "many") rows of \(workspace.schema.count) columns: \(query.sql)"
        )
      }
      let cell = batch?.columns[0][0] ?? .null
      switch cell {
      case .null, .integer, .decimal: return .cell(cell)
      default: throw RunFailure("'min' and 'max' judge a number, and the query gives a text: \(query.sql)")
      }
    }
  }

  private func failure(_ row: Int, of batch: Batch, number: Int, _ shown: [Bool]) -> FailingRow {
    let cells = batch.schema.fields.enumerated().map { place, field in
      let text = batch.columns[place][row].text
      return NamedText(field.name, text == nil || shown[place] ? text : Sampling.mask)
    }
    let key = cells.enumerated().filter { place, cell in shown[place] && sampling.keyColumns.contains(cell.name) }
    return FailingRow(row: number, cells: cells, key: key.map(\.element))
  }

  /// Whether a column of the result may be shown. A private column may not, by its name; and where the query mentions
  /// one, or takes whole rows, neither may what it gives another name, since it may hold the value.
  private func shownColumns(
    _ schema: DatasetSchema, _ inputs: [(name: String, rows: any BatchSequence)]
  ) -> [Bool] {
    let known = Set(inputs.flatMap { $0.rows.schema.names.map { $0.lowercased() } })
    let mayLeak = query.mayRead(privateColumns.intersection(known))
    return schema.names.map { name in
      let name = name.lowercased()
      return !privateColumns.contains(name) && (!mayLeak || known.contains(name))
    }
  }
}
