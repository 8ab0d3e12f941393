import CXML
import Glibc

/// A small XML document as libxml2 reads it: elements with their attributes, their text and their children.
package struct XMLTree: Sendable, Hashable {
  package var name: String
  package var attributes: [String: String] = [:]
  /// All text below the element.
  package var text = ""
  package var children: [XMLTree] = []

  /// The document's root; nil where libxml2 finds the text malformed.
  package init?(_ document: String) {
    let bytes = Array(document.utf8)
    if bytes.contains(0) { return nil }
    let options = XML_PARSE_NONET.rawValue | XML_PARSE_NOERROR.rawValue | XML_PARSE_NOWARNING.rawValue
    let tree = bytes.withUnsafeBytes {
      xmlReadMemory(
        $0.baseAddress?.assumingMemoryBound(to: CChar.self), Int32($0.count), nil, nil, Int32(options))
    }
    guard let tree else { return nil }
    defer { xmlFreeDoc(tree) }
    guard let root = xmlDocGetRootElement(tree) else { return nil }
    self.init(root)
  }

  private init(_ node: xmlNodePtr) {
    name = String(cString: node.pointee.name)
    var attribute = node.pointee.properties
    while let current = attribute {
      attributes[String(cString: current.pointee.name)] = Self.content(UnsafeMutableRawPointer(current))
      attribute = current.pointee.next
    }
    text = Self.content(UnsafeMutableRawPointer(node))
    var child = node.pointee.children
    while let current = child {
      if current.pointee.type == XML_ELEMENT_NODE { children.append(XMLTree(current)) }
      child = current.pointee.next
    }
  }

  private static func content(_ node: UnsafeMutableRawPointer) -> String {
    guard let content = xmlNodeGetContent(node.assumingMemoryBound(to: xmlNode.self)) else { return "" }
    // What libxml2 allocates comes from malloc, unless it is told otherwise.
    defer { free(content) }
    return String(cString: content)
  }

  /// The children of a name.
  package func all(_ name: String) -> [XMLTree] { children.filter { $0.name == name } }

  /// The elements of a name at any depth, in the order of the document.
  package func descendants(_ name: String) -> [XMLTree] {
    children.flatMap { ($0.name == name ? [$0] : []) + $0.descendants(name) }
  }
}
