package import AssayDefinition
package import AssayEngine
internal import AssayFormats

/// `report: {json: PATH}`: the run as JSON, held against `docs/report.schema.json`.
package struct JSONReport: Report, Component {
  var path = ""

  package static let schema = Schema(
    "json", JSONReport(), summary: "The run as JSON: keys in a fixed order, arrays by place in the file.",
    details: "Its shape is `docs/report.schema.json`.", shorthand: "path",
    keys: [Key("path", \.path, required: true, "The file, relative to the pipeline file.")],
    examples: ["json: reports/customers.json", "json: {path: reports/customers.json}"],
    faults: [FaultExample("⟪jsn: reports/customers.json", "there is no report 'jsn'; did you mean 'json'?")])

  package var fileEndings: [String] { ["json"] }

  package func writing(to path: String) -> JSONReport { JSONReport(path: path) }

  package func deliveries(_ report: RunReport, _ context: ReportContext) -> [ReportDelivery] {
    [.file(path: path, text: report.json.prettyText)]
  }
}
