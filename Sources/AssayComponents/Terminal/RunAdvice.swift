internal import AssayStore

/// What a person does next about a run.
struct RunAdvice {
  /// An advice, and the command that does it.
  struct Part {
    var text: String
    /// Nil where no command does it.
    var command: String?

    init(_ text: String, _ command: String? = nil) {
      self.text = text
      self.command = command
    }
  }

  private let story: RunStory

  init(_ story: RunStory) { self.story = story }

  private var run: RunRecord { story.run }
  private var file: String { run.file ?? "the pipeline file" }

  var parts: [Part] {
    switch run.outcome {
    case nil:
      return story.isAlive
        ? [Part("Follow it:", command("logs") + " --follow")]
        : [Part("Its process cannot be asked from here. Once its lease has ended it is taken for broken.")]
    case "failed": return gate
    case let outcome?: return Store.resumable.contains(outcome) ? recovery(outcome) : []
    }
  }

  private func command(_ name: String) -> String { "assay \(name) \(run.id)\(story.storeOptions)" }

  private var gate: [Part] {
    var parts: [Part] = []
    let line = story.checks.filter { $0.status == "failed" || $0.status == "error" }.compactMap(\.line).first { $0 > 0 }
    if let line {
      parts.append(
        Part(
          "Mend the rows where they come from; or, where a rule asks too much, the rule (the first is at \(file):\(line))."
        ))
    }
    if story.failedRows > 0 {
      parts.append(
        Part(
          "Look at the rows that failed, of which \(NumberText.grouped(story.failedRows)) are kept:",
          "sqlite3 \(story.storePath) \"SELECT * FROM failed_rows WHERE run_id = '\(run.id)'\""))
    }
    if let before = story.before {
      parts.append(
        Part("See what changed since the run before it:", "assay diff \(before) \(run.id)\(story.storeOptions)"))
    }
    if story.file != .gone { parts.append(Part("Run it again for the same moment:", command("rerun"))) }
    return parts
  }

  private func recovery(_ outcome: String) -> [Part] {
    if let after = story.continuedBy {
      return [Part("Run \(after.id) has gone on with it:", "assay show \(after.id)\(story.storeOptions)")]
    }
    if let settled = story.settledBy {
      return [
        Part("Another run came to its end since, \(settled). To run this one's moment again:", command("rerun"))
      ]
    }
    var parts: [Part] = []
    if outcome == "partial" {
      parts.append(Part("Wait until the budget is renewed, or raise it: 'budget' under 'apis' in \(file)."))
    } else if run.reason?.contains("longer than its timeout") == true {
      parts.append(Part("Raise 'timeout' in \(file), or find out what took so long."))
    } else if outcome == "error" {
      parts.append(Part("Mend what is named above, unless it has passed by itself."))
    }
    switch story.file {
    case .gone: parts.append(Part("The pipeline file is gone. Put it back, and go on:", command("resume")))
    case .changed:
      parts.append(
        Part(
          "The pipeline file has changed since, so that the run cannot be gone on with. Run it again for the same moment:",
          command("rerun")))
    case .same, .unknown:
      parts.append(Part("Go on with it, so that nothing is asked again that was answered:", command("resume")))
    }
    return parts
  }
}
