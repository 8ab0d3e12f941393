package import AssayDefinition

/// What is said of a pipeline file as a whole: its top-level keys, its families, and where components stand in it.
///
/// Components speak for themselves in the catalogue. `explain`, the reference pages and the JSON Schema read both.
package enum PipelineReference {
  /// The top-level keys, in the order of `PipelineDecoder.topKeys`.
  package static var keys: [KeyReference] {
    [
      key("version", .integer(minimum: 1, maximum: 1), required: true, "The version of the file's language: 1."),
      key(
        "name", .text, required: true,
        "The pipeline's name: letters, digits, `-` and `_`. It names its runs and datasets in the store."),
      key("description", .text, "What the pipeline is for."),
      key("params", .map(ParamDeclaration.shape), "Values that `--param NAME=VALUE` sets, used as `${param:NAME}`."),
      key(
        "schedule", .either([ScheduleDeclaration.shape, .list(ScheduleDeclaration.shape)]),
        "When `assay schedule` runs the pipeline: a schedule, or a list of such."),
      key(
        "timeout", .duration,
        "The longest time that a run takes, from its start to its end; one that takes longer breaks."),
      key(
        "keep", .duration,
        "How long runs stay in the store, with their steps, checks, metrics and failed rows. Older ones are deleted at the end of a run, but never the newest that was published. For ever by default."
      ),
      key(
        "memory", .byteCount,
        "The most bytes that kept rows and exact measures hold in memory, a quarter of the machine's by default; what goes beyond them is in temporary files."
      ),
      key(
        "resources", .map(.integer(minimum: 1, maximum: nil)),
        "How much there is of what nodes name in `uses`: limits that all runs keep which share the store."),
      key(
        "apis", .map(APIDeclaration.shape),
        "HTTP services by name: address, auth and limits, shared by all that call them."),
      key(
        "sources", .map(.component(family: SourceFamily.name)), required: true,
        "Where rows come from: a dataset for each name."),
      key(
        "steps", .map(.component(family: StepFamily.name)),
        "What is done with rows: a dataset for each name. `from` draws the graph; the order in the file means nothing."),
      key("checks", .map(datasetChecks), "What must hold, dataset by dataset. A dataset that stands here is graded."),
      key(
        "score", .object(name: "pipeline score", keys: PipelineScoreDeclaration.schema.keyReferences),
        "What the means of all graded datasets' scores must reach: a gate on the pipeline as a whole."),
      key(
        "outputs", .list(.component(family: OutputFamily.name)),
        "Where rows go: published at the run's end, all or none."),
      key(
        "report", .component(family: ReportFamily.name),
        "What tells of the run: the kind of report, with its path or its keys."),
      key(
        "notify", .list(.component(family: NotifierFamily.name)),
        "Who is told how runs end: of failures and recoveries, of warnings, missed slots and good runs."),
    ]
  }

  /// What stands under `checks` for one dataset.
  private static var datasetChecks: Shape {
    let check = Shape.list(.component(family: CheckFamily.name))
    return .object(
      name: "dataset checks",
      keys: DatasetChecks.Settings.schema.keyReferences + [
        key("dataset", check, "Checks of the dataset as a whole, and of its rows."),
        key("columns", .map(check), "Checks of single columns, by the column's name."),
      ])
  }

  private static func key(_ name: String, _ shape: Shape, required: Bool = false, _ doc: String) -> KeyReference {
    KeyReference(name: name, shape: shape, isRequired: required, doc: doc)
  }

  /// The name of a family in the plural: of its page, and of its part of the file.
  package static func plural(of family: String) -> String { family == AuthFamily.name ? family : "\(family)s" }

  /// The file's name of a family's page.
  static func page(of family: String) -> String {
    plural(of: family).map { $0 == " " ? "-" : String($0) }.joined() + ".md"
  }

  /// A component's YAML where it stands in a pipeline file, under the name `example`; a step under `result`.
  package static func placed(_ example: String, family: String) -> String {
    switch family {
    case SourceFamily.name: "sources:\n  example:\n" + indented(example, by: 4)
    case StepFamily.name: "steps:\n  result:\n" + indented(example, by: 4)
    case CheckFamily.name: "checks:\n  example:\n" + indented(example, by: 4)
    case OutputFamily.name: "outputs:\n  - " + String(indented(example, by: 4).dropFirst(4))
    case ReportFamily.name: "report:\n" + indented(example, by: 2)
    case NotifierFamily.name: "notify:\n  - " + String(indented(example, by: 4).dropFirst(4))
    case AuthFamily.name:
      "apis:\n  example:\n    base_url: https://api.example.com\n    auth:\n" + indented(example, by: 6)
    case PaginatorFamily.name:
      "sources:\n  example:\n    type: http\n    path: https://api.example.com/customers\n    paginator:\n"
        + indented(example, by: 6)
    // Members of other families are named by steps, and shown in one.
    default: "steps:\n  result:\n" + indented(example, by: 4)
    }
  }

  private static func indented(_ text: String, by width: Int) -> String {
    let pad = String(repeating: " ", count: width)
    return text.split(separator: "\n", omittingEmptySubsequences: false)
      .map { $0.isEmpty ? "" : pad + $0 }.joined(separator: "\n")
  }

  /// The mappings of known keys within other keys, each once, outer ones first. Those without a name of their own are
  /// left out.
  package static func objects(in keys: [KeyReference]) -> [(name: String, keys: [KeyReference])] {
    var found: [(name: String, keys: [KeyReference])] = []
    func visit(_ shape: Shape) {
      switch shape {
      case .list(let item), .map(let item): visit(item)
      case .either(let shapes): shapes.forEach(visit)
      case .object(let name, let keys):
        if !name.hasPrefix("`"), !found.contains(where: { $0.name == name }) { found.append((name, keys)) }
        keys.forEach { visit($0.shape) }
      default: break
      }
    }
    keys.forEach { visit($0.shape) }
    return found
  }
}
