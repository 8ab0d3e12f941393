internal import AssayColumns
internal import AssayDefinition
internal import AssayQuality

/// What the rows of a batch ask of a look-up, before their keys are known: a hash of the columns that the inputs name.
struct RowKeys: Sendable {
  let hashes: RowHashes
  /// Rows in which an input is null that may not be; nil where there are none.
  let skips: Bitmap?
  private let templates: [BoundTemplate]

  /// - Complexity: O(bytes of the columns that the inputs name).
  init(_ batch: Batch, _ inputs: [Template]) {
    var names: [String] = []
    var required: Set<String> = []
    for case .column(let name, let optional) in inputs.flatMap(\.parts) {
      if !names.contains(name) { names.append(name) }
      if !optional { required.insert(name) }
    }
    let columns = names.map { batch.column($0) }
    var skips: Bitmap?
    for (name, column) in zip(names, columns) where required.contains(name) {
      // A column that the batch does not have may come with a later one.
      let nulls = column.map { $0.validity?.inverted() } ?? Bitmap(repeating: true, count: batch.rowCount)
      guard let nulls else { continue }
      if skips == nil { skips = nulls } else { skips?.formUnion(nulls) }
    }
    self.skips = skips
    hashes = RowHashes(columns, rows: batch.rowCount)
    templates = inputs.map { BoundTemplate($0, batch) }
  }

  /// The filled inputs of a row; nil where one is null that may not be.
  func inputs(_ row: Int) -> [String]? {
    var filled: [String] = []
    filled.reserveCapacity(templates.count)
    for template in templates {
      guard let text = template.fill(row) else { return nil }
      filled.append(text)
    }
    return filled
  }
}
