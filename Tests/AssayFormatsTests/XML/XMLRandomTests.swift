import AssayColumns
import AssayFormats
import FormatTwins
import AssayTestSupport
import Testing

@Suite struct XMLRandomTests {
  /// Columns as they should come out, in order of first appearance, with the texts of the row at hand.
  private struct Expected {
    var names: [String] = []
    var rows: [[String: [String?]]] = []

    mutating func add(_ name: String, _ text: String?) {
      if !names.contains(name) { names.append(name) }
      rows[rows.count - 1][name, default: []].append(text)
    }

    /// What occurs once is its text, what occurs more often a JSON list.
    var table: [[String?]] {
      rows.map { row in
        names.map { name in
          guard let texts = row[name] else { return nil }
          if texts.count == 1 { return texts[0] }
          return "[" + texts.map { $0.map { "\"\($0)\"" } ?? "null" }.joined(separator: ",") + "]"
        }
      }
    }
  }

  private static func element(
    _ name: String, path: String, depth: Int, _ expected: inout Expected, _ random: inout SeededRandom
  ) -> String {
    var text = "<\(name)"
    var attributeCount = 0
    for attribute in ["k", "l"] where random.next() % 5 == 0 {
      let value = "v\(random.next() % 1000)"
      expected.add("\(path).@\(attribute)", value)
      text += " \(attribute)='\(value)'"
      attributeCount += 1
    }
    text += ">"
    if depth > 0, random.next() % 3 == 0 {
      for _ in 0...(random.next() % 3) {
        let child = ["a", "b", "c"][Int(random.next() % 3)]
        text += "\n " + element(child, path: "\(path).\(child)", depth: depth - 1, &expected, &random)
      }
    } else {
      let value = random.next() % 4 == 0 ? "" : "t\(random.next() % 100_000)"
      if !value.isEmpty { expected.add(path, value) } else if attributeCount == 0 { expected.add(path, nil) }
      text += value
    }
    return text + "</\(name)>"
  }

  @Test func `random records of any names in any order are read as they were written`() {
    var random = SeededRandom(seed: 23)
    for round in 0..<300 {
      var expected = Expected()
      var xml = "<r>\n"
      for _ in 0..<(1 + random.next() % 12) {
        expected.rows.append([:])
        xml += " <p>"
        for _ in 0...(random.next() % 8) {
          let name = ["n", "m", "o", "q", "s"][Int(random.next() % 5)]
          xml += Self.element(name, path: name, depth: 2, &expected, &random)
        }
        xml += "</p>\n"
      }
      xml += "</r>"
      let bytes = Array(xml.utf8)
      let split = Int(random.next() % UInt64(bytes.count))
      let pushes = round % 3 == 0 ? bytes.map { [$0] } : [Array(bytes[..<split]), Array(bytes[split...])]
      let table = DecodedTable.decoded(pushes, XMLFormat(pieceSize: 1 + Int(random.next() % 400)))
      #expect(table.fault == nil)
      #expect(table.names == expected.names, "\(xml)")
      #expect(table.rows == expected.table, "\(xml)")
    }
  }
}
