internal import AssayDefinition

extension RunGraph {
  /// The graph of a pipeline: what nothing uses is left out, and every graded dataset has one grader.
  /// - Parameter graded: Datasets with metrics or checks.
  package init(_ definition: PipelineDefinition, graded: [String]) {
    self.init()
    let needed = Self.neededDatasets(definition, graded: graded)
    var makers: [String: Int] = [:]
    var keepers: [String: Int] = [:]
    for source in definition.sources where needed.contains(source.name) {
      makers[source.name] = add(.source, source.name, type: source.kind)
    }
    // Steps in an order in which inputs come first; the decoder has seen to it that there is no circle.
    let steps = definition.steps.filter { needed.contains($0.name) }
    var missing = steps.map { step in Set(step.from.map(\.name)).subtracting(makers.keys).count }
    var dependents: [String: [Int]] = [:]
    for (index, step) in steps.enumerated() {
      for input in Set(step.from.map(\.name)) where makers[input] == nil {
        dependents[input, default: []].append(index)
      }
    }
    var ready = steps.indices.filter { missing[$0] == 0 }[...]
    while let index = ready.popFirst() {
      let step = steps[index]
      let inputs = step.from.compactMap { makers[$0.name] }
      if step.step.readsSeveral {
        let kept = zip(step.from, inputs).map { name, maker in
          if let keeper = keepers[name.name] { return keeper }
          let keeper = add(.keeper, name.name, streams: [maker])
          keepers[name.name] = keeper
          return keeper
        }
        makers[step.name] = add(.step, step.name, type: step.kind, completes: kept)
      } else {
        makers[step.name] = add(.step, step.name, type: step.kind, streams: inputs)
      }
      for dependent in dependents[step.name] ?? [] {
        missing[dependent] -= 1
        if missing[dependent] == 0 { ready.append(dependent) }
      }
    }
    for dataset in graded {
      if let maker = makers[dataset] { add(.grader, dataset, streams: [maker]) }
    }
    for (index, output) in definition.outputs.enumerated() {
      if let maker = makers[output.common.from.name] {
        add(.output, String(index + 1), type: output.kind, streams: [maker])
      }
    }
  }

  /// Datasets that an output or a grader reads, and all that those are made of.
  static func neededDatasets(_ definition: PipelineDefinition, graded: [String]) -> Set<String> {
    var needed = Set(graded + definition.outputs.map(\.common.from.name))
    var open = Array(needed)
    let inputs = Dictionary(definition.steps.map { ($0.name, $0.from.map(\.name)) }) { first, _ in first }
    while let name = open.popLast() {
      for input in inputs[name] ?? [] where needed.insert(input).inserted { open.append(input) }
    }
    return needed
  }
}
