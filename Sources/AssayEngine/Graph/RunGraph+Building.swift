internal import AssayDefinition

extension RunGraph {
  /// The graph of a pipeline: what nothing uses is left out, and every graded dataset has one grader.
  /// - Parameters:
  ///   - graded: Datasets with metrics or checks.
  ///   - wanted: Datasets that are made even if nothing uses them.
  ///   - crossChecks: What their checks ask of whole datasets.
  package init(
    _ definition: PipelineDefinition, graded: [String], wanted: [String] = [],
    crossChecks: [String: CrossChecks] = [:]
  ) {
    self.init()
    let queried = crossChecks.values.flatMap { $0.queried ?? [] }
    let needed = Self.neededDatasets(definition, graded: graded + queried + wanted)
    var makers: [String: Int] = [:]
    var keepers: [String: Int] = [:]
    for source in definition.sources where needed.contains(source.name) && !Self.isMade(source) {
      makers[source.name] = add(.source, source.name, type: source.kind, source.common.settings, makers: makers)
    }
    let steps = Dictionary(definition.steps.map { ($0.name, $0) }) { first, _ in first }
    // In an order in which inputs come first; the decoder has seen to it that there is no circle.
    let made = Self.made(definition).filter { needed.contains($0.name) }
    var missing = made.map { Set($0.needs).subtracting(makers.keys).count }
    var dependents: [String: [Int]] = [:]
    for (index, dataset) in made.enumerated() {
      for input in Set(dataset.needs) where makers[input] == nil { dependents[input, default: []].append(index) }
    }
    var ready = made.indices.filter { missing[$0] == 0 }[...]
    while let index = ready.popFirst() {
      let dataset = made[index]
      let inputs = dataset.inputs.compactMap { makers[$0] }
      if dataset.readsSeveral || dataset.settings.isHeld {
        let kept = zip(dataset.inputs, inputs).map { name, maker in
          if let keeper = keepers[name] { return keeper }
          let keeper = add(.keeper, name, streams: [maker])
          keepers[name] = keeper
          return keeper
        }
        makers[dataset.name] = add(
          dataset.kind, dataset.name, type: dataset.type, completes: kept, dataset.settings, makers: makers)
      } else {
        // Keys are read from where they first stand, so that look-ups which need nothing of each other ask at once.
        let ahead = Self.keySource(of: dataset.name, among: steps).flatMap { makers[$0] }.map { [$0] } ?? []
        makers[dataset.name] = add(
          dataset.kind, dataset.name, type: dataset.type, streams: inputs + ahead, dataset.settings, makers: makers)
      }
      for dependent in dependents[dataset.name] ?? [] {
        missing[dependent] -= 1
        if missing[dependent] == 0 { ready.append(dependent) }
      }
    }
    var late = LateNodes(definition, crossChecks: crossChecks, makers: makers, keepers: keepers)
    for dataset in graded where makers[dataset] != nil { late.grader(dataset, &self) }
    for index in definition.outputs.indices { late.output(index, &self) }
    for dataset in graded {
      late.grader(dataset, &self)
      late.matcher(dataset, &self)
      late.query(dataset, &self)
    }
  }

  /// The name under which checks judge a table as it will be published: `published.TABLE`.
  static func publishedDataset(of table: String) -> String { PublishedTable.prefix + table }

  /// A dataset that is made of others.
  struct MadeDataset {
    var kind: RunNode.Kind
    var name: String
    var type: String
    var inputs: [String]
    var readsSeveral = false
    var settings: NodeSettings

    /// What has to be there before it: its inputs, and what its condition asks about.
    var needs: [String] { inputs + settings.awaited }
  }

  /// Whether a source needs other datasets.
  private static func isMade(_ source: SourceDeclaration) -> Bool {
    source.source.parent != nil || !source.common.settings.awaited.isEmpty
  }

  /// Steps, and sources that ask for each row of another dataset or whose conditions ask about others, in the order of the
  /// file.
  static func made(_ definition: PipelineDefinition) -> [MadeDataset] {
    definition.sources.filter(isMade).map { source in
      MadeDataset(
        kind: .source, name: source.name, type: source.kind, inputs: source.source.parent.map { [$0.name] } ?? [],
        settings: source.common.settings)
    }
      + definition.steps.map { step in
        MadeDataset(
          kind: .step, name: step.name, type: step.kind, inputs: step.from.map(\.name),
          readsSeveral: step.step.readsSeveral, settings: step.settings)
      }
  }

  /// The dataset, further up than a look-up's own input, that has the same rows and all columns of its inputs: only
  /// look-ups stand between them, and they add none of these columns. Nil where that is the input itself.
  static func keySource(of step: String, among steps: [String: StepDeclaration]) -> String? {
    guard let own = steps[step], !own.settings.isHeld, case .lookup(let lookup, _) = own.step.work,
      let input = own.from.first?.name
    else {
      return nil
    }
    let needed = Set(lookup.inputs.flatMap(\.columnNames))
    var source = input
    // A step that waits for others must not keep those waiting who stand above it.
    while let above = steps[source], !above.settings.isHeld, case .lookup(let other, _) = above.step.work,
      let next = above.from.first?.name,
      !LookupJoin.columns(of: other, step: source).contains(where: { needed.contains($0.name) })
    {
      source = next
    }
    return source == input ? nil : source
  }

  /// Datasets that an output or a grader reads, and all that those are made of.
  static func neededDatasets(_ definition: PipelineDefinition, graded: [String]) -> Set<String> {
    let outputs = definition.chosenOutputs.flatMap { [$0.common.from.name] + $0.common.settings.awaited }
    var needed = Set(graded + outputs)
    var open = Array(needed)
    let inputs = Dictionary(made(definition).map { ($0.name, $0.needs) }) { first, _ in first }
    while let name = open.popLast() {
      for input in inputs[name] ?? [] where needed.insert(input).inserted { open.append(input) }
    }
    return needed
  }

  /// A dataset and all that are made of it, directly or not.
  /// - Parameter byConditions: Whether those count, too, whose conditions ask about it.
  static func dependents(
    of dataset: String, in definition: PipelineDefinition, byConditions: Bool = false
  ) -> Set<String> {
    var readers: [String: [String]] = [:]
    for made in made(definition) {
      for input in byConditions ? made.needs : made.inputs { readers[input, default: []].append(made.name) }
    }
    var found: Set = [dataset]
    var open = [dataset]
    while let name = open.popLast() {
      for reader in readers[name] ?? [] where found.insert(reader).inserted { open.append(reader) }
    }
    return found
  }
}
