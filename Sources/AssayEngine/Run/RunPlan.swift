internal import AssayColumns
internal import AssayDefinition
internal import AssayQuality
package import AssayStore

/// What a run does, worked out from its definition before anything starts.
package struct RunPlan: Sendable {
  package let definition: PipelineDefinition
  /// Datasets that are measured, in the order of the file.
  package let graded: [DatasetGrading]
  package let graph: RunGraph
  let sources: [String: SourceDeclaration]
  let steps: [String: StepDeclaration]
  let gradings: [String: DatasetGrading]
  /// Whether a report draws columns and scores, so that they are measured and read in detail.
  let isDrawn: Bool
  /// Datasets some reader of which needs final types.
  private let typed: Set<String>

  /// - Parameters:
  ///   - startedAt: The time that ages are counted to.
  ///   - reports: What the call asks for beside the definition.
  ///   - wanted: Datasets that are made even if nothing uses them.
  package init(
    _ definition: PipelineDefinition, startedAt: StoreTime = .now, reports: [RequestedReport] = [],
    wanted: [String] = []
  ) {
    self.definition = definition
    isDrawn = (definition.reports.map(\.report) + reports.map(\.report)).contains(where: \.needsDetail)
    sources = Dictionary(definition.sources.map { ($0.name, $0) }) { first, _ in first }
    steps = Dictionary(definition.steps.map { ($0.name, $0) }) { first, _ in first }
    graded = Self.gradedDatasets(definition, startedAt, isDrawn: isDrawn, wanted: wanted)
    gradings = Dictionary(graded.map { ($0.dataset, $0) }) { first, _ in first }
    let crossChecks = graded.map { ($0.dataset, $0.crossChecks) }.filter { !$0.1.isEmpty }
    graph = RunGraph(
      definition, graded: graded.map(\.dataset), wanted: wanted,
      crossChecks: Dictionary(crossChecks) { first, _ in first })
    typed = Self.typedDatasets(definition, steps, graded)
  }

  /// How a node is run; as if the file said nothing for one that only serves others.
  func settings(of node: RunNode) -> NodeSettings {
    switch node.kind {
    case .source: sources[node.name]?.common.settings ?? NodeSettings()
    case .step: steps[node.name]?.settings ?? NodeSettings()
    case .output: Int(node.name).map { definition.outputs[$0 - 1].common.settings } ?? NodeSettings()
    case .keeper, .grader, .matcher, .query: NodeSettings()
    }
  }

  package func needsTypes(_ dataset: String) -> Bool { typed.contains(dataset) }

  /// Datasets with checks; without any in the file, those that outputs use; those of which checks of other datasets need
  /// to know; and those whose declared columns imply a check.
  private static func gradedDatasets(
    _ definition: PipelineDefinition, _ startedAt: StoreTime, isDrawn: Bool, wanted: [String]
  ) -> [DatasetGrading] {
    let outputs = Set(definition.chosenOutputs.map(\.common.from.name))
    let checks = Dictionary(definition.checks.map { ($0.dataset, $0) }) { first, _ in first }
    var lent: [String: [Measure]] = [:]
    for check in definition.checks.flatMap(\.checks) {
      for foreign in check.check.foreignMeasures(CheckPlace(column: check.column, common: check.common)) {
        lent[foreign.dataset, default: []].append(foreign.measure)
      }
    }
    let queried = definition.checks.flatMap(\.queriedDatasets)
    let needed = RunGraph.neededDatasets(definition, graded: Array(checks.keys) + Array(lent.keys) + queried + wanted)
    let hidden = Set(definition.checks.flatMap(\.privateColumns))
    let split = Set(definition.chosenOutputs.filter { $0.common.rows != .all }.map(\.common.from.name))
    let datasets =
      definition.sources.map { source in
        (
          source.name, source.location, source.common.columns.items.contains { $0.value != .text },
          source.common.onEmpty
        )
      } + definition.steps.map { ($0.name, $0.location, $0.step.casts, nil) }
      + definition.checks.filter { $0.dataset.hasPrefix(RunGraph.publishedDataset(of: "")) }.map {
        ($0.dataset, $0.location, false, nil)
      }
      + lent.keys.filter { PublishedTable($0) != nil && checks[$0] == nil }.sorted().map {
        ($0, definition.outputs.first?.location ?? .start, false, nil)
      }
    return datasets.sorted { $0.1 < $1.1 }.compactMap { name, location, declares, onEmpty in
      let isScored = checks[name] != nil || definition.gradesOutputs && outputs.contains(name)
      guard isScored || lent[name] != nil || declares && needed.contains(name) else { return nil }
      var declaration = checks[name] ?? DatasetChecks(dataset: name, location: location)
      // Without checks of its own, what a source says of no rows goes for its grading too.
      if checks[name] == nil, let onEmpty { declaration.onEmpty = onEmpty }
      return DatasetGrading(
        dataset: name, location: location, declaration: declaration, isScored: isScored, lent: lent[name] ?? [],
        startedAt: startedAt, isSplit: split.contains(name), hiddenInQueries: hidden, isDrawn: isDrawn)
    }
  }

  /// Datasets whose values are needed under their final types, by a reader of their own or further down.
  private static func typedDatasets(
    _ definition: PipelineDefinition, _ steps: [String: StepDeclaration], _ graded: [DatasetGrading]
  ) -> Set<String> {
    var typed = Set(definition.chosenOutputs.filter(\.output.needsTypes).map(\.common.from.name))
    typed.formUnion(graded.filter(\.needsTypes).map(\.dataset))
    typed.formUnion(definition.checks.flatMap(\.queriedDatasets))
    // What a source keeps of its parent's rows becomes its own.
    typed.formUnion(definition.sources.compactMap { $0.source.parent?.name })
    for step in definition.steps {
      switch step.step.work {
      case .query: typed.formUnion(step.from.map(\.name))
      case .transform(let transform) where transform.needsTypes: typed.formUnion(step.from.map(\.name))
      default: break
      }
    }
    // Look-ups and transforms hand columns on, so what they are asked for they ask for in turn.
    var open = Array(typed)
    while let name = open.popLast() {
      guard let step = steps[name], !step.step.readsSeveral else { continue }
      for input in step.from where typed.insert(input.name).inserted { open.append(input.name) }
    }
    return typed
  }

  /// Whether an output of the dataset may replace what is published by nothing.
  package func allowsEmpty(_ dataset: String) -> Bool {
    if let checks = definition.checks.first(where: { $0.dataset == dataset }) { return checks.onEmpty == .pass }
    return sources[dataset]?.common.onEmpty == .pass
  }
}
