internal import AssayColumns
internal import AssayDefinition
internal import AssayQuality

/// Checks outputs that take the good or the bad rows of a dataset alone: something must tell which are which, before what
/// they publish is read.
struct SplitResolution {
  let definition: PipelineDefinition
  let root: YAMLNode

  func check(_ context: Decoding) {
    for (index, output) in definition.outputs.enumerated() where output.common.rows != .all {
      let dataset = output.common.from.name
      if let table = tableReadBefore(index) {
        context.fault(
          .cycle, at: location(output),
          "this output waits for itself: which rows of '\(dataset)' fail depends on 'published.\(table)', which it publishes"
        )
      }
      // Checks with faults of their own may be those that would tell.
      if context.hasErrors || tellsRows(dataset) { continue }
      context.fault(
        .conflict, at: location(output),
        "nothing says which rows of '\(dataset)' fail: it has no row check of severity fail, and no column with a declared type"
      )
    }
  }

  private func tellsRows(_ dataset: String) -> Bool {
    let checks = definition.checks.filter { $0.dataset == dataset }.flatMap(\.checks)
    let source = definition.sources.first { $0.name == dataset }
    return checks.contains(where: \.splitsRows)
      || source?.common.columns.items.contains { $0.value != .text } ?? false
      || definition.steps.contains { $0.name == dataset && $0.step.casts }
  }

  /// A table that the output at a place publishes, and that has to be read before it is known which rows it takes.
  private func tableReadBefore(_ index: Int) -> String? {
    var seen: Set<Int> = []
    var open = [index]
    while let next = open.popLast() {
      for table in tables(of: next) {
        for publisher in definition.outputs.indices where definition.outputs[publisher].output.table == table {
          if publisher == index { return table }
          if seen.insert(publisher).inserted { open.append(publisher) }
        }
      }
    }
    return nil
  }

  /// The published tables that keys of an output's rows are looked for in.
  private func tables(of index: Int) -> [String] {
    let common = definition.outputs[index].common
    if common.rows == .all { return [] }
    var tables: [String] = []
    for check in definition.checks.filter({ $0.dataset == common.from.name }).flatMap(\.checks) {
      for case .references(let key) in check.check.measures(check.place) {
        if let table = PublishedTable(key.dataset) { tables.append(table.name) }
      }
    }
    return tables
  }

  /// Where the file says which rows.
  private func location(_ output: OutputDeclaration) -> SourceLocation {
    guard case .sequence(let items)? = root["outputs"]?.kind else { return output.location }
    let item = items.first { $0.location == output.location }
    return item?["rows"]?.location ?? output.location
  }
}
