internal import AssayColumns

/// Where rows come from: a file, an API, a database.
package protocol Source: Sendable {
  /// Reads all rows into the writer, in the order of the data. The writer is finished by the engine.
  func read(into rows: SourceWriter, _ context: NodeContext) async throws
}
