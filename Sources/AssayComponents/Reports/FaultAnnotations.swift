package import AssayDefinition
package import AssayEngine
package import AssayHTTP

/// What is wrong with a pipeline file as annotations on its lines in GitHub Actions.
package struct FaultAnnotations: Sendable {
  private let diagnostics: [Diagnostic]
  private let file: String
  private let mask: SecretMask

  package init(_ diagnostics: [Diagnostic], file: String, mask: SecretMask) {
    self.diagnostics = diagnostics
    self.file = file
    self.mask = mask
  }

  /// The lines, errors first; none where no GitHub Actions listens.
  package func lines(_ context: ReportContext) -> String {
    guard context.environment["GITHUB_ACTIONS"] == "true" else { return "" }
    let place = context.pathInRepository(file)
    func annotations(_ severity: Diagnostic.Severity) -> [WorkflowCommand] {
      diagnostics.filter { $0.severity == severity }.sorted { $0.location < $1.location }.map { fault in
        WorkflowCommand(
          severity == .error ? "error" : "warning",
          [
            "file": place, "line": String(fault.location.line), "col": String(fault.location.column),
            "title": fault.code.rawValue,
          ], CheckText.safe(mask.apply(to: fault.message)))
      }
    }
    return WorkflowCommand.limited(annotations(.error), annotations(.warning), title: "not all is shown")
      .map(\.line).joined()
  }
}
