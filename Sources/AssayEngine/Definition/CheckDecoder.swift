internal import AssayDefinition

/// Reads what stands under `checks` for one dataset.
struct CheckDecoder {
  let context: Decoding

  func decode(_ pair: YAMLNode.Pair) -> DatasetChecks? {
    let settingsSchema = DatasetChecks.Settings.schema
    guard !pair.value.isNull else { return DatasetChecks(dataset: pair.key, location: pair.keyLocation) }
    guard let pairs = pair.value.pairs else {
      context.fault(
        .wrongType, at: pair.value.location,
        "\(context.owner) holds 'dataset', 'columns' and settings, not \(pair.value.description)")
      return nil
    }
    context.checkKeys(pairs, known: ["dataset", "columns"] + settingsSchema.keyNames)
    let settings = settingsSchema.decodeKeys(of: pairs, at: pair.value.location, context)
    var checks = DatasetChecks(dataset: pair.key, location: pair.keyLocation)
    checks.onEmpty = settings.onEmpty
    checks.score = settings.score ?? ScoreDeclaration()
    checks.scoreLocation = pairs.first { $0.key == "score" }?.keyLocation ?? pair.keyLocation
    checks.exclude = settings.exclude ?? ScoreExclusions()
    checks.key = settings.key
    checks.privateColumns = settings.privateColumns
    checks.profile = settings.profile
    checks.failedRows = settings.failedRows
    checks.snapshot = settings.snapshot
    if let node = pair.value["dataset"] { checks.checks += list(node, column: nil) }
    if let node = pair.value["columns"], !node.isNull {
      guard let columns = node.pairs else {
        context.fault(
          .wrongType, at: node.location, "'columns' holds columns with their checks, not \(node.description)")
        return checks
      }
      for column in columns { checks.checks += list(column.value, column: column.key) }
    }
    checks.checks.sort { $0.location < $1.location }
    for check in checks.checks where check.check.keepsValues && checks.privateColumns.contains(check.column ?? "") {
      context.fault(
        .conflict, at: check.location,
        "'\(check.column ?? "")' is private: nothing of its values is kept for '\(check.kind)' to compare with")
    }
    return checks
  }

  private func list(_ node: YAMLNode, column: String?) -> [CheckDeclaration] {
    if case .sequence(let items) = node.kind { return items.compactMap { check($0, column: column) } }
    // The bare word is the check of that name; nothing at all is no check.
    if case .scalar(let text, quoted: false) = node.kind, text.isEmpty || text == "~" { return [] }
    return check(node, column: column).map { [$0] } ?? []
  }

  /// One check: a bare name, `{NAME: parameters}`, or that with common keys beside the name.
  private func check(_ node: YAMLNode, column: String?) -> CheckDeclaration? {
    let entries = context.catalogue.entries(CheckFamily.self)
    let kinds = entries.map(\.kind)
    let commonSchema = CheckCommon.schema
    var parameters = YAMLNode(.mapping([]), at: node.location)
    var kindLocation = node.location
    var common = CheckCommon()
    let kind: String
    switch node.kind {
    case .scalar:
      guard let name = context.text(node, expecting: "the name of a check") else { return nil }
      kind = name
    case .sequence:
      context.fault(.wrongType, at: node.location, "a check is a name, or {name: parameters}, not a list")
      return nil
    case .mapping(let pairs):
      let named = pairs.filter { !commonSchema.keyNames.contains($0.key) }
      guard let first = named.first(where: { kinds.contains($0.key) }) ?? named.first else {
        context.fault(.missingKey, at: node.location, "a check needs its name: \(kinds.joined(separator: ", "))")
        return nil
      }
      for other in named where other.keyLocation != first.keyLocation {
        if kinds.contains(other.key) {
          context.fault(
            .conflict, at: other.keyLocation,
            "'\(first.key)' and '\(other.key)' are two checks; give each a '-' of its own")
        } else {
          context.fault(
            .unknownKey, at: other.keyLocation,
            "unknown key '\(other.key)' beside check '\(first.key)'\(suggestion(for: other.key, among: commonSchema.keyNames))"
          )
        }
      }
      kind = first.key
      kindLocation = first.keyLocation
      if !first.value.isNull { parameters = first.value }
      common = context.within("check '\(kind)' in \(context.owner)") {
        commonSchema.decodeKeys(of: pairs, at: node.location, context)
      }
    }
    guard let entry = entries.first(where: { $0.kind == kind }) else {
      context.fault(
        .unknownKind, at: kindLocation, "there is no check '\(kind)'\(suggestion(for: kind, among: kinds, listing: 60))"
      )
      return nil
    }
    let owner = "check '\(kind)' in \(context.owner)"
    guard let check = context.within(owner, { entry.decode(parameters, context, []) }) else { return nil }
    if let fault = placement(of: check, kind, column: column, common: common) {
      context.fault(.conflict, at: kindLocation, fault)
      return nil
    }
    return CheckDeclaration(kind: kind, column: column, location: kindLocation, common: common, check: check)
  }

  /// What is wrong with a check at its place, or nil.
  private func placement(of check: any Check, _ kind: String, column: String?, common: CheckCommon) -> String? {
    switch (check.scope, column) {
    case (.dataset, let column?):
      return "'\(kind)' judges a whole dataset; it stands under 'dataset', not under '\(column)'"
    case (.column, nil): return "'\(kind)' judges a column; it stands under 'columns' and the column's name"
    default: break
    }
    if let fault = check.misplacement(under: column) { return fault }
    if !check.judgesRows, common.atLeast != nil || common.atMost != nil {
      return "'\(kind)' judges a value, not rows: 'at_least' and 'at_most' do not apply"
    }
    if !check.takesFilter, common.filter != nil { return "'\(kind)' judges all rows: 'where' does not apply" }
    if common.atLeast != nil, common.atMost != nil { return "'at_least' and 'at_most' exclude each other" }
    return check.placementFault(CheckPlace(column: column, common: common))
  }
}
