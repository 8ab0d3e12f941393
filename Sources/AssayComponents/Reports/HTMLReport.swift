package import AssayDefinition
package import AssayEngine

/// `report: {html: PATH}`: the run as one page that needs nothing but itself.
package struct HTMLReport: Report, Component {
  var path = ""

  package static let schema = Schema(
    "html", HTMLReport(),
    summary: "The run as one page for people: scores and their trend, checks with failing rows, columns, the graph.",
    details: """
      The page needs no network and no JavaScript, follows the light or dark setting of who reads it, and prints. It \
      draws how the values of each column are spread, which is measured for it, and the scores of the last 30 runs, which \
      the store remembers. Of `private` columns it shows no value.
      """,
    shorthand: "path",
    keys: [Key("path", \.path, required: true, "The file, relative to the pipeline file.")],
    examples: ["html: reports/customers.html", "html: {path: reports/customers.html}"],
    faults: [FaultExample("⟪htm: reports/customers.html", "there is no report 'htm'; did you mean 'html'?")])

  package var fileEndings: [String] { ["html", "htm"] }

  package func writing(to path: String) -> HTMLReport { HTMLReport(path: path) }

  package var needsDetail: Bool { true }

  package func deliveries(_ report: RunReport, _ context: ReportContext) -> [ReportDelivery] {
    [.file(path: path, text: HTMLPage(report).text)]
  }
}
