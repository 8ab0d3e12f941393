internal import AssayQuality
internal import AssayStore

extension PipelineRun {
  /// The most earlier runs that a report draws.
  static let drawnRuns = 29

  /// Reads how the datasets scored in earlier runs, where a report draws that. Without a store there is none to read;
  /// a part of a pipeline is no run of it, and compares with none.
  func addEarlierScores(to report: inout RunReport, from store: Store?) async {
    guard let store, options.part == nil, plan.isDrawn else { return }
    let metrics = Dimension.allCases.map(\.rawValue) + ["overall_quality"]
    for index in report.datasets.indices {
      do {
        report.datasets[index].earlierScores = try await store.scores(
          of: "\(plan.definition.name).\(report.datasets[index].name)", metrics: metrics, before: runID,
          limit: Self.drawnRuns)
      } catch {
        report.messages.append("the scores of earlier runs could not be read: \(error)")
        return
      }
    }
  }
}
