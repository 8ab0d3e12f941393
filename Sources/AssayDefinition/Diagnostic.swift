/// Something wrong (or odd) in a pipeline file or in the call, with its place.
package struct Diagnostic: Sendable, Hashable {
  package enum Severity: String, Sendable, Hashable {
    /// Nothing runs.
    case error
    /// Said, and the run goes on.
    case warning
  }

  package var severity: Severity
  /// A stable name such as `config.unknown-key`; listed in the reference.
  package var code: DiagnosticCode
  package var location: SourceLocation
  /// What is wrong, without a full stop; a suggestion stands behind a semicolon.
  package var message: String

  package init(
    _ severity: Severity, _ code: DiagnosticCode, at location: SourceLocation, _ message: String
  ) {
    self.severity = severity
    self.code = code
    self.location = location
    self.message = message
  }
}

/// The names of diagnostics: they are stable, so that scripts can tell faults apart.
package enum DiagnosticCode: String, Sendable, CaseIterable {
  case yamlSyntax = "yaml.syntax"
  case yamlDuplicateKey = "yaml.duplicate-key"
  case yamlTooLarge = "yaml.too-large"
  case unknownKey = "config.unknown-key"
  case missingKey = "config.missing-key"
  case wrongType = "config.wrong-type"
  case badValue = "config.bad-value"
  case unknownKind = "config.unknown-kind"
  case conflict = "config.conflict"
  case deprecated = "config.deprecated"
  case unquotedTemplate = "config.unquoted-template"
  case unsetVariable = "variable.unset"
  case badVariable = "variable.bad"
  case missingReference = "reference.missing"
  case duplicateName = "reference.duplicate-name"
  case cycle = "reference.cycle"
  case unused = "reference.unused"
  case badExpression = "expression.bad"

  /// What the code means, for the reference page.
  package var meaning: String {
    switch self {
    case .yamlSyntax: "the file is not valid YAML"
    case .yamlDuplicateKey: "a key stands twice in one mapping"
    case .yamlTooLarge: "the file grows beyond what a pipeline can need, by its size or by its aliases"
    case .unknownKey: "a key that is not known at this place"
    case .missingKey: "a required key is not there"
    case .wrongType: "a value of another type than the key takes"
    case .badValue: "a value of the right type that the key does not allow"
    case .unknownKind: "a `type`, or a check, that does not exist"
    case .conflict: "two keys that exclude each other, or that need each other"
    case .deprecated: "a key that has a new name"
    case .unquotedTemplate: "a template or path that YAML reads as something else; quote it"
    case .unsetVariable: "an environment variable, secret or param without a value"
    case .badVariable: "a `${…}` that cannot be read"
    case .missingReference: "a name that nothing in the file has"
    case .duplicateName: "two things that feed others have one name"
    case .cycle: "steps that wait for each other in a circle"
    case .unused: "a source or api that nothing uses"
    case .badExpression: "an SQL expression, pattern or path that cannot be parsed"
    }
  }
}
