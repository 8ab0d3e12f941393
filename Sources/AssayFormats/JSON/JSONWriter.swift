package import AssayColumns

/// Batches to JSON: one list of objects, or JSON Lines.
///
/// Every object has all columns, nulls included, in the schema's order. Cells that were read from text are numbers or
/// booleans only where the column's type says so and the text is a valid token; zip codes keep their zeros.
package struct JSONWriter: Sendable {
  /// How the objects stand in the document.
  package enum Layout: Sendable, Hashable {
    /// `[`, an object on each line, `]`.
    case list
    /// An object on each line.
    case lines
  }

  package let layout: Layout
  private var hasRows = false

  package init(_ layout: Layout) { self.layout = layout }

  /// Appends what comes before the first row. Call it once.
  package func begin(into bytes: inout [UInt8]) {
    if layout == .list { bytes.append(UInt8(ascii: "[")) }
  }

  /// Appends the rows of a batch. O(bytes).
  package mutating func append(_ batch: Batch, into bytes: inout [UInt8]) {
    let cells = zip(batch.schema.fields, batch.columns).map { JSONCells(field: $0, column: $1) }
    let names = batch.schema.names.enumerated().map { index, name in
      var prefix: [UInt8] = index == 0 ? [] : [UInt8(ascii: ",")]
      appendJSONString(name, to: &prefix)
      prefix.append(UInt8(ascii: ":"))
      return prefix
    }
    for row in 0..<batch.rowCount {
      if layout == .list {
        if hasRows { bytes.append(UInt8(ascii: ",")) }
        bytes.append(UInt8(ascii: "\n"))
      }
      hasRows = true
      bytes.append(UInt8(ascii: "{"))
      for index in cells.indices {
        bytes.append(contentsOf: names[index])
        cells[index].append(row, to: &bytes)
      }
      bytes.append(UInt8(ascii: "}"))
      if layout == .lines { bytes.append(UInt8(ascii: "\n")) }
    }
  }

  /// Appends what comes after the last row.
  package func end(into bytes: inout [UInt8]) {
    if layout == .list { bytes.append(contentsOf: (hasRows ? "\n]\n" : "]\n").utf8) }
  }
}

/// The cells of one column as JSON tokens.
package struct JSONCells: Sendable {
  private let column: Column
  /// What texts of the column may be, besides strings.
  private let textType: ValueType?

  /// - Parameter field: The column's own; its type says what texts are besides strings.
  package init(field: Field, column: Column) {
    self.column = column
    textType = field.reading == .fromText ? field.type : nil
  }

  /// Whether a cell is null.
  package func isNull(_ row: Int) -> Bool { column.isNull(row) }

  /// Appends a cell's token.
  package func append(_ row: Int, to bytes: inout [UInt8]) {
    if column.isNull(row) {
      bytes.append(contentsOf: "null".utf8)
      return
    }
    switch column.storage {
    case .text(let texts):
      texts.bytes.withUnsafeBufferPointer {
        appendText(UnsafeBufferPointer(rebasing: $0[texts.range(at: row)]), to: &bytes)
      }
    case .integers(let values): appendDigits(of: values[row], to: &bytes)
    case .decimals(let values): appendJSONDecimal(values[row], to: &bytes)
    case .booleans(let bits): bytes.append(contentsOf: (bits[row] ? "true" : "false").utf8)
    case .variant(let cells):
      switch cells.tag(at: row) {
      case .null: bytes.append(contentsOf: "null".utf8)
      case .text:
        cells.bytes.withUnsafeBufferPointer {
          appendText(UnsafeBufferPointer(rebasing: $0[cells.textRange(at: row)]), to: &bytes)
        }
      case .integer: appendDigits(of: Int64(bitPattern: cells.payloads[row]), to: &bytes)
      case .decimal: appendJSONDecimal(Double(bitPattern: cells.payloads[row]), to: &bytes)
      case .no: bytes.append(contentsOf: "false".utf8)
      case .yes: bytes.append(contentsOf: "true".utf8)
      }
    }
  }

  private func appendText(_ text: UnsafeBufferPointer<UInt8>, to bytes: inout [UInt8]) {
    switch textType {
    case .integer where Self.isNumber(text), .decimal where Self.isNumber(text):
      bytes.append(contentsOf: text)
    case .decimal:
      // `.5` and `5.` are decimals, but no JSON numbers; codes with leading zeros stay as they are.
      if let value = parseDecimal(text.span), value.isFinite, !Self.isCode(text) {
        appendJSONDecimal(value, to: &bytes)
      } else {
        appendJSONString(utf8: text, to: &bytes)
      }
    case .boolean:
      if let flag = parseBoolean(text.span) {
        bytes.append(contentsOf: (flag ? "true" : "false").utf8)
      } else {
        appendJSONString(utf8: text, to: &bytes)
      }
    default: appendJSONString(utf8: text, to: &bytes)
    }
  }

  /// Whether a text is a JSON number as a whole.
  private static func isNumber(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
    guard let first = text.first, first == UInt8(ascii: "-") || first &- 48 < 10 else { return false }
    var cursor = JSONCursor(text)
    do throws(JSONStop) {
      _ = try cursor.number()
      return cursor.at == text.count
    } catch {
      return false
    }
  }

  private static func isCode(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
    let digits = text.first == UInt8(ascii: "-") ? text.dropFirst() : text[...]
    guard digits.count > 1, digits.first == UInt8(ascii: "0") else { return false }
    return digits[digits.startIndex + 1] &- 48 < 10
  }
}
