internal import AssayDefinition
internal import AssayFormats
internal import AssayHTTP
internal import AssayQuality
internal import AssayStore

/// What came of a run once all nodes have ended: the gate, the exit code, and what may be published.
struct RunVerdict: Sendable {
  let plan: RunPlan
  let state: RunState
  let options: RunOptions
  /// The exit code of an interruption, if there was one.
  var interruptedWith: Int?
  /// Why the run was stopped from within; nil where it was not.
  var breakage: String?
  private let results: [DatasetGrading.Result]
  private let mask: SecretMask
  /// The node of each output, by the output's place in the file from 0.
  private let outputNodes: [Int: Int]

  init(
    plan: RunPlan, state: RunState, options: RunOptions, histories: [String: DatasetHistory] = [:],
    interruptedWith: Int?, breakage: String? = nil, mask: SecretMask = SecretMask()
  ) {
    self.plan = plan
    self.state = state
    self.options = options
    self.interruptedWith = interruptedWith
    self.breakage = breakage
    var outputNodes: [Int: Int] = [:]
    for node in plan.graph.nodes where node.kind == .output {
      if let number = Int(node.name) { outputNodes[number - 1] = node.id }
    }
    self.outputNodes = outputNodes
    let measures = state.results.measures
    let enrichments = Dictionary(
      state.snapshot.compactMap { node in node.counters.values.enrichment.map { (node.node.name, $0) } }
    ) { first, _ in first }
    // What was left out is nothing to compare with.
    let absent = Set(
      state.snapshot.filter { $0.state != .finished && Self.isWell($0) && [.source, .step].contains($0.node.kind) }
        .map(\.node.name))
    let judged = plan.graded.compactMap { grading in
      measures[grading.dataset].map {
        grading.comparing(withoutAny: absent).judge(
          $0, others: measures, enrichments: enrichments, history: histories[grading.dataset] ?? DatasetHistory(),
          now: options.clock.startedAt,
          minimumScore: grading.isScored ? options.minimumScore : nil)
      }
    }
    self.mask = mask
    results = options.baseline?.applied(to: judged, mask: mask) ?? judged
  }

  /// Fills in steps, datasets, outputs, outcome and exit code.
  func fill(_ report: inout RunReport) {
    let nodes = state.snapshot
    report.steps = steps(nodes)
    // What is only measured for the checks of another dataset is none that was graded.
    let lenders = Set(plan.graded.filter { !$0.isScored && !$0.lent.isEmpty }.map(\.dataset))
    report.datasets = results.map(\.dataset).filter { !$0.checks.isEmpty || !lenders.contains($0.name) }
    let found = state.results
    let staged = found.staged
    let outputs = options.isTrial ? [] : plan.definition.outputs
    report.outputs = outputs.enumerated().filter { !$0.element.isLeftOut }.map { index, output in
      let rows = outputNodes[index].flatMap { id in
        // Of a delivery that came to its end, what was left out was not delivered.
        let delivered = nodes[id].state == .finished ? found.deliveries[id]?.rows : nil
        return delivered ?? staged[id]?.rowCount
      }
      return RunReport.Output(type: output.kind, target: output.output.target, rows: rows ?? 0, published: false)
    }
    // What broke the run comes before what it outlived.
    for isOutlived in [false, true] {
      for node in nodes where node.state == .failed && node.node.toleratesFailure == isOutlived {
        if let error = node.error { report.messages.append("\(title(node.node)): \(error)") }
      }
    }
    for node in nodes {
      if let shortage = node.counters.values.skipped { report.messages.append("\(title(node.node)): \(shortage)") }
    }
    report.score = plan.definition.score.map {
      PipelineScore(location: $0.location, declaration: $0.declaration).judge(results.map(\.dataset))
    }
    if let baseline = options.baseline, let score = report.score {
      report.score?.checks = baseline.applied(to: score.checks, of: "", mask: mask)
    }
    let ofScore = (report.score?.checks ?? []).map(\.judgement.status)
    let statuses = results.flatMap { $0.dataset.checks.map(\.judgement.status) } + ofScore
    let hasFailed = statuses.contains(.failed) || statuses.contains(.error)
    let hasWarned = statuses.contains(.warned) || statuses.contains(.noData)
    let hasUnknownWarning = (results.flatMap(\.dataset.checks) + (report.score?.checks ?? [])).contains {
      [.warned, .noData].contains($0.judgement.status) && $0.baseline?.verdict != .known
    }
    let hasGoneOn = nodes.contains { $0.state == .failed && $0.node.toleratesFailure }
    report.messages += withheldNotes(nodes) + deliveryNotes(nodes)
    let gateFails =
      switch options.failOn {
      case .never: false
      case .warn: hasFailed || hasUnknownWarning || hasGoneOn
      case .fail: hasFailed
      }
    if let interruptedWith {
      report.outcome = interruptedWith == 3 ? .error : .interrupted
      report.exitCode = interruptedWith
      if interruptedWith == 3, let breakage { report.messages.append(breakage) }
    } else if breaks(nodes) {
      report.outcome = .error
      report.exitCode = 3
    } else if nodes.contains(where: { $0.isOutOfBudget || $0.counters.values.unpaidKeys > 0 }) {
      report.outcome = .partial
      report.exitCode = 4
    } else if gateFails {
      report.outcome = .failed
      report.exitCode = 1
    } else {
      // What was left out once the gate had decided is a warning, and fails no gate.
      let hasLeftOut = found.deliveries.values.contains { !$0.leftOut.isEmpty }
      report.outcome = hasFailed ? .failed : hasWarned || hasLeftOut || hasGoneOn ? .warned : .passed
      report.exitCode = 0
    }
    if !options.isTrial, [0, 1].contains(report.exitCode), let note = options.baseline?.note(on: report) {
      report.baselineNote = note
    }
    let refusals = published(report).compactMap { if case .refused(let reason) = $0 { reason } else { nil } }
    if !refusals.isEmpty {
      report.messages += refusals
      report.outcome = .error
      report.exitCode = 3
    }
  }

