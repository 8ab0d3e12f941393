import AssayColumns
import AssayFormats
import FormatTwins
import Glibc
import Testing

@Suite struct `XML faults` {
  private func fault(_ xml: String, _ format: XMLFormat = XMLFormat()) -> FormatFault? {
    DecodedTable.decoded([Array(xml.utf8)], format).fault
  }

  @Test func `malformed XML is named with its line and record`() {
    let xml = "<r>\n<p><a>1</a></p>\n<p><a>2</b></p>\n</r>"
    for pushes in splits(Array(xml.utf8)) {
      let fault = DecodedTable.decoded(pushes, XMLFormat()).fault
      #expect(fault?.message.contains("mismatch") == true)
      #expect(fault?.line == 3)
      #expect(fault?.record == 2)
    }
  }

  @Test func `a truncated document is a fault wherever it ends`() {
    let xml = Array("<?xml version='1.0'?><r a='1'><p><a>x&amp;<![CDATA[y]]></a></p></r>".utf8)
    for count in 1..<xml.count {
      #expect(DecodedTable.decoded([Array(xml[..<count])], XMLFormat()).fault != nil)
    }
  }

  @Test(arguments: [
    "<r><p a=1/></r>", "<r><p>&nope;</p></r>", "<r><p>a & b</p></r>", "<r/><r/>", "<r/>x", "x",
    "<r><p a='1' a='2'/></r>",
    "<r>\u{1}</r>", "{\"a\": 1}", "<r><p><![CDATA[x]]</p></r>", "<!DOCTYPE r SYSTEM 'x.dtd'><r><p>&eacute;</p></r>",
  ])
  func `what is not well-formed is refused`(_ xml: String) {
    #expect(fault(xml) != nil)
  }

  @Test func `bytes that are not UTF-8 are refused`() {
    let bytes = Array("<r><p>".utf8) + [0xE9, 0x20] + Array("</p></r>".utf8)
    #expect(DecodedTable.decoded([bytes], XMLFormat()).fault != nil)
  }

  @Test func `an empty document is the fault that says so`() {
    #expect(fault("")?.isEmptyDocument == true)
  }

  @Test func `a fault is found again by the next call`() throws {
    var cutter = XMLFormat().makeCutter()
    let bytes = Array("<r><p></r>".utf8)
    _ = try cutter.push(bytes)
    #expect(throws: FormatFault.self) { try cutter.finish() }
    #expect(throws: FormatFault.self) { try cutter.finish() }
  }

  @Test func `a billion laughs are refused`() {
    var declarations = "<!ENTITY l0 \"lol lol lol lol lol lol lol lol lol lol\">"
    for level in 1...9 {
      let inner = String(repeating: "&l\(level - 1);", count: 10)
      declarations += "<!ENTITY l\(level) \"\(inner)\">"
    }
    for body in ["<p>&l9;</p>", "<p a='&l9;'/>"] {
      let fault = fault("<!DOCTYPE r [\(declarations)]><r>\(body)</r>")
      #expect(fault?.message.contains("expand") == true)
    }
    let loop = fault("<!DOCTYPE r [<!ENTITY a '&b;'><!ENTITY b '&a;'>]><r><p>&a;</p></r>")
    #expect(loop?.message.contains("refer to themselves") == true)
    // One long entity used often: quadratic rather than exponential.
    let long = String(repeating: "x", count: 100_000)
    let uses = String(repeating: "&q;", count: 20_000)
    let quadratic = fault("<!DOCTYPE r [<!ENTITY q '\(long)'>]><r><p>\(uses)</p></r>")
    #expect(quadratic?.message.contains("expand") == true)
  }

  @Test func `deep nesting is refused`() {
    let deep = String(repeating: "<a>", count: 100_000) + String(repeating: "</a>", count: 100_000)
    #expect(fault(deep)?.message == "elements are nested deeper than 200")
    #expect(fault(deep, XMLFormat(records: "nothing"))?.message == "elements are nested deeper than 200")
    let allowed = String(repeating: "<a>", count: 199) + "1" + String(repeating: "</a>", count: 199)
    #expect(fault(allowed) == nil)
  }

  @Test func `a file named by an external entity or DTD is not read`() throws {
    let folder = "/tmp/assay-xml-\(getpid())-\(UInt32.random(in: 0...UInt32.max))"
    try #require(mkdir(folder, 0o700) == 0)
    defer { rmdir(folder) }
    let path = "\(folder)/secret.txt"
    let file = try #require(fopen(path, "w"))
    fputs("<!ENTITY s 'SECRET'>SECRET", file)
    fclose(file)
    defer { unlink(path) }
    for xml in [
      "<!DOCTYPE r [<!ENTITY e SYSTEM 'file://\(path)'>]><r><p>&e;</p></r>",
      "<!DOCTYPE r [<!ENTITY e SYSTEM '\(path)'>]><r><p>&e;</p></r>",
      "<!DOCTYPE r [<!ENTITY e PUBLIC 'x' '\(path)'>]><r><p a='&e;'/></r>",
      "<!DOCTYPE r [<!ENTITY % e SYSTEM '\(path)'> %e;]><r><p>&s;</p></r>",
      "<!DOCTYPE r SYSTEM '\(path)'><r><p>&s;</p></r>",
    ] {
      let table = DecodedTable.decoded([Array(xml.utf8)], XMLFormat())
      #expect(table.fault != nil)
      #expect(!table.description.contains("SECRET"))
    }
    // A DTD that is merely named harms nobody, and is not read either.
    let named = DecodedTable.decoded([Array("<!DOCTYPE r SYSTEM '\(path)'><r><p>1</p></r>".utf8)], XMLFormat())
    #expect(named.rows == [["1"]])
  }

  @Test func `text and CDATA beyond libxml2's limit for a text are read whole`() {
    let size = 10_500_000
    let long = String(repeating: "0123456789", count: size / 10)
    for body in [long, "<![CDATA[\(long)]]>", long.replacingDigits()] {
      let table = DecodedTable.decoded([Array("<r><p><a>\(body)</a><b>1</b></p></r>".utf8)], XMLFormat())
      #expect(table.fault == nil)
      #expect(table.rows.first?[0]?.utf8.count ?? 0 >= size)
      #expect(table.rows.first?[1] == "1")
    }
  }
}

extension String {
  /// The text with each 9 as a character of two bytes, which the parser takes on another way than ASCII.
  fileprivate func replacingDigits() -> String {
    var bytes: [UInt8] = []
    for byte in utf8 { bytes += byte == UInt8(ascii: "9") ? [0xC3, 0xA9] : [byte] }
    return String(decoding: bytes, as: UTF8.self)
  }
}
