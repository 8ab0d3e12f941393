/// The baseline of a run as a file: what `assay baseline` writes. Nothing of a run that did not come to its end.
package struct BaselineReport: Report {
  let path: String

  package init(path: String) { self.path = path }

  package func deliveries(_ report: RunReport, _ context: ReportContext) -> [ReportDelivery] {
    report.exitCode == 0 ? [.file(path: path, text: Baseline(report).text)] : []
  }
}