  /// Whether a node is one of the report's steps: what goes on behind them is only where it fails.
  private static func isTold(_ node: RunState.Node) -> Bool {
    switch node.node.kind {
    case .keeper: false
    case .matcher, .query: node.state == .failed
    case .source, .step, .grader, .output: true
    }
  }

  /// Whether a node's end breaks no run: it finished, was skipped, or may fail.
  private static func isWell(_ node: RunState.Node) -> Bool {
    node.state == .finished || node.state == .skipped || node.state == .failed && node.node.toleratesFailure
  }

  /// Whether the run broke: a node did not come to its end, and a budget alone is not why.
  private func breaks(_ nodes: [RunState.Node]) -> Bool {
    if nodes.allSatisfy(Self.isWell) { return false }
    // What was cancelled came after something that failed.
    let failed = nodes.filter { $0.state == .failed && !$0.node.toleratesFailure }
    return failed.isEmpty || !failed.allSatisfy(\.isOutOfBudget)
  }

  private func title(_ node: RunNode) -> String {
    switch node.kind {
    case .source: "source '\(node.name)' (\(node.type))"
    case .step: "step '\(node.name)' (\(node.type))"
    case .keeper: "keeping '\(node.name)'"
    case .grader, .matcher, .query: "checks of '\(node.name)'"
    case .output: "output \(node.name) (\(node.type))"
    }
  }

  private func steps(_ nodes: [RunState.Node]) -> [RunReport.Step] {
    let start = nodes.compactMap(\.startedAt).min()
    /// The places of the steps that bring a node's rows: keepers only hand on what they got.
    var sources: [[Int]] = []
    var steps: [RunReport.Step] = []
    for node in nodes {
      // What stands behind a step's first stream is where it reads its keys, which are in the first one's rows too.
      let streams = node.node.kind == .step ? Array(node.node.streams.prefix(1)) : node.node.streams
      var seen: Set<Int> = []
      let inputs = (streams + node.node.completes).flatMap { sources[$0] }.filter { seen.insert($0).inserted }
      if !Self.isTold(node) || node.node.type == "preview" {
        sources.append(inputs)
        continue
      }
      sources.append([steps.count])
      var step = step(node)
      step.inputs = inputs
      if let start, let begin = node.startedAt { step.startSeconds = options.clock.length(begin - start).seconds }
      steps.append(step)
    }
    return steps
  }

  private func step(_ node: RunState.Node) -> RunReport.Step {
    var step = RunReport.Step()
    step.kind =
      switch node.node.kind {
      case .grader, .matcher, .query: "check"
      default: node.node.kind.rawValue
      }
    step.name = node.node.name
    if node.node.kind == .output, let number = Int(node.node.name) {
      step.name = plan.definition.outputs[number - 1].output.target
    }
    step.type = node.node.type
    step.status = node.state.rawValue
    step.toleratesFailure = node.node.toleratesFailure
    step.counters = node.counters.values
    if let skipped = step.counters.skipped {
      step.counters.warnings.append(skipped)
      step.counters.warningCount += 1
    }
    step.durationSeconds = node.duration.seconds
    step.error = node.error
    return step
  }

