import AssayFormats
import AssayTestSupport
import FormatTwins

extension FuzzSubject {
  static let xml = FuzzSubject("xml", "XML in chunks of all sizes against libxml2's tree, read plainly") { round in
    var text = ""
    if round.random.once(in: 8) { text += "\u{FEFF}" }
    if round.random.once(in: 4) {
      text += round.random.pick(["<?xml version='1.0'?>\n", "<?xml version=\"1.0\" encoding=\"UTF-8\"?>"])
    }
    if round.random.once(in: 5) {
      text += "<!DOCTYPE r [<!ENTITY e \"in <b>1</b> out\"><!ENTITY f 'g&#38;h'><!ENTITY n '&f;&f;'>]>"
    }
    let isDeclared = text.contains("DOCTYPE")
    let space = round.random.pick(["", "", " xmlns:u='v'", " xmlns='w'", " xmlns:u='v' xmlns:x='y'"])
    text +=
      "<r\(space)>" + round.random.xmlContent(depth: 4, isDeclared) + "</r>"
      + round.random.pick(["", "\n", "<!-- z -->"])
    var bytes = Array(text.utf8)
    if round.random.once(in: 2) {
      round.random.mutate(
        &bytes, marks: Array("<>/&;=\"' abpr:!-[]?#x1\r\n\u{00}".utf8) + [0xFF, 0xC3, 0xA9],
        times: 1 + round.random.next(below: 3))
    }
    let records = round.random.pick([nil, nil, "p", "l/p", "/r/p", "u:p", "r", "b"])
    var expected = PlainXML.table(bytes, records: records)
    for pushes in round.random.pushes(of: bytes) {
      let size = round.random.pick([1, 20, 1 << 20])
      let found = DecodedTable.decoded(pushes, XMLFormat(records: records, pieceSize: size))
      let said = found.fault?.message ?? "no fault"
      // What a document may not do here, though it is well-formed: ask for what is outside of it.
      if expected != nil, said.contains("external") || said.contains("DTDs are not read"), bytes.contains(0x26) {
        expected = nil
      }
      round.expect(
        found.fault == nil ? found : nil, expected,
        "records \(records ?? "-"), pieces of \(size), pushes of \(pushes.map(\.count)), \(said)", bytes)
    }
  }
}

extension SeededRandom {
  mutating func xmlContent(depth: Int, _ isDeclared: Bool) -> String {
    var text = ""
    for _ in 0..<next(below: once(in: 5) ? 12 : 5) {
      if depth > 0, !once(in: 3) {
        text += xmlElement(depth: depth - 1, isDeclared)
      } else {
        text += pick([
          "1", "text", " ", "\n  ", " x ", "é", "😀", "&amp;", "&lt;", "&#233;", "&#x1F600;", "&#13;", "\r\n", "\r",
          "\"", "]]",
          "<![CDATA[<&>]]>", "<![CDATA[]]>", "<![CDATA[ ]]>", "<!-- no -->", "<?pi z?>", isDeclared ? "&e;" : "",
          isDeclared ? "&f;" : "", isDeclared ? "&n;" : "",
        ])
      }
    }
    return text
  }

  private mutating func xmlElement(depth: Int, _ isDeclared: Bool) -> String {
    let name = pick(["p", "p", "a", "b", "a.b", "l", "u:a", "é", "c_"])
    var attributes = ""
    for attribute in ["i", "n", "u:i", "xml:lang"] where once(in: 6) {
      attributes +=
        " \(attribute)=" + pick(["'7'", "\"\"", "' a  b\n'", "\"&lt;&#9;'\"", isDeclared ? "'&f;'" : "'é'"])
    }
    let content = xmlContent(depth: depth, isDeclared)
    return content.isEmpty && once(in: 2) ? "<\(name)\(attributes)/>" : "<\(name)\(attributes)>\(content)</\(name)>"
  }
}
