/// One pass over a pipeline file: what has been found wrong, which names were used, what is secret.
///
/// A class because every value that is decoded adds to it; it stays on one task.
package final class Decoding {
  /// What `${…}` is filled from; params are set once they have been read.
  package var variables: Variables
  /// The components that the file may use.
  package let catalogue: Catalogue
  /// Everything found wrong so far, in the order in which it was found.
  package private(set) var diagnostics: [Diagnostic] = []
  /// Names of other parts of the file that values refer to, to be resolved once all has been read.
  package private(set) var references: [NameReference] = []
  /// Values that must never be shown.
  package private(set) var secrets: [String] = []
  /// Variables of the environment that values outside of secrets were filled from.
  package private(set) var usedEnvironment: [String: String] = [:]
  /// What is being decoded, for messages: `source 'orders' (csv)`.
  package var owner = "the pipeline"
  /// Whether the key that is being decoded holds a secret.
  var isSecret = false

  package init(variables: Variables, catalogue: Catalogue) {
    self.variables = variables
    self.catalogue = catalogue
  }

  /// Whether an error has been found: then nothing may run.
  package var hasErrors: Bool { diagnostics.contains { $0.severity == .error } }

  /// Notes an error.
  package func fault(_ code: DiagnosticCode, at location: SourceLocation, _ message: String) {
    diagnostics.append(Diagnostic(.error, code, at: location, message))
  }

  /// Notes a warning.
  package func warn(_ code: DiagnosticCode, at location: SourceLocation, _ message: String) {
    diagnostics.append(Diagnostic(.warning, code, at: location, message))
  }

  /// Takes over what was found elsewhere, in the reading of the YAML.
  package func add(_ found: [Diagnostic]) { diagnostics += found }

  /// Notes that a value names another part of the file.
  package func refer(to kind: String, _ name: String, at location: SourceLocation) {
    references.append(NameReference(kind: kind, name: name, location: location, owner: owner))
  }

  /// Runs `body` with another owner for messages.
  package func within<R>(_ owner: String, _ body: () -> R) -> R {
    let outer = self.owner
    self.owner = owner
    defer { self.owner = outer }
    return body()
  }

  /// Notes every key of a mapping that is not among the known ones.
  package func checkKeys(_ pairs: [YAMLNode.Pair], known: [String]) {
    for pair in pairs where !known.contains(pair.key) {
      fault(
        .unknownKey, at: pair.keyLocation,
        "unknown key '\(pair.key)' in \(owner)\(suggestion(for: pair.key, among: known))")
    }
  }

  /// The text of a scalar with its variables filled, or nil: no scalar (a fault), or a variable without a value.
  package func text(_ node: YAMLNode, expecting what: String) -> String? {
    filledText(node, expecting: what)?.text
  }

  /// The same with what variables brought told apart, for a text that has a syntax of its own.
  package func filledText(_ node: YAMLNode, expecting what: String) -> FilledText? {
    guard case .scalar(let written, let quoted) = node.kind else {
      if let column = node.unquotedTemplate {
        fault(
          .unquotedTemplate, at: node.location,
          "YAML reads {\(column)} without quotes as a mapping; write \"{\(column)}\"")
      } else {
        fault(.wrongType, at: node.location, "expected \(what), not \(node.description)")
      }
      return nil
    }
    if written.isEmpty, !quoted {
      fault(.wrongType, at: node.location, "expected \(what), but nothing is here")
      return nil
    }
    guard let filled = fillPieces(written, at: node.location) else { return nil }
    let text = filled.text
    if isSecret { secrets.append(text) }
    if text.utf8.contains(0) {
      // Paths, SQL and header values end there in other hands.
      fault(.badValue, at: node.location, "a text cannot hold a NUL character")
      return nil
    }
    return filled
  }

  /// The text with each `${…}` filled, `$${` standing for `${`; nil where one has no value.
  package func fill(_ written: String, at location: SourceLocation) -> String? {
    fillPieces(written, at: location)?.text
  }

  private func fillPieces(_ written: String, at location: SourceLocation) -> FilledText? {
    guard written.contains("${") else { return FilledText(written) }
    var pieces: [FilledText.Piece] = []
    var filled = ""
    func bring(_ value: String) {
      pieces += [FilledText.Piece(filled), FilledText.Piece(value, isBrought: true)]
      filled = ""
    }
    var rest = written[...]
    var complete = true
    while let dollar = rest.firstIndex(of: "$") {
      filled += rest[..<dollar]
      let after = rest[rest.index(after: dollar)...]
      if after.hasPrefix("${") {
        filled += "${"
        rest = after.dropFirst(2)
      } else if after.first == "{" {
        guard let end = after.firstIndex(of: "}") else {
          fault(.badVariable, at: location, "'${' without its '}'; write $${ for the characters themselves")
          return nil
        }
        let expression = after[after.index(after: after.startIndex)..<end]
        switch variables.answer(expression) {
        case .value(let value, let secret):
          bring(value)
          // A private key is secret wherever it stands.
          let secret = secret || value.contains("PRIVATE KEY-----")
          if !isSecret, !secret, expression.hasPrefix("env:"),
            let name = expression.dropFirst(4).split(separator: ":").first
          {
            usedEnvironment[String(name)] = value
          }
          if secret, !value.isEmpty { secrets.append(value) }
        case .unset where isSecret && variables.secretStandIn != nil: bring(variables.secretStandIn ?? "")
        case .unset(let message):
          if variables.unsetIsFault { fault(.unsetVariable, at: location, message) }
          complete = false
        case .pending: complete = false
        case .bad(let message):
          fault(.badVariable, at: location, message)
          complete = false
        }
        rest = after[after.index(after: end)...]
      } else {
        filled += "$"
        rest = after
      }
    }
    pieces.append(FilledText.Piece(filled + rest))
    return complete ? FilledText(pieces, unfilled: written) : nil
  }
}

/// The name of another part of the file, as a value refers to it.
package struct NameReference: Sendable, Hashable {
  /// `dataset`, `api`, `step` …
  package var kind: String
  package var name: String
  package var location: SourceLocation
  /// What refers to it, for messages.
  package var owner: String
}