  /// The outputs that may be published after the run: all of them, those with `publish: always`, or none. A budget that
  /// ran out in a look-up leaves the latter; in a source, which then has not all of its rows, none. The files that
  /// sources brought are published where all are.
  func published(_ report: RunReport) -> [StagedOutput] {
    let staged = state.results.staged
    let isWhole = report.exitCode == 0 && !options.isTrial
    let files = isWhole ? state.results.files.map { StagedOutput.file($0, rows: 1) } : []
    return indices(report).compactMap { outputNodes[$0].flatMap { staged[$0] } } + files
  }

  /// The outputs that may be published and hand rows to others, in the order of the file.
  func deliveries(_ report: RunReport) -> [DeliveryRun.Item] {
    let staged = state.results.staged
    return indices(report).compactMap { index in
      guard let id = outputNodes[index], case .delivery(let delivery)? = staged[id] else { return nil }
      return DeliveryRun.Item(
        node: plan.graph.nodes[id], number: index + 1, delivery: delivery,
        timeout: plan.definition.outputs[index].common.settings.timeout)
    }
  }

  /// How much was sent, where not all was.
  private func deliveryNotes(_ nodes: [RunState.Node]) -> [String] {
    let found = state.results
    let isWhole = interruptedWith == nil && nodes.allSatisfy { $0.state == .finished || $0.state == .skipped }
    if found.deliveries.isEmpty || isWhole { return [] }
    // Where the run goes on without what failed, nothing is open of the rest.
    let goesOn = interruptedWith == nil && nodes.allSatisfy(Self.isWell)
    return nodes.compactMap { node in
      if goesOn, node.state == .finished { return nil }
      guard let progress = found.deliveries[node.node.id], case .delivery(let delivery)? = found.staged[node.node.id]
      else { return nil }
      let all = delivery.requestCount
      let sent =
        "\(title(node.node)): \(progress.requests) of \(all) \(all == 1 ? "request was" : "requests were") sent"
      return Self.isWell(node) ? sent : "\(sent); 'assay run --resume' sends the rest"
    }
  }

  /// Marks what was published.
  func markPublished(_ report: inout RunReport) {
    let published = Set(indices(report))
    let chosen = plan.definition.outputs.indices.filter { !plan.definition.outputs[$0].isLeftOut }
    for (place, index) in chosen.enumerated() where published.contains(index) {
      report.outputs[place].published = true
    }
  }

  private func indices(_ report: RunReport) -> [Int] {
    let nodes = state.snapshot
    guard !options.isTrial, [0, 1, 4].contains(report.exitCode), nodes.allSatisfy(Self.isWell) else { return [] }
    return plan.definition.outputs.indices.filter { index in
      guard let id = outputNodes[index], nodes[id].state == .finished else { return false }
      return report.exitCode == 0 || plan.definition.outputs[index].common.publish == .always
    }
  }

  /// Whether all that reads a source, in the whole pipeline, is published: else what is new still has to come for some.
  func isWhollyPublished(source: String, _ report: RunReport) -> Bool {
    guard report.exitCode == 0 else { return false }
    let made = RunGraph.dependents(of: source, in: plan.definition)
    let published = Set(indices(report))
    return plan.definition.outputs.indices.allSatisfy {
      published.contains($0) || !made.contains(plan.definition.outputs[$0].common.from.name)
    }
  }

  /// Which outputs are not published, since something that they need failed and the run went on.
  private func withheldNotes(_ nodes: [RunState.Node]) -> [String] {
    nodes.filter { $0.node.kind == .output && $0.lacksFailed }.map { node in
      "\(title(node.node)) is not published: \(node.error ?? "something that it needs failed")"
    }
  }

