internal import AssayColumns
package import AssayDefinition
package import AssayEngine
internal import AssayFormats
internal import AssayStore

/// Rows into a delimited text file.
package struct CSVOutput: Output, Component {
  var path = ""
  var delimiter = ","

  package static let schema = Schema(
    "csv", CSVOutput(), summary: "Writes a delimited text file (RFC 4180).",
    details: """
      The file is written under a temporary name and renamed when the run is published. A null is an empty cell, an empty text is
      `""`. Columns that turn up late are empty in the rows before.
      """,
    keys: [
      Key("path", \.path, required: true, "The file, relative to the pipeline file."),
      Key("delimiter", \.delimiter, "One ASCII character between cells; `\\t` for a tab."),
    ],
    rules: [
      Rule("delimiter") { output in
        guard let byte = CSVDialect.byte(output.delimiter) else {
          return "the delimiter must be one ASCII character, and no line end"
        }
        return CSVDialect(delimiter: byte).problem
      }
    ],
    examples: ["type: csv\nfrom: example\npath: out/customers.csv"],
    faults: [FaultExample("⟪type: csv\nfrom: example", "output 1 (csv) needs 'path'")])

  package var needsTypes: Bool { false }
  package var target: String { path }
  package var file: String? { path }

  package func stage(_ rows: DatasetReader, _ context: OutputContext) async throws -> StagedOutput {
    let writer = CSVWriter(delimiter: CSVDialect.byte(delimiter) ?? UInt8(ascii: ","))
    let file = try await FileStage(path, context)
    // How many rows were written under how many columns: where columns came late, the file is written anew.
    var widths: [(columns: Int, rows: Int)] = []
    while let batch = try await rows.next() {
      context.node.counters.add(rowsIn: batch.rowCount)
      let isFirst = widths.isEmpty
      if widths.last?.columns != batch.columns.count { widths.append((batch.columns.count, 0)) }
      widths[widths.count - 1].rows += batch.rowCount
      try await file.write {
        (isFirst ? writer.header(batch.schema.names) : []) + writer.rows(of: batch)
      }
      context.node.counters.add(rowsOut: batch.rowCount)
    }
    let schema = rows.finalSchema ?? DatasetSchema()
    if widths.isEmpty, schema.count > 0 { try await file.write { writer.header(schema.names) } }
    let isNarrow = (widths.first?.columns ?? schema.count) < schema.count
    let filler = CSVFiller(
      header: writer.header(schema.names), widths: widths, width: schema.count, delimiter: writer.delimiter)
    return try await file.finish(rows: widths.reduce(0) { $0 + $1.rows }, filler: isNarrow ? filler : nil)
  }
}
