internal import ArgumentParser
internal import AssayComponents
internal import AssayDefinition
internal import AssayStore

/// `assay vacuum`.
struct VacuumCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "vacuum", abstract: "Deletes what a store need not keep, and makes its file smaller.",
    discussion: """
      Answers go whose time has ended; with --older-than also runs, with all that hangs on them, but never the newest of a \
      pipeline that was published. Then the file is written anew, which needs as much space again as it takes. It refuses \
      while runs go on.
      """)

  @Option(help: ArgumentHelp("Also delete runs that started longer ago: 90d.", valueName: "duration"))
  var olderThan: String?

  @Flag(help: "Tell what would be deleted, and change nothing.")
  var dryRun = false

  @Flag(name: .shortAndLong, help: "Say nothing but errors.")
  var quiet = false

  @OptionGroup var place: StoreOptions

  func validate() throws {
    if let olderThan, (Duration(text: olderThan).map { $0 <= .zero } ?? true) {
      throw ValidationError("--older-than is a duration such as 90d, not '\(olderThan)'")
    }
  }

  func run() async throws {
    let lines = try await place.withStore { store, pipeline in
      let alive = try await store.aliveRuns()
      if !alive.isEmpty, !dryRun {
        for run in alive {
          Terminal.error(
            "error: the run \(run.id) of '\(run.pipeline)' is going on, in process \(run.process.pid) on \(run.process.host)"
          )
        }
        Terminal.error("nothing was changed; call it again once they have ended")
        throw ExitStatus(code: 2)
      }
      return try await dryRun ? plan(store, pipeline) : clean(store, pipeline)
    }
    if quiet { return }
    try Terminal.outputOrFail(lines.map { $0 + "\n" }.joined(), "what was done")
  }

  private var retention: RunRetention? {
    olderThan.flatMap { Duration(text: $0) }.map { age in
      var retention = RunRetention(olderThan: StoreTime.now.adding(.zero - age))
      // A scheduler asks what became of slots as long as they may be caught up.
      retention.slotsBefore = min(retention.before, StoreTime.now.adding(.seconds(-31 * 86_400)))
      return retention
    }
  }

  private func pipelines(_ store: Store, _ pipeline: String?) async throws -> [String] {
    let all = try await store.pipelinesWithRuns()
    return all.filter { pipeline == nil || $0 == pipeline || $0 == "\(pipeline ?? "")#part" }
  }

  private func plan(_ store: Store, _ pipeline: String?) async throws -> [String] {
    var lines: [String] = []
    if let retention {
      for name in try await pipelines(store, pipeline) {
        let count = try await store.countRuns(of: name, retention)
        if count > 0 { lines.append("\(name): \(runs(count)) would be deleted") }
      }
    }
    let answers = try await store.countExpiredAnswers()
    if answers > 0 { lines.append("\(answers) answer\(answers == 1 ? "" : "s") whose time has ended would be deleted") }
    let size = try await store.size()
    lines.append("the store has \(text(size.bytes)), \(text(size.free)) of them empty")
    return lines
  }

  private func clean(_ store: Store, _ pipeline: String?) async throws -> [String] {
    let before = try await store.size()
    var lines: [String] = []
    if let retention {
      for name in try await pipelines(store, pipeline) {
        let count = try await store.dropRuns(of: name, retention)
        if count > 0 { lines.append("\(name): \(runs(count)) deleted") }
      }
    }
    let answers = try await store.dropAllExpiredAnswers()
    if answers > 0 { lines.append("\(answers) answer\(answers == 1 ? "" : "s") whose time has ended deleted") }
    try await store.vacuum()
    let after = try await store.size()
    lines.append(
      "the store has \(text(after.bytes)), \(text(max(0, before.bytes - after.bytes))) less than before")
    return lines
  }

  private func runs(_ count: Int) -> String { "\(count) run\(count == 1 ? "" : "s") older than \(olderThan ?? "")" }

  /// `512 kB`, `12.3 MB`.
  private func text(_ bytes: Int) -> String {
    let units = [(1_000_000_000, "GB"), (1_000_000, "MB"), (1000, "kB")]
    guard let (size, unit) = units.first(where: { bytes >= $0.0 }) else { return "\(bytes) bytes" }
    let tenths = bytes * 10 / size
    return "\(tenths / 10)\(tenths % 10 == 0 ? "" : ".\(tenths % 10)") \(unit)"
  }
}
