internal import AssayColumns
internal import AssayDefinition
internal import AssayHTTP
internal import AssayQuality
internal import AssayStore

/// A node broke by itself: whatever is stopped from then on, itself included, is stopped because of that.
struct NodeFailure: Error {
  var cause: any Error
}

/// Does the work of single nodes: connects components with the logs that they read and write.
struct NodeRunner: Sendable {
  let plan: RunPlan
  let context: RunContext
  let state: RunState
  let store: Store?
  /// The log of each node that makes a dataset.
  private let logs: [Int: DatasetLog]
  private let kept: [Int: KeptDataset]
  private let readers: [[Int]]

  init(plan: RunPlan, context: RunContext, state: RunState, store: Store?) {
    self.plan = plan
    self.context = context
    self.state = state
    self.store = store
    let readers = plan.graph.readers
    self.readers = readers
    var logs: [Int: DatasetLog] = [:]
    var kept: [Int: KeptDataset] = [:]
    let replayed = Set(plan.graph.nodes.filter(\.isHeld).flatMap(\.completes))
    for node in plan.graph.nodes {
      switch node.kind {
      case .source, .step:
        logs[node.id] = DatasetLog(
          dataset: node.name, readers: readers[node.id].count, isUnread: readers[node.id].isEmpty)
      case .keeper: kept[node.id] = KeptDataset(memory: context.memoryShare, keepsMisfits: replayed.contains(node.id))
      case .grader, .matcher, .query, .output: break
      }
    }
    self.logs = logs
    self.kept = kept
  }

  /// What a node reads as it comes. They leave their logs when they are released.
  func readers(of node: RunNode) -> [DatasetReader?] { node.streams.map { reader(of: $0, for: node) } }

  /// Ends a node's part in the flow of rows, whether it ran or not: what it reads no longer waits for it, and whoever
  /// reads it waits for nothing more.
  func close(_ node: RunNode, _ readers: [DatasetReader?]) {
    logs[node.id]?.fail()
    for reader in readers { reader?.leave() }
  }

  /// Runs a node. Rows that it has not handed on by its end are failed by ``close(_:_:)``.
  /// - Returns: Rows that are to be handed on, for a node that may be tried again: what a broken attempt made is seen by nobody.
  func run(_ node: RunNode, _ readers: [DatasetReader?]) async throws -> KeptDataset? {
    do {
      if node.isHeld, let dataset = node.completes.lazy.compactMap({ kept[$0] }).first, !readsSeveral(node) {
        let workers = context.workers
        return try await withDataset(inputName(node), feed: { try await dataset.write(to: $0, on: workers) }) {
          try await run(node, $0, ahead: nil)
        }
      }
      return try await run(node, readers.first ?? nil, ahead: readers.count > 1 ? readers[1] : nil)
    } catch {
      let wasStopped = Task.isCancelled || error is CancellationError || error is UpstreamFailure
      if wasStopped { throw error }
      if let failure = error as? HTTPFailure, hidesRequests(node) { throw NodeFailure(cause: failure.withoutRequest) }
      throw NodeFailure(cause: error)
    }
  }

  /// Hands on the rows that an attempt made.
  func handOn(_ rows: KeptDataset, of node: RunNode) async throws {
    if let log = logs[node.id] { try await rows.write(to: log, on: context.workers) }
  }

  private func run(_ node: RunNode, _ input: DatasetReader?, ahead: DatasetReader?) async throws -> KeptDataset? {
    let own = NodeContext(name: node.name, run: context, counters: state.counters(node.id))
    switch node.kind {
    case .source: return try await making(node) { try await runSource(node, input, $0, own) }
    case .step: return try await making(node) { try await runStep(node, input, ahead: ahead, $0, own) }
    case .keeper: try await keep(node, input, own)
    case .grader: try await grade(node, input, own)
    case .matcher: try await match(node)
    case .query: try await query(node, own)
    case .output: try await stage(node, input, own)
    }
    return nil
  }

  /// Lets `body` write the rows of a node: to whoever reads them, or for a node that may be tried again to where they are kept.
  private func making(
    _ node: RunNode, _ body: @escaping @Sendable (DatasetLog) async throws -> Void
  ) async throws -> KeptDataset? {
    guard let log = logs[node.id] else { preconditionFailure("a source or a step has a log") }
    if plan.settings(of: node).retry == nil {
      try await body(log)
      return nil
    }
    let rows = KeptDataset(memory: context.memoryShare, keepsMisfits: true)
    let workers = context.workers
    try await withDataset(node.name, feed: body) { try await rows.keep($0, on: workers) }
    return rows
  }

