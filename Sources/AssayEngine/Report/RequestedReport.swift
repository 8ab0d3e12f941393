package import AssayDefinition

/// A report that the call or its surroundings ask for, beside those of the pipeline file.
package struct RequestedReport: Sendable {
  package var kind: String
  package var report: any Report
  /// The option of the call that names its file.
  package var option: String
  /// Whether nobody asked for it but the environment: that it cannot be written is a warning then.
  package var isAutomatic: Bool

  package init(kind: String, report: any Report, option: String = "--report", isAutomatic: Bool = false) {
    self.kind = kind
    self.report = report
    self.option = option
    self.isAutomatic = isAutomatic
  }
}

extension Catalogue {
  /// The report that `--report PATH` asks for, by the ending of its name.
  /// - Throws: `RunFailure`, which names the endings there are.
  package func report(for path: String) throws(RunFailure) -> RequestedReport {
    let name = path.split(separator: "/").last ?? ""
    let ending = name.contains(".") ? name.split(separator: ".").last.map { $0.lowercased() } : nil
    let kinds = entries(ReportFamily.self).map { ($0.kind, $0.makeDefault()) }
    if let ending, !path.hasSuffix("/"), let (kind, report) = kinds.first(where: { $0.1.fileEndings.contains(ending) })
    {
      return RequestedReport(kind: kind, report: report.writing(to: path))
    }
    let known = kinds.filter { !$0.1.fileEndings.isEmpty }.map { kind, report in
      "\(report.fileEndings.map { ".\($0)" }.joined(separator: " or ")) (\(kind))"
    }
    throw RunFailure(
      "--report \(path): the file's ending does not say which report it is; there are \(known.joined(separator: ", "))")
  }

  /// The reports that the environment asks for, but for the kinds that the pipeline file names itself.
  package func automaticReports(in environment: [String: String], except named: [String]) -> [RequestedReport] {
    entries(ReportFamily.self).filter { !named.contains($0.kind) }.compactMap { entry in
      let report = entry.makeDefault()
      guard report.isAutomatic(in: environment) else { return nil }
      return RequestedReport(kind: entry.kind, report: report, isAutomatic: true)
    }
  }
}
