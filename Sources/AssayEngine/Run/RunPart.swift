package import AssayColumns
internal import AssayDefinition
internal import Synchronization

/// A part of a pipeline that is run to look at it: nothing is published, and no report of the file is written.
package struct RunPart: Sendable {
  /// The most rows that each source brings; nil for all.
  package var limit: Int?
  /// The source or step up to which the pipeline runs; nil for all that its outputs use.
  package var until: String?
  /// Whether look-ups only count what they would ask for, and nothing is sent to them.
  package var plans = false
  /// The rows that are shown, by dataset.
  package let previews = Previews()
  /// What look-ups would ask for, where `plans` is set.
  package let lookups = LookupPlans()

  package init() {}

  /// The rows that are shown of a dataset where nothing limits them.
  package static let shownRows = 20

  /// The datasets that are looked at.
  func targets(in definition: PipelineDefinition) -> [DatasetName] {
    if let until { return [DatasetName(until)] }
    var names: [DatasetName] = []
    if plans {
      for step in definition.steps { if case .lookup = step.step.work { names.append(DatasetName(step.name)) } }
      let sent = definition.outputs.filter { $0.output.rowsPerRequest != nil }.map(\.common.from)
      for name in sent where !names.contains(where: { $0.name == name.name }) { names.append(name) }
      return names
    }
    for output in definition.outputs where !names.contains(where: { $0.name == output.common.from.name }) {
      names.append(output.common.from)
    }
    if names.isEmpty { names = definition.checks.map { DatasetName($0.dataset) } }
    return names
  }

  /// The names of the datasets that are looked at.
  package func targetNames(in definition: PipelineDefinition) -> [String] { targets(in: definition).map(\.name) }

  /// The pipeline with previews in place of its outputs, and without what the part does not reach.
  func definition(of whole: PipelineDefinition) -> PipelineDefinition {
    var part = whole
    part.reports = []
    part.outputs = targets(in: whole).map { name in
      var common = OutputCommon()
      common.from = name
      return OutputDeclaration(
        kind: "preview", location: whole.location(of: name.name) ?? .start, common: common,
        output: PreviewOutput(dataset: name.name, limit: limit ?? Self.shownRows, previews: previews))
    }
    let reached = RunGraph.neededDatasets(part, graded: [])
    part.checks = plans ? [] : whole.checks.filter { reached.contains($0.dataset) }
    // What is compared with datasets that the part does not reach is not judged.
    for index in part.checks.indices {
      part.checks[index].checks.removeAll { !$0.foreignDatasets.allSatisfy(reached.contains) }
    }
    return part
  }
}

/// The first rows of datasets, as previews have seen them.
package final class Previews: Sendable {
  package struct Preview: Sendable {
    package var schema = DatasetSchema()
    /// Whole batches, of which the last may be cut.
    package var batches: [Batch] = []
    /// Rows that were shown, and rows that came.
    package var shown = 0
    package var rows = 0
  }

  private let state = Mutex<[String: Preview]>([:])

  init() {}

  /// What was seen of a dataset; nil where it was not reached.
  package subscript(dataset: String) -> Preview? { state.withLock { $0[dataset] } }

  fileprivate func note(_ dataset: String, _ change: (inout Preview) -> Void) {
    state.withLock { change(&$0[dataset, default: Preview()]) }
  }
}

/// Keeps the first rows of a dataset for a person to look at.
private struct PreviewOutput: Output {
  let dataset: String
  let limit: Int
  let previews: Previews

  // As outputs would write them.
  var needsTypes: Bool { true }
  var target: String { "" }
  var file: String? { nil }
  var isExclusive: Bool { false }

  func stage(_ rows: DatasetReader, _ context: OutputContext) async throws -> StagedOutput {
    previews.note(dataset) { _ in }
    while let batch = try await rows.next() {
      context.node.counters.add(rowsIn: batch.rowCount)
      previews.note(dataset) { preview in
        let part = batch.prefix(limit - preview.shown)
        if part.rowCount > 0 { preview.batches.append(part) }
        preview.shown += part.rowCount
        preview.rows += batch.rowCount
      }
    }
    previews.note(dataset) { $0.schema = rows.finalSchema ?? DatasetSchema() }
    return .preview(rows: previews[dataset]?.rows ?? 0)
  }
}

extension Batch {
  /// The first rows; all of them where there are no more.
  package func prefix(_ count: Int) -> Batch {
    if count >= rowCount { return self }
    var part = gather((0..<Int32(max(0, count))).map { $0 })
    part.misfits = misfits.filter { $0.row < count }
    return part
  }
}

/// Ends a source that has brought as many rows as are wanted.
struct RowLimitReached: Error {}
