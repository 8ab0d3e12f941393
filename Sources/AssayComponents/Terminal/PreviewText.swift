internal import AssayColumns
package import AssayEngine
internal import AssayFormats

/// The rows of a run that is looked at: a table for people, JSON Lines for programs.
package struct PreviewText {
  private let preview: Previews.Preview
  private let dataset: String

  package init(_ preview: Previews.Preview, of dataset: String) {
    self.preview = preview
    self.dataset = dataset
  }

  /// An aligned table under the dataset's name.
  package func table(_ style: TerminalStyle) -> String {
    var table = TextTable(style: style)
    let names = preview.schema.names
    table.rows.append(names.map { TextTable.Cell(style.cut(style.safe($0), to: 24), .faint) })
    forEachRow { cells in
      table.rows.append(
        cells.map { cell in
          switch cell {
          case .null: TextTable.Cell("null", .faint)
          case .integer, .decimal: TextTable.Cell(cell.text ?? "", right: true)
          default: TextTable.Cell(style.cut(style.safe(cell.text ?? ""), to: 40))
          }
        })
    }
    let more = preview.rows - preview.shown
    let title = "\(style.safe(dataset)): \(NumberText.count(preview.rows, "row"))"
    return title + (more > 0 ? ", the first \(preview.shown) of them" : "") + "\n"
      + table.lines().map { "  \($0.text)\n" }.joined()
  }

  /// One object a row, as a `jsonl` output writes it; an object with the dataset's name comes first where there are
  /// several.
  package func jsonLines(named: Bool) -> String {
    var bytes: [UInt8] = []
    if named { bytes += Array("{\"dataset\":\(JSONValue.string(dataset).text)}\n".utf8) }
    var writer = JSONWriter(.lines)
    writer.begin(into: &bytes)
    for batch in preview.batches { writer.append(batch, into: &bytes) }
    writer.end(into: &bytes)
    return String(decoding: bytes, as: UTF8.self)
  }

  private func forEachRow(_ body: ([Cell]) -> Void) {
    let width = preview.schema.count
    for batch in preview.batches {
      for row in 0..<batch.rowCount {
        let cells = batch.columns.map { $0[row] }
        body(cells + [Cell](repeating: .null, count: max(0, width - cells.count)))
      }
    }
  }
}
