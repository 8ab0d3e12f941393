internal import ArgumentParser
internal import AssayComponents
internal import AssayEngine

extension FileCheck.Format: ExpressibleByArgument {}

/// `assay check FILE`.
struct CheckCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check", abstract: "Grades a file, with no pipeline and no store.")

  @Argument(help: "The file: CSV, JSON, JSON Lines, XML, also gzipped; or SQLite.")
  var file: String

  @Option(help: "The file's format, where its name does not tell.")
  var format: FileCheck.Format?

  @Option(help: ArgumentHelp("The character between cells of a CSV file.", valueName: "character"))
  var delimiter: String?

  @Option(help: ArgumentHelp("The text's encoding.", valueName: "name"))
  var encoding: String?

  @Option(help: ArgumentHelp("Where the records are: a JSONPath, or an XML element.", valueName: "path"))
  var records: String?

  @Option(help: ArgumentHelp("The table of a SQLite file.", valueName: "name"))
  var table: String?

  @Flag(help: "Also count distinct values, and find least and greatest ones.")
  var profile = false

  @OptionGroup var gate: GateOptions

  func run() async throws {
    var check = FileCheck(file: file)
    check.format = format
    check.delimiter = delimiter
    check.encoding = encoding
    check.records = records
    check.table = table
    check.profile = profile
    let definition: PipelineDefinition
    do throws(RunFailure) {
      definition = try check.definition()
    } catch {
      Terminal.error("error: \(error)")
      throw ExitStatus(code: 2)
    }
    var options = RunOptions()
    options.file = file
    try await RunConsole(gate: gate).run(definition, options, secrets: []) { report, style in
      CheckSummary(report: report, style: style).text
    }
  }
}
