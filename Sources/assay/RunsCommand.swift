internal import ArgumentParser
internal import AssayComponents
internal import AssayDefinition
internal import AssayEngine
internal import AssayStore

/// `assay runs`.
struct RunsCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "runs", abstract: "Lists the runs of a store, and the slots of schedules that had none.",
    discussion: """
      The newest first. What happened last night: assay runs --since 12h. What went wrong: assay runs --outcome bad. A moment \
      is a date, a time such as 2026-11-24T06:15:00-05:00, or how long ago it was: 24h, 7d.
      """)

  @Option(
    help: ArgumentHelp(
      "Only these, with commas between them: passed, warned, failed, error, partial, interrupted, broken, running, missed, skipped; or bad: all that did not pass.",
      valueName: "outcomes"))
  var outcome: String?

  @Option(help: ArgumentHelp("Only runs that started then or later.", valueName: "moment"))
  var since: String?

  @Option(help: ArgumentHelp("Only runs that started before then.", valueName: "moment"))
  var until: String?

  @Option(
    help: ArgumentHelp(
      "Only what was started so, with commas between them: manual, schedule, catch_up, retry, backfill, resume, rerun.",
      valueName: "triggers"))
  var trigger: String?

  @Option(help: ArgumentHelp("At most so many runs.", valueName: "runs"))
  var limit = 50

  @Option(help: ArgumentHelp("Go on behind this run: the next page.", valueName: "run"))
  var before: String?

  @Flag(help: "Leave out slots that had no run.")
  var runsOnly = false

  @Flag(help: "Write one JSON object a line to stdout for each run.")
  var json = false

  @OptionGroup var place: StoreOptions

  /// Outcomes that say that something did not go as it should.
  private static let bad = ["failed", "error", "partial", "interrupted", "broken", "missed", "skipped"]
  private static let outcomes = ["passed", "warned"] + bad + [RunFilter.running]

  func validate() throws {
    if limit < 1 { throw ValidationError("--limit is at least 1, not \(limit)") }
    _ = try filter(at: .now)
  }

  func run() async throws {
    let text = try await place.withStore { store, pipeline in
      var filter = try filter(at: .now)
      filter.pipeline = pipeline
      var last: RunRecord?
      if let before { last = try await store.run(meant: before, of: pipeline) }
      let page = try await store.page(of: filter, before: last, limit: limit, withSlots: !runsOnly)
      let list = RunList(page)
      return json ? list.jsonLines : list.text(.standardOutput())
    }
    try Terminal.outputOrFail(text, "the list of runs")
  }

  private func filter(at now: StoreTime) throws -> RunFilter {
    var filter = RunFilter()
    for word in Self.words(outcome) {
      if word == "bad" {
        filter.outcomes.formUnion(Self.bad)
      } else if Self.outcomes.contains(word) {
        filter.outcomes.insert(word)
      } else {
        let known = Self.outcomes + ["bad"]
        throw ValidationError("--outcome: there is no outcome '\(word)'\(suggestion(for: word, among: known))")
      }
    }
    for word in Self.words(trigger) {
      guard let known = RunTrigger(rawValue: word) else {
        let names = RunTrigger.allCases.map(\.rawValue)
        throw ValidationError("--trigger: there is no trigger '\(word)'\(suggestion(for: word, among: names))")
      }
      filter.triggers.insert(known)
    }
    filter.since = try since.map { try moment($0, of: "--since", now: now) }
    filter.until = try until.map { try moment($0, of: "--until", now: now) }
    return filter
  }

  private static func words(_ list: String?) -> [String] { list?.split(separator: ",").map(String.init) ?? [] }
}
