/// What a run leaves to be read: the report makes texts, the engine brings them where they go.
package protocol Report: Sendable {
  /// What is written of a run. `context` tells what the report cannot know by itself.
  func deliveries(_ report: RunReport, _ context: ReportContext) -> [ReportDelivery]

  /// Whether it draws how columns are spread and how scores went from run to run, which is measured and read for it.
  /// False by default.
  var needsDetail: Bool { get }

  /// The endings, in lower case and without a dot, of the files that `--report FILE` makes a report of this kind for.
  /// None by default: the kind is then of pipeline files alone.
  var fileEndings: [String] { get }

  /// The report with its file in another place: what `--report FILE` asks for. Called for kinds with file endings only.
  func writing(to path: String) -> Self

  /// Whether a run leaves this report without being asked, as on CI systems that say where their reports go. Asked of
  /// the report with the defaults of its keys, unless the pipeline file names its kind. False by default.
  func isAutomatic(in environment: [String: String]) -> Bool
}

extension Report {
  package var needsDetail: Bool { false }
  package var fileEndings: [String] { [] }
  package func writing(to path: String) -> Self { self }
  package func isAutomatic(in environment: [String: String]) -> Bool { false }
}

/// What a report may look at beside the run.
package struct ReportContext: Sendable {
  /// The process's environment: CI systems tell there where their reports go.
  package let environment: [String: String]
  /// The absolute path of the folder that the program was started in; empty where it has none.
  package let workingDirectory: String
  private let size: @Sendable (String) -> Int

  /// - Parameter size: The bytes of a file, 0 where there is none.
  package init(
    environment: [String: String] = [:], workingDirectory: String = "",
    size: @escaping @Sendable (String) -> Int = { _ in 0 }
  ) {
    self.environment = environment
    self.workingDirectory = workingDirectory
    self.size = size
  }

  /// How many bytes a file has that others have begun; 0 where there is none.
  package func size(of path: String) -> Int { size(path) }
}

/// A text on its way.
package enum ReportDelivery: Sendable, Hashable {
  /// A file that is written whole, under a temporary name first; relative to the pipeline file.
  case file(path: String, text: String)
  /// A file that others write too: the text goes to its end in one piece. Relative to the current folder.
  case append(path: String, text: String)
  /// Lines for who watches the run: they go to stderr, behind all else, each with its line break.
  case console(text: String)
}
