internal import AssayEngine

/// A workflow command: a line by which a program speaks to GitHub Actions.
///
/// Escaping as GitHub's own toolkit does it (`packages/core/src/command.ts`).
package struct WorkflowCommand: Sendable, Hashable {
  /// `error`, `warning` or `notice`.
  package var name: String
  /// Properties in order; those without a value are left out.
  package var properties: [String: String?]
  package var message: String

  /// The order in which properties are written.
  private static let order = ["file", "line", "col", "title"]

  package init(_ name: String, _ properties: [String: String?], _ message: String) {
    self.name = name
    self.properties = properties
    self.message = message
  }

  /// The command with its line break.
  package var line: String {
    let given = Self.order.compactMap { key -> String? in
      guard let value = properties[key] ?? nil, !value.isEmpty else { return nil }
      return "\(key)=\(Self.property(value))"
    }
    return "::\(name)\(given.isEmpty ? "" : " \(given.joined(separator: ","))")::\(Self.data(message))\n"
  }

  /// A message: what would end the line is escaped.
  package static func data(_ text: String) -> String {
    escaped(text) { scalar in scalar == "%" || scalar == "\r" || scalar == "\n" }
  }

  /// A property's value: what would end the property is escaped as well.
  package static func property(_ text: String) -> String {
    escaped(text) { scalar in
      scalar == "%" || scalar == "\r" || scalar == "\n" || scalar == ":" || scalar == ","
    }
  }

  private static func escaped(_ text: String, _ isSpecial: (Unicode.Scalar) -> Bool) -> String {
    var result = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
      if isSpecial(scalar) {
        let digits = String(scalar.value, radix: 16, uppercase: true)
        result.append(contentsOf: "%\(digits.count < 2 ? "0" : "")\(digits)".unicodeScalars)
      } else {
        result.append(scalar)
      }
    }
    return String(result)
  }

  /// The lines that tell GitHub Actions to take nothing between them for a command, whoever wrote it: data and servers
  /// may speak in what a run says. Nil where no GitHub Actions listens.
  /// - Parameter token: What ends it; nobody may guess it.
  package static func fence(
    in environment: [String: String], token: String
  ) -> (start: String, end: String)? {
    environment["GITHUB_ACTIONS"] == "true" ? ("::stop-commands::\(token)\n", "::\(token)::\n") : nil
  }
}
