extension JSONFormat {
  /// The records of a document that is in memory, such as the body of an answer.
  ///
  /// A fault where the path's list is not there, unless `allowEmpty`. The document's own form decides, not `lines`.
  package func records(in root: JSONValue) throws(FormatFault) -> [JSONValue] {
    guard let path else { return root.elements ?? [root] }
    if path.isSingular {
      guard let value = path.first(in: root) else { return try nothing(missing) }
      return value.elements ?? [value]
    }
    if path.endsInWildcard {
      let lists = path.parent.select(in: root)
      guard !lists.isEmpty else { return try nothing(missing) }
      var records: [JSONValue] = []
      for list in lists {
        if let elements = list.elements {
          records += elements
        } else {
          records += try nothing(notList(list.kind))
        }
      }
      return records
    }
    let records = path.select(in: root)
    guard records.isEmpty else { return records }
    // Nothing selected: fine where there was a list to select from.
    if case .child? = path.segments.last, path.parent.select(in: root).contains(where: { $0.elements != nil }) {
      return []
    }
    return try nothing(missing)
  }

  /// The records among elements of the streamed list, of which the first is the list's `first`, from 0.
  func select(_ selector: JSONPathSelector, of elements: [JSONValue], from first: Int) -> [JSONValue] {
    switch selector {
    case .index(let index):
      guard elements.indices.contains(index - first) else { return [] }
      let value = elements[index - first]
      return value.elements ?? [value]
    case .slice(let start, let end, let step):
      let start = start ?? 0
      return elements.indices.filter { place in
        let index = first + place
        return index >= start && index < end ?? .max && (index - start) % step == 0
      }.map { elements[$0] }
    case .name, .wildcard, .filter: return path?.lastSegment.select(in: .array(elements)) ?? []
    }
  }

  /// Rows of what stands where the streamed list should be: filters select among the members of an object too.
  ///
  /// A fault where nothing is selected, unless `allowEmpty`. `line` and `byte` say where the value begins.
  func rows(insteadOfList value: [UInt8], line: Int, byte: Int) throws(FormatFault) -> DecodedRows {
    let root: JSONValue
    do throws(FormatFault) {
      root = try JSONParser.parse(value)
    } catch {
      throw FormatFault(error.message, byte: error.byte.map { $0 + byte }, line: error.line.map { $0 + line - 1 })
    }
    let format = JSONFormat(records: path?.lastSegment, allowEmpty: allowEmpty)
    return try Self.rows(of: try format.records(in: root))
  }

  private func nothing(_ fault: FormatFault) throws(FormatFault) -> [JSONValue] {
    if allowEmpty { return [] }
    throw fault
  }

  /// Rows of records in memory: nested objects flattened, columns in order of first appearance.
  package static func rows(of records: [JSONValue]) throws(FormatFault) -> DecodedRows {
    var builder = JSONRowBuilder(sourceCount: 0)
    builder.expectedRows = max(records.count, 1)
    do throws(JSONStop) {
      for record in records { try builder.appendRecord(record) }
    } catch {
      throw FormatFault(error.mistake.message, record: builder.row + 1)
    }
    return builder.finish(sharing: [])
  }

  /// Whether the path asks for a list, and takes nothing else.
  var needsList: Bool { path?.endsInWildcard ?? false }

  private var pathText: String { path?.description ?? "$" }

  var missing: FormatFault {
    FormatFault(
      "there is nothing at \(pathText), where the records should be; allow_empty: true takes that for no rows")
  }

  func notList(_ kind: String) -> FormatFault {
    FormatFault("there is \(kind) at \(pathText), where the list of records should be")
  }

  /// The same, known by the first byte of the value.
  func notList(_ first: UInt8, byte: Int) -> FormatFault {
    var fault: FormatFault
    switch first {
    case UInt8(ascii: "{"): fault = notList("an object")
    case UInt8(ascii: "\""): fault = notList("a string")
    case UInt8(ascii: "t"), UInt8(ascii: "f"): fault = notList("a boolean")
    case UInt8(ascii: "n"): fault = notList("null")
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): fault = notList("a number")
    default: fault = FormatFault(JSONMistake.value.message)
    }
    fault.byte = byte
    return fault
  }

  var sizeMessage: String {
    if isStreamed {
      return "a record is larger than \(documentLimit) bytes"
    }
    return "the document is larger than \(documentLimit) bytes, and \(pathText) needs all of it in memory; "
      + "JSON Lines are read piece by piece, and so are paths of names that end in [*], [n], a forward slice or a "
      + "filter of @ alone, such as $.data.items[*] or $.items[?@.active]"
  }
}
