/// What a run leaves to be read: a value becomes a text, and the engine writes it.
package protocol Report: Sendable {
  /// The report's text, with a line break at its end.
  func text(_ report: RunReport) -> String
}
