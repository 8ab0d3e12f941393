import AssayFormats
import AssayTestServers
import FormatTwins
import SandboxAPIs
import Testing

/// Bodies in other encodings, packed ones, large ones, and bombs.
@Suite struct HTTPBodyTests {
  private func read(
    _ body: [UInt8], _ type: String, _ keys: String, headers: [(String, String)] = [], api: String = "",
    environment: [String: String] = [:]
  ) async throws -> (run: RunOutcome, rows: [String]) {
    try await withServer({ _ in [reply(200, [("Content-Type", type)] + headers, body: body)] }) { server in
      let workspace = try Workspace()
      let run = try await workspace.run(
        """
        apis: {a: {base_url: "\(server.url)", retry: {max_attempts: 1}\(api.isEmpty ? "" : ", " + api)}}
        sources: {s: {type: http, api: a, path: /x, \(keys)}}
        outputs: [{type: jsonl, from: s, path: rows.jsonl}]
        """, environment: environment)
      #expect(try await workspace.leftovers() == [])
      return (run, (workspace.text("rows.jsonl") ?? "").split(separator: "\n").map(String.init))
    }
  }

  @Test(arguments: ["csv", "xml", "jsonl"])
  func `rows are the same in every charset`(_ format: String) async throws {
    try await withSandbox { sandbox in
      var found: [[String]] = []
      for charset in ["", "?charset=utf-8", "?charset=iso-8859-1", "?charset=utf-16"] {
        let (run, rows) = try await Workspace().rows(
          of: "{type: http, path: \"\(sandbox.baseURL)/crm/customers.\(format)\(charset)\", format: \(format)}")
        try #require(run.code == 0, "\(charset): \(run.errors)")
        found.append(rows)
      }
      #expect(found[0].count == sandboxCustomers)
      for name in ["Zoë", "Müller", "Søren"] { #expect(found[0].contains { $0.contains(name) }) }
      #expect(found.allSatisfy { $0 == found[0] })
    }
  }

  @Test(arguments: [
    ("/customers.csv.gz", "format: csv", 1080), ("/customers.jsonl.gz", "format: jsonl", 1080),
    ("/customers.zip", "format: csv", 1080), ("/customers.zip", "format: csv, members: '*/part-2.csv'", 540),
    ("/customers.zip", "format: csv, members: README.md", 0),
  ])
  func `files in gzip and zip are read as they come`(_ path: String, _ keys: String, _ count: Int) async throws {
    try await withSandbox { sandbox in
      let (run, rows) = try await Workspace().rows(
        of: "{type: http, path: \"\(sandbox.baseURL)/crm\(path)\", \(keys), on_empty: pass}",
        steps: count == 0 ? "" : "steps: {ids: {type: select, from: s, keep: [id]}}", from: count == 0 ? "s" : "ids")
      try #require(run.code == 0, "\(run.errors)")
      let last = 1000 + sandboxCustomers
      #expect(rows == (0..<count).map { "{\"id\":\(last - count + 1 + $0)}" })
    }
  }

  private static let latin = Array("name\n".utf8) + [0x5A, 0x6F, 0xEB, 0x0A]

  /// A body with the name of Zoë in some encoding.
  struct Encoded: Sendable {
    var body: [UInt8]
    var type: String
    var keys: String

    init(_ body: [UInt8], _ type: String, _ keys: String) {
      self.body = body
      self.type = type
      self.keys = keys
    }

    /// A text of which `¿` is the byte 0xEB, `ë` in Latin-1.
    init(latin text: String, _ type: String, _ keys: String) {
      self.init(text.unicodeScalars.map { $0 == "¿" ? 0xEB : UInt8($0.value) }, type, keys)
    }
  }

  static let encodings: [Encoded] = [
    Encoded(latin, "text/csv; charset=ISO-8859-1", "format: csv"),
    Encoded(latin, "text/csv; Charset=\"windows-1252\"", "format: csv"),
    Encoded(latin, "text/csv; charset=utf-8", "format: csv, encoding: latin1"),
    Encoded(latin, "text/csv", "format: csv, encoding: cp1252"),
    Encoded(Array("name\nZoë\n".utf8), "text/csv; charset=us-ascii", "format: csv"),
    // A mark is surer than what the server says.
    Encoded([0xEF, 0xBB, 0xBF] + Array("name\nZoë\n".utf8), "text/csv; charset=iso-8859-1", "format: csv"),
    Encoded(
      [0xFF, 0xFE] + "name\nZoë\n".utf16.flatMap { [UInt8($0 & 255), UInt8($0 >> 8)] }, "text/csv", "format: csv"),
    Encoded(
      [0xEF, 0xBB, 0xBF] + Array("<r><x><name>Zoë</name></x></r>".utf8), "text/xml; charset=iso-8859-1", "format: xml"),
    Encoded(
      latin: "<?xml version='1.0' encoding='utf-8'?><r><x><name>Zo¿</name></x></r>", "text/xml; charset=iso-8859-1",
      "format: xml"),
    Encoded(
      latin: "<?xml version='1.0' encoding='iso-8859-1'?><r><x><name>Zo¿</name></x></r>", "application/xml",
      "format: xml"),
    // JSON is UTF-8 whatever a server says, unless it is not.
    Encoded(Array(#"[{"name":"Zoë"}]"#.utf8), "application/json; charset=iso-8859-1", "format: json"),
    Encoded(latin: #"[{"name":"Zo¿"}]"#, "application/json; charset=iso-8859-1", "format: json"),
    Encoded(Array(#"[{"name":"Zoë"}]"#.utf8), "application/json; charset=unheard-of", "format: json"),
    Encoded(latin: "{\"name\":\"Zo¿\"}\n", "application/x-ndjson; charset=latin1", "format: jsonl"),
  ]

  @Test(arguments: encodings.indices)
  func `the encoding is the file's, the mark's, the answer's, in this order`(_ index: Int) async throws {
    let encoded = Self.encodings[index]
    let (run, rows) = try await read(encoded.body, encoded.type, encoded.keys)
    try #require(run.code == 0, "\(run.errors)")
    #expect(rows == [#"{"name":"Zoë"}"#])
  }

  @Test func `a charset that is not known is told`() async throws {
    let (run, _) = try await read(Self.latin, "text/csv; charset=shift_jis", "format: csv")
    #expect(run.code == 3)
    #expect(run.error("s").contains("`shift_jis` is not known"), "\(run.error("s"))")
    #expect(run.error("s").contains("'encoding' of the source can say otherwise"), "\(run.error("s"))")
  }

  @Test func `delimited text is read as the source says`() async throws {
    let (run, rows) = try await read(
      Array("1;'a;b'\n-;c\n".utf8), "text/csv", "format: csv, delimiter: ';', quote: \"'\", header: false, nulls: ['-']"
    )
    try #require(run.code == 0, "\(run.errors)")
    #expect(rows == [#"{"column_1":1,"column_2":"a;b"}"#, #"{"column_1":null,"column_2":"c"}"#])
  }

  private static let table = Array("id,n\n1,a\n".utf8)
  private static let paged = Array(#"{"next": null, "items": [{"id": 1}]}"#.utf8)
  private static let byCursor = "records: '$.items[*]', paginator: {type: cursor, cursor_path: $.next}"

  /// A packed body, the keys that read it, and the ids of its rows.
  struct Packed: Sendable {
    var body: [UInt8]
    var keys = "format: csv"
    var ids = ["1"]

    init(_ members: PlainZip.Member...) { body = PlainZip.archive(members) }

    init(gzip bytes: [UInt8]) { body = PlainGzip.deflate(bytes, level: 9) }

    func read(by keys: String = "format: csv", _ ids: String...) -> Packed {
      var copy = self
      copy.keys = keys
      copy.ids = ids
      return copy
    }
  }

  static let archives: [Packed] = [
    Packed(.init("b.csv", Array("id,n\n2,b\n".utf8)), .init("a.csv", table)).read("1", "2"),
    Packed(.init("x/", [], level: nil), .init("x/data.bin", table)),
    Packed(.init("__MACOSX/._a.csv", [0, 1, 2]), .init(".DS_Store", [0]), .init("a.tsv", table, hasDescriptor: true)),
    Packed(.init("a.csv.gz", PlainGzip.deflate(table, level: 6), level: nil)),
    Packed(.init("a.csv", table), .init("empty.csv", [])),
    Packed(.init("1.json", Array(#"[{"id":1}]"#.utf8)), .init("2.json", Array(#"[{"id":2}]"#.utf8)))
      .read(by: "format: json", "1", "2"),
    Packed(.init("1.xml", Array("<r><x><id>1</id></x></r>".utf8))).read(by: "format: xml", "1"),
    Packed(gzip: paged).read(by: byCursor, "1"), Packed(.init("1.json", paged)).read(by: byCursor, "1"),
  ]

  @Test(arguments: archives.indices)
  func `the members of an archive that fit the format are read in the order of their names`(_ index: Int) async throws {
    let packed = Self.archives[index]
    let (run, rows) = try await read(packed.body, "application/octet-stream", packed.keys)
    try #require(run.code == 0, "\(run.errors)")
    #expect(rows.map { $0.split(separator: ",")[0].filter(\.isNumber) } == packed.ids)
  }

  static let unreadable: [(packed: Packed, words: String)] = [
    (Packed(.init("a.csv", table, flags: 1)), "the member 'a.csv' of the zip archive is encrypted"),
    (Packed(.init("a.csv", table, method: 14)), "compressed by method 14 (LZMA)"),
    (Packed(.init("a.csv", table), .init("b.csv", Array("id,n\n1,\"x".utf8))), "member 'b.csv':2: "),
    (
      Packed(.init("a.pdf", table), .init("b.md", table)),
      "the zip archive has no member for format csv; it holds 'a.pdf', 'b.md'"
    ),
    (Packed(), "no member for format csv; it holds no files"),
    (Packed(.init("a.csv", table), .init("a.csv", table)), "has two members 'a.csv'"),
    (Packed(.init("a.csv", PlainZip.archive([.init("b.csv", table)]))), "a zip archive within a zip archive"),
    (Packed(gzip: PlainGzip.deflate(table, level: 6)), "gzipped twice"),
    (Packed(gzip: PlainZip.archive([.init("b.csv", table)])), "a zip archive within gzip"),
  ]

  @Test func `a packed body that is cut off is told`() async throws {
    for (body, words) in [
      (PlainZip.archive([.init("a.csv", Self.table)]), "the zip archive is cut off"),
      (PlainGzip.deflate(Self.table, level: 6), "the gzip data is cut off"),
    ] {
      let (run, _) = try await read(Array(body.dropLast(5)), "application/zip", "format: csv")
      #expect(run.code == 3)
      #expect(run.error("s").contains(words), "\(run.error("s"))")
    }
  }

  @Test(arguments: unreadable.indices)
  func `an archive that cannot be read is told with its member`(_ index: Int) async throws {
    let (packed, words) = Self.unreadable[index]
    let (run, rows) = try await read(packed.body, "application/zip", packed.keys)
    #expect(run.code == 3)
    #expect(rows == [])
    #expect(run.error("s").contains(words), "\(run.error("s"))")
    #expect(run.error("s").contains("the answer to GET http://"), "\(run.error("s"))")
  }

  private static let zeros = [UInt8](repeating: 0x30, count: 64 << 20)
  private static let half = [UInt8](repeating: 0x30, count: 2 << 20)

  static let bombs: [(name: String, packed: Packed, isEncoded: Bool)] = [
    ("gzip", Packed(gzip: zeros), false), ("zip", Packed(.init("a.csv", zeros, level: 9)), false),
    ("a zip that declares less", Packed(.init("a.csv", zeros, level: 9, declaredSize: 1_000_000)), false),
    ("a zip of gzip", Packed(.init("a.csv.gz", PlainGzip.deflate(zeros, level: 9), level: nil)), false),
    (
      "a zip of several",
      Packed(.init("a", half, level: 9), .init("b", half, level: 9), .init("c", half, level: 9)), false
    ),
    ("a content encoding", Packed(gzip: zeros), true),
    ("gzip in a content encoding", Packed(gzip: PlainGzip.deflate(zeros, level: 9)), true),
  ]

  @Test(arguments: bombs.indices)
  func `a bomb ends the run at max_body`(_ index: Int) async throws {
    let (name, packed, isEncoded) = Self.bombs[index]
    for format in ["csv", "jsonl", "json"] {
      let (run, rows) = try await read(
        packed.body, "application/octet-stream", "format: \(format)\(name.contains("zip") ? ", members: '*'" : "")",
        headers: isEncoded ? [("Content-Encoding", "gzip")] : [], api: "max_body: 4MiB")
      #expect(run.code == 3, "\(format)")
      #expect(rows == [])
      let isTold = run.error("s").contains("max_body (4194304 bytes)") || run.error("s").contains("that it declares")
      #expect(isTold, "\(format): \(run.error("s"))")
    }
  }

  @Test func `a body beyond what memory takes is read from a file, row by row`() async throws {
    let line = String(repeating: "x", count: 990)
    let count = 36_000
    let body = Array(("id,t\n" + (0..<count).map { "\($0),\(line)\n" }.joined()).utf8)
    try #require(body.count > 32 << 20)
    try await withServer({ _ in [reply(200, [("Content-Type", "text/csv")], body: body)] }) { server in
      let workspace = try Workspace()
      let pipeline = """
        sources: {s: {type: http, path: \(server.url)/x, format: csv, columns: {id: integer, t: text}}}
        steps: {ids: {type: select, from: s, keep: [id]}}
        outputs: [{type: jsonl, from: ids, path: rows.jsonl}]
        """
      let run = try await workspace.run(pipeline)
      try #require(run.code == 0, "\(run.errors)")
      #expect(workspace.text("rows.jsonl") == (0..<count).map { "{\"id\":\($0)}\n" }.joined())
      let broken = try await workspace.run(pipeline, environment: ["TMPDIR": "/nowhere"])
      #expect(broken.code == 3)
      #expect(
        broken.error("s").contains("cannot make a temporary file in /nowhere: No such file or directory"),
        "\(broken.error("s"))")
    }
  }

  @Test func `an empty page of text ends the pages`() async throws {
    for format in ["csv", "jsonl"] {
      try await withServer({ request in
        let isFirst = request.target.hasSuffix("page=1")
        let body = isFirst ? (format == "csv" ? "a\n1\n" : "{\"a\":1}\n") : ""
        return [reply(200, [("Content-Type", "text/plain")], body)]
      }) { server in
        let (run, rows) = try await Workspace().rows(
          of: "{type: http, path: \(server.url)/x, format: \(format), paginator: {type: page_number}}")
        try #require(run.code == 0, "\(run.errors)")
        #expect(rows == [#"{"a":1}"#])
        #expect(server.received.count == 2)
      }
    }
  }
}
