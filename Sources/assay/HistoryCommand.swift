internal import ArgumentParser
internal import AssayComponents
internal import AssayStore
internal import Glibc

/// `assay history METRIC`.
struct HistoryCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "history", abstract: "Shows how a metric went over the runs of a pipeline.",
    discussion: """
      On a terminal it is a chart, elsewhere a line for each run. Every run keeps the scores and row_count of its graded \
      datasets, and the numbers that checks of change, anomaly and drift compare. Without a metric it tells which there are.
      """)

  @Argument(help: "The metric: overall_quality, row_count, mean(revenue) …")
  var metric: String?

  @Option(help: ArgumentHelp("Only this dataset.", valueName: "name"))
  var dataset: String?

  @Option(help: ArgumentHelp("At most so many runs, the newest.", valueName: "runs"))
  var limit = 60

  @Flag(help: "Write one JSON object a line to stdout for each run.")
  var json = false

  @OptionGroup var place: StoreOptions

  func validate() throws {
    if limit < 1 { throw ValidationError("--limit is at least 1, not \(limit)") }
  }

  func run() async throws {
    let style = TerminalStyle.standardOutput()
    let text = try await place.withStore { store, pipeline in
      let known = try await store.knownMetrics().filter {
        (pipeline == nil || $0.pipeline == pipeline) && (dataset == nil || $0.dataset == dataset)
      }
      guard let metric else { return MetricHistory.list(known, style) }
      let meant = known.filter { $0.name == metric }
      guard !meant.isEmpty else {
        Terminal.error("error: there is no metric '\(metric)' here; there are:")
        Terminal.error(MetricHistory.list(known, TerminalStyle.standardError()))
        throw ExitStatus(code: 2)
      }
      var parts: [String] = []
      for one in meant {
        let points = try await store.values(
          of: metric, dataset: "\(one.pipeline).\(one.dataset)", pipeline: one.pipeline, last: limit)
        let history = MetricHistory(one, points: points.reversed())
        parts.append(json ? history.jsonLines : history.text(style, draws: isatty(STDOUT_FILENO) == 1))
      }
      return parts.joined(separator: json ? "" : "\n")
    }
    try Terminal.outputOrFail(text, "the history")
  }
}
