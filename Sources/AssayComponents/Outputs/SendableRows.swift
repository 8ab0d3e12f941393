internal import AssayColumns
internal import AssayDefinition
internal import AssayEngine
internal import AssayHTTP

/// The rows of a batch as an output's requests need them.
struct SendableRows: Sendable {
  private let output: HTTPOutput
  private let batch: Batch
  /// Nil where requests carry no JSON.
  private let bodies: RowBodies?
  /// Columns of the path and the query, those that may not be null, with their places.
  private let addressed: [(name: String, column: Column?, isPath: Bool)]
  /// Columns that a form or a text needs.
  private let others: [(name: String, column: Column?)]
  /// Columns of the address, which say whose row it is.
  let keyNames: [String]

  init(_ output: HTTPOutput, _ batch: Batch) {
    self.output = output
    self.batch = batch
    let request = output.request
    bodies = output.hasJSONBody ? RowBodies(request.body?.json, batch, jsonColumns: output.jsonColumns) : nil
    let query = request.query.items.flatMap(\.value.columns)
    func needed(_ columns: [(name: String, isOptional: Bool)]) -> [String] {
      columns.filter { !$0.isOptional }.map(\.name)
    }
    addressed =
      needed(request.path.columns).map { ($0, batch.column($0), true) }
      + needed(query).map { ($0, batch.column($0), false) }
    others = output.hasJSONBody ? [] : needed(request.body?.columns ?? []).map { ($0, batch.column($0)) }
    var names: [String] = []
    for column in request.path.columns + query where !names.contains(column.name) { names.append(column.name) }
    keyNames = names
  }

  /// Why a row cannot be sent, as a sentence without a full stop; nil where it can.
  func addressFault(_ row: Int) -> String? {
    for item in addressed {
      let place = item.isPath ? "path" : "query"
      guard let text = item.column?[row].text else { return "{\(item.name)} in its \(place) is null" }
      // A segment of nothing, or of dots, would lead to another thing than the row's.
      if item.isPath, text.isEmpty || text == "." || text == ".." {
        return "{\(item.name)} in its path is '\(text)', which leads elsewhere"
      }
    }
    for item in others where item.column?.isNull(row) ?? true { return "{\(item.name)} in its body is null" }
    return nil
  }

  /// The first row that cannot be sent.
  func firstFault() -> (row: Int, reason: String)? {
    let isTotal = bodies?.isTotal ?? true
    if isTotal, addressed.isEmpty, others.isEmpty { return nil }
    var scratch: [UInt8] = []
    for row in 0..<batch.rowCount {
      if let reason = addressFault(row) { return (row, reason) }
      if isTotal { continue }
      scratch.removeAll(keepingCapacity: true)
      do throws(RowBodies.Fault) {
        try bodies?.append(row, to: &scratch)
      } catch {
        return (row, error.reason)
      }
    }
    return nil
  }

  /// The JSON that a request carries of a row; nothing where it carries none.
  func body(_ row: Int) throws(RowBodies.Fault) -> [UInt8] {
    var bytes: [UInt8] = []
    try bodies?.append(row, to: &bytes)
    return bytes
  }

  /// The cells that say whose row it is.
  func key(_ row: Int) -> [LeftOutCell] {
    keyNames.map { LeftOutCell(name: $0, text: batch.column($0)?[row].text) }
  }

  /// The text of a row's cell; nil for null.
  func text(_ name: String, _ row: Int) -> String? { batch.column(name)?[row].text }
}
