internal import ArgumentParser
internal import AssayComponents
internal import AssayFormats
internal import AssayHTTP
internal import AssayStore
internal import Foundation

/// `assay show RUN`.
struct ShowCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show", abstract: "Tells what happened in a run, why, and what to do.",
    discussion: """
      A run is named by its id, the beginning of its id, last for the newest one that has ended, last~1 for the one before it, and \
      so on. A run that still goes on is shown with its steps so far.
      """)

  @Argument(help: ArgumentHelp("The run.", valueName: "run"))
  var word = "last"

  @Flag(help: "Write the run's JSON report to stdout, or what the ledger has where no report was kept.")
  var json = false

  @OptionGroup var place: StoreOptions

  func run() async throws {
    let text = try await place.withStore { store, pipeline in
      let record = try await store.run(meant: word, of: pipeline)
      let story = try await RunStory(
        of: record, in: store, file: .init(of: record), storeOptions: place.store.map { ["--store", $0] } ?? [])
      return json ? story.json.prettyText + "\n" : RunStoryText(story, style: .standardOutput()).text
    }
    try Terminal.outputOrFail(text, "the run")
  }
}

extension RunStory.FileState {
  /// The state of the file that a run was of.
  init(of run: RunRecord) {
    guard let file = run.file, !run.definitionSHA256.isEmpty else {
      self = .unknown
      return
    }
    guard let data = FileManager.default.contents(atPath: file) else {
      self = .gone
      return
    }
    self = sha256Hex(Array(data)) == run.definitionSHA256 ? .same : .changed
  }
}
