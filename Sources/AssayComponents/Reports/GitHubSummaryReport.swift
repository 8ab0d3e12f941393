package import AssayDefinition
package import AssayEngine

/// The summary of a GitHub Actions step: Markdown at the end of the file that `GITHUB_STEP_SUMMARY` names.
package struct GitHubSummaryReport: Report, Component {
  var when = ReportSwitch.auto

  /// The most bytes that GitHub takes of one step; it shows nothing of a longer summary.
  static let limit = 1 << 20

  package static let schema = Schema(
    "github_summary", GitHubSummaryReport(),
    summary: "The run as Markdown on the page of a GitHub Actions step.",
    details: """
      Made by itself where `GITHUB_STEP_SUMMARY` is set: the text of the report `markdown`, at the end of that file. GitHub \
      takes 1 MiB of a step: what would go beyond is left out, and said to be.
      """, shorthand: "when",
    keys: [Key("when", \.when, "`auto`: where GitHub Actions runs Assay; or `never`.")],
    examples: ["github_summary: never"],
    faults: [FaultExample("github_summary: ⟪yes", "expected one of auto, never, not 'yes'")])

  package func isAutomatic(in environment: [String: String]) -> Bool {
    environment["GITHUB_STEP_SUMMARY"].map { !$0.isEmpty } ?? false
  }

  package func deliveries(_ report: RunReport, _ context: ReportContext) -> [ReportDelivery] {
    guard when == .auto, let path = context.environment["GITHUB_STEP_SUMMARY"], !path.isEmpty else { return [] }
    let text = MarkdownText(report: report).text(limit: Self.limit - context.size(of: path))
    return text.isEmpty ? [] : [.append(path: path, text: text)]
  }
}
