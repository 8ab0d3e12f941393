internal import ArgumentParser
internal import AssayComponents
internal import AssayFormats
internal import AssayStore

/// `assay diff RUN RUN`.
struct DiffCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "diff", abstract: "Shows what changed between two runs: metrics, columns, checks, and rows by key.",
    discussion: """
      A run is named by its id, the beginning of its id, last for the newest one that has ended, last~1 for the one before it, and \
      so on. Rows are compared by the dataset's `key`, or the columns of its `unique_key`; the newest runs of each dataset \
      keep them, unless its `snapshot` says otherwise.

      Like diff it exits with 0 where nothing has changed, and with 1 where something has.
      """)

  @Argument(help: "The earlier run.")
  var before = "last~1"

  @Argument(help: "The later run.")
  var after = "last"

  @Flag(help: "Write all that changed to stdout as JSON.")
  var json = false

  @OptionGroup var place: StoreOptions

  func run() async throws {
    let diff = try await place.withStore { store, pipeline in
      let first = try await store.run(meant: before, of: pipeline)
      let second = try await store.run(meant: after, of: pipeline)
      return try await RunDiff(from: first, to: second, in: store)
    }
    let text = json ? diff.json.prettyText : RunDiffText(diff, style: TerminalStyle.standardOutput()).text
    try Terminal.outputOrFail(text, "the comparison")
    if diff.hasChanged { throw ExitStatus(code: 1) }
  }
}
