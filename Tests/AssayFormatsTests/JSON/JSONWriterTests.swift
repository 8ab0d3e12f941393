import AssayColumns
import AssayFormats
import FormatTwins
import Testing

@Suite struct JSONWriterTests {
  private func write(_ layout: JSONWriter.Layout, _ batches: [Batch]) -> String {
    var writer = JSONWriter(layout)
    var bytes: [UInt8] = []
    writer.begin(into: &bytes)
    for batch in batches { writer.append(batch, into: &bytes) }
    writer.end(into: &bytes)
    return String(decoding: bytes, as: UTF8.self)
  }

  private func batch(_ columns: [(Field, Column)]) -> Batch {
    Batch(
      schema: DatasetSchema(columns.map(\.0)), columns: columns.map(\.1), rowCount: columns.first?.1.count ?? 0)
  }

  @Test func `cells that carry their kinds are written as they are`() throws {
    let cells: [Cell] = [
      .integer(.min), .decimal(1.5), .decimal(.nan), .decimal(.infinity), .boolean(false), .null,
      .text("a\"\\\n\u{01}é"), .decimal(5),
    ]
    let batch = batch([(Field("x", reading: .own), .cells(cells))])
    #expect(
      write(.lines, [batch]) == """
        {"x":-9223372036854775808}
        {"x":1.5}
        {"x":null}
        {"x":null}
        {"x":false}
        {"x":null}
        {"x":"a\\"\\\\\\n\\u0001é"}
        {"x":5.0}

        """)
  }

  @Test(
    arguments: [
      (nil, ["1", "true", "00501"], [#""1""#, #""true""#, #""00501""#]),
      (.text, ["1", "true"], [#""1""#, #""true""#]), (.date, ["2026-11-24"], [#""2026-11-24""#]),
      (.datetime, ["2026-11-24T00:00:00Z"], [#""2026-11-24T00:00:00Z""#]),
      (
        .integer, ["1", "-5", "007", "99999999999999999999", "x"],
        ["1", "-5", #""007""#, "99999999999999999999", #""x""#]
      ),
      (
        .decimal, ["1.50", ".5", "5.", "007", "1e5", "-.5", "NaN", "0.10"],
        ["1.50", "0.5", "5.0", #""007""#, "1e5", "-0.5", #""NaN""#, "0.10"]
      ),
      (.boolean, ["true", "FALSE", "yes"], ["true", "false", #""yes""#]),
    ] as [(ValueType?, [String], [String])])
  func `text cells follow their column's type`(type: ValueType?, texts: [String], tokens: [String]) {
    let batch = batch([(Field("x", reading: .fromText, type: type), .texts(texts))])
    #expect(write(.lines, [batch]) == tokens.map { "{\"x\":\($0)}\n" }.joined())
  }

  @Test func `a list is streamed over batches`() {
    let one = batch([
      (Field("a", reading: .own), Column(.integers([1, 2]))), (Field("b\"", reading: .own), .texts(["x", nil])),
    ])
    #expect(write(.list, [one]) == "[\n{\"a\":1,\"b\\\"\":\"x\"},\n{\"a\":2,\"b\\\"\":null}\n]\n")
    #expect(write(.list, [one, one]).split(separator: "},").count == 4)
    #expect(write(.list, []) == "[]\n")
    #expect(write(.lines, []) == "")
  }

  @Test func `typed storages are written by their kind`() {
    let batch = batch([
      (Field("d", reading: .fromText, type: .decimal), Column(.decimals([0.1, .nan]))),
      (Field("b", reading: .fromText, type: .boolean), Column(.booleans(Bitmap(words: [1], count: 2)))),
    ])
    #expect(write(.lines, [batch]) == "{\"d\":0.1,\"b\":true}\n{\"d\":null,\"b\":false}\n")
  }

  @Test(arguments: JSONFormatTests.documents.filter { $0.text.hasPrefix("[{") })
  func `what is written reads back as the same rows`(document: (text: String, path: String?, lines: Bool)) throws {
    let rows = try JSONFormat().read(document.text)
    let batches = rows.map { rows in
      batch(zip(rows.names, rows.columns).map { (Field($0, reading: .own), $1) })
    }
    for layout in [JSONWriter.Layout.list, .lines] {
      let again = try JSONFormat(lines: layout == .lines).read(write(layout, batches))
      #expect(JSONReference(again).rows == JSONReference(rows).rows)
    }
  }
}
