package import AssayQuality
package import AssayStore

/// What changed between two runs: in metrics, columns, checks, and rows by key.
package struct RunDiff: Sendable {
  /// A metric that is not what it was; nil where the run has none of it.
  package struct MetricChange: Sendable, Hashable {
    package var name: String
    package var before: Double?
    package var after: Double?
  }

  /// A column that came (no type before), went (none after), or has another type.
  package struct ColumnChange: Sendable, Hashable {
    package enum Kind: String, Sendable { case added, removed, retyped }

    package var kind: Kind
    package var name: String
    package var before: String?
    package var after: String?
  }

  /// How a check came out.
  package struct CheckState: Sendable, Hashable {
    package var status: String
    package var failed: Int
    package var observed: String?
  }

  /// A check that came out otherwise; nil where the run did not have it.
  package struct CheckChange: Sendable, Hashable {
    package var check: String
    package var column: String?
    package var before: CheckState?
    package var after: CheckState?
  }

  /// What became of the rows.
  package enum Rows: Sendable, Hashable {
    case compared(key: [String], RowComparison)
    /// Why they are not compared.
    case unknown(String)
  }

  package struct Dataset: Sendable, Hashable {
    package var name: String
    package var metrics: [MetricChange] = []
    package var columns: [ColumnChange] = []
    package var checks: [CheckChange] = []
    package var rows: Rows

    /// Whether something is known to have changed.
    package var hasChanged: Bool {
      if !metrics.isEmpty || !columns.isEmpty || !checks.isEmpty { return true }
      guard case .compared(_, let rows) = rows else { return false }
      return !rows.added.isEmpty || !rows.removed.isEmpty || !rows.changed.isEmpty
    }
  }

  package var before: RunRecord
  package var after: RunRecord
  package var datasets: [Dataset] = []

  /// Whether something is known to have changed.
  package var hasChanged: Bool { datasets.contains(where: \.hasChanged) }
}

extension RunDiff {
  /// Reads what the store kept of two runs.
  package init(from before: RunRecord, to after: RunRecord, in store: Store) async throws(StoreFailure) {
    self.before = before
    self.after = after
    let old = try await RunRemains(of: before, in: store)
    let new = try await RunRemains(of: after, in: store)
    var names: [String] = []
    for name in old.datasets + new.datasets where !names.contains(name) { names.append(name) }
    datasets = names.sorted().map { name in
      Dataset(
        name: name, metrics: Self.metrics(old.metrics[name] ?? [], new.metrics[name] ?? []),
        columns: Self.columns(old.profiles[name], new.profiles[name]),
        checks: Self.checks(old.checks[name] ?? [], new.checks[name] ?? []),
        rows: Self.rows(old.profiles[name], new.profiles[name]))
    }
  }

  private static func metrics(_ old: [MetricRecord], _ new: [MetricRecord]) -> [MetricChange] {
    func value(_ name: String, _ records: [MetricRecord]) -> Double? { records.first { $0.name == name }?.value }
    var names: [String] = []
    for record in old + new where !names.contains(record.name) { names.append(record.name) }
    return names.map { MetricChange(name: $0, before: value($0, old), after: value($0, new)) }
      .filter { $0.before != $0.after }
  }

  private static func columns(_ old: ProfileRecord?, _ new: ProfileRecord?) -> [ColumnChange] {
    guard let old, let new else { return [] }
    let before = Dictionary(old.columns.map { ($0.name, $0) }) { first, _ in first }
    let names = Set(new.columns.map(\.name))
    let changes = new.columns.compactMap { column -> ColumnChange? in
      guard let known = before[column.name] else {
        return ColumnChange(kind: .added, name: column.name, before: nil, after: column.type)
      }
      return known.type == column.type
        ? nil : ColumnChange(kind: .retyped, name: column.name, before: known.type, after: column.type)
    }
    return changes
      + old.columns.filter { !names.contains($0.name) }.map {
        ColumnChange(kind: .removed, name: $0.name, before: $0.type, after: nil)
      }
  }

  /// Checks of one name and column go together in the order of the file.
  private static func checks(_ old: [CheckRecord], _ new: [CheckRecord]) -> [CheckChange] {
    func title(_ check: CheckRecord) -> [String?] { [check.check, check.column] }
    func state(_ check: CheckRecord) -> CheckState {
      CheckState(status: check.status, failed: check.failed, observed: check.observed)
    }
    var open: [[String?]: [CheckRecord]] = [:]
    for check in old.reversed() { open[title(check), default: []].append(check) }
    var changes: [CheckChange] = []
    for check in new {
      let match = open[title(check)]?.popLast()
      if match?.status == check.status, match?.failed == check.failed { continue }
      changes.append(
        CheckChange(check: check.check, column: check.column, before: match.map(state), after: state(check)))
    }
    for check in old where open[title(check)]?.popLast() != nil {
      changes.append(CheckChange(check: check.check, column: check.column, before: state(check), after: nil))
    }
    return changes
  }

  private static func rows(_ old: ProfileRecord?, _ new: ProfileRecord?) -> Rows {
    guard let old, let new else { return .unknown("nothing is kept of the dataset in one of the runs") }
    guard let before = old.snapshot, let after = new.snapshot else {
      return .unknown(
        "no rows are kept: they need a 'key' or a 'unique_key' without private columns, and only the newest \(Store.keptSnapshots) runs keep them"
      )
    }
    if let reason = before.omission ?? after.omission { return .unknown(reason) }
    guard before.key == after.key else {
      return .unknown(
        "the key was \(before.key.joined(separator: ", ")) and is \(after.key.joined(separator: ", "))")
    }
    guard let first = before.unpacked, let second = after.unpacked else {
      return .unknown("the rows that were kept cannot be read")
    }
    let types = Dictionary(old.columns.map { ($0.name, $0.type) }) { first, _ in first }
    let retyped = new.columns.filter { column in types[column.name].map { $0 != column.type } ?? false }.map(\.name)
    return .compared(key: after.key, RowComparison(from: first, to: second, ignoring: Set(retyped)))
  }
}

extension SnapshotRecord {
  fileprivate var unpacked: RowSnapshot? { data.flatMap { RowSnapshot(packed: $0, key: key, columns: columns) } }
}

/// What the store kept of a run, by dataset.
private struct RunRemains {
  var metrics: [String: [MetricRecord]]
  var checks: [String: [CheckRecord]]
  var profiles: [String: ProfileRecord]
  /// As they come; the name within the pipeline.
  var datasets: [String]

  init(of run: RunRecord, in store: Store) async throws(StoreFailure) {
    func short(_ name: String) -> String {
      name.hasPrefix(run.pipeline + ".") ? String(name.dropFirst(run.pipeline.count + 1)) : name
    }
    metrics = Dictionary(grouping: try await store.metrics(of: run.id)) { short($0.dataset) }
    checks = Dictionary(grouping: try await store.checks(of: run.id)) { short($0.dataset) }
    profiles = Dictionary(
      try await store.profiles(of: run.id, withRows: true).map { (short($0.dataset), $0) }
    ) { first, _ in first }
    datasets = Set(metrics.keys).union(checks.keys).union(profiles.keys).sorted()
  }
}
