package import AssayColumns
package import AssayDefinition

/// The keys that every source takes.
package struct SourceCommon: Sendable {
  package var columns = Named<ValueType>()
  /// Nil where the file does not say: then the checks of the source decide, and without such it is a failure.
  package var onEmpty: OnEmpty?
  package var onNewColumn = OnNewColumn.add
  package var settings = NodeSettings()

  package init() {}

  package static let schema = Schema(
    "source", SourceCommon(), summary: "Where rows come from.",
    keys: [
      Key("columns", \.columns, "Types of columns, by name. A declared type wins over what the values look like."),
      Key(
        "on_empty", \.onEmpty, shown: "as the source's checks have it; else fail, or pass for what is incremental",
        "What no rows at all mean: `fail` the run, `warn`, or `pass`."),
      Key(
        "on_new_column", \.onNewColumn,
        "What happens to columns that `columns` does not name: `add` them, `ignore` them, or `fail`."),
    ] + NodeSettings.schema.keys(at: \.settings), rules: NodeSettings.schema.rules(at: \.settings))
}

/// A source with its place in the file.
package struct SourceDeclaration: Sendable {
  package var name: String
  package var kind: String
  package var location: SourceLocation
  package var common: SourceCommon
  package var source: any Source

  package init(name: String, kind: String, location: SourceLocation, common: SourceCommon, source: any Source) {
    self.name = name
    self.kind = kind
    self.location = location
    self.common = common
    self.source = source
  }
}

/// The keys that every step takes.
package struct StepCommon: Sendable {
  package var from: [DatasetName] = []
  package var settings = NodeSettings()

  package static let schema = Schema(
    "step", StepCommon(), summary: "What is done with rows.",
    keys: [Key("from", \.from, required: true, "The dataset that the step reads; `sql` reads several.")]
      + NodeSettings.schema.keys(at: \.settings), rules: NodeSettings.schema.rules(at: \.settings))
}

/// A step with its place in the file.
package struct StepDeclaration: Sendable {
  package var name: String
  package var kind: String
  package var location: SourceLocation
  package var from: [DatasetName]
  package var settings = NodeSettings()
  package var step: any Step
}

/// The keys that every output takes.
package struct OutputCommon: Sendable {
  package var from = DatasetName("")
  package var publish = PublishPolicy.whenPassed
  package var rows = RowSelection.all
  package var settings = NodeSettings()

  package static let schema = Schema(
    "output", OutputCommon(), summary: "Where rows go.",
    keys: [
      Key("from", \.from, required: true, "The dataset that is written."),
      Key(
        "publish", \.publish,
        "`when_passed`: only if the gate passes. `always`: also if it fails, never if the run breaks."),
      Key(
        "rows", \.rows,
        "`passed`: only rows that no row check of severity `fail` finds wrong, whatever shares it allows. `failed`: only the others, with a column `failed_checks` that says why: `unique id; type total`. A row whose value does not fit a declared type fails."
      ),
    ] + NodeSettings.outputSchema.keys(at: \.settings), rules: NodeSettings.outputSchema.rules(at: \.settings))
}

/// An output with its place in the file.
package struct OutputDeclaration: Sendable {
  package var kind: String
  package var location: SourceLocation
  package var common: OutputCommon
  package var output: any Output
  /// Whether this run leaves it out. It keeps its place among the outputs, by which rows that were sent are known.
  package var isLeftOut = false

  package init(kind: String, location: SourceLocation, common: OutputCommon, output: any Output) {
    self.kind = kind
    self.location = location
    self.common = common
    self.output = output
  }
}

/// A report with its place in the file.
package struct ReportDeclaration: Sendable {
  package var kind: String
  package var location: SourceLocation
  package var report: any Report
}
