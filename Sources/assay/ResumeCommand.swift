internal import ArgumentParser
internal import AssayComponents
internal import AssayEngine
internal import AssayStore

/// What `resume` and `rerun` have in common.
struct RecoveryOptions: ParsableArguments {
  @Argument(help: ArgumentHelp("The run: its id, the beginning of its id, last, last~1 …", valueName: "run"))
  var word = "last"

  @Flag(help: "Wait for another run of the pipeline to end, rather than to fail.")
  var wait = false

  @Flag(name: .shortAndLong, help: "Say nothing but errors.")
  var quiet = false

  @Flag(help: "Write the JSON report to stdout.")
  var json = false

  @OptionGroup var place: StoreOptions

  /// Runs the pipeline of the run that is meant, called as that was.
  /// - Parameters:
  ///   - arguments: What the run is told beside, given the id of that run.
  ///   - refusal: Why it cannot be done; nil where nothing speaks against it.
  func run(
    _ arguments: (String) -> [String], refusal: (RunRecord, Store) async throws -> String?
  ) async throws {
    let (record, store) = try await place.withStore { store, pipeline in
      let record = try await store.run(meant: word, of: pipeline)
      var reason = basicRefusal(record)
      if reason == nil { reason = try await refusal(record, store) }
      if let reason {
        Terminal.error("error: \(reason)")
        Terminal.error("nothing was run")
        throw ExitStatus(code: 2)
      }
      return (record, store.path)
    }
    let flags = [(wait, "--wait"), (quiet, "--quiet"), (json, "--json")].filter(\.0).map(\.1)
    let call = [record.file ?? "", "--store", store] + RunCall(of: record).arguments
    guard var command = try Assay.parseAsRoot(["run"] + call + arguments(record.id) + flags) as? RunCommand else {
      return
    }
    try await command.run()
  }

  private func basicRefusal(_ run: RunRecord) -> String? {
    if run.outcome == nil {
      return "the run \(run.id) is still going on, in process \(run.process.pid) on \(run.process.host)"
    }
    if run.pipeline.hasSuffix("#part") {
      return "the run \(run.id) only looked at a part of its pipeline"
    }
    if run.file == nil { return "the run \(run.id) is of an older version, which did not keep its file's place" }
    if RunStory.FileState(of: run) == .gone { return "the file of the run \(run.id) is gone: \(run.file ?? "")" }
    let call = RunCall(of: run)
    if call.isNewer {
      return "the run \(run.id) was called by a newer version of Assay, in words that this one does not know; "
        + "take that version, or call 'assay run'"
    }
    if let argument = call.masked {
      return "the run \(run.id) was called with a secret, which the store does not keep: '\(argument)'; "
        + "call 'assay run' with it"
    }
    return nil
  }
}

/// `assay resume RUN`.
struct ResumeCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "resume", abstract: "Goes on with a run that broke, was stopped, or ran out of its budget.",
    discussion: """
      It is called as that run was, with its clock, params and options: what it was answered is not asked again, and what it \
      has sent is not sent again. The pipeline file must be the same still.
      """)

  @OptionGroup var recovery: RecoveryOptions

  @Option(
    help: ArgumentHelp("Pages of sources that are older are asked for again; 24h by default.", valueName: "duration"))
  var maxAge: String?

  func run() async throws {
    let age = maxAge.map { ["--resume-max-age", $0] } ?? []
    try await recovery.run {
      ["--resume-run", $0] + age
    } refusal: { run, store in
      guard let outcome = run.outcome, Store.resumable.contains(outcome) else {
        return "the run \(run.id) ended as '\(run.outcome ?? "")': there is nothing to go on with; "
          + "'assay rerun \(run.id)' runs it again"
      }
      if let after = try await store.runThatResumed(run.id) {
        return "the run \(after.id) has gone on with the run \(run.id) already; go on with that one"
      }
      if let other = try await store.runThatSettled(run) {
        return "what was kept for the run \(run.id) is gone, since the run \(other) came to its end; "
          + "'assay rerun \(run.id)' runs it again"
      }
      if RunStory.FileState(of: run) == .changed {
        return "the run \(run.id) cannot be gone on with: the pipeline file has changed since; "
          + "'assay rerun \(run.id)' runs it again"
      }
      return nil
    }
  }
}

/// `assay rerun RUN`.
struct RerunCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "rerun", abstract: "Runs again what a run ran, for the same moment, as a new run.",
    discussion: """
      It is called as that run was, with its params, options and logical date; the pipeline file is read as it is now.
      """)

  @OptionGroup var recovery: RecoveryOptions

  func run() async throws {
    try await recovery.run {
      ["--rerun-of", $0]
    } refusal: { _, _ in
      nil
    }
  }
}
