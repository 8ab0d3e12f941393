package import AssayDefinition
package import AssayEngine

/// `report: {markdown: PATH}`: the run as Markdown, for a page or a comment.
package struct MarkdownReport: Report, Component {
  var path = ""

  package static let schema = Schema(
    "markdown", MarkdownReport(), summary: "The run as Markdown: outcome, scores, open checks, steps and outputs.",
    details: """
      GitHub's Markdown, with tables. Data stands in it as text alone: no value can make a link, a picture, HTML or another \
      row of a table.
      """, shorthand: "path",
    keys: [Key("path", \.path, required: true, "The file, relative to the pipeline file.")],
    examples: ["markdown: reports/customers.md"],
    faults: [FaultExample("markdown: ⟪\"\"", "'path' is empty")])

  package var fileEndings: [String] { ["md", "markdown"] }

  package func writing(to path: String) -> MarkdownReport { MarkdownReport(path: path) }

  package func deliveries(_ report: RunReport, _ context: ReportContext) -> [ReportDelivery] {
    [.file(path: path, text: MarkdownText(report: report).text())]
  }
}
