package import AssayColumns
internal import AssayDefinition
package import AssayFormats
internal import AssayStore
internal import Synchronization

/// Takes the rows of a source: fits them to the declared columns, lets the schema grow, numbers the rows, and keeps them
/// back where readers need types that only the last row settles.
///
/// Used by the source's task alone.
package final class SourceWriter {
  private let name: String
  private let common: SourceCommon
  private let log: DatasetLog
  private let context: NodeContext
  private let needsTypes: Bool
  private let declared: [String: ValueType]
  private let onEmpty: OnEmpty
  /// The most rows that are taken; nil for all.
  private let limit: Int?

  private var schema = DatasetSchema()
  private var reading = Field.Reading.own
  /// Types that the source found out before the first row.
  private var knownTypes: [String: ValueType]?
  private var rowCount = 0
  /// Why there are no rows, where the source knows.
  private var emptyReason: String?
  /// The names of the last rows, and for each the column it goes to (nil: left out).
  private var lastNames: [String]?
  private var places: [Int?] = []
  private var warned: [RowWarning.Kind: (count: Int, firstRow: Int)] = [:]
  private var kept: KeptRows?
  private var keptCounts: [ClassCounts] = []
  /// Misfits of kept batches by their first row: the file of kept rows does not hold them.
  private var keptMisfits: [Int: [Misfit]] = [:]

  init(
    name: String, common: SourceCommon, log: DatasetLog, context: NodeContext, needsTypes: Bool,
    isScored: Bool = false, limit: Int? = nil
  ) {
    self.limit = limit
    self.name = name
    self.common = common
    self.log = log
    self.context = context
    self.needsTypes = needsTypes
    // The gate knows what to make of a scored dataset without rows, so the run need not break.
    onEmpty = common.onEmpty ?? (isScored ? .pass : .fail)
    declared = Dictionary(common.columns.items.map { ($0.name, $0.value) }) { first, _ in first }
  }

  /// Whether readers need the final types of the columns, which a source of text may want to find out beforehand.
  package var wantsTypes: Bool { needsTypes && knownTypes == nil }

  /// The types that the file declares, by column.
  package var declaredTypes: [String: ValueType] { declared }

  /// Tells the types of text columns before the first row, from a scan of all rows. Columns that are not named hold no values.
  package func know(types: [String: ValueType]) { knownTypes = types }

  /// Checks that every declared column is among the given names: for formats whose columns stand before the rows.
  package func requireDeclared(in names: [String]) throws {
    let known = Set(names)
    for item in common.columns.items where !known.contains(item.name) {
      throw RunFailure(
        "source '\(name)' declares a column '\(item.name)' that the data does not have\(suggestion(for: item.name, among: names))"
      )
    }
  }

  /// Says why there may be no rows, in words such as `in.csv: the file is empty`.
  package func noteEmpty(_ reason: String) {
    context.warn(reason)
    emptyReason = emptyReason ?? reason
  }

  /// Takes rows in the order of the data. Waits while readers are behind.
  package func write(_ rows: DecodedRows, reading: Field.Reading) async throws {
    self.reading = reading
    note(rows.warnings)
    try adopt(rows.names)
    if rows.rowCount == 0 { return }
    let sources = self.sources(of: rows)
    let current = schema
    let first = rowCount
    var fitted = try await context.run.workers.run { fit(rows, sources, current, firstRow: first) }
    if let limit { fitted = fitted.prefix(limit - rowCount) }
    rowCount += fitted.rowCount
    context.counters.add(rowsOut: fitted.rowCount)
    if needsTypes, reading == .fromText, knownTypes == nil {
      try await keep(fitted)
    } else {
      try await log.write(fitted)
    }
    if let limit, rowCount >= limit { throw RowLimitReached() }
  }

  /// Ends the dataset: checks that declared columns came, hands on what was kept, and closes the log.
  func finish() async throws {
    reportWarnings()
    if rowCount == 0, schema.count == 0 {
      // Without rows nothing tells the columns of JSON or XML: the declared ones are the schema.
      for item in common.columns.items { schema.append(Field(item.name, reading: .own, declared: item.value)) }
    }
    try requireDeclared(in: schema.names)
    if rowCount == 0 {
      let message = "source '\(name)' has no rows\(emptyReason.map { " (\($0))" } ?? "")"
      switch onEmpty {
      case .fail: throw RunFailure("\(message); set on_empty: warn or pass if that is fine")
      case .warn: context.warn(message)
      case .pass: break
      }
    }
    if let kept { try await replay(kept) }
    log.finish(schema)
  }

  /// Whether any rows have come.
  package var isEmpty: Bool { rowCount == 0 }

  private func adopt(_ names: [String]) throws {
    if names == lastNames { return }
    lastNames = names
    places = []
    for name in names {
      if let place = schema.index(of: name) {
        places.append(place)
        continue
      }
      if declared[name] == nil {
        switch common.onNewColumn {
        case .add: break
        case .ignore:
          places.append(nil)
          continue
        case .fail:
          throw RunFailure(
            "source '\(self.name)' has a column '\(name)' that 'columns' does not declare (on_new_column: fail)")
        }
      }
      places.append(schema.count)
      schema.append(
        Field(name, reading: reading, declared: declared[name], type: reading == .fromText ? knownTypes?[name] : nil))
    }
  }

  /// For each column of the schema, the column of these rows that it takes, or nil.
  private func sources(of rows: DecodedRows) -> [Int?] {
    var sources = [Int?](repeating: nil, count: schema.count)
    for (index, place) in places.enumerated() {
      if let place { sources[place] = index }
    }
    return sources
  }

  private func note(_ warnings: [RowWarning]) {
    for warning in warnings {
      let row = rowCount + warning.row + 1
      warned[warning.kind] = (warned[warning.kind]?.count ?? 0, warned[warning.kind]?.firstRow ?? row)
      warned[warning.kind]?.count += 1
    }
  }

  private func reportWarnings() {
    if let short = warned[.shortRow] {
      context.warn("\(rows(short.count)) too few cells and filled up with nulls; the first is row \(short.firstRow)")
    }
    if let long = warned[.longRow] {
      context.warn(
        "\(rows(long.count)) too many cells, of which the surplus ones were dropped; the first is row \(long.firstRow)")
    }
    if let repeated = warned[.repeatedName] {
      context.warn(
        "\(rows(repeated.count)) a member's name twice, of which the last was taken; the first is row "
          + "\(repeated.firstRow)")
    }
  }

  private func rows(_ count: Int) -> String { count == 1 ? "1 row with" : "\(count) rows with" }

  private func keep(_ batch: Batch) async throws {
    let keeper = kept ?? KeptRows(memory: context.run.memoryShare)
    kept = keeper
    if !batch.misfits.isEmpty { keptMisfits[batch.firstRow] = batch.misfits }
    let counts = try await context.run.workers.run {
      try keeper.append(batch)
      return zip(batch.columns, batch.schema.fields).map { $0.classCounts(under: $1) }
    }
    for (index, count) in counts.enumerated() {
      if index < keptCounts.count { keptCounts[index].merge(count) } else { keptCounts.append(count) }
    }
  }

  private func replay(_ kept: KeptRows) async throws {
    for (index, counts) in keptCounts.enumerated() where schema.fields[index].declared == nil {
      schema.setType(counts.narrowestType, at: index)
    }
    let typed = schema
    let reader = KeptReader(kept.makeIterator())
    while let batch = try await context.run.workers.run({ try reader.next() }) {
      var batch = batch
      if batch.columns.count < typed.count { batch = batch.widened(to: typed) }
      batch.schema = typed
      batch.misfits = keptMisfits[batch.firstRow] ?? []
      try await log.write(batch)
    }
  }
}

/// An iterator over kept rows that one task at a time moves on.
final class KeptReader: Sendable {
  private let iterator: Mutex<any BatchIterator>

  init(_ iterator: sending any BatchIterator) { self.iterator = Mutex(iterator) }

  func next() throws -> Batch? { try iterator.withLock { try $0.next() } }
}

/// The rows as a batch of the schema: columns that did not come are null, values that do not fit are misfits.
private func fit(_ rows: DecodedRows, _ sources: [Int?], _ schema: DatasetSchema, firstRow: Int) -> Batch {
  var columns: [Column] = []
  var misfits: [Misfit] = []
  for (index, source) in sources.enumerated() {
    guard let source else {
      columns.append(.nulls(count: rows.rowCount))
      continue
    }
    guard let type = schema.fields[index].declared else {
      columns.append(rows.columns[source])
      continue
    }
    let (column, failed) = rows.columns[source].conformed(to: type)
    columns.append(column)
    misfits += failed.map { Misfit(row: $0.row, column: index, text: $0.text) }
  }
  misfits.sort { ($0.row, $0.column) < ($1.row, $1.column) }
  return Batch(
    schema: schema, columns: columns, rowCount: rows.rowCount, firstRow: firstRow, misfits: misfits)
}
