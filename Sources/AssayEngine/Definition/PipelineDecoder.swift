internal import AssayColumns
package import AssayDefinition

/// Reads a pipeline file into its definition, and finds everything that is wrong with it in one pass.
package struct PipelineDecoder {
  let catalogue: Catalogue
  /// Values given with `--param`.
  let givenParams: [String: String]
  let variables: Variables
  let unsetInNotifiersIsFault: Bool

  /// - Parameters:
  ///   - variables: What `${…}` is filled from; its params are set by the decoder.
  ///   - params: Values of the call, by name.
  ///   - unsetInNotifiersIsFault: Whether variables that notifiers need must be set; as elsewhere by default.
  package init(
    catalogue: Catalogue, variables: Variables, params: [String: String] = [:], unsetInNotifiersIsFault: Bool? = nil
  ) {
    self.catalogue = catalogue
    self.variables = variables
    self.unsetInNotifiersIsFault = unsetInNotifiersIsFault ?? variables.unsetIsFault
    givenParams = params
  }

  /// What came of reading a file.
  package struct Result: Sendable {
    /// The definition; nil if there are errors.
    package var definition: PipelineDefinition?
    package var diagnostics: [Diagnostic]
    /// Values that must never be shown.
    package var secrets: [String]
    /// Variables of the environment that the file was filled from, those of secrets left out.
    package var usedEnvironment: [String: String] = [:]
  }

  /// The keys of a pipeline file.
  package static let topKeys = [
    "version", "name", "description", "params", "schedule", "timeout", "keep", "memory", "resources", "apis",
    "sources", "steps", "checks", "score", "outputs", "report", "notify",
  ]

  package func decode(_ text: String) -> Result {
    let context = Decoding(variables: variables, catalogue: catalogue)
    let (root, found) = YAMLReader.read(text)
    context.add(found)
    guard let root else {
      if found.isEmpty {
        context.fault(.missingKey, at: .start, "the file is empty; a pipeline begins with 'version: 1'")
      }
      return Result(definition: nil, diagnostics: context.diagnostics, secrets: [])
    }
    guard let pairs = root.pairs else {
      context.fault(.wrongType, at: root.location, "a pipeline file is a mapping, not \(root.description)")
      return Result(definition: nil, diagnostics: context.diagnostics, secrets: [])
    }
    context.checkKeys(pairs, known: Self.topKeys)
    var definition = PipelineDefinition()
    decodeHead(root, &definition, context)
    decodeParams(root, &definition, context)
    decodeSchedules(root, &definition, context)
    decodeParts(root, &definition, context)
    ReferenceResolution(definition: definition, root: root).check(context)
    return Result(
      definition: context.hasErrors ? nil : definition, diagnostics: context.diagnostics, secrets: context.secrets,
      usedEnvironment: context.usedEnvironment)
  }

  private func decodeHead(_ root: YAMLNode, _ definition: inout PipelineDefinition, _ context: Decoding) {
    if let version = root["version"] {
      if let number = Int.decode(version, context), number != 1 {
        context.fault(.badValue, at: version.location, "this program reads pipeline files of version 1, not \(number)")
      }
    } else {
      context.fault(.missingKey, at: root.location, "the pipeline needs 'version: 1'")
    }
    if let node = root["name"] {
      if let name = String.decode(node, context) {
        if name.unicodeScalars.allSatisfy(isNameScalar), !name.isEmpty {
          definition.name = name
        } else {
          context.fault(
            .badValue, at: node.location, "a pipeline's name has letters, digits, '-' and '_', not '\(name)'")
        }
      }
    } else {
      context.fault(.missingKey, at: root.location, "the pipeline needs a 'name'")
    }
    if let node = root["description"] { definition.description = String.decode(node, context) }
    if let node = root["memory"] { definition.memory = ByteCount.decode(node, context) }
    if let node = root["resources"], let resources = Named<Int>.decode(node, context) {
      definition.resources = resources
      for item in resources.items where item.value < 1 {
        context.fault(
          .badValue, at: item.location, "there is at least 1 of the resource '\(item.name)', not \(item.value)")
      }
    }
    if let node = root["keep"], let keep = Duration.decode(node, context) {
      definition.keep = keep
      if keep <= .zero { context.fault(.badValue, at: node.location, "'keep' must be longer than 0s") }
    }
    if let node = root["timeout"], let timeout = Duration.decode(node, context) {
      definition.timeout = timeout
      if timeout <= .zero { context.fault(.badValue, at: node.location, "'timeout' must be longer than 0s") }
    }
  }

  private func decodeParams(_ root: YAMLNode, _ definition: inout PipelineDefinition, _ context: Decoding) {
    var values: [String: String] = [:]
    var declared: Named<ParamDeclaration>?
    if let node = root["params"] { declared = Named<ParamDeclaration>.decode(node, context) }
    for param in declared?.items ?? [] {
      let given = givenParams[param.name]
      guard let value = given ?? param.value.defaultValue else {
        if context.variables.unsetIsFault {
          context.fault(
            .unsetVariable, at: param.location,
            "the param '\(param.name)' has no default; give it with --param \(param.name)=VALUE")
        }
        continue
      }
      // A default that does not fit has been told of by the declaration's own rule.
      if given != nil, conform(.text(value), to: param.value.type) == nil {
        context.fault(
          .badValue, at: param.location, "the param '\(param.name)' is \(param.value.type.rawValue), not '\(value)'")
      }
      values[param.name] = value
      definition.paramTypes[param.name] = param.value.type
      definition.params.append((param.name, value))
    }
    // Names are taken from the file, so that a declaration that cannot be read makes no other faults.
    let names = root["params"]?.pairs?.map(\.key) ?? []
    for name in givenParams.keys.sorted() where !names.contains(name) {
      context.fault(
        .missingReference, at: root["params"]?.location ?? root.location,
        "--param \(name): the pipeline has no such param\(suggestion(for: name, among: names))")
    }
    context.variables.params = values
    context.variables.unsetParams = Set(names).subtracting(values.keys)
  }

  private func decodeSchedules(_ root: YAMLNode, _ definition: inout PipelineDefinition, _ context: Decoding) {
    guard let node = root["schedule"], !node.isNull else { return }
    var items = [node]
    if case .sequence(let several) = node.kind { items = several }
    for (index, item) in items.enumerated() {
      guard let declaration = ScheduleDeclaration.decode(item, context) else { continue }
      context.within(items.count > 1 ? "schedule \(index + 1)" : "the schedule") {
        declaration.checkParams(root["params"], of: item, context)
        definition.schedules.append((item.location, declaration))
      }
    }
  }

  private func decodeParts(_ root: YAMLNode, _ definition: inout PipelineDefinition, _ context: Decoding) {
    for pair in entries(of: root["apis"], "apis", context) {
      let declaration = context.within("api '\(pair.key)'") { APIDeclaration.schema.decode(pair.value, context) }
      if let declaration { definition.apis.append((pair.key, pair.keyLocation, declaration)) }
    }
    for pair in entries(of: root["sources"], "sources", context) {
      let common = SourceCommon.schema
      context.within("source '\(pair.key)'") {
        let choice = Choice<SourceFamily>.decode(pair.value, context, also: common.keyNames)
        guard let pairs = pair.value.pairs else { return }
        var read = common.decodeKeys(of: pairs, at: pair.value.location, context)
        guard let choice else { return }
        // That nothing is new is no fault of a source that asks for what is new.
        if choice.value.isIncremental, read.onEmpty == nil { read.onEmpty = .pass }
        definition.sources.append(
          SourceDeclaration(
            name: pair.key, kind: choice.kind, location: pair.keyLocation, common: read, source: choice.value))
      }
    }
    for pair in entries(of: root["steps"], "steps", context) {
      let common = StepCommon.schema
      context.within("step '\(pair.key)'") {
        let choice = Choice<StepFamily>.decode(pair.value, context, also: common.keyNames)
        guard let pairs = pair.value.pairs else { return }
        let read = common.decodeKeys(of: pairs, at: pair.value.location, context)
        guard let choice else { return }
        if read.from.count != 1, !choice.value.readsSeveral, pairs.contains(where: { $0.key == "from" }) {
          context.fault(
            .badValue, at: pair.value["from"]?.location ?? pair.keyLocation,
            "\(context.owner) (\(choice.kind)) reads one dataset; join several with a step of type sql")
        }
        definition.steps.append(
          StepDeclaration(
            name: pair.key, kind: choice.kind, location: pair.keyLocation, from: read.from, settings: read.settings,
            step: choice.value))
      }
    }
    for pair in entries(of: root["checks"], "checks", context) {
      context.within("checks of '\(pair.key)'") {
        if !pair.key.hasPrefix(RunGraph.publishedDataset(of: "")) {
          context.refer(to: "dataset", pair.key, at: pair.keyLocation)
        }
        if let checks = CheckDecoder(context: context).decode(pair) { definition.checks.append(checks) }
      }
    }
    if let pair = root.pairs?.first(where: { $0.key == "score" }), !pair.value.isNull {
      let score = context.within("'score' of the pipeline") { PipelineScoreDeclaration.decode(pair.value, context) }
      if let score { definition.score = (pair.keyLocation, score) }
    }
    if let node = root["outputs"] { decodeOutputs(node, &definition, context) }
    for pair in entries(of: root["report"], "report", context) {
      decodeReport(pair, &definition, context)
    }
    if let node = root["notify"] {
      context.variables.unsetIsFault = unsetInNotifiersIsFault
      definition.notifiers = NotifierDecoder(context: context).decode(node)
      context.variables.unsetIsFault = variables.unsetIsFault
    }
  }

  private func decodeOutputs(_ node: YAMLNode, _ definition: inout PipelineDefinition, _ context: Decoding) {
    if node.isNull { return }
    guard case .sequence(let items) = node.kind else {
      context.fault(.wrongType, at: node.location, "'outputs' is a list, not \(node.description)")
      return
    }
    let common = OutputCommon.schema
    for (index, item) in items.enumerated() {
      context.within("output \(index + 1)") {
        let choice = Choice<OutputFamily>.decode(item, context, also: common.keyNames)
        guard let pairs = item.pairs else { return }
        let read = common.decodeKeys(of: pairs, at: item.location, context)
        guard let choice else { return }
        let target = choice.value.target
        let others = definition.outputs.filter { $0.output.identity == choice.value.identity }
        if !target.isEmpty, let other = others.first(where: { $0.output.isExclusive || choice.value.isExclusive }) {
          context.fault(
            .duplicateName, at: item.location,
            "two outputs have the target '\(target)'; the other is in line \(other.location.line)")
        }
        definition.outputs.append(
          OutputDeclaration(kind: choice.kind, location: item.location, common: read, output: choice.value))
      }
    }
  }

  private func decodeReport(_ pair: YAMLNode.Pair, _ definition: inout PipelineDefinition, _ context: Decoding) {
    let entries = context.catalogue.entries(ReportFamily.self)
    guard let entry = entries.first(where: { $0.kind == pair.key }) else {
      context.fault(
        .unknownKind, at: pair.keyLocation,
        "there is no report '\(pair.key)'\(suggestion(for: pair.key, among: entries.map(\.kind)))")
      return
    }
    context.within("report '\(pair.key)'") {
      guard let report = entry.decode(pair.value, context, []) else { return }
      definition.reports.append(ReportDeclaration(kind: pair.key, location: pair.keyLocation, report: report))
    }
  }

  /// The pairs of a part of the file, checked for names that can be referred to.
  private func entries(of node: YAMLNode?, _ part: String, _ context: Decoding) -> [YAMLNode.Pair] {
    guard let node, !node.isNull else { return [] }
    guard let pairs = node.pairs else {
      context.fault(.wrongType, at: node.location, "'\(part)' holds names with their settings, not \(node.description)")
      return []
    }
    for pair in pairs where part != "report" && part != "checks" && !pair.key.unicodeScalars.allSatisfy(isNameScalar) {
      context.fault(
        .badValue, at: pair.keyLocation, "a name under '\(part)' has letters, digits, '-' and '_', not '\(pair.key)'")
    }
    return pairs
  }
}

/// Whether a name of the file, or a tag, may hold the character.
func isNameScalar(_ scalar: Unicode.Scalar) -> Bool {
  scalar == "_" || scalar == "-" || scalar.properties.isAlphabetic || scalar.properties.numericType == .decimal
}
