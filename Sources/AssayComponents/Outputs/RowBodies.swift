internal import AssayColumns
internal import AssayDefinition
internal import AssayEngine
internal import AssayFormats

/// The JSON bodies of a batch's rows, made by a template or of all columns.
struct RowBodies: Sendable {
  private enum Part: Sendable {
    case bytes([UInt8])
    /// A cell with its kind; a null in one that is needed keeps the row from being sent.
    case cell(JSONCells, name: String, isOptional: Bool)
    /// A text that is JSON.
    case embedded(Column, JSONCells, name: String, isOptional: Bool)
    case text(BoundTemplate, written: String)
    /// A column that the batch does not have.
    case missing(name: String)
  }

  /// Why a row has no body: a sentence without a full stop.
  struct Fault: Error {
    var reason: String
  }

  private var parts: [Part] = []
  private let batch: Batch
  private let jsonColumns: Set<String>

  /// The bodies that a template spells; without one, objects of all columns.
  init(_ template: JSONTemplate<RowTemplate>?, _ batch: Batch, jsonColumns: [String]) {
    self.batch = batch
    self.jsonColumns = Set(jsonColumns)
    if let template {
      add(template)
    } else {
      for (index, name) in batch.schema.names.enumerated() {
        add("\(index == 0 ? "{" : ",")\(jsonText(name)):")
        add(column: name, isOptional: true)
      }
      add(batch.schema.count == 0 ? "{}" : "}")
    }
  }

  private mutating func add(_ text: String) {
    if case .bytes(let bytes)? = parts.last {
      parts[parts.count - 1] = .bytes(bytes + Array(text.utf8))
    } else {
      parts.append(.bytes(Array(text.utf8)))
    }
  }

  private mutating func add(column name: String, isOptional: Bool) {
    guard let place = batch.schema.index(of: name) else {
      if isOptional { add("null") } else { parts.append(.missing(name: name)) }
      return
    }
    let cells = JSONCells(field: batch.schema.fields[place], column: batch.columns[place])
    parts.append(
      jsonColumns.contains(name)
        ? .embedded(batch.columns[place], cells, name: name, isOptional: isOptional)
        : .cell(cells, name: name, isOptional: isOptional))
  }

  private mutating func add(_ template: JSONTemplate<RowTemplate>) {
    switch template {
    case .constant(let value): add(value.text)
    case .text(let text):
      let parts = text.template.parts
      if parts.count == 1, case .column(let name, let isOptional) = parts[0] {
        add(column: name, isOptional: isOptional)
      } else if text.columns.isEmpty {
        add(jsonText(text.filled { _ in nil } ?? ""))
      } else {
        self.parts.append(.text(BoundTemplate(text.template, batch), written: text.written))
      }
    case .list(let items):
      add("[")
      for (index, item) in items.enumerated() {
        if index > 0 { add(",") }
        add(item)
      }
      add("]")
    case .object(let members):
      add("{")
      for (index, member) in members.enumerated() {
        add("\(index > 0 ? "," : "")\(jsonText(member.name)):")
        add(member.value)
      }
      add("}")
    }
  }

  /// Whether every row has a body.
  var isTotal: Bool {
    parts.allSatisfy { part in
      switch part {
      case .bytes, .cell(_, _, isOptional: true): true
      case .cell, .embedded, .text, .missing: false
      }
    }
  }

  /// Appends the body of a row.
  func append(_ row: Int, to bytes: inout [UInt8]) throws(Fault) {
    for part in parts {
      switch part {
      case .bytes(let constant): bytes += constant
      case .cell(let cells, let name, let isOptional):
        if !isOptional, cells.isNull(row) { throw Fault(reason: "{\(name)} in its body is null") }
        cells.append(row, to: &bytes)
      case .embedded(let column, let cells, let name, let isOptional):
        if !isOptional, cells.isNull(row) { throw Fault(reason: "{\(name)} in its body is null") }
        guard case .text(let text) = column[row] else {
          cells.append(row, to: &bytes)
          continue
        }
        guard (try? JSONParser.parse(text)) != nil else { throw Fault(reason: "the text of '\(name)' is no JSON") }
        appendWithoutBlanks(text, to: &bytes)
      case .text(let template, let written):
        guard let text = template.fill(row) else {
          throw Fault(reason: "a column of \"\(written)\" in its body is null")
        }
        bytes += Array(jsonText(text).utf8)
      case .missing(let name): throw Fault(reason: "{\(name)} in its body is null")
      }
    }
  }
}

/// Appends valid JSON without blanks between its tokens; numbers keep their digits.
private func appendWithoutBlanks(_ text: String, to bytes: inout [UInt8]) {
  var isInString = false
  var isEscaped = false
  for byte in text.utf8 {
    if isInString {
      if isEscaped {
        isEscaped = false
      } else if byte == UInt8(ascii: "\\") {
        isEscaped = true
      } else if byte == UInt8(ascii: "\"") {
        isInString = false
      }
    } else if byte == UInt8(ascii: "\"") {
      isInString = true
    } else if byte == 0x20 || (0x09...0x0D).contains(byte) {
      continue
    }
    bytes.append(byte)
  }
}

/// A text as a JSON string.
func jsonText(_ text: String) -> String { JSONValue.string(text).text }
