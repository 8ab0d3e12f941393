package import AssayDefinition
package import AssayEngine
internal import AssayQuality

/// Whether a report that the environment switches on is made.
package enum ReportSwitch: String, ConfigChoice {
  case auto, never
}

/// Annotations of a GitHub Actions workflow, on the lines of the checks in the pipeline file.
package struct GitHubReport: Report, Component {
  var when = ReportSwitch.auto

  /// Annotations of each level that GitHub shows for one step; it drops more in silence.
  static let limit = 10

  package static let schema = Schema(
    "github", GitHubReport(), summary: "Annotations in GitHub Actions, on the lines of checks that do not hold.",
    details: """
      Made by itself where `GITHUB_ACTIONS` is `true`: a check that fails is an error, one that warns or has no data a \
      warning, worst first. GitHub shows ten of each for a step; a notice says how many more there are.
      """, shorthand: "when",
    keys: [Key("when", \.when, "`auto`: where GitHub Actions runs Assay; or `never`.")],
    examples: ["github: never"],
    faults: [FaultExample("github: ⟪nver", "expected one of auto, never, not 'nver'; did you mean 'never'?")])

  package func isAutomatic(in environment: [String: String]) -> Bool { environment["GITHUB_ACTIONS"] == "true" }

  package func deliveries(_ report: RunReport, _ context: ReportContext) -> [ReportDelivery] {
    guard when == .auto, isAutomatic(in: context.environment) else { return [] }
    let commands = Annotations(report: report, file: context.pathInRepository(report.file)).commands
    return commands.isEmpty ? [] : [.console(text: commands.map(\.line).joined())]
  }
}

/// What a run has to say on the lines of its pipeline file.
struct Annotations {
  let report: RunReport
  /// The pipeline file as GitHub knows it.
  let file: String

  var commands: [WorkflowCommand] {
    let open = CheckText.open(report)
    let errors = broken + open.filter { $0.status == .failed || $0.status == .error }.map { annotation("error", $0) }
    let warnings =
      open.filter { $0.status == .warned || $0.status == .noData }.map { annotation("warning", $0) } + stepWarnings
    return WorkflowCommand.limited(errors, warnings, title: title("not all is shown"))
  }

  /// Why the run did not come to its end.
  private var broken: [WorkflowCommand] {
    guard let ending = report.ending else { return [] }
    let messages = report.messages.isEmpty ? ["see the log"] : report.messages.map(CheckText.safe)
    return messages.map { WorkflowCommand("error", ["file": file, "title": title(ending)], $0) }
  }

  private var stepWarnings: [WorkflowCommand] {
    report.steps.flatMap { step in
      step.counters.warnings.map { warning in
        WorkflowCommand(
          "warning", ["file": file, "title": title("\(step.kind) \(step.name)")], CheckText.safe(warning))
      }
    }
  }

  private func annotation(_ level: String, _ check: CheckText) -> WorkflowCommand {
    let result = check.result
    let isPlaced = result.line > 0
    return WorkflowCommand(
      level,
      [
        "file": file, "line": isPlaced ? String(result.line) : nil, "col": isPlaced ? String(result.columnInFile) : nil,
        "title":
          "\(CheckText.safe(check.dataset)): \(check.title) \(check.status == .noData ? "has no data" : check.word)",
      ], check.details.joined(separator: "\n"))
  }

  private func title(_ text: String) -> String {
    CheckText.safe(report.pipeline.isEmpty ? text : "\(report.pipeline): \(text)")
  }
}

extension WorkflowCommand {
  /// As many annotations as GitHub shows of a step, and one that says how many more there are.
  static func limited(
    _ errors: [WorkflowCommand], _ warnings: [WorkflowCommand], title: String
  ) -> [WorkflowCommand] {
    let limit = GitHubReport.limit
    let shown = Array(errors.prefix(limit)) + warnings.prefix(limit)
    var parts: [String] = []
    if errors.count > limit { parts.append(NumberText.count(errors.count - limit, "more error")) }
    if warnings.count > limit { parts.append(NumberText.count(warnings.count - limit, "more warning")) }
    if parts.isEmpty { return shown }
    let text = "\(parts.joined(separator: " and ")): GitHub shows \(limit) of each; the log has them all."
    return shown + [WorkflowCommand("notice", ["title": title], text)]
  }
}

extension ReportContext {
  /// A path as GitHub's annotations want it: from the root of the repository. One outside stays as it is.
  func pathInRepository(_ path: String) -> String {
    let whole = normalizedPath(path.hasPrefix("/") ? path : "\(workingDirectory)/\(path)")
    guard let workspace = environment["GITHUB_WORKSPACE"], !workspace.isEmpty else { return path }
    let root = normalizedPath(workspace)
    return whole.hasPrefix(root + "/") ? String(whole.dropFirst(root.count + 1)) : path
  }
}
