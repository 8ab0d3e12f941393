internal import AssayDefinition

/// What is run of a pipeline on its own, with all that it needs: published like a whole run.
package enum RunSelection: Sendable, Hashable {
  /// Sources, steps and outputs by their names or tags; an output's name is its table or path.
  case only([String])
  /// A source or step, and all that depends on it.
  case from(String)

  /// What is wrong with the names, or nil.
  package func fault(in definition: PipelineDefinition) -> String? {
    let datasets = definition.sources.map(\.name) + definition.steps.map(\.name)
    switch self {
    case .only(let words):
      let nodes = Self.nodes(of: definition)
      let outputs = definition.outputs.flatMap { Self.names(of: $0.output) }
      let tags = (nodes.map(\.settings) + definition.outputs.map(\.common.settings)).flatMap(\.tags).map(\.name)
      let known = datasets + outputs + tags
      guard let word = words.first(where: { !known.contains($0) }) else { return nil }
      var seen: Set<String> = []
      let names = known.filter { seen.insert($0).inserted }
      return "--only: nothing has the name or tag '\(word)'\(suggestion(for: word, among: names, listing: 20))"
    case .from(let name):
      if datasets.contains(name) { return nil }
      return
        "--from-step: there is no source or step '\(name)'\(suggestion(for: name, among: datasets, listing: 20))"
    }
  }

  /// The datasets that are chosen, in the order of the file.
  package func datasets(in definition: PipelineDefinition) -> [String] {
    let nodes = Self.nodes(of: definition)
    switch self {
    case .only(let words):
      return nodes.filter { Self.isMeant($0.name, $0.settings, words) }.map(\.name)
    case .from(let name):
      let found = RunGraph.dependents(of: name, in: definition, byConditions: true)
      return nodes.map(\.name).filter(found.contains)
    }
  }

  /// The pipeline with the outputs of what is chosen, and the checks of what is made for it.
  ///
  /// What its score as a whole must reach is a claim about all datasets, and is not judged.
  func definition(of whole: PipelineDefinition) -> PipelineDefinition {
    var part = whole
    let chosen = Set(datasets(in: whole))
    for index in whole.outputs.indices {
      let output = whole.outputs[index]
      var isMeant = chosen.contains(output.common.from.name)
      if case .only(let words) = self {
        let names = Self.names(of: output.output)
        isMeant = isMeant || names.contains { Self.isMeant($0, output.common.settings, words) }
      }
      part.outputs[index].isLeftOut = !isMeant
    }
    let reached = RunGraph.neededDatasets(part, graded: Array(chosen))
    let tables = Set(part.chosenOutputs.compactMap(\.output.table))
    part.checks = whole.checks.filter { checks in
      PublishedTable(checks.dataset).map { tables.contains($0.name) } ?? reached.contains(checks.dataset)
    }
    part.leavesOutChecks = part.checks.count < whole.checks.count
    part.score = nil
    return part
  }

  private static func nodes(of definition: PipelineDefinition) -> [(name: String, settings: NodeSettings)] {
    definition.sources.map { ($0.name, $0.common.settings) } + definition.steps.map { ($0.name, $0.settings) }
  }

  /// A table of another file has its own name, and one with the file.
  private static func names(of output: any Output) -> [String] {
    [output.table, output.target].compactMap(\.self).filter { !$0.isEmpty }
  }

  private static func isMeant(_ name: String, _ settings: NodeSettings, _ words: [String]) -> Bool {
    words.contains(name) || settings.tags.contains { words.contains($0.name) }
  }
}
