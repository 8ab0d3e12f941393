internal import AssayDefinition

/// Checks what no single value can know: that names exist and are unique, that steps do not wait for each other in a
/// circle, and that what is declared is used.
struct ReferenceResolution {
  let definition: PipelineDefinition
  let root: YAMLNode

  func check(_ context: Decoding) {
    // Names are taken from the file and not from what could be decoded, so that one fault does not bring others.
    let sources = root["sources"]?.pairs ?? []
    let steps = root["steps"]?.pairs ?? []
    let apis = (root["apis"]?.pairs ?? []).map(\.key)
    let datasets = sources.map(\.key) + steps.map(\.key)
    let known = (datasets: Set(datasets), apis: Set(apis))
    let sourcePlaces = Dictionary(sources.map { ($0.key, $0) }) { first, _ in first }
    for step in steps {
      guard let source = sourcePlaces[step.key] else { continue }
      context.fault(
        .duplicateName, at: step.keyLocation,
        "the step '\(step.key)' has the name of the source in line \(source.keyLocation.line); a dataset's name is unique"
      )
    }
    for reference in context.references {
      let isAPI = reference.kind == "api"
      if (isAPI ? known.apis : known.datasets).contains(reference.name) { continue }
      context.fault(
        .missingReference, at: reference.location,
        "there is no \(isAPI ? "api" : "source or step") '\(reference.name)'"
          + suggestion(for: reference.name, among: isAPI ? apis : datasets))
    }
    checkPublished(context)
    SplitResolution(definition: definition, root: root).check(context)
    checkLookups(context)
    checkAPIs(context)
    checkResources(context)
    if sources.isEmpty {
      context.fault(.missingKey, at: root.location, "the pipeline has no 'sources': there is nothing to read")
    }
    reportCycles(context)
    reportUnused(context)
  }

  /// Checks that a check which judges a look-up names one.
  private func checkLookups(_ context: Decoding) {
    let steps = Dictionary(definition.steps.map { ($0.name, $0) }) { first, _ in first }
    let lookups = definition.steps.filter { if case .lookup = $0.step.work { true } else { false } }.map(\.name)
    for check in definition.checks.flatMap(\.checks) {
      guard let name = check.check.lookupStep else { continue }
      // A step that could not be read has its own fault, and one that is not there too.
      let isSource = definition.sources.contains { $0.name == name.name }
      guard isSource || steps[name.name] != nil, !lookups.contains(name.name) else { continue }
      context.fault(
        .missingReference, at: name.location,
        "'\(name.name)' looks nothing up\(suggestion(for: name.name, among: lookups, listing: 10))")
    }
  }

  /// Checks that what is judged as published is published by some output, and that no table is replaced by news alone.
  private func checkPublished(_ context: Decoding) {
    let tables = definition.outputs.compactMap(\.output.table)
    let prefix = RunGraph.publishedDataset(of: "")
    for checks in definition.checks where checks.dataset.hasPrefix(prefix) {
      let table = String(checks.dataset.dropFirst(prefix.count))
      if tables.contains(table) { continue }
      context.fault(
        .missingReference, at: checks.location,
        "no output publishes a table '\(table)'\(suggestion(for: table, among: tables))")
    }
    let incremental = incrementalDatasets
    for output in definition.outputs where output.output.table != nil && output.output.replaces {
      guard let source = incremental[output.common.from.name] else { continue }
      context.fault(
        .conflict, at: output.location,
        "the source '\(source)' is incremental, so mode: replace would drop all rows but the new ones; use upsert or append"
      )
    }
  }

  /// Checks that what nodes use is declared, and that there is as much of it.
  private func checkResources(_ context: Decoding) {
    let names = (root["resources"]?.pairs ?? []).map(\.key)
    let settings =
      definition.sources.map(\.common.settings) + definition.steps.map(\.settings)
      + definition.outputs.map(\.common.settings)
    for use in settings.flatMap(\.uses.items) {
      if !names.contains(use.name) {
        context.fault(
          .missingReference, at: use.location,
          "there is no resource '\(use.name)'; declare it under 'resources'\(suggestion(for: use.name, among: names))")
      } else if let limit = definition.resources[use.name], use.value > limit {
        context.fault(
          .conflict, at: use.location,
          "of the resource '\(use.name)' there is \(limit), so \(use.value) would never be free")
      }
    }
  }

  /// Checks what steps say of the entries under `apis` that they name.
  private func checkAPIs(_ context: Decoding) {
    // An address that has no value yet, since a variable has none, may be any.
    let known = definition.apis.filter { api in
      api.declaration.baseURL != nil || root["apis"]?[api.name]?["base_url"] == nil
    }
    let apis = Dictionary(known.map { ($0.name, $0.declaration) }) { first, _ in first }
    for step in definition.steps {
      for fault in step.step.faults(beside: apis) { context.fault(.conflict, at: fault.location, fault.message) }
    }
  }

  /// Datasets that are made of an incremental source's rows, with its name.
  private var incrementalDatasets: [String: String] {
    var found: [String: String] = [:]
    for source in definition.sources where source.source.isIncremental { found[source.name] = source.name }
    if found.isEmpty { return found }
    // Each pass reaches at least one dataset further.
    let made = RunGraph.made(definition)
    for _ in made {
      var hasGrown = false
      for dataset in made where found[dataset.name] == nil {
        guard let source = dataset.inputs.lazy.compactMap({ found[$0] }).first else { continue }
        found[dataset.name] = source
        hasGrown = true
      }
      if !hasGrown { break }
    }
    return found
  }

  private func reportCycles(_ context: Decoding) {
    // A source and a step of one name are a fault of their own.
    let sources = Set((root["sources"]?.pairs ?? []).map(\.key))
    let made = RunGraph.made(definition).filter { $0.kind == .source || !sources.contains($0.name) }
    let inputs = Dictionary(made.map { ($0.name, $0.needs) }) { first, _ in first }
    var settled: Set<String> = []
    var told: Set<String> = []
    for start in made where inputs[start.name] != nil && !settled.contains(start.name) {
      // A walk with its own stack, so that a chain of any length is fine.
      var path: [String] = []
      var places: [String: Int] = [:]
      var stack: [(name: String, leaving: Bool)] = [(start.name, false)]
      while let (name, leaving) = stack.popLast() {
        if leaving {
          path.removeLast()
          places[name] = nil
          settled.insert(name)
          continue
        }
        if let first = places[name] {
          let circle = (path[first...] + [name]).joined(separator: " → ")
          let place = definition.location(of: name) ?? root.location
          if told.insert(circle).inserted {
            context.fault(.cycle, at: place, "datasets wait for each other in a circle: \(circle)")
          }
          continue
        }
        if settled.contains(name) { continue }
        places[name] = path.count
        path.append(name)
        stack.append((name, true))
        for input in inputs[name] ?? [] where inputs[input] != nil { stack.append((input, false)) }
      }
    }
  }

  private func reportUnused(_ context: Decoding) {
    let used = Set(context.references.map { "\($0.kind) \($0.name)" })
    for source in definition.sources where !used.contains("dataset \(source.name)") {
      context.warn(.unused, at: source.location, "nothing uses the source '\(source.name)', so it is not read")
    }
    for step in definition.steps where !used.contains("dataset \(step.name)") {
      context.warn(.unused, at: step.location, "nothing uses the step '\(step.name)', so it does not run")
    }
    for api in definition.apis where !used.contains("api \(api.name)") {
      context.warn(.unused, at: api.location, "nothing uses the api '\(api.name)'")
    }
  }
}
