import AssayColumns
import Glibc

/// A JSON value as it stands in the document: members keep their order, and names may occur twice.
package indirect enum PlainJSON: Sendable {
  case null
  case bool(Bool)
  case integer(Int64)
  case decimal(Double)
  case string(String)
  case array([PlainJSON])
  case object([(name: String, value: PlainJSON)])
}

extension PlainJSON {
  /// The value that the bytes spell by RFC 8259 and the project's rules, or nil where they spell none.
  package init?(_ bytes: [UInt8]) {
    var reader = PlainJSONReader(bytes)
    reader.skipMark()
    guard let value = reader.document() else { return nil }
    self = value
  }

  /// The values of JSON Lines, or nil where one of them is none.
  package static func lines(_ bytes: [UInt8]) -> [PlainJSON]? {
    var reader = PlainJSONReader(bytes)
    reader.skipMark()
    return reader.run()
  }

  /// The members by the rule for duplicates: the last value counts, at the first one's place.
  package var members: [(name: String, value: PlainJSON)]? {
    guard case .object(let all) = self else { return nil }
    var members: [(name: String, value: PlainJSON)] = []
    for member in all {
      let place = members.firstIndex { Array($0.name.utf8) == Array(member.name.utf8) }
      if let place { members[place].value = member.value } else { members.append(member) }
    }
    return members
  }

  /// Compact text: what a list in a cell is.
  package var text: String {
    switch self {
    case .null: return "null"
    case .bool(let flag): return flag ? "true" : "false"
    case .integer(let number): return String(number)
    case .decimal(let number): return Self.shortest(number)
    case .string(let text): return Self.quoted(text)
    case .array(let elements): return "[" + elements.map(\.text).joined(separator: ",") + "]"
    case .object:
      return "{" + (members ?? []).map { Self.quoted($0.name) + ":" + $0.value.text }.joined(separator: ",") + "}"
    }
  }

  /// Python's `repr` of a double: the fewest digits that read back, an exponent below 1e-4 and from 1e16 on.
  package static func shortest(_ value: Double) -> String {
    var buffer = [CChar](repeating: 0, count: 64)
    var digits = ""
    for precision: Int32 in 0..<20 {
      _ = withVaList([precision, value]) { vsnprintf(&buffer, 64, "%.*e", $0) }
      digits = String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
      if strtod(digits, nil) == value { break }
    }
    let parts = digits.split(separator: "e")
    let exponent = Int(parts[1]) ?? 0
    let sign = digits.hasPrefix("-") ? "-" : ""
    let run = parts[0].filter(\.isNumber)
    if exponent < -4 || exponent >= 16 {
      let point = run.count > 1 ? "." + run.dropFirst() : ""
      let size = String(abs(exponent))
      return sign + run.prefix(1) + point + "e" + (exponent < 0 ? "-" : "+") + (size.count < 2 ? "0" + size : size)
    }
    if exponent < 0 { return sign + "0." + String(repeating: "0", count: -exponent - 1) + run }
    let padded = run + String(repeating: "0", count: max(0, exponent + 1 - run.count))
    let fraction = padded.dropFirst(exponent + 1)
    return sign + padded.prefix(exponent + 1) + "." + (fraction.isEmpty ? "0" : fraction)
  }

  private static func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case "\r": result += "\\r"
      case "\t": result += "\\t"
      case "\u{08}": result += "\\b"
      case "\u{0C}": result += "\\f"
      case "\u{00}"..<"\u{20}":
        let hex = String(scalar.value, radix: 16)
        result += "\\u" + String(repeating: "0", count: 4 - hex.count) + hex
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }
}

/// Rows as the documented rules make them of plain values.
package struct PlainRows: Equatable, CustomStringConvertible {
  package var names: [String] = []
  /// Cells by name, spelled with their kind; nulls and absent cells are left out.
  package var rows: [[String: String]] = []

  package var description: String { "\(names) \(rows)" }

  package init(_ records: [PlainJSON]) {
    for record in records {
      var row: [String: String] = [:]
      for (name, value) in Self.flat(record, "") {
        if !names.contains(name) { names.append(name) }
        row[name] = Self.cell(value)
      }
      rows.append(row)
    }
  }

  /// What pieces decoded to, put together.
  package init(_ reference: JSONReference) {
    names = reference.names
    rows = reference.rows.map { $0.compactMapValues(Self.spelled) }
  }

  private static func flat(_ value: PlainJSON, _ prefix: String) -> [(String, PlainJSON)] {
    guard let members = value.members else { return [("value", value)] }
    return members.flatMap { member -> [(String, PlainJSON)] in
      let name = prefix.isEmpty ? member.name : prefix + "." + member.name
      if let inner = member.value.members, !inner.isEmpty { return flat(member.value, name) }
      return [(name, member.value)]
    }
  }

  private static func cell(_ value: PlainJSON) -> String? {
    switch value {
    case .null: nil
    case .bool(let flag): "boolean \(flag)"
    case .integer(let number): "integer \(number)"
    case .decimal(let number): "decimal \(number.bitPattern)"
    case .string(let text): "text \(Array(text.utf8))"
    case .array, .object: "text \(Array(value.text.utf8))"
    }
  }

  private static func spelled(_ cell: Cell) -> String? {
    switch cell {
    case .null: nil
    case .boolean(let flag): "boolean \(flag)"
    case .integer(let number): "integer \(number)"
    case .decimal(let number): "decimal \(number.bitPattern)"
    case .text(let text): "text \(Array(text.utf8))"
    }
  }
}