  /// Whether a node reads several datasets, whole, and not one of them as it comes.
  private func readsSeveral(_ node: RunNode) -> Bool {
    switch node.kind {
    case .step: plan.steps[node.name]?.step.readsSeveral ?? false
    // Which of its rows it takes, an output knows only in the end.
    case .output: Int(node.name).map { plan.definition.outputs[$0 - 1].common.rows != .all } ?? false
    default: false
    }
  }

  /// The dataset that a node reads which reads one.
  private func inputName(_ node: RunNode) -> String { node.completes.first.map { plan.graph.nodes[$0].name } ?? "" }

  /// Whether requests of a source or step hold values of columns that are private in some dataset of the file.
  private func hidesRequests(_ node: RunNode) -> Bool {
    let hidden = Set(plan.definition.checks.flatMap(\.privateColumns))
    if hidden.isEmpty { return false }
    if case .lookup(let lookup, _)? = plan.steps[node.name]?.step.work, node.kind == .step {
      return lookup.inputs.contains { !hidden.isDisjoint(with: $0.columnNames) }
    }
    return node.kind == .source && plan.sources[node.name]?.source.parent != nil
  }

  private func reader(of maker: Int, for node: RunNode) -> DatasetReader? {
    guard let log = logs[maker], let index = readers[maker].firstIndex(of: node.id) else { return nil }
    return DatasetReader(log, index: index)
  }

  private func runSource(
    _ node: RunNode, _ parent: DatasetReader?, _ log: DatasetLog, _ own: NodeContext
  ) async throws {
    guard let source = plan.sources[node.name] else { return try await readPublished(node, log, own) }
    let writer = SourceWriter(
      name: node.name, common: source.common, log: log, context: own, needsTypes: plan.needsTypes(node.name),
      isScored: plan.gradings[node.name]?.isScored ?? false, limit: context.part?.limit)
    do {
      if source.source.parent == nil {
        try await source.source.read(into: writer, own)
      } else if let parent {
        try await source.source.read(into: writer, from: parent, own)
      }
    } catch is RowLimitReached {
      // As many as are wanted.
    }
    try await writer.finish()
  }

  /// Reads a table as it will be once the run is published.
  private func readPublished(_ node: RunNode, _ log: DatasetLog, _ own: NodeContext) async throws {
    let staged = state.results.staged
    let items = node.completes.compactMap { id -> TablePublish? in
      if case .table(let item)? = staged[id] { item } else { nil }
    }
    var reader = try await store?.publishedRows(items)
    if node.completes.isEmpty, let table = PublishedTable(node.name) {
      reader = try await store?.publishedRows(of: table.name)
    }
    guard let reader else { return log.finish(DatasetSchema()) }
    while var batch = try await reader.next() {
      batch.firstRow = own.counters.values.rowsOut
      own.counters.add(rowsOut: batch.rowCount)
      try await log.write(batch)
    }
    log.finish(reader.schema)
  }

  private func runStep(
    _ node: RunNode, _ input: DatasetReader?, ahead: DatasetReader?, _ log: DatasetLog, _ own: NodeContext
  ) async throws {
    guard let step = plan.steps[node.name] else { preconditionFailure("no such step") }
    switch step.step.work {
    case .lookup(let lookup, let fallbacks):
      guard let input else { preconditionFailure("a look-up reads a dataset") }
      let stage = LookupStage(
        name: node.name, lookup: lookup, fallbacks: fallbacks, context: own, hidesKeys: hidesRequests(node))
      try await stage.run(input, keysFrom: ahead, log)
    case .transform(let transform):
      guard let input else { preconditionFailure("a transform reads a dataset") }
      try await self.transform(transform, input, log, own)
    case .query(let query):
      let inputs = zip(step.from, node.completes).compactMap { name, keeper in
        kept[keeper].map { (name: name.name, rows: $0.rows as any BatchSequence) }
      }
      own.counters.add(rowsIn: inputs.reduce(0) { $0 + $1.rows.rowCount })
      let counters = own.counters
      let schema = try await query.run(inputs, own) { batch in
        var batch = batch
        batch.firstRow = counters.values.rowsOut
        counters.add(rowsOut: batch.rowCount)
        try await log.write(batch)
      }
      log.finish(schema)
    }
  }

