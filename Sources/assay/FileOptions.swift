internal import ArgumentParser
internal import AssayComponents

extension FileCheck.Format: ExpressibleByArgument {}

/// How a single file is read: what `check` and `init` have in common.
struct FileOptions: ParsableArguments {
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

  /// The check of the file, as far as these options go.
  var check: FileCheck {
    var check = FileCheck(file: file)
    check.format = format
    check.delimiter = delimiter
    check.encoding = encoding
    check.records = records
    check.table = table
    return check
  }
}
