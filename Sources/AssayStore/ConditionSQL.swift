package import AssayColumns
import GRDBSQLite

/// An SQL expression over single values that have names of two parts: `param.month = '2026-10' AND orders.rows > 0`.
package struct ConditionSQL: Sendable, Hashable {
  /// The values of one owner, such as `orders`.
  package struct Table: Sendable {
    package var name: String
    package var values: [(name: String, value: Cell)]

    package init(_ name: String, _ values: [(name: String, value: Cell)]) {
      self.name = name
      self.values = values
    }
  }

  /// A name of two parts that occurs in the expression.
  package struct Name: Sendable, Hashable {
    package var owner: String
    package var field: String
  }

  package let sql: String
  /// Each once, in the order of the text; what stands in quotes and comments is none.
  package let names: [Name]
  /// The quote that is opened and never closed; nil where all are.
  private let openQuote: Unicode.Scalar?

  package init(_ sql: String) {
    self.sql = sql
    (names, openQuote) = Self.read(sql)
  }

  /// What is wrong with the expression, or nil: for validation. Values may be any.
  package var fault: String? {
    // SQLite would quote the rest of what the expression was put into.
    if let openQuote { return "the \(openQuote) that opens a text or a name is not closed" }
    var tables: [Table] = []
    for name in names {
      let place = tables.firstIndex { $0.name == name.owner }
      if let place {
        tables[place].values.append((name.field, .null))
      } else {
        tables.append(Table(name.owner, [(name.field, .null)]))
      }
    }
    do throws(StoreFailure) {
      _ = try evaluate(tables)
      return nil
    } catch {
      return error.problem
    }
  }

  /// Whether the expression is true; null is not. Blocks on the CPU.
  /// - Throws: what SQLite says of the expression.
  package func holds(_ tables: [Table]) throws(StoreFailure) -> Bool { try evaluate(tables) }

  private func evaluate(_ tables: [Table]) throws(StoreFailure) -> Bool {
    var pointer: OpaquePointer?
    let flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX
    let opened = sqlite3_open_v2(":memory:", &pointer, flags, nil)
    defer { sqlite3_close_v2(pointer) }
    guard opened == SQLITE_OK, let pointer else {
      throw StoreFailure(.cannotOpen, "condition", "SQLite has no memory for a connection")
    }
    _disableDoubleQuotedStringLiterals(pointer)
    let handle = SQLHandle(pointer: pointer, subject: "condition")
    ReadOnlySQL.restrict(handle)
    let known = tables.filter { table in names.contains { $0.owner == table.name } }
    let rows = known.map { table in
      "(SELECT \(table.values.map { "? AS \(quoted($0.name))" }.joined(separator: ", "))) AS \(quoted(table.name))"
    }
    let source = rows.isEmpty ? "" : " FROM \(rows.joined(separator: ", "))"
    // Also without the parentheses, for a text that closes them and opens others.
    _ = try ReadOnlySQL.prepare("SELECT 1\(rows.isEmpty ? " FROM (SELECT 1)" : source) WHERE\n\(sql)\n", on: handle)
    let statement = try ReadOnlySQL.prepare("SELECT (\n\(sql)\n) IS TRUE\(source)", on: handle)
    statement.bind(known.flatMap(\.values).map { SQLValue($0.value) })
    return try statement.step() && sqlite3_column_int(statement.pointer, 0) != 0
  }

  /// Reads the text as SQLite does, as far as names go.
  private static func read(_ sql: String) -> (names: [Name], openQuote: Unicode.Scalar?) {
    let text = Array(sql.unicodeScalars)
    var words: [(text: String, isName: Bool)] = []
    var at = 0
    var openQuote: Unicode.Scalar?
    func isWordScalar(_ scalar: Unicode.Scalar) -> Bool {
      scalar == "_" || scalar == "$" || scalar.value > 127 || scalar.properties.isAlphabetic
        || ("0"..."9").contains(scalar)
    }
    /// The text up to a closing quote, which stands twice for itself; moves behind it.
    func quotedText(until end: Unicode.Scalar) -> String {
      var found = String.UnicodeScalarView()
      let opening = text[at]
      at += 1
      while at < text.count {
        if text[at] == end {
          guard end != "]", at + 1 < text.count, text[at + 1] == end else { break }
          at += 1
        }
        found.append(text[at])
        at += 1
      }
      if at >= text.count { openQuote = opening }
      at += 1
      return String(found)
    }
    while at < text.count {
      let scalar = text[at]
      let next = at + 1 < text.count ? text[at + 1] : " "
      switch scalar {
      case "'":
        _ = quotedText(until: "'")
        words.append(("", false))
      case "\"", "`": words.append((quotedText(until: scalar), true))
      case "[": words.append((quotedText(until: "]"), true))
      case "-" where next == "-":
        while at < text.count, text[at] != "\n" { at += 1 }
      case "/" where next == "*":
        at += 2
        while at + 1 < text.count, !(text[at] == "*" && text[at + 1] == "/") { at += 1 }
        at += 2
      case " ", "\n", "\t", "\r": at += 1
      case _ where isWordScalar(scalar):
        var word = String.UnicodeScalarView()
        while at < text.count, isWordScalar(text[at]) {
          word.append(text[at])
          at += 1
        }
        words.append((String(word), !("0"..."9").contains(scalar)))
      default:
        words.append((String(scalar), false))
        at += 1
      }
    }
    var names: [Name] = []
    for place in words.indices.dropLast(2)
    where words[place].isName && words[place + 1].text == "." && !words[place + 1].isName && words[place + 2].isName {
      let name = Name(owner: words[place].text, field: words[place + 2].text)
      if !names.contains(name) { names.append(name) }
    }
    return (names, openQuote)
  }
}

extension SQLValue {
  fileprivate init(_ cell: Cell) {
    switch cell {
    case .null: self = .null
    case .text(let text): self = .text(text)
    case .integer(let value): self = .integer(value)
    case .decimal(let value): self = .decimal(value)
    case .boolean(let value): self = .integer(value ? 1 : 0)
    }
  }
}
