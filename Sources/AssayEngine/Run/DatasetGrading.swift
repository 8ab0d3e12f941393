internal import AssayColumns
package import AssayDefinition
package import AssayQuality
package import AssayStore

/// How one dataset is measured and judged.
package struct DatasetGrading: Sendable {
  package let dataset: String
  package let location: SourceLocation
  package private(set) var declaration: DatasetChecks
  /// Whether it has metrics and a score, beside the checks that declared columns imply.
  package let isScored: Bool
  /// What checks of other datasets need to know of this one.
  package let lent: [Measure]
  /// The time that ages are counted to: the run's start.
  package let startedAt: StoreTime
  /// Columns that are private in some dataset of the file: queries may read any.
  package let hiddenInQueries: Set<String>
  /// Whether outputs take its good rows or its bad ones alone.
  package let isSplit: Bool
  /// Whether a report draws how its columns are spread.
  package let isDrawn: Bool

  package init(
    dataset: String, location: SourceLocation, declaration: DatasetChecks, isScored: Bool, lent: [Measure] = [],
    startedAt: StoreTime = .now, isSplit: Bool = false, hiddenInQueries: Set<String> = [], isDrawn: Bool = false
  ) {
    self.dataset = dataset
    self.location = location
    self.declaration = declaration
    self.isScored = isScored
    self.lent = lent
    self.startedAt = startedAt
    self.isSplit = isSplit
    self.hiddenInQueries = hiddenInQueries
    self.isDrawn = isDrawn
  }

  /// The grading without checks that compare with any of the datasets.
  func comparing(withoutAny absent: Set<String>) -> DatasetGrading {
    var grading = self
    if !absent.isEmpty { grading.declaration.checks.removeAll { !absent.isDisjoint(with: $0.foreignDatasets) } }
    return grading
  }

  /// What one grading of the dataset found.
  package struct Result: Sendable {
    package var dataset: RunReport.Dataset
    package var failedRows: [FailedRow]
    /// What later runs compare with; nothing for a dataset without a score.
    package var keptNumbers: [KeptNumber] = []
    package var profile: [ColumnProfileRecord]?
    package var snapshot: RowSnapshotValue?
  }

  var places: [(declaration: CheckDeclaration, place: CheckPlace)] {
    declaration.checks.map { ($0, CheckPlace(column: $0.column, common: $0.common)) }
  }

  /// Everything that is measured, for metrics, checks and the report.
  package var measures: [Measure] {
    var measures = ColumnFacts.measures(profile: declaration.profile) + [.everyColumn(.misfits), .rowCount, .schema]
    if isScored { measures += DatasetMetrics.measures(score) }
    if declaration.suggests {
      measures += ColumnFacts.measures(profile: true) + MeasureValues.distributionMeasures + [.everyColumn(.textShape)]
    }
    if isScored && isDrawn || declaration.profile { measures += MeasureValues.distributionMeasures }
    for (check, place) in places { measures += check.check.measures(place) }
    return measures + lent
  }

  /// Whether some check reads rows by SQL, and so needs final types.
  package var needsTypes: Bool {
    measures.contains { !$0.expressions.isEmpty }
  }

  /// What the checks ask of whole datasets.
  package var crossChecks: CrossChecks {
    var found = CrossChecks()
    for measure in measures {
      switch measure {
      case .references(let key): found.references.append(key.dataset)
      case .query(let query): found.queried = (found.queried ?? [dataset]) + query.inputs
      default: break
      }
    }
    return found
  }

  /// Which rows fail: those that row checks of severity `fail` find wrong, and those that do not fit a declared type.
  ///
  /// Checks that judge rows of another dataset, or of a query, fail no row of this one.
  package func verdicts(_ values: MeasureValues) -> RowVerdicts {
    var verdicts = RowVerdicts()
    for field in values.schema.fields where field.declared != nil {
      // The cell itself is null by now: only its reason can tell what stood there.
      verdicts.add(values[.misfits(field.name)], reason: "type \(field.name)", tellsValues: true)
    }
    for (check, place) in places where check.splitsRows {
      for (dataset, measure) in check.check.failingRows(place) where dataset == nil {
        verdicts.add(values[measure], reason: check.column.map { "\(check.name) \($0)" } ?? check.name)
      }
    }
    return verdicts
  }

  /// How much of failing rows is kept.
  package var sampling: Sampling {
    let keys = declaration.key.isEmpty ? declaration.checks.flatMap(\.check.keyColumns) : declaration.key
    var seen: Set<String> = []
    return Sampling(
      keptRows: declaration.failedRows, keyColumns: keys.filter { seen.insert($0).inserted },
      privateColumns: Set(declaration.privateColumns), keepsAllRows: isSplit)
  }

  /// The plan of the measures. Throws `RunFailure` for a pattern that does not compile.
  /// - Parameter keepsRows: Whether the rows are kept for later comparisons too.
  package func plan(
    evaluator: SQLVerdicts = SQLVerdicts(), keepsRows: Bool = false
  ) throws(RunFailure) -> GradingPlan {
    do throws(PatternFault) {
      return try GradingPlan(measures + (keepsRows ? snapshotMeasures : []), sampling: sampling, evaluator: evaluator)
    } catch {
      throw RunFailure("the pattern '\(error.pattern)' is not valid: \(error.message)")
    }
  }

  /// Judges what was measured, of this dataset and of others.
  package func judge(
    _ values: MeasureValues, others: [String: MeasureValues] = [:], enrichments: [String: EnrichmentSummary] = [:],
    history: DatasetHistory = DatasetHistory(), now: StoreTime = .now, minimumScore: Double?
  ) -> Result {
    var evidence = CheckEvidence(values, others: others, enrichments: enrichments, history: history, now: now)
    var report = RunReport.Dataset()
    report.name = dataset
    report.rows = values.rowCount
    report.measured = declaration.suggests ? values : nil
    report.isProfiled = declaration.profile
    report.columns = ColumnFacts.all(
      values, privateColumns: hiddenInQueries.union(declaration.privateColumns))
    var failedRows: [FailedRow] = []
    var judged: [RunReport.CheckResult] = []
    var counts: [RowCheckCount] = []
    let keyColumns = Set(sampling.keyColumns).subtracting(declaration.privateColumns)
    for field in values.schema.fields {
      guard let type = field.declared, type != .text, case .rows(let found)? = values[.misfits(field.name)] else {
        continue
      }
      let judgement = judgeRows(
        .rows(found), RowClaim("every value is \(type.rawValue)", verb: "are \(type.rawValue)"))
      var check = result("type", field.name, .fail, judgement, location)
      check.keepKeys(of: found.failures, columns: keyColumns)
      judged.append(check)
      counts.append(RowCheckCount(column: field.name, evaluated: found.evaluated, failed: found.failed))
      failedRows += found.failures.prefix(declaration.failedRows).map {
        FailedRow($0, check: "type", reason: "is not \(type.rawValue)")
      }
    }
    var verdicts = [CheckJudgement?](repeating: nil, count: places.count)
    var failures = [[FailingRow]](repeating: [], count: places.count)
    // What is compared with earlier runs may be a metric, and those count what the other checks find.
    for (index, (check, place)) in places.enumerated() where check.check.historyNeeds(place).isEmpty {
      var judgement = check.check.judge(evidence, place)
      if hidesObserved(check, place) { judgement.observed = judgement.observed.map { _ in .text(Sampling.mask) } }
      verdicts[index] = judgement
      guard check.check.judgesRows else { continue }
      let failing = check.check.failingRows(place)
      // Rows of other datasets, and of queries, say nothing of how right this one's are.
      if check.query == nil, failing.allSatisfy({ $0.dataset == nil }) {
        counts.append(
          RowCheckCount(column: check.column, evaluated: judgement.evaluated, failed: judgement.failed))
      }
      if judgement.failed == 0 { continue }
      for (dataset, measure) in failing {
        guard case .rows(let rows)? = dataset.map({ others[$0]?[measure] }) ?? values[measure] else { continue }
        failures[index] += rows.failures
        failedRows += rows.failures.prefix(declaration.failedRows).map {
          FailedRow($0, check: check.name, reason: check.check.rowReason)
        }
      }
    }
    if values.rowCount == 0 { report.checks += onEmpty.map { [$0] } ?? [] }
    let metrics = isScored ? DatasetMetrics(values, score, rowChecks: counts) : nil
    if let metrics, !metrics.isNoData {
      report.metrics = metrics
      report.checks += scoreChecks(metrics, values, minimumScore: minimumScore)
    }
    evidence.metrics = metrics
    for (index, (check, place)) in places.enumerated() {
      let judgement = verdicts[index] ?? check.check.judge(evidence, place)
      var found = result(check.name, check.column, check.common.severity, judgement, check.location)
      found.keepKeys(of: failures[index], columns: keyColumns)
      judged.append(found)
    }
    report.checks += judged
    var result = Result(dataset: report, failedRows: failedRows)
    if isScored {
      result.keptNumbers = keptNumbers(evidence, observed: observedNumbers(verdicts))
      result.profile = profile(values, report.columns)
      result.snapshot = snapshotMeasures.first.flatMap { values[$0] }.flatMap {
        if case .snapshot(let value) = $0 { value } else { nil }
      }
    }
    return result
  }

  /// Whether what a check of a single value observed would tell a value of a private column.
  private func hidesObserved(_ check: CheckDeclaration, _ place: CheckPlace) -> Bool {
    if check.check.judgesRows { return false }
    return check.check.measures(place).contains { measure in
      switch measure {
      case .column(let kind, let name), .filtered(let kind, let name, _):
        kind.tellsValues && declaration.privateColumns.contains(name)
      case .query(let query): query.mayRead(hiddenInQueries)
      default: false
      }
    }
  }

  func result(
    _ name: String, _ column: String?, _ severity: Severity, _ judgement: CheckJudgement, _ place: SourceLocation
  ) -> RunReport.CheckResult {
    RunReport.CheckResult(
      check: name, column: column, severity: severity, judgement: judgement, line: place.line,
      columnInFile: place.column)
  }

  private var onEmpty: RunReport.CheckResult? {
    guard isScored else { return nil }
    let status: CheckStatus =
      switch declaration.onEmpty {
      case .fail: .failed
      case .warn: .warned
      case .pass: .passed
      }
    let judgement = CheckJudgement(status: status, observed: .number(0), expected: "the dataset has rows")
    return result("on_empty", nil, declaration.onEmpty == .fail ? .fail : .warn, judgement, declaration.location)
  }
}
