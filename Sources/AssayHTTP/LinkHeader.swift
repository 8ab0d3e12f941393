/// One link of a `Link` header (RFC 8288, section 3).
package struct WebLink: Sendable, Hashable {
  /// The target as it stands between `<` and `>`: often relative.
  package var target: String
  /// The relation types, in lower case; registered names and URLs alike.
  package var relations: [String]
  /// Whose relation it is, if not that of the page that was answered.
  package var anchor: String?

  package init(target: String, relations: [String] = [], anchor: String? = nil) {
    self.target = target
    self.relations = relations
    self.anchor = anchor
  }
}

/// Why a `Link` header cannot be read.
package struct LinkHeaderFault: Error, Sendable, Hashable {
  /// A sentence without a full stop.
  package var message: String
  /// The byte of the field at which it shows, from 0.
  package var byte: Int
}

/// Reads the values of `Link` header fields.
///
/// As lenient as RFC 8288 (appendix B) asks: empty elements of the list, blanks around `=`, parameters without values,
/// values in quotes or not, and parameters that are not known are read over; of several `rel` the first counts. What has
/// no target is a fault, since a page might be missed. O(bytes).
package enum LinkHeader {
  /// The links of one field, in order.
  package static func parse(_ field: String) throws(LinkHeaderFault) -> [WebLink] {
    var reader = Reader(bytes: Array(field.utf8))
    var links: [WebLink] = []
    while true {
      reader.skip { isBlank($0) || $0 == UInt8(ascii: ",") }
      guard let byte = reader.peek else { return links }
      guard byte == UInt8(ascii: "<") else {
        throw LinkHeaderFault(message: "a link begins with '<'", byte: reader.at)
      }
      links.append(try link(&reader))
    }
  }

  private static func link(_ reader: inout Reader) throws(LinkHeaderFault) -> WebLink {
    let start = reader.at
    reader.at += 1
    let target = reader.take { $0 != UInt8(ascii: ">") }
    guard reader.peek != nil else { throw LinkHeaderFault(message: "'<' without its '>'", byte: start) }
    reader.at += 1
    var link = WebLink(target: target.trimmingBlanks())
    var hasRelation = false
    while true {
      reader.skip(isBlank)
      guard let byte = reader.peek, byte != UInt8(ascii: ",") else { return link }
      guard byte == UInt8(ascii: ";") else {
        throw LinkHeaderFault(message: "a ';' or ',' belongs behind a link", byte: reader.at)
      }
      reader.at += 1
      guard let (name, value) = try parameter(&reader) else { continue }
      switch name {
      case "rel" where !hasRelation:
        hasRelation = true
        link.relations = value.lowercased().split { $0 == " " || $0 == "\t" }.map(String.init)
      case "anchor" where link.anchor == nil: link.anchor = value
      default: break
      }
    }
  }

  /// A parameter's name in lower case with its value, or nil between two `;`.
  private static func parameter(_ reader: inout Reader) throws(LinkHeaderFault) -> (String, String)? {
    reader.skip(isBlank)
    let name = reader.take { !isBlank($0) && !isDelimiter($0) && $0 != UInt8(ascii: "=") }
    reader.skip(isBlank)
    guard reader.peek == UInt8(ascii: "=") else { return name.isEmpty ? nil : (name.lowercased(), "") }
    reader.at += 1
    reader.skip(isBlank)
    guard reader.peek == UInt8(ascii: "\"") else {
      return (name.lowercased(), reader.take { !isDelimiter($0) }.trimmingBlanks())
    }
    return (name.lowercased(), try reader.quoted())
  }

  private static func isBlank(_ byte: UInt8) -> Bool { byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") }

  private static func isDelimiter(_ byte: UInt8) -> Bool { byte == UInt8(ascii: ";") || byte == UInt8(ascii: ",") }

  private struct Reader {
    let bytes: [UInt8]
    var at = 0

    var peek: UInt8? { at < bytes.count ? bytes[at] : nil }

    mutating func skip(_ isSkipped: (UInt8) -> Bool) {
      while at < bytes.count, isSkipped(bytes[at]) { at += 1 }
    }

    mutating func take(_ isTaken: (UInt8) -> Bool) -> String {
      let start = at
      skip(isTaken)
      return String(decoding: bytes[start..<at], as: UTF8.self)
    }

    /// A quoted string, of which a backslash takes the next byte as it is.
    mutating func quoted() throws(LinkHeaderFault) -> String {
      let start = at
      at += 1
      var value: [UInt8] = []
      while at < bytes.count {
        let byte = bytes[at]
        at += 1
        if byte == UInt8(ascii: "\"") { return String(decoding: value, as: UTF8.self) }
        if byte == UInt8(ascii: "\\") {
          guard at < bytes.count else { break }
          value.append(bytes[at])
          at += 1
        } else {
          value.append(byte)
        }
      }
      throw LinkHeaderFault(message: "a quote is not closed", byte: start)
    }
  }
}
