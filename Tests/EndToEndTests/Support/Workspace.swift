import AssayColumns
import AssayFormats
import AssayStore
import FoundationEssentials
import Glibc
import Synchronization
import Testing

/// The built program, beside the tests: the test bundle is a program itself, or lies beside one that has loaded it.
let assayProgram: String = {
  let own = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
  // The arguments name the bundle where the tests are run by a program of the toolchain.
  let programs = ([own] + CommandLine.arguments).map { folder(of: $0) + "/assay" }
  return programs.first { FileManager.default.isExecutableFile(atPath: $0) } ?? programs[0]
}()

/// A path without its last part.
func folder(of path: String) -> String { path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "." }

/// A folder of a test's own with the files of a pipeline; removed with it.
final class Workspace: Sendable {
  let path: String
  private let runs = Atomic(0)

  init() throws {
    try #require(
      FileManager.default.isExecutableFile(atPath: assayProgram),
      "the program is not built: there is no \(assayProgram); run 'swift build' for the same configuration first")
    var template = Array((FileManager.default.temporaryDirectory.path + "/assay-e2e-XXXXXX").utf8CString)
    path = try #require(mkdtemp(&template).map { String(cString: $0) })
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  func file(_ name: String) -> String { path + "/" + name }

  /// Writes a file, and the folders that it needs.
  func write(_ text: String, to name: String) throws { try write(Array(text.utf8), to: name) }

  func write(_ bytes: [UInt8], to name: String) throws {
    let target = file(name)
    try FileManager.default.createDirectory(
      atPath: folder(of: target), withIntermediateDirectories: true)
    try Data(bytes).write(to: URL(fileURLWithPath: target))
  }

  func exists(_ name: String) -> Bool { FileManager.default.fileExists(atPath: file(name)) }

  /// A file's bytes; nil where there is none.
  func bytes(_ name: String) -> [UInt8]? { FileManager.default.contents(atPath: file(name)).map { Array($0) } }

  func text(_ name: String) -> String? { bytes(name).map { String(decoding: $0, as: UTF8.self) } }

  /// All files below the folder that are not logs of the tests themselves.
  var files: [String] {
    let names = (try? FileManager.default.subpathsOfDirectory(atPath: path)) ?? []
    return names.filter { !$0.hasPrefix("log-") }.sorted()
  }

  /// Runs the program to its end.
  func assay(_ arguments: String..., environment: [String: String] = [:]) async throws -> Ending {
    await Turnstile.programs.enter()
    do {
      let ending = try await start(arguments, environment: environment).end()
      await Turnstile.programs.leave()
      try #require(ending.code >= 0, "the program was ended by signal \(-ending.code): \(ending.errors)")
      return ending
    } catch {
      await Turnstile.programs.leave()
      throw error
    }
  }

  /// Starts the program, for tests that do something meanwhile.
  func start(_ arguments: [String], environment: [String: String] = [:]) throws -> ChildProcess {
    try ChildProcess(
      assayProgram, arguments, environment: environment, folder: path,
      log: file("log-\(runs.add(1, ordering: .relaxed).newValue)"))
  }

  /// Writes the pipeline, runs it with `--json`, and holds the report against the contract.
  @discardableResult
  func run(
    _ pipeline: String, _ arguments: String..., name: String = "p.yaml", environment: [String: String] = [:]
  ) async throws -> RunOutcome {
    try write("version: 1\nname: p\n" + pipeline, to: name)
    await Turnstile.programs.enter()
    do {
      let ending = try await start(["run", name, "--json"] + arguments, environment: environment).end()
      await Turnstile.programs.leave()
      return try RunOutcome(ending)
    } catch {
      await Turnstile.programs.leave()
      throw error
    }
  }

  /// Reads a pipeline's rows into a JSON Lines file, one line a row, and runs it.
  func rows(
    of source: String, steps: String = "", from dataset: String = "s", checks: String = "",
    environment: [String: String] = [:]
  ) async throws -> (run: RunOutcome, rows: [String]) {
    let outcome = try await run(
      "sources:\n  s: \(source)\n\(steps)\n\(checks)\noutputs: [{type: jsonl, from: \(dataset), path: rows.jsonl, publish: always}]\n",
      environment: environment)
    return (outcome, (text("rows.jsonl") ?? "").split(separator: "\n").map(String.init))
  }

  /// The rows of a query over a SQLite file, cells joined by `|`, nulls as `∅`.
  func query(_ sql: String, in name: String = "assay.db") async throws -> [String] {
    let reader = try await SQLiteReader.open(file(name), query: sql)
    var rows: [String] = []
    while let batch = try await reader.next() {
      for row in 0..<batch.rowCount {
        rows.append(batch.columns.map { Self.text($0[row]) }.joined(separator: "|"))
      }
    }
    return rows
  }

  private static func text(_ cell: Cell) -> String {
    switch cell {
    case .null: "∅"
    case .text(let text): text
    case .integer(let value): String(value)
    case .decimal(let value): String(value)
    case .boolean(let value): String(value)
    }
  }

  /// The names of tables that a run left behind, and of files with temporary names.
  func leftovers() async throws -> [String] {
    let tables =
      exists("assay.db")
      ? try await query("SELECT name FROM sqlite_master WHERE name LIKE '\\_assay\\_%' ESCAPE '\\'") : []
    let intents = exists("assay.db") ? try await query("SELECT 'intent for ' || target FROM publish_intents") : []
    return tables + intents + files.filter { $0.contains(".tmp") || $0.contains("assay-stage") || $0.hasSuffix("~") }
  }
}
