import AssayDefinition
import AssayTestSupport
import Testing

extension Workspace {
  /// Runs a script by bash, with the built program on the PATH.
  /// - Parameter options: The options that the one who runs such scripts gives to bash.
  func bash(
    _ script: String, _ arguments: [String] = [], options: [String] = ["-e"], environment: [String: String] = [:]
  ) async throws -> Ending {
    let name = "log-script-\(UInt64.random(in: 0..<(.max)))"
    try write(script, to: "\(name).sh")
    let path = ["PATH": "\(folder(of: assayProgram)):/usr/bin:/bin"]
    await Turnstile.programs.enter()
    do {
      let process = try ChildProcess(
        "/bin/bash", options + [file("\(name).sh")] + arguments,
        environment: environment.merging(path) { _, path in path }, folder: self.path, log: file(name))
      let ending = await process.end()
      await Turnstile.programs.leave()
      return ending
    } catch {
      await Turnstile.programs.leave()
      throw error
    }
  }
}

/// A YAML file of the repository, as the program's own reader reads it.
func repositoryYAML(_ path: String) throws -> YAMLNode {
  let (root, diagnostics) = YAMLReader.read(try #require(RepositoryFile(path).text, "there is no \(path)"))
  #expect(diagnostics.isEmpty, "\(path): \(diagnostics)")
  return try #require(root)
}

extension YAMLNode {
  /// A scalar's text; nil for all else.
  var scalar: String? { if case .scalar(let text, _) = kind { text } else { nil } }

  /// A sequence's elements; none for all else.
  var list: [YAMLNode] { if case .sequence(let elements) = kind { elements } else { [] } }

  /// A mapping's scalars by their keys.
  var texts: [String: String] {
    Dictionary((pairs ?? []).compactMap { pair in pair.value.scalar.map { (pair.key, $0) } }) { first, _ in first }
  }

  /// A value deep within: `node.at("jobs", "gate", "steps")`.
  func at(_ path: String...) -> YAMLNode? { path.reduce(self as YAMLNode?) { $0?[$1] } }
}
