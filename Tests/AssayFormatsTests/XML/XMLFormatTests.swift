import AssayColumns
import AssayFormats
import FormatTwins
import Testing

@Suite struct `XML format` {
  /// A document, its records, and what it must read as.
  struct Case: Sendable, CustomTestStringConvertible {
    var xml: String
    var records: String?
    var names: [String]
    var rows: [[String?]]
    var testDescription: String { xml }

    init(_ xml: String, records: String? = nil, _ names: [String], _ rows: [[String?]]) {
      self.xml = xml
      self.records = records
      self.names = names
      self.rows = rows
    }
  }

  static let cases: [Case] = [
    Case("<r><p><a>1</a><b>x</b></p><p><a>2</a></p></r>", ["a", "b"], [["1", "x"], ["2", nil]]),
    Case("<r>\n <p id='7' n=''>\n  <a>1</a>\n </p>\n</r>\n", ["@id", "@n", "a"], [["7", "", "1"]]),
    Case("<r><p><a><b>1</b><c d='2'>3</c></a></p></r>", ["a.b", "a.c.@d", "a.c"], [["1", "2", "3"]]),
    Case("<r><p><g lat='1' lng='2'/></p></r>", ["g.@lat", "g.@lng"], [["1", "2"]]),
    // Empty elements are null; white space by itself is kept in a leaf.
    Case("<r><p><a/><b></b><c> </c></p></r>", ["a", "b", "c"], [[nil, nil, " "]]),
    Case("<r><p>one</p><p> </p><p/></r>", ["value"], [["one"], [nil], [nil]]),
    // Text beside child elements is trimmed, and the child's text is its own.
    Case("<r><p> x <b>1</b> y </p></r>", ["b", "value"], [["1", "x  y"]]),
    Case("<r><p><a> x <b>1</b> y<b>2</b></a></p></r>", ["a.b", "a"], [["[\"1\",\"2\"]", "x  y"]]),
    // Repeated elements.
    Case(
      "<r><p><t>a</t><t/><t>\"q\"\\\n</t></p><p><t>b</t></p></r>", ["t"],
      [["[\"a\",null,\"\\\"q\\\"\\\\\\n\"]"], ["b"]]),
    Case(
      "<r><p><i><s>1</s></i><i><s>2</s></i><z>3</z></p></r>", ["i.s", "z"], [["[\"1\",\"2\"]", "3"]]),
    // Text in several kinds of runs.
    Case(
      "<r><p><a>x<![CDATA[<&>]]>y&amp;&lt;&#233;&#x1F600;</a></p></r>", ["a"], [["x<&>y&<é😀"]]),
    // Line ends are line feeds, in CDATA as well; a carriage return that is named stays.
    Case(
      "<r><p><a><![CDATA[x\r\ny\rz\r]]><![CDATA[\n]]>\r\n&#13;</a></p></r>", ["a"], [["x\ny\nz\n\n\n\r"]]),
    Case("<r><p a='x&amp;y &#233;&quot;'/></r>", ["@a"], [["x&y é\""]]),
    Case("<r><p><a>x<!-- no -->y<?pi z?>z</a></p></r>", ["a"], [["xyz"]]),
    Case(
      "<!DOCTYPE r [<!ENTITY e \"in <b>1</b>\"><!ENTITY f 'g'>]><r><p><a>&e; &f;</a><c d='&f;'/></p></r>",
      ["a.b", "a", "c.@d"], [["1", "in  g", "g"]]),
    // Namespaces.
    Case(
      "<x:r xmlns:x='u' xmlns='v'><x:p x:id='1'><y xmlns:z='w'>2</y><x:q>3</x:q></x:p></x:r>", ["@id", "y", "q"],
      [["1", "2", "3"]]),
    Case("<r><u:p><u:a>1</u:a></u:p></r>", ["a"], [["1"]]),
    // Which elements are records.
    Case("<r><h>no</h><l><p><a>1</a></p><p><a>2</a></p></l></r>", records: "p", ["a"], [["1"], ["2"]]),
    Case("<r><p><a>0</a></p><l><p><a>1</a></p></l></r>", records: "l/p", ["a"], [["1"]]),
    Case("<r><p><a>0</a></p><l><p><a>1</a></p></l></r>", records: "/r/p", ["a"], [["0"]]),
    Case("<r><p><a>1</a><p><a>2</a></p></p></r>", records: "x:p", ["a", "p.a"], [["1", "2"]]),
    Case("<r><q/></r>", records: "p", [], []),
    Case("<r/>", [], []),
    Case("<r>text</r>", [], []),
    Case("<r><a>1</a></r>", records: "r", ["a"], [["1"]]),
    // A name with a point shares the column of the nested one.
    Case("<r><p><a.b>1</a.b><a><b>2</b></a></p></r>", ["a.b"], [["[\"1\",\"2\"]"]]),
    Case("\u{FEFF}<?xml version='1.0' encoding='UTF-8'?>\r\n<r><p><a>1\r\n2</a></p></r>", ["a"], [["1\n2"]]),
  ]