  private func transform(
    _ transform: any Transform, _ input: DatasetReader, _ log: DatasetLog, _ own: NodeContext
  ) async throws {
    var aligner = BatchAligner()
    let workers = context.workers
    try await withTaskCancellationHandler {
      try await orderedWindow(
        width: workers.width,
        next: {
          let batch = try await input.next()
          own.counters.add(rowsIn: batch?.rowCount ?? 0)
          return batch
        },
        job: { batch in try await workers.run { try transform.apply(batch) } },
        deliver: { batch in
          var batch = aligner.align(batch)
          batch.firstRow = own.counters.values.rowsOut
          own.counters.add(rowsOut: batch.rowCount)
          if batch.rowCount > 0 { try await log.write(batch) }
        })
    } onCancel: {
      transform.stop()
    }
    // Names that no batch had are faults only now: a column may come late.
    log.finish(aligner.finished(try transform.outputSchema(input.finalSchema ?? DatasetSchema())))
  }

  private func keep(_ node: RunNode, _ input: DatasetReader?, _ own: NodeContext) async throws {
    guard let input, let rows = kept[node.id] else { preconditionFailure("a keeper reads a dataset") }
    try await rows.keep(input, on: context.workers) { own.counters.add(rowsIn: $0) }
  }

  private func grade(_ node: RunNode, _ input: DatasetReader?, _ own: NodeContext) async throws {
    guard let input, let grading = plan.gradings[node.name] else { preconditionFailure("a grader reads a dataset") }
    let workers = context.workers
    let evaluator = SQLVerdicts()
    let gradingPlan = try grading.plan(evaluator: evaluator, keepsRows: store != nil && context.part == nil)
    var grader = Grader(gradingPlan, memory: context.memoryShare)
    do {
      try await withTaskCancellationHandler {
        try await orderedWindow(
          width: workers.width,
          next: {
            let batch = try await input.next()
            own.counters.add(rowsIn: batch?.rowCount ?? 0)
            return batch
          },
          job: { batch in try await workers.run { try gradingPlan.partial(for: batch) } },
          deliver: { try grader.merge($0) })
      } onCancel: {
        evaluator.stop()
      }
      let (finished, schema) = (grader, input.finalSchema)
      let values = try await workers.run { try finished.finish(schema: schema) }
      state.note { $0.measures[node.name] = values }
      for name in grading.declaration.privateColumns where !values.isBlank && values.schema.index(of: name) == nil {
        own.warn("there is no column '\(name)' to be private; names are told apart by case")
      }
    } catch let fault as GradingFault {
      // Whoever tells of the node says whose checks they are. What SQL complains of may be a value.
      if fault.code == .brokenSQL, !grading.declaration.privateColumns.isEmpty {
        throw RunFailure("an SQL expression cannot be evaluated; why is not told, since columns are private")
      }
      throw RunFailure(fault.message)
    }
  }

  /// The rows of a dataset that a keeper before the node has kept.
  func keptRows(_ dataset: String, _ node: RunNode) throws -> KeptRows {
    let keeper = node.completes.first { id in
      plan.graph.nodes[id].kind == .keeper && plan.graph.nodes[id].name == dataset
    }
    guard let kept = keeper.flatMap({ kept[$0] }) else { throw RunFailure("the rows of '\(dataset)' were not kept") }
    return kept.rows
  }

  private func verdicts(_ dataset: String) -> RowVerdicts {
    guard let grading = plan.gradings[dataset], let values = state.results.measures[dataset] else {
      return RowVerdicts()
    }
    return grading.verdicts(values)
  }

  private func stage(_ node: RunNode, _ input: DatasetReader?, _ own: NodeContext) async throws {
    guard let number = Int(node.name) else { preconditionFailure("an output has a number") }
    guard let store else { throw RunFailure("an output needs a store") }
    let declaration = plan.definition.outputs[number - 1]
    let dataset = declaration.common.from.name
    // That no row fails is what is hoped for.
    let allowsEmpty = declaration.common.rows == .failed || plan.allowsEmpty(dataset)
    let output = OutputContext(
      node: own, number: number, store: store, allowsEmpty: allowsEmpty,
      privateColumns: plan.gradings[dataset]?.declaration.privateColumns ?? [])
    let staged: StagedOutput
    if let input {
      staged = try await declaration.output.stage(input, output)
    } else {
      let split = SplitRows(dataset, declaration.common.rows, try keptRows(dataset, node), verdicts(dataset), context)
      staged = try await split.read { try await declaration.output.stage($0, output) }
    }
    state.note { $0.staged[node.id] = staged }
  }
}
