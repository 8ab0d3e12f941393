import AssayColumns

/// Rows of cells under named columns: what tests cut into batches.
struct TestData {
  var fields: [Field]
  var rows: [[Cell]]

  /// Batches of the given sizes in turn. In data whose cells carry kinds a batch has only the columns that appeared up
  /// to its end, as when a schema grows; text becomes text columns, all else variant ones.
  func batches(sizes: [Int], growing: Bool = false) -> [Batch] {
    var batches: [Batch] = []
    var start = 0
    var turn = 0
    var width = growing ? 0 : fields.count
    while start < rows.count {
      let end = min(start + sizes[turn % sizes.count], rows.count)
      turn += 1
      for row in rows[start..<end] { width = max(width, row.count) }
      let columns = (0..<width).map { place in
        let cells = rows[start..<end].map { place < $0.count ? $0[place] : .null }
        return fields[place].reading == .fromText ? Column.texts(cells.map(\.text)) : Column.cells(cells)
      }
      batches.append(
        Batch(
          schema: DatasetSchema(Array(fields[..<width])), columns: columns, rowCount: end - start, firstRow: start))
      start = end
    }
    return batches
  }

  /// Reads CSV as the reference program does: quotes, short and long rows, blank lines; the empty text is null.
  static func csv(_ text: String, declared: [String: ValueType] = [:]) -> TestData {
    var records = splitCSV(text)
    let names = records.isEmpty ? [] : records.removeFirst()
    var rows: [[Cell]] = []
    for var record in records {
      if record.isEmpty {
        if names.count > 1 { continue }
        record = [""]
      }
      rows.append(
        names.indices.map { $0 < record.count && !record[$0].isEmpty ? .text(record[$0]) : .null })
    }
    return TestData(
      fields: names.map { Field($0, reading: .fromText, declared: declared[$0]) }, rows: rows)
  }

  /// Reads JSON (or JSON Lines) as the reference program does; a row is as long as the columns known up to it.
  static func json(_ text: String, lines: Bool) -> TestData {
    var records: [JSON] = []
    if lines {
      for line in text.split(separator: "\n") where !line.allSatisfy(\.isWhitespace) {
        records.append(JSON(parsing: String(line)))
      }
    } else {
      let whole = JSON(parsing: text)
      if case .array(let items) = whole { records = items } else { records = [whole] }
    }
    var places: [String: Int] = [:]
    var names: [String] = []
    var rows: [[Cell]] = []
    for record in records {
      var row = [Cell](repeating: .null, count: names.count)
      let flat: [(String, JSON)] =
        if case .object(let members) = record { flatten(members) } else { [("value", record)] }
      for (name, value) in flat {
        if places[name] == nil {
          places[name] = names.count
          names.append(name)
          row.append(.null)
        }
        row[places[name, default: 0]] = value.cell
      }
      rows.append(row)
    }
    return TestData(fields: names.map { Field($0, reading: .own) }, rows: rows)
  }
}

private func flatten(_ members: [(String, JSON)], _ prefix: String = "") -> [(String, JSON)] {
  members.flatMap { key, value -> [(String, JSON)] in
    let name = prefix.isEmpty ? key : "\(prefix).\(key)"
    if case .object(let inner) = value, !inner.isEmpty { return flatten(inner, name) }
    return [(name, value)]
  }
}

private func splitCSV(_ text: String) -> [[String]] {
  var records: [[String]] = []
  var record: [String] = []
  var field = String.UnicodeScalarView()
  var quoted = false
  var hasField = false
  var scalars = Array(text.unicodeScalars)
  if scalars.first == "\u{FEFF}" { scalars.removeFirst() }
  var at = 0
  func endRecord() {
    if hasField || !record.isEmpty { record.append(String(field)) }
    records.append(record)
    record = []
    field = .init()
    hasField = false
  }
  while at < scalars.count {
    let scalar = scalars[at]
    at += 1
    if quoted {
      if scalar != "\"" {
        field.append(scalar)
      } else if at < scalars.count, scalars[at] == "\"" {
        field.append(scalar)
        at += 1
      } else {
        quoted = false
      }
      continue
    }
    switch scalar {
    case "\"":
      quoted = true
      hasField = true
    case ",":
      record.append(String(field))
      field = .init()
      hasField = true
    case "\r": break
    case "\n": endRecord()
    default:
      field.append(scalar)
      hasField = true
    }
  }
  if hasField || !record.isEmpty { endRecord() }
  return records
}
