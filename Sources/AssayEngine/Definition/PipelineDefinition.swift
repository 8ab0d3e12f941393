package import AssayColumns
package import AssayDefinition
internal import AssayFormats
package import AssayHTTP

/// A pipeline file that has been read, checked whole and filled with its variables.
package struct PipelineDefinition: Sendable {
  /// The pipeline's name: letters, digits, `-` and `_`; it names its runs and datasets in the store.
  package var name = ""
  package var description: String?
  /// Params with their values for this run, in the order of the file.
  package var params: [(name: String, value: String)] = []
  package var apis: [(name: String, location: SourceLocation, declaration: APIDeclaration)] = []
  package var sources: [SourceDeclaration] = []
  package var steps: [StepDeclaration] = []
  package var checks: [DatasetChecks] = []
  /// What the means of the datasets' scores must reach, and its place in the file.
  package var score: (location: SourceLocation, declaration: PipelineScoreDeclaration)?
  package var outputs: [OutputDeclaration] = []
  package var reports: [ReportDeclaration] = []
  package var notifiers: [NotifierDeclaration] = []
  /// The most bytes that kept rows and exact measures hold in memory before they go to temporary files.
  package var memory: ByteCount?
  /// The types of the params, by name.
  package var paramTypes: [String: ValueType] = [:]
  /// What nodes may use together at the most, over all runs that share the store.
  package var resources = Named<Int>()
  /// Whether the file has checks that this run leaves out.
  var leavesOutChecks = false
  /// The longest time that a run takes; nil for any.
  package var timeout: Duration?
  /// For how long runs stay in the store; nil for ever.
  package var keep: Duration?
  /// When `assay schedule` runs the pipeline.
  package var schedules: [(location: SourceLocation, declaration: ScheduleDeclaration)] = []

  package init() {}

  /// Whether the datasets that outputs use are graded, since the file has no checks.
  var gradesOutputs: Bool { checks.isEmpty && !leavesOutChecks }

  /// The outputs that the run does not leave out.
  var chosenOutputs: [OutputDeclaration] { outputs.filter { !$0.isLeftOut } }

  /// The params as a JSON object with secrets masked: what tells the runs of a pipeline apart.
  package func paramsText(_ mask: SecretMask) -> String {
    var object = JSONObject()
    for param in params { object.set(param.name, to: .string(mask.apply(to: param.value))) }
    return JSONValue.object(object).text
  }

  /// The place in the file of a dataset, or nil.
  package func location(of dataset: String) -> SourceLocation? {
    sources.first { $0.name == dataset }?.location ?? steps.first { $0.name == dataset }?.location
  }
}
