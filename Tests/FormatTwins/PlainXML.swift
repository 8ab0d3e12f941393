import AssayColumns
import AssayFormats
import CXML
import Glibc

/// Rows of an XML document by way of libxml2's tree, plainly: the twin of the streaming reader.
package struct PlainXML {
  private var table = DecodedTable()
  private var row: [(name: String, text: String?)] = []
  private let path: [String]
  private let isAnchored: Bool

  /// What the document reads as, or nil where libxml2 finds it malformed, or it is nested too deep.
  /// For documents in UTF-8.
  package static func table(_ bytes: [UInt8], records: String?) -> DecodedTable? {
    // In a text of bytes libxml2 takes a NUL for the end of the document; XML has no such character.
    if bytes.contains(0) { return nil }
    let options = XML_PARSE_NOENT.rawValue | XML_PARSE_NONET.rawValue | XML_PARSE_NOERROR.rawValue
    let document = bytes.withUnsafeBytes {
      xmlReadMemory(
        $0.baseAddress?.assumingMemoryBound(to: CChar.self), Int32($0.count), nil, nil,
        Int32(options | XML_PARSE_NOWARNING.rawValue))
    }
    guard let document else { return nil }
    defer { xmlFreeDoc(document) }
    guard let root = xmlDocGetRootElement(document) else { return nil }
    var reader = PlainXML(records)
    guard reader.visit(root, []) else { return nil }
    return reader.table
  }

  private init(_ records: String?) {
    let text = records ?? ""
    isAnchored = text.hasPrefix("/")
    path = text.split(separator: "/").map { String($0.split(separator: ":").last ?? $0) }
  }

  /// Looks for records; false where elements are nested too deep.
  private mutating func visit(_ element: xmlNodePtr, _ above: [String]) -> Bool {
    let open = above + [Self.name(element)]
    if open.count > XMLFormat.depthLimit { return false }
    let isRecord =
      path.isEmpty
      ? open.count == 2 : (isAnchored ? open == path : open.suffix(path.count).elementsEqual(path))
    guard isRecord else {
      for child in Self.elements(element) where !visit(child, open) { return false }
      return true
    }
    row = []
    guard read(element, "", depth: open.count) else { return false }
    endRow()
    return true
  }

  /// Reads an element of a record; `name` is its column's.
  private mutating func read(_ element: xmlNodePtr, _ name: String, depth: Int) -> Bool {
    if depth > XMLFormat.depthLimit { return false }
    let prefix = name.isEmpty ? "" : name + "."
    var attribute = element.pointee.properties
    let hasAttributes = attribute != nil
    while let one = attribute {
      let value = xmlNodeListGetString(element.pointee.doc, one.pointee.children, 1)
      let local = Self.local(one.pointee.name, hasNamespace: one.pointee.ns != nil)
      row.append((prefix + "@" + local, value.map { String(cString: $0) } ?? ""))
      // xmlFree is a variable that Swift may not read; it is free unless a program sets it otherwise.
      free(value)
      attribute = one.pointee.next
    }
    let children = Self.elements(element)
    for child in children where !read(child, prefix + Self.name(child), depth: depth + 1) { return false }
    let text = Self.text(element, isTrimmed: !children.isEmpty)
    if name.isEmpty {
      if !Self.trimmed(text).isEmpty { row.append(("value", String(decoding: text, as: UTF8.self))) }
    } else if !text.isEmpty {
      row.append((name, String(decoding: text, as: UTF8.self)))
    } else if children.isEmpty, !hasAttributes {
      row.append((name, nil))
    }
    return true
  }

  private mutating func endRow() {
    for cell in row where !table.names.contains(cell.name) {
      table.names.append(cell.name)
      for place in table.rows.indices { table.rows[place].append(nil) }
    }
    table.rows.append(
      table.names.map { name in
        let texts = row.filter { $0.name == name }.map(\.text)
        if texts.count < 2 { return texts.first ?? nil }
        return PlainJSON.array(texts.map { $0.map { .string($0) } ?? .null }).text
      })
  }

  private static func elements(_ node: xmlNodePtr) -> [xmlNodePtr] {
    children(node).filter { $0.pointee.type == XML_ELEMENT_NODE }
  }

  private static func children(_ node: xmlNodePtr) -> [xmlNodePtr] {
    var children: [xmlNodePtr] = []
    var next = node.pointee.children
    while let child = next {
      children.append(child)
      next = child.pointee.next
    }
    return children
  }

  private static func text(_ element: xmlNodePtr, isTrimmed: Bool) -> [UInt8] {
    var text: [UInt8] = []
    for child in children(element)
    where child.pointee.type == XML_TEXT_NODE || child.pointee.type == XML_CDATA_SECTION_NODE {
      if let content = child.pointee.content { text += Array(String(cString: content).utf8) }
    }
    return isTrimmed ? trimmed(text) : text
  }

  private static func trimmed(_ text: [UInt8]) -> [UInt8] {
    let space: [UInt8] = [0x20, 0x0A, 0x09, 0x0D]
    guard let first = text.firstIndex(where: { !space.contains($0) }),
      let last = text.lastIndex(where: { !space.contains($0) })
    else { return [] }
    return Array(text[first...last])
  }

  private static func name(_ element: xmlNodePtr) -> String {
    local(element.pointee.name, hasNamespace: element.pointee.ns != nil)
  }

  /// A name without its prefix: one that is not declared stands in the tree as a part of the name. What follows a colon
  /// and begins like no name is no local name.
  private static func local(_ name: UnsafePointer<xmlChar>?, hasNamespace: Bool) -> String {
    let text = name.map { String(cString: $0) } ?? ""
    guard !hasNamespace, let colon = text.firstIndex(of: ":"), colon != text.startIndex,
      let first = text[text.index(after: colon)...].unicodeScalars.first,
      first.properties.isXIDStart || first == "_"
    else { return text }
    return String(text[text.index(after: colon)...])
  }
}
