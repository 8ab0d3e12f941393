internal import ArgumentParser
internal import AssayComponents
internal import AssayFormats
internal import AssayStore

/// `assay logs RUN`.
struct LogsCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "logs", abstract: "Tells what happened in a run, event by event.",
    discussion: """
      A line for each event, with its time in UTC; warnings, errors and messages stand at the end. With --follow it goes on until \
      the run has ended, in whatever process that is, and exits with 0.
      """)

  @Argument(help: ArgumentHelp("The run: its id, the beginning of its id, last, last~1 …", valueName: "run"))
  var word = "last"

  @Flag(name: .shortAndLong, help: "Go on until the run has ended.")
  var follow = false

  @Flag(help: "Write one JSON object a line to stdout for each event.")
  var json = false

  @OptionGroup var place: StoreOptions

  /// How often a run of another process is asked for what is new.
  private static let pause = Duration.milliseconds(250)

  func run() async throws {
    try await place.withStore { store, pipeline in
      var record = try await store.run(meant: word, of: pipeline)
      let style = TerminalStyle.standardOutput()
      try show([.beginning(of: record)], of: record, style)
      var last = 0
      while true {
        // The record first: what its run noted before its end is there once the end is.
        guard let now = try await store.run(record.id) else { break }
        record = now
        let events = try await store.events(of: record.id, after: last)
        last = events.last?.sequence ?? last
        try show(
          events.map { RunEventRecord(sequence: $0.sequence, at: $0.at, json: $0.json) }, of: record, style)
        if record.outcome != nil || !follow { break }
        if record.process.hasEnded || record.leaseUntil < .now { try await store.settleDeadRuns() }
        try await Task.sleep(for: Self.pause)
      }
      try await waitForReport(of: record, in: store)
      let ending = RunEventRecord.ending(
        of: record, steps: try await store.steps(of: record.id),
        messages: JSONValue(ledgerText: try await store.messages(of: record.id)).texts)
      try show(ending, of: record, style)
    }
  }

  /// A run's report and messages are kept right after its end is.
  private func waitForReport(of run: RunRecord, in store: Store) async throws {
    guard follow else { return }
    for _ in 0..<20 {
      if run.process.hasEnded { return }
      if try await store.report(of: run.id) != nil { return }
      try await Task.sleep(for: Self.pause)
    }
  }

  private func show(_ events: [RunEventRecord], of run: RunRecord, _ style: TerminalStyle) throws {
    if events.isEmpty { return }
    let lines = events.map { json ? $0.json(of: run.id).text : $0.line(style) }
    try Terminal.outputOrFail(lines.map { $0 + "\n" }.joined(), "the log")
  }
}
