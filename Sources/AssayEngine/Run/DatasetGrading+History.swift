internal import AssayColumns
internal import AssayFormats
internal import AssayHTTP
internal import AssayQuality
internal import AssayStore

extension DatasetGrading {
  /// What the checks must know of earlier runs, each need once.
  var historyNeeds: [HistoryNeed] {
    var seen: Set<HistoryNeed> = []
    return places.flatMap { $0.declaration.check.historyNeeds($0.place) }.filter { seen.insert($0).inserted }
  }

  /// What checks of a column's single numbers observed, by the check and the column: `mean(revenue)`. A part of the rows is
  /// another number than all of them, and not kept under that name.
  func observedNumbers(_ verdicts: [CheckJudgement?]) -> [KeptNumber] {
    zip(places, verdicts).compactMap { entry, verdict in
      let check = entry.declaration
      guard let column = check.column, !check.check.judgesRows, check.common.filter == nil,
        case .number(let number)? = verdict?.observed
      else { return nil }
      return KeptNumber("\(check.name)(\(column))", number)
    }
  }

  /// The numbers that are kept for later runs beside the metrics: the row count, what checks compare, and what they
  /// observed.
  func keptNumbers(_ evidence: CheckEvidence, observed: [KeptNumber]) -> [KeptNumber] {
    var seen = Set(evidence.metrics?.all.map(\.name) ?? [])
    return
      ([KeptNumber("row_count", Double(evidence.rowCount))]
      + places.flatMap { $0.declaration.check.keptNumbers(evidence, $0.place) } + observed)
      .filter { seen.insert($0.name).inserted }
  }

  /// What is kept of the columns: of private ones nothing of their values.
  func profile(_ values: MeasureValues, _ columns: [ColumnFacts]) -> [ColumnProfileRecord] {
    let wanted = Set(
      historyNeeds.compactMap { if case .distribution(let column) = $0 { column } else { nil } }
    ).subtracting(declaration.privateColumns)
    return columns.enumerated().map { place, facts in
      let distribution = wanted.contains(facts.name) ? values.distribution(at: place) : nil
      return ColumnProfileRecord(
        name: facts.name, type: facts.type?.rawValue, nulls: facts.nulls, distinct: facts.distinct,
        distribution: distribution.map { DistributionSketch($0).json.text })
    }
  }

  /// The columns of the dataset's own `key`, or of its first check with a key.
  private var snapshotKey: [String] {
    declaration.key.isEmpty
      ? declaration.checks.lazy.map(\.check.keyColumns).first { !$0.isEmpty } ?? [] : declaration.key
  }

  /// What is measured to keep the rows; nothing without a key, or where the file says so.
  var snapshotMeasures: [Measure] {
    // A key of private values is not kept, and no hash of it either, from which it could be guessed.
    guard isScored, let limit = declaration.snapshot.rows, !snapshotKey.isEmpty,
      snapshotKey.allSatisfy({ !declaration.privateColumns.contains($0) })
    else { return [] }
    return [.rowSnapshot(key: snapshotKey, limit: limit)]
  }

  /// The rows as the store keeps them, without secrets.
  func record(_ value: RowSnapshotValue, _ mask: SecretMask) -> SnapshotRecord {
    func none(_ reason: String) -> SnapshotRecord {
      SnapshotRecord(key: snapshotKey, columns: [], rows: 0, omission: reason)
    }
    switch value {
    case .tooMany(let limit):
      return none(
        "there are more than \(limit) row\(limit == 1 ? "" : "s"), so none were kept; 'snapshot: {rows: N}' allows more"
      )
    case .tooLarge: return none("the rows are too large to be kept")
    case .kept(let rows):
      // One search through all keys tells whether any has to be looked at by itself.
      let reveals = mask.reveals(rows.keys.joined(separator: "\n"))
      let safe = reveals ? rows.mappingKeys { mask.apply(to: $0) } : rows
      return SnapshotRecord(key: safe.key, columns: safe.columns, rows: safe.rowCount, data: safe.packed())
    }
  }
}