  /// The rows that outputs left out as they handed them to others.
  private func leftOutRows(_ mask: SecretMask) -> [FailedRowRecord] {
    let deliveries = state.results.deliveries
    return plan.definition.outputs.enumerated().flatMap { index, output in
      let dataset = output.common.from.name
      let hidden = Set(plan.gradings[dataset]?.declaration.privateColumns ?? [])
      let leftOut = (outputNodes[index].flatMap { deliveries[$0]?.leftOut } ?? []).sorted { $0.row < $1.row }
      let numbers = numbers(of: leftOut.map(\.row), output.common)
      return zip(leftOut, numbers).map { row, number in
        let key = row.key.filter { !hidden.contains($0.name) }.map { "\($0.name)=\($0.text ?? "null")" }
        return FailedRowRecord(
          dataset: "\(plan.definition.name).\(dataset)", check: "sent", row: number,
          key: key.isEmpty ? nil : mask.apply(to: key.joined(separator: ", ")), reason: mask.apply(to: row.reason))
      }
    }
  }

  /// The numbers of rows in their dataset, of which an output has taken all or some.
  private func numbers(of rows: [Int], _ common: OutputCommon) -> [Int] {
    let dataset = common.from.name
    guard common.rows != .all, let grading = plan.gradings[dataset], let values = state.results.measures[dataset] else {
      return rows
    }
    let found = try? grading.verdicts(values).numbers(
      of: rows, areFailing: common.rows == .failed, rowCount: values.rowCount)
    return found?.count == rows.count ? found ?? rows : rows
  }

  /// What the store's ledger keeps.
  func ledgerResult(_ report: RunReport, mask: SecretMask) -> RunResult {
    let prefix = plan.definition.name + "."
    var metrics: [MetricRecord] = []
    var checks: [CheckRecord] = []
    var failedRows: [FailedRowRecord] = []
    var profiles: [ProfileRecord] = []
    let ofPipeline = report.score.map { [(plan.definition.name, $0.checks)] } ?? []
    let judged = !options.isTrial ? results.map { (prefix + $0.dataset.name, $0.dataset.checks) } + ofPipeline : []
    for (name, ofDataset) in judged {
      for check in ofDataset {
        let json = check.json
        checks.append(
          CheckRecord(
            dataset: name, check: check.check, column: check.column, severity: check.severity.rawValue,
            status: check.judgement.status.rawValue, observed: json["observed"].map { mask.apply(to: $0.text) },
            expected: mask.apply(to: check.judgement.expected), evaluated: check.judgement.evaluated,
            failed: check.judgement.failed,
            sample: mask.apply(to: json["sample"]?.text ?? "[]"), line: check.line))
      }
    }
    for result in results where !options.isTrial {
      let name = prefix + result.dataset.name
      for metric in result.dataset.metrics?.all ?? [] {
        metrics.append(
          MetricRecord(dataset: name, name: metric.name, value: metric.value, details: metric.detailsJSON.text))
      }
      metrics += result.keptNumbers.map { MetricRecord(dataset: name, name: $0.name, value: $0.value) }
      if let columns = result.profile?.map({ column in
        var column = column
        column.distribution = column.distribution.map { mask.apply(to: $0) }
        return column
      }) {
        let snapshot = result.snapshot.map { plan.gradings[result.dataset.name]?.record($0, mask) } ?? nil
        profiles.append(
          ProfileRecord(dataset: name, rows: result.dataset.rows, columns: columns, snapshot: snapshot))
      }
      for row in result.failedRows {
        let key = row.key.map { "\($0.name)=\($0.text ?? "null")" }.joined(separator: ", ")
        failedRows.append(
          FailedRowRecord(
            dataset: name, check: row.check, column: row.column, row: row.row,
            key: row.key.isEmpty ? nil : mask.apply(to: key), value: row.value.map { mask.apply(to: $0) },
            reason: row.reason))
      }
    }
    failedRows += leftOutRows(mask)
    let steps = report.steps.map { step in
      StepRecord(
        name: step.name, kind: step.kind, type: step.type, status: step.status, rowsIn: step.counters.rowsIn,
        rowsOut: step.counters.rowsOut, durationSeconds: step.durationSeconds, requests: step.counters.requests,
        retries: step.counters.retries, cacheHits: step.counters.cacheHits,
        warnings: JSONValue.array(step.counters.warnings.map { .string($0) }).text, error: step.error,
        enrichment: step.enrichmentJSON?.text)
    }
    var result = RunResult(
      outcome: report.outcome.rawValue, exitCode: report.exitCode, steps: steps, metrics: metrics, checks: checks,
      failedRows: failedRows, profiles: profiles)
    result.requests = report.steps.reduce(0) { $0 + $1.counters.requests }
    result.score = report.meanScore
    result.failedChecks = report.allChecks.count { [.failed, .error].contains($0.judgement.status) }
    result.reason = report.reason.map { mask.apply(to: $0) }
    return result
  }
}
