package import AssayColumns
package import AssayFormats

/// Rows as the reference program makes them, plainly: what the column reader must answer.
package struct JSONReference: Equatable, CustomStringConvertible {
  package var names: [String] = []
  /// Cells by name; nulls and absent cells are left out.
  package var rows: [[String: Cell]] = []

  package var description: String { "\(names) \(rows)" }

  package init() {}

  package init(_ records: [JSONValue]) {
    for record in records {
      var row: [String: Cell] = [:]
      for (name, value) in Self.flat(record) {
        if !names.contains(name) { names.append(name) }
        row[name] = Self.cell(value)
      }
      rows.append(row.filter { $0.value != .null })
    }
  }

  /// What pieces decoded to, put together.
  package init(_ pieces: [DecodedRows]) {
    for piece in pieces {
      for name in piece.names where !names.contains(name) { names.append(name) }
      for row in 0..<piece.rowCount {
        let cells = zip(piece.names, piece.columns).map { ($0, $1[row]) }
        rows.append(Dictionary(cells) { _, last in last }.filter { $0.value != .null })
      }
    }
  }

  private static func flat(_ record: JSONValue) -> [(String, JSONValue)] {
    guard case .object(let object) = record else { return [("value", record)] }
    return flat(object, prefix: "")
  }

  private static func flat(_ object: JSONObject, prefix: String) -> [(String, JSONValue)] {
    object.members.flatMap { member in
      let name = prefix.isEmpty ? member.name : prefix + "." + member.name
      if case .object(let inner) = member.value, !inner.members.isEmpty { return flat(inner, prefix: name) }
      return [(name, member.value)]
    }
  }

  private static func cell(_ value: JSONValue) -> Cell {
    switch value {
    case .null: .null
    case .bool(let flag): .boolean(flag)
    case .integer(let number): .integer(number)
    case .decimal(let number): .decimal(number)
    case .string(let text): .text(text)
    case .array, .object: .text(value.text)
    }
  }
}

extension JSONFormat {
  /// Cuts and decodes bytes that arrive in chunks of a size.
  package func read(_ bytes: [UInt8], chunk: Int = .max) throws -> [DecodedRows] {
    var cutter = makeCutter()
    var rows: [DecodedRows] = []
    var at = 0
    while at < bytes.count {
      let end = min(at + min(chunk, bytes.count), bytes.count)
      for piece in try cutter.push(Array(bytes[at..<end])) { rows.append(try decode(piece)) }
      at = end
    }
    for piece in try cutter.finish() { rows.append(try decode(piece)) }
    return rows
  }

  package func read(_ text: String, chunk: Int = .max) throws -> [DecodedRows] {
    try read(Array(text.utf8), chunk: chunk)
  }

  /// The fault that a document gives, or nil.
  package func fault(_ text: String, chunk: Int = .max) -> FormatFault? {
    do {
      _ = try read(text, chunk: chunk)
      return nil
    } catch { return error as? FormatFault }
  }
}
