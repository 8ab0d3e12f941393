internal import AssayColumns
package import AssayDefinition
package import AssayEngine
internal import AssayFormats
internal import Synchronization

/// Rows into a JSON file: a list of objects.
package struct JSONOutput: Output, Component {
  var path = ""

  package static let schema = Schema(
    "json", JSONOutput(), summary: "Writes a JSON file: a list of objects.",
    details:
      "The file is written under a temporary name and renamed when the run is published. Columns that turn up late are missing in the objects before.",
    keys: [Key("path", \.path, required: true, "The file, relative to the pipeline file.")],
    examples: ["type: json\nfrom: example\npath: out/customers.json"],
    faults: [FaultExample("⟪type: json\nfrom: example", "output 1 (json) needs 'path'")])

  package var needsTypes: Bool { true }
  package var target: String { path }
  package var file: String? { path }

  package func stage(_ rows: DatasetReader, _ context: OutputContext) async throws -> StagedOutput {
    try await stageJSON(rows, .list, path, context)
  }
}

/// Rows into a JSON Lines file.
package struct JSONLinesOutput: Output, Component {
  var path = ""

  package static let schema = Schema(
    "jsonl", JSONLinesOutput(), summary: "Writes a JSON Lines file: an object on each line.",
    details:
      "The file is written under a temporary name and renamed when the run is published. Columns that turn up late are missing in the objects before.",
    keys: [Key("path", \.path, required: true, "The file, relative to the pipeline file.")],
    examples: ["type: jsonl\nfrom: example\npath: out/customers.jsonl"],
    faults: [FaultExample("⟪type: jsonl\nfrom: example", "output 1 (jsonl) needs 'path'")])

  package var needsTypes: Bool { true }
  package var target: String { path }
  package var file: String? { path }

  package func stage(_ rows: DatasetReader, _ context: OutputContext) async throws -> StagedOutput {
    try await stageJSON(rows, .lines, path, context)
  }
}

private func stageJSON(
  _ rows: DatasetReader, _ layout: JSONWriter.Layout, _ path: String, _ context: OutputContext
) async throws -> StagedOutput {
  let file = try await FileStage(path, context)
  let writer = JSONRows(JSONWriter(layout))
  var count = 0
  try await file.write { writer.begin() }
  while let batch = try await rows.next() {
    context.node.counters.add(rowsIn: batch.rowCount)
    try await file.write { writer.rows(of: batch) }
    context.node.counters.add(rowsOut: batch.rowCount)
    count += batch.rowCount
  }
  try await file.write { writer.end() }
  return try await file.finish(rows: count)
}

/// A JSON writer that jobs on workers take turns with.
private final class JSONRows: Sendable {
  private let writer: Mutex<JSONWriter>

  init(_ writer: JSONWriter) { self.writer = Mutex(writer) }

  func begin() -> [UInt8] {
    var bytes: [UInt8] = []
    writer.withLock { $0.begin(into: &bytes) }
    return bytes
  }

  func rows(of batch: Batch) -> [UInt8] {
    var bytes: [UInt8] = []
    writer.withLock { $0.append(batch, into: &bytes) }
    return bytes
  }

  func end() -> [UInt8] {
    var bytes: [UInt8] = []
    writer.withLock { $0.end(into: &bytes) }
    return bytes
  }
}
