internal import AssayColumns

/// Where rows come from: a file, an API, a database.
package protocol Source: Sendable {
  /// The file, or the pattern of files, that it reads; nil where it reads none.
  var file: String? { get }
  /// Reads all rows into the writer, in the order of the data. The writer is finished by the engine.
  func read(into rows: SourceWriter, _ context: NodeContext) async throws
}

extension Source {
  package var file: String? { nil }
}
