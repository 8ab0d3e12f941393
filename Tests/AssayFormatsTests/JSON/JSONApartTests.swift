import AssayFormats
import Testing

/// Pages that are read as streams, with what stands beside their records.
@Suite struct JSONApartTests {
  static let documents = [
    #"{"items":[{"a":1},{"a":[2,"]"]}],"total":7,"next":{"cursor":"x"}}"#,
    #" {"total": 7 , "items" : [ ] , "next":{"cursor":"x"}} "#,
    #"{"next":{"cursor":"x"},"total":7,"items":[{"a":"[]{}\""} , {"a":2}]}"#,
    "\u{FEFF}" + #"{"items":[{"a":1}],"total":7,"next":{"cursor":"x"}}"#,
    #"{"items":{"a":1},"total":7,"next":{"cursor":"x"}}"#,
  ]

  @Test(arguments: documents)
  func `rows and values are those of the whole document`(_ text: String) throws {
    let bytes = Array(text.utf8)
    let root = try JSONParser.parse(bytes)
    for records in ["$.items", "$.items[*]"] where records == "$.items" || !text.contains(#""items":{"#) {
      let format = JSONFormat(records: try JSONPath(records))
      let (parts, rest) = try format.readApart(bytes)
      let whole = try JSONFormat.rows(of: format.records(in: root))
      #expect(parts.reduce(0) { $0 + $1.rowCount } == whole.rowCount)
      for path in ["$.total", "$.next.cursor", "$['next']", "$.none"] {
        let path = try JSONPath(path)
        #expect(format.isBesideRecords(path))
        #expect(path.first(in: rest) == path.first(in: root))
      }
    }
  }

  @Test(arguments: [
    ("$.items[*]", "$.items[-1].id"), ("$.items[*]", "$.items"), ("$.items[*]", "$"), ("$.data.items[*]", "$.data"),
    ("$..items[*]", "$.total"), ("$.items[*]", "$..total"),
  ])
  func `a path into the records needs the whole document`(_ records: String, _ path: String) throws {
    #expect(try !JSONFormat(records: JSONPath(records)).isBesideRecords(JSONPath(path)))
  }

  @Test(arguments: [
    #"{"items":[{"a":1},{"a":}],"total":7}"#, #"{"items":[{"a":1}],"total":7"#, #"{"items":[1,],"total":7}"#,
    #"{"items":[1],"total":07}"#,
  ])
  func `a broken document is refused`(_ text: String) throws {
    let format = JSONFormat(records: try JSONPath("$.items[*]"))
    #expect(throws: FormatFault.self) { try format.readApart(Array(text.utf8)) }
  }
}
