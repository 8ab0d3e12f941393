/// How a stage becomes part of its table. A stage without columns changes nothing, whatever the mode.
package enum PublishMode: Sendable, Hashable {
  /// The stage takes the table's name. Indexes, triggers and views of the table live on. A stage without columns has
  /// no table to put in place: the old one stays as it is.
  case replace
  /// The rows are added.
  case append
  /// Rows whose key is there already are overwritten, others added; of rows with one key the last wins.
  case upsert(key: [String])
}

/// A stage and the table that it is published to.
package struct TablePublish: Sendable, Hashable {
  package var stage: Stage
  package var table: String
  package var mode: PublishMode

  package init(_ stage: Stage, to table: String, mode: PublishMode) {
    self.stage = stage
    self.table = table
    self.mode = mode
  }
}

/// All that a run publishes, and what the ledger keeps of it: one decision.
package struct PublishPlan: Sendable, Hashable {
  package var run: String
  package var tables: [TablePublish]
  /// Files that were written and synced.
  package var files: [FilePublish]
  package var result: RunResult
  /// How far incremental sources have read by now.
  package var sourceStates: [SourceState]

  package init(
    run: String, tables: [TablePublish], files: [FilePublish], result: RunResult, sourceStates: [SourceState] = []
  ) {
    self.run = run
    self.tables = tables
    self.files = files
    self.result = result
    self.sourceStates = sourceStates
  }
}

extension TablePublish {
  /// The mode and key as a JSON array, for an intent.
  func detail(_ handle: SQLHandle) throws(StoreFailure) -> String {
    let words: [String] =
      switch mode {
      case .replace: [table, "replace"]
      case .append: [table, "append"]
      case .upsert(let key): [table, "upsert"] + key
      }
    let marks = words.map { _ in "?" }.joined(separator: ",")
    return try handle.rows("SELECT json_array(\(marks))", words.map { .text($0) }).first?.first?.text ?? "[]"
  }

  /// What an intent's detail says, or nil where it says nothing that is known.
  init?(stage: Stage, detail: String, _ handle: SQLHandle) throws(StoreFailure) {
    let words = try handle.rows("SELECT value FROM json_each(?)", [.text(detail)]).compactMap { $0.first?.text }
    guard words.count >= 2 else { return nil }
    let mode: PublishMode
    switch words[1] {
    case "replace": mode = .replace
    case "append": mode = .append
    case "upsert": mode = .upsert(key: Array(words.dropFirst(2)))
    default: return nil
    }
    self.init(stage, to: words[0], mode: mode)
  }
}
