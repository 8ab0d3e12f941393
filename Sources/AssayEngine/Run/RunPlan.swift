internal import AssayColumns
internal import AssayDefinition
internal import AssayQuality

/// What a run does, worked out from its definition before anything starts.
package struct RunPlan: Sendable {
  package let definition: PipelineDefinition
  /// Datasets that are measured, in the order of the file.
  package let graded: [DatasetGrading]
  package let graph: RunGraph
  /// Datasets some reader of which needs final types.
  private let typed: Set<String>

  package init(_ definition: PipelineDefinition) {
    self.definition = definition
    let graded = Self.gradedDatasets(definition)
    self.graded = graded
    graph = RunGraph(definition, graded: graded.map(\.dataset))
    typed = Self.typedDatasets(definition, graded)
  }

  package func needsTypes(_ dataset: String) -> Bool { typed.contains(dataset) }

  /// Datasets with checks; without any in the file, those that outputs use; and those whose declared columns imply a check.
  private static func gradedDatasets(_ definition: PipelineDefinition) -> [DatasetGrading] {
    let outputs = Set(definition.outputs.map(\.common.from.name))
    let needed = RunGraph.neededDatasets(definition, graded: definition.checks.map(\.dataset))
    let places =
      definition.sources.map { ($0.name, $0.location) } + definition.steps.map { ($0.name, $0.location) }
    return places.sorted { $0.1 < $1.1 }.compactMap { name, location in
      let checks = definition.checks.first { $0.dataset == name }
      let source = definition.sources.first { $0.name == name }
      let casts = definition.steps.first { $0.name == name }?.step.casts ?? false
      let isScored = checks != nil || definition.checks.isEmpty && outputs.contains(name)
      let declares = source?.common.columns.items.contains { $0.value != .text } ?? casts
      guard isScored || declares && needed.contains(name) else { return nil }
      var declaration = checks ?? DatasetChecks(dataset: name, location: location)
      // Without checks of its own, what a source says of no rows goes for its grading too.
      if checks == nil, let onEmpty = source?.common.onEmpty { declaration.onEmpty = onEmpty }
      return DatasetGrading(dataset: name, location: location, declaration: declaration, isScored: isScored)
    }
  }

  /// Datasets whose values are needed under their final types, by a reader of their own or further down.
  private static func typedDatasets(_ definition: PipelineDefinition, _ graded: [DatasetGrading]) -> Set<String> {
    var typed = Set(definition.outputs.filter(\.output.needsTypes).map(\.common.from.name))
    typed.formUnion(graded.filter(\.needsTypes).map(\.dataset))
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
      guard let step = definition.steps.first(where: { $0.name == name }), !step.step.readsSeveral else { continue }
      for input in step.from where typed.insert(input.name).inserted { open.append(input.name) }
    }
    return typed
  }

  /// Whether an output of the dataset may replace what is published by nothing.
  package func allowsEmpty(_ dataset: String) -> Bool {
    if let checks = definition.checks.first(where: { $0.dataset == dataset }) { return checks.onEmpty == .pass }
    return definition.sources.first { $0.name == dataset }?.common.onEmpty == .pass
  }
}
