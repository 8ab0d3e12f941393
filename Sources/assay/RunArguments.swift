internal import ArgumentParser
internal import AssayDefinition
internal import AssaySchedule
internal import AssayStore

/// The moment that an option names: a date, a time, or how long ago it was.
func moment(_ text: String, of option: String, now: StoreTime) throws -> StoreTime {
  if let ago = Duration(text: text) { return now.adding(.zero - ago) }
  if let named = ZonedMoment(text: text) { return StoreTime(milliseconds: Int64(named.seconds) * 1000) }
  throw ValidationError(
    "\(option) is a date, a time such as 2026-11-24T06:15:00-05:00, or a duration such as 24h or 7d, not '\(text)'")
}

extension Store {
  /// The run that a word of the call names. A word that names none, or several, ends the command.
  func run(meant word: String, of pipeline: String?) async throws -> RunRecord {
    switch try await run(named: word, pipeline: pipeline) {
    case .found(let run): return run
    case .none:
      Terminal.error("error: the store has no run '\(word)'\(pipeline.map { " of '\($0)'" } ?? "")")
    case .several(let ids):
      Terminal.error("error: several runs begin with '\(word)': \(ids.joined(separator: ", "))")
    }
    throw ExitStatus(code: 2)
  }
}

extension Terminal {
  /// Writes what a command has found to stdout; where that fails, the command ends as broken.
  static func outputOrFail(_ text: String, _ what: String) throws {
    if output(text) { return }
    error("error: \(what) could not be written to stdout")
    throw ExitStatus(code: 3)
  }
}
