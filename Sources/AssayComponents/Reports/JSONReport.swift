package import AssayDefinition
package import AssayEngine
internal import AssayFormats

/// `report: {json: PATH}`: the run as JSON, held against `docs/report.schema.json`.
package struct JSONReport: Report, Component {
  package static let schema = Schema(
    "json", JSONReport(), summary: "The run as JSON: keys in a fixed order, arrays by place in the file.",
    details: "Its shape is `docs/report.schema.json`.", keys: [],
    examples: ["json: reports/customers.json"],
    faults: [FaultExample("⟪jsn: reports/customers.json", "there is no report 'jsn'; did you mean 'json'?")])

  package func text(_ report: RunReport) -> String { report.json.prettyText }
}
