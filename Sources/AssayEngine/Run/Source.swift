internal import AssayColumns

/// Where rows come from: a file, an API, a database.
package protocol Source: Sendable {
  /// The file, or the pattern of files, that it reads; nil where it reads none.
  var file: String? { get }
  /// The dataset for each row of which it asks; nil for a source that begins with nothing.
  var parent: DatasetName? { get }
  /// Whether it brings only what is new since the last published run.
  var isIncremental: Bool { get }
  /// The file that it writes, as the pipeline file has it; nil where it writes none.
  var download: String? { get }
  /// Reads all rows into the writer, in the order of the data. The writer is finished by the engine.
  func read(into rows: SourceWriter, _ context: NodeContext) async throws
  /// Reads the rows that belong to the rows of its parent, in their order.
  func read(into rows: SourceWriter, from parent: DatasetReader, _ context: NodeContext) async throws
}

extension Source {
  package var file: String? { nil }
  package var parent: DatasetName? { nil }
  package var isIncremental: Bool { false }
  package func read(into rows: SourceWriter, from parent: DatasetReader, _ context: NodeContext) async throws {
    throw RunFailure("a source of this kind reads no other dataset")
  }
  package var download: String? { nil }
}
