internal import AssayFormats
package import AssayQuality

/// What a team knows to be wrong already: the checks of a pipeline that did not hold, with how bad it was.
///
/// A run that is held against it fails for what is new or worse alone.
package struct Baseline: Sendable, Hashable {
  /// The version of the file's shape.
  package static let version = 1

  /// A check that did not hold. Which it is, the first four say.
  package struct Entry: Sendable, Hashable {
    /// Empty for the pipeline's score.
    package var dataset: String
    /// The check's own name, or its kind.
    package var check: String
    package var column: String?
    /// Tells apart checks of one dataset, name and column: their order in the pipeline file, from 1.
    package var number: Int
    package var status: CheckStatus
    package var observed: CheckJudgement.Observed?
    package var failed: Int
    /// The keys of the failing rows, sorted, each once; nil where the dataset has no key, or where more rows fail than
    /// are kept.
    package var keys: [[NamedText]]?
  }

  /// The name of the pipeline that it was taken of.
  package var pipeline: String
  package var entries: [Entry]

  package init(pipeline: String, entries: [Entry] = []) {
    self.pipeline = pipeline
    self.entries = entries
  }

  /// The checks of a run that do not hold, secrets masked as they are in the report.
  package init(_ report: RunReport) {
    pipeline = report.pipeline
    entries = report.checksByDataset.flatMap { dataset, checks in
      zip(checks, Self.numbers(of: checks)).compactMap { result, number in
        let judgement = result.judgement
        if judgement.status == .passed { return nil }
        return Entry(
          dataset: dataset, check: result.check, column: result.column, number: number, status: judgement.status,
          observed: judgement.observed, failed: judgement.failed, keys: result.failingKeys.map(Self.sorted))
      }
    }.sorted { $0.order.lexicographicallyPrecedes($1.order) }
  }

  /// The place of each check among those of one name and column, from 1.
  static func numbers(of checks: [RunReport.CheckResult]) -> [Int] {
    var counts: [[String?]: Int] = [:]
    return checks.map { check in
      counts[[check.check, check.column], default: 0] += 1
      return counts[[check.check, check.column]] ?? 1
    }
  }

  /// Keys in one order, each once.
  static func sorted(_ keys: [[NamedText]]) -> [[NamedText]] {
    Set(keys).sorted { left, right in
      left.map { $0.text ?? "" }.lexicographicallyPrecedes(right.map { $0.text ?? "" })
    }
  }
}

extension Baseline.Entry {
  /// What entries are sorted by: a column's checks stand together.
  fileprivate var order: [String] {
    let digits = String(number)
    return [dataset, column ?? "", check, String(repeating: "0", count: max(0, 6 - digits.count)) + digits]
  }

  /// `range revenue of customers`.
  var title: String {
    "\(check)\(column.map { " \($0)" } ?? "")\(number > 1 ? " #\(number)" : "") of \(dataset.isEmpty ? "the pipeline" : dataset)"
  }
}

extension RunReport {
  /// The checks by the names of their datasets; those of the pipeline's score under the empty name.
  var checksByDataset: [(dataset: String, checks: [CheckResult])] {
    datasets.map { ($0.name, $0.checks) } + (score.map { [("", $0.checks)] } ?? [])
  }
}

extension CheckJudgement.Observed {
  /// The value as reports write it.
  var json: JSONValue {
    switch self {
    case .number(let number): Int64(exactly: number).map { .integer($0) } ?? .decimal(number)
    case .text(let text): .string(text)
    }
  }
}
