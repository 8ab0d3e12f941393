internal import ArgumentParser
internal import AssayComponents
internal import AssayEngine
internal import Foundation

/// `assay init FILE`.
struct InitCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "init", abstract: "Writes a pipeline for a file, with checks that hold today.",
    discussion: """
      The file is read once; every check of the pipeline holds for it and says why it is there. Nothing else is written: \
      there is no store until the pipeline is run.
      """)

  @OptionGroup var source: FileOptions

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp("The pipeline file; NAME.yaml in this folder by default, - for stdout.", valueName: "file"))
  var output: String?

  @Flag(help: "Write over a file that is there.")
  var force = false

  @Flag(name: .shortAndLong, help: "Say nothing but errors.")
  var quiet = false

  func run() async throws {
    var check = source.check
    check.suggests = true
    let definition: PipelineDefinition
    do throws(RunFailure) {
      definition = try check.definition()
    } catch {
      throw fault("\(error)")
    }
    let target = output ?? "\(definition.name).yaml"
    if target != "-", absolute(target) == absolute(source.file) {
      throw fault("the pipeline would be written over '\(source.file)' itself")
    }
    if target != "-", !force, FileManager.default.fileExists(atPath: target) {
      throw fault("there is a file '\(target)' already; name another with --output, or write over it with --force")
    }
    let report = try await readFile(definition)
    guard let pipeline = StarterPipeline(check, report, path: path(from: target)) else {
      throw fault("'\(source.file)' has no rows, so nothing can be learnt from it")
    }
    if target == "-" {
      guard Terminal.output(pipeline.text) else { throw fault("the pipeline could not be written to stdout") }
      return
    }
    do {
      try pipeline.text.write(toFile: target, atomically: true, encoding: .utf8)
    } catch {
      throw fault("'\(target)' could not be written: \((error as NSError).localizedDescription)")
    }
    if quiet { return }
    let checks = pipeline.suggestions.all.count
    Terminal.error(
      "wrote \(target): \(checks) checks that hold for the file as it is; run it with 'assay run \(target)'")
  }

  /// Reads the file to its end; a file that cannot be read ends the command as a broken run.
  private func readFile(_ definition: PipelineDefinition) async throws -> RunReport {
    let gate = try GateOptions.parse(["--quiet", "--fail-on", "never"])
    var options = RunOptions()
    options.file = source.file
    let report = try await RunConsole(gate: gate).report(definition, options, secrets: [])
    if report.exitCode != 0 { throw ExitStatus(code: Int32(report.exitCode)) }
    return report
  }

  /// The data file as seen from the pipeline file's folder.
  private func path(from target: String) -> String {
    if source.file.hasPrefix("/") { return source.file }
    let folder =
      target == "-"
      ? "" : target.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(separator: "/")
    if folder.isEmpty, !target.hasPrefix("/") { return source.file }
    return relativePath(to: absolute(source.file), from: absolute(folder.isEmpty ? "/" : folder))
  }

  private func absolute(_ path: String) -> [Substring] {
    URL(fileURLWithPath: path).standardizedFileURL.path.split(separator: "/")
  }

  private func relativePath(to file: [Substring], from folder: [Substring]) -> String {
    let shared = zip(file, folder).prefix { $0 == $1 }.count
    let up = Array(repeating: "..", count: folder.count - shared)
    return (up + file.dropFirst(shared).map(String.init)).joined(separator: "/")
  }

  private func fault(_ message: String) -> ExitStatus {
    Terminal.error("error: \(message)")
    return ExitStatus(code: 2)
  }
}