  @Test(arguments: cases)
  func `reads a document the same at every split`(_ one: Case) {
    let bytes = Array(one.xml.utf8)
    for pushes in splits(bytes) + [bytes.map { [$0] }] {
      for size in [1, 1 << 20] {
        let table = DecodedTable.decoded(pushes, XMLFormat(records: one.records, pieceSize: size))
        #expect(table.fault == nil)
        #expect(table.names == one.names)
        #expect(table.rows == one.rows)
      }
    }
  }

  @Test func `declared encodings are read, and overruled where the bytes were transcoded`() {
    let head = Array("<?xml version='1.0' encoding='ISO-8859-1'?><r><p><a>".utf8)
    let tail = Array("</a></p></r>".utf8)
    let latin = DecodedTable.decoded([head + [0xE9] + tail], XMLFormat())
    #expect(latin.rows == [["é"]])
    let transcoded = DecodedTable.decoded([head + Array("é".utf8) + tail], XMLFormat(isTranscoded: true))
    #expect(transcoded.rows == [["é"]])
    let wide = "<r><p><a>é😀</a></p></r>".utf16.flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] }
    #expect(DecodedTable.decoded(([0xFF, 0xFE] + wide).map { [$0] }, XMLFormat()).rows == [["é😀"]])
  }

  @Test func `a large document is cut by records, however it is pushed`() throws {
    let xml = "<r>" + (0..<10_000).map { "<p i='\($0)'><a>text \($0)</a></p>" }.joined() + "</r>"
    func counts(_ size: Int) throws -> [Int] {
      let bytes = Array(xml.utf8)
      var cutter = XMLFormat().makeCutter()
      var pieces: [Piece] = []
      for start in stride(from: 0, to: bytes.count, by: size) {
        pieces += try cutter.push(Array(bytes[start..<min(start + size, bytes.count)]))
      }
      pieces += try cutter.finish()
      var counts: [Int] = []
      for piece in pieces { counts.append(try XMLFormat().decode(piece).rowCount) }
      return counts
    }
    for size in [1000, 65_536, 65_537, 10 << 20] { #expect(try counts(size) == [4096, 4096, 1808]) }
    let table = DecodedTable.decoded([Array(xml.utf8)], XMLFormat())
    #expect(table.rows[9_999] == ["9999", "text 9999"])
  }

  @Test func `line ends of long CDATA are line feeds wherever the parser cuts it`() {
    for before in 0..<4 {
      let text = String(repeating: "-", count: before) + String(repeating: "a\r\n\rb", count: 8_000)
      let xml = "<r><p><a><![CDATA[\(text)]]></a></p></r>"
      let table = DecodedTable.decoded([Array(xml.utf8)], XMLFormat())
      let expected = String(repeating: "-", count: before) + String(repeating: "a\n\nb", count: 8_000)
      #expect(table.fault == nil)
      #expect(table.rows == [[expected]])
    }
  }

  @Test func `ever new names do not make a table of columns times records`() throws {
    let xml = "<r>" + (0..<6_000).map { "<p><a\($0)>1</a\($0)></p>" }.joined() + "</r>"
    var cutter = XMLFormat().makeCutter()
    let pieces = try cutter.push(Array(xml.utf8)) + cutter.finish()
    var rows = 0
    for piece in pieces {
      let part = try XMLFormat().decode(piece)
      #expect(part.rowCount * part.columns.count <= 5 << 20)
      rows += part.rowCount
    }
    #expect(rows == 6_000)
  }

  @Test func `a piece of bytes is read as a document`() throws {
    let bytes = Array("<r><p><a>1</a></p></r>".utf8)
    let rows = try XMLFormat().decode(.bytes(bytes, header: [], line: 1, byte: 0, record: 0))
    #expect(rows.names == ["a"])
    #expect(rows.rowCount == 1)
  }
}
