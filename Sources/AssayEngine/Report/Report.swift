/// What a run leaves to be read: the report makes texts, the engine brings them where they go.
package protocol Report: Sendable {
  /// What is written of a run. `context` tells what the report cannot know by itself.
  func deliveries(_ report: RunReport, _ context: ReportContext) -> [ReportDelivery]
}

/// What a report may look at beside the run.
package struct ReportContext: Sendable {
  /// The process's environment: CI systems tell there where their reports go.
  package let environment: [String: String]

  package init(environment: [String: String] = [:]) { self.environment = environment }
}

/// A text on its way.
package enum ReportDelivery: Sendable, Hashable {
  /// A file that is written whole, under a temporary name first; relative to the pipeline file.
  case file(path: String, text: String)
}
