import AssayFormats
import FoundationEssentials
import Testing

/// Rows of files through the whole program.
@Suite struct FileSourceTests {
  struct Case: Sendable, CustomTestStringConvertible {
    var name: String
    var file = "in.csv"
    var text: [UInt8]
    var keys: String
    var rows: [String]
    var testDescription: String { name }

    init(_ name: String, file: String = "in.csv", _ text: String, _ keys: String, _ rows: [String]) {
      self.init(name, file: file, bytes: Array(text.utf8), keys, rows)
    }

    init(_ name: String, file: String = "in.csv", bytes: [UInt8], _ keys: String, _ rows: [String]) {
      (self.name, self.file, self.text, self.keys, self.rows) = (name, file, bytes, keys, rows)
    }
  }

  static let cases = [
    Case(
      "quotes, line breaks and CRLF", "id,t\r\n1,\"a, \"\"b\"\"\"\r\n2,\"x\r\ny\"\r\n", "type: csv",
      [#"{"id":1,"t":"a, \"b\""}"#, #"{"id":2,"t":"x\r\ny"}"#]),
    Case("a byte order mark", "\u{FEFF}id\n1\n", "type: csv", [#"{"id":1}"#]),
    Case("leading zeros stay text", "zip\n00501\n10001\n", "type: csv", [#"{"zip":"00501"}"#, #"{"zip":"10001"}"#]),
    Case("delimiter", "a;b\n1;2\n", "type: csv, delimiter: \";\"", [#"{"a":1,"b":2}"#]),
    Case("tab", "a\tb\n1\t2\n", "type: csv, delimiter: '\\t'", [#"{"a":1,"b":2}"#]),
    Case("quote", "a,b\n'x,y',2\n", "type: csv, quote: \"'\"", [#"{"a":"x,y","b":2}"#]),
    Case("no quote", "a,b\n\"x,2\n", "type: csv, quote: none", [#"{"a":"\"x","b":2}"#]),
    Case(
      "no header", "1,x\n2,y\n", "type: csv, header: false",
      [#"{"column_1":1,"column_2":"x"}"#, #"{"column_1":2,"column_2":"y"}"#]),
    Case(
      "encoding", bytes: Array("a\ncaf".utf8) + [0xE9, 0x0A], "type: csv, encoding: iso-8859-1", [#"{"a":"café"}"#]),
    Case(
      "utf-16", bytes: [0xFF, 0xFE] + "a\n€\n".utf16.flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] },
      "type: csv, encoding: utf-16", [#"{"a":"€"}"#]),
    Case(
      "nulls", "a,b\nNA,1\n,2\n-,3\n", "type: csv, nulls: [\"\", NA, \"-\"]",
      [#"{"a":null,"b":1}"#, #"{"a":null,"b":2}"#, #"{"a":null,"b":3}"#]),
    Case(
      "declared types", "a,b,c\n1,2,true\n", "type: csv, columns: {a: text, b: decimal, c: boolean}",
      [#"{"a":"1","b":2,"c":true}"#]),
    Case(
      "an unnamed and a repeated column", "a,,a\n1,2,3\n", "type: csv",
      [#"{"a":1,"column_2":2,"a_2":3}"#]),
    Case(
      "a list", file: "in.json", #"[{"a":1,"b":{"c":"x"},"d":[1,2]},{"a":2.5}]"#, "type: json",
      [#"{"a":1,"b.c":"x","d":"[1,2]"}"#, #"{"a":2.5,"b.c":null,"d":null}"#]),
    Case("an object", file: "in.json", #"{"a":1,"b":"x"}"#, "type: json", [#"{"a":1,"b":"x"}"#]),
    Case(
      "scalars", file: "in.json", #"[1,"x",null]"#, "type: json",
      [#"{"value":1}"#, #"{"value":"x"}"#, #"{"value":null}"#]),
    Case("JSON Lines", file: "in.jsonl", "{\"a\":1}\n\n{\"a\":2}\n", "type: json", [#"{"a":1}"#, #"{"a":2}"#]),
    Case(
      "lines by key", file: "in.json", "{\"a\":1}\n{\"a\":2}", "type: json, lines: true", [#"{"a":1}"#, #"{"a":2}"#]),
    Case(
      "records", file: "in.json", #"{"n":1,"data":{"items":[{"a":1},{"a":2}]}}"#,
      "type: json, records: '$.data.items[*]'",
      [#"{"a":1}"#, #"{"a":2}"#]),
    Case(
      "records by filter", file: "in.json", #"{"items":[{"a":1},{"a":5}]}"#, "type: json, records: '$.items[?@.a > 2]'",
      [#"{"a":5}"#]),
    Case(
      "records found nowhere, and allowed", file: "in.json", #"{"x":[]}"#,
      "type: json, records: '$.items[*]', allow_empty: true, on_empty: pass", []),
    Case(
      "XML", file: "in.xml", "<r><p id=\"7\"><n>A &amp; B</n><x><y>1</y></x></p><p id=\"8\"><n/></p></r>",
      "type: xml, records: p",
      [#"{"@id":7,"n":"A & B","x.y":1}"#, #"{"@id":8,"n":null,"x.y":null}"#]),
  ]

  @Test(arguments: cases) func `rows are read as the file and its keys say`(_ sample: Case) async throws {
    let workspace = try Workspace()
    try workspace.write(sample.text, to: sample.file)
    let (run, rows) = try await workspace.rows(
      of: "{path: \(sample.file), \(sample.keys)}", checks: sample.rows.isEmpty ? "checks: {s: {on_empty: pass}}" : "")
    try #require(run.code == 0, "\(run.errors)")
    #expect(rows == sample.rows)
  }

  @Test(arguments: ["csv", "json", "xml"]) func `a gzipped file is read like the file`(_ kind: String) async throws {
    let workspace = try Workspace()
    let texts = ["csv": "a\n1\n2\n", "json": "[{\"a\":1},{\"a\":2}]", "xml": "<r><p><a>1</a></p><p><a>2</a></p></r>"]
    try workspace.write(texts[kind] ?? "", to: "in.\(kind)")
    let gzip = try ChildProcess(
      "/usr/bin/gzip", ["in.\(kind)"], folder: workspace.path, log: workspace.file("log-gzip"))
    try #require(await gzip.end().code == 0)
    let (run, rows) = try await workspace.rows(of: "{type: \(kind), path: in.\(kind).gz}")
    try #require(run.code == 0, "\(run.errors)")
    #expect(rows == [#"{"a":1}"#, #"{"a":2}"#])
  }

  @Test func `a pattern reads its files in the order of names`() async throws {
    let workspace = try Workspace()
    for (name, value) in [("b", 2), ("a", 1), ("c", 3), ("a10", 4)] {
      try workspace.write("v\n\(value)\n", to: "in/\(name).csv")
    }
    try workspace.write("v\n9\n", to: "in/other.txt")
    let (run, rows) = try await workspace.rows(of: "{type: csv, path: in/*.csv}")
    try #require(run.code == 0, "\(run.errors)")
    #expect(rows == [1, 4, 2, 3].map { "{\"v\":\($0)}" })
  }

  @Test func `a pattern that matches no file breaks the run`() async throws {
    let workspace = try Workspace()
    let (run, _) = try await workspace.rows(of: "{type: csv, path: in/*.csv}")
    #expect(run.code == 3)
    #expect(run.error("s").contains("in/*.csv"), "\(run.error("s"))")
  }

  @Test func `one empty file of many is a warning, in whatever place it stands`() async throws {
    for (name, text) in [("csv", "v\n1\n"), ("jsonl", "{\"v\":1}\n"), ("xml", "<r><p><v>1</v></p></r>")] {
      let workspace = try Workspace()
      for file in ["a", "c", "e"] { try workspace.write("", to: "in/\(file).\(name)") }
      for file in ["b", "d"] { try workspace.write(text, to: "in/\(file).\(name)") }
      let kind = name == "jsonl" ? "json, lines: true" : name
      let (run, rows) = try await workspace.rows(
        of: "{type: \(kind), path: in/*.\(name), columns: {v: integer}}",
        checks: "checks: {s: {dataset: [{expression: v = 1}]}}")
      try #require(run.code == 0, "\(run.errors)")
      #expect(rows == [#"{"v":1}"#, #"{"v":1}"#])
      let warnings = run.warnings("s")
      #expect(warnings.count == 3, "\(warnings)")
      for file in ["a", "c", "e"] {
        #expect(warnings.contains { $0.contains("in/\(file).\(name): the file is empty") })
      }
    }
  }

  // Where only `t` is scored, what no rows mean is for the source alone to say.
  @Test(arguments: [
    ("", "t: {on_empty: pass}", 3), (", on_empty: fail", "t: {on_empty: pass}", 3),
    (", on_empty: warn", "t: {on_empty: pass}", 0), (", on_empty: pass", "t: {on_empty: pass}", 0),
    ("", "s: {on_empty: fail}", 1), ("", "s: {on_empty: warn}", 0), ("", "s: {on_empty: pass}", 0),
    (", on_empty: fail", "s: {on_empty: pass}", 3),
  ])
  func `a file without a byte is said to be empty, and is what on_empty makes of it`(
    _ key: String, _ checks: String, _ code: Int
  ) async throws {
    for path in ["in.csv", "in*.csv"] {
      let workspace = try Workspace()
      try workspace.write("", to: "in.csv")
      let (run, _) = try await workspace.rows(
        of: "{type: csv, path: \(path)\(key), columns: {a: integer}}",
        steps: "steps: {t: {type: select, from: s, keep: [a]}}", from: "t", checks: "checks: {\(checks)}")
      #expect(run.code == Int32(code), "\(run.errors)")
      #expect(run.errors.contains("in.csv: the file is empty"), "\(run.errors)")
      #expect(run.warnings("s").contains { $0.contains("the file is empty") }, "\(run.warnings("s"))")
      if code == 3 { #expect(run.error("s").contains("no rows") && run.error("s").contains("the file is empty")) }
    }
  }

  @Test func `declared columns must stand in the header of every file`() async throws {
    let workspace = try Workspace()
    try workspace.write("a,b\n1,2\n", to: "in/1.csv")
    try workspace.write("a\n1\n", to: "in/2.csv")
    let (run, _) = try await workspace.rows(of: "{type: csv, path: in/*.csv, columns: {b: integer}}")
    #expect(run.code == 3)
    #expect(run.error("s").contains("'b'"), "\(run.error("s"))")
  }

  @Test(arguments: [
    ("DATA.JSONL", [String](), 2), ("data.NDJSON", [], 2), ("data.jsonl", ["--format", "json"], 1),
    ("data.json", ["--format", "jsonl"], 2), ("DATA.JSON", [], 1), ("DATA.TSV", [], 2),
  ])
  func `check reads a file as its ending or --format says, in any case`(
    _ file: String, _ arguments: [String], _ rows: Int
  ) async throws {
    let workspace = try Workspace()
    // One record over several lines is JSON alone, a record a line is JSON Lines alone.
    let text =
      file == "DATA.TSV"
      ? "a\tb\n1\t2\n3\t4\n" : rows == 1 ? "[\n{\"a\":1,\n\"b\":2}\n]\n" : "{\"a\":1,\"b\":2}\n{\"a\":3,\"b\":4}\n"
    try workspace.write(text, to: file)
    let ending = try await workspace.start(["check", file, "--json"] + arguments).end()
    #expect(ending.code == 0, "\(ending.errors)")
    let dataset = try JSONParser.parse(ending.output)["datasets"]?.elements?.first
    #expect(dataset?["rows"]?.int == rows)
    #expect(dataset?["columns"]?.elements?.count == 2)
  }

  @Test func `a value that does not fit its declared type fails the gate, and is kept`() async throws {
    let workspace = try Workspace()
    try workspace.write("id,total\n1,5\n2,five\n3,7\n", to: "in.csv")
    let (run, rows) = try await workspace.rows(of: "{type: csv, path: in.csv, columns: {total: integer}}")
    #expect(run.code == 1)
    #expect(run.outcome == "failed")
    #expect(rows[1] == #"{"id":2,"total":null}"#)
    let check = try #require(run.check("type", "total"))
    #expect(check["status"]?.string == "failed")
    #expect(check["failed"]?.int == 1)
    #expect(check["location", "line"]?.int == 4)
    #expect(
      try await workspace.query("SELECT dataset, \"check\", \"column\", \"row\", value FROM failed_rows")
        == ["p.s|type|total|2|five"])
  }

  @Test func `of a repeated JSON name the last value counts, and the rows are warned of`() async throws {
    let workspace = try Workspace()
    try workspace.write(#"{"items":[{"a":1},{"a":2,"a":3},{"b":4}]}"#, to: "in.json")
    let (run, rows) = try await workspace.rows(of: "{type: json, path: in.json, records: '$.items[*]'}")
    #expect(run.code == 0)
    #expect(rows == [#"{"a":1,"b":null}"#, #"{"a":3,"b":null}"#, #"{"a":null,"b":4}"#])
    #expect(
      run.warnings("s") == ["1 row with a member's name twice, of which the last was taken; the first is row 2"])
  }

  @Test func `a path that needs the whole document names the ones that stream where memory is short`() async throws {
    let workspace = try Workspace()
    let big = "[" + (0..<300_000).map { "{\"a\":\($0)}" }.joined(separator: ",") + "]"
    try workspace.write(big, to: "in.json")
    for (path, code) in [("$[-1]", Int32(3)), ("$[299999]", 0)] {
      try workspace.write(
        """
        version: 1
        name: m
        memory: 1MiB
        sources:
          s: {type: json, path: in.json, records: '\(path)'}
        outputs: [{type: jsonl, from: s, path: rows.jsonl}]

        """, to: "m.yaml")
      let ending = try await workspace.start(["run", "m.yaml"]).end()
      #expect(ending.code == code, "\(ending)")
      #expect(("\(ending)".contains("forward slice")) == (code == 3), "\(ending)")
    }
  }

  @Test func `ragged rows are kept and reported`() async throws {
    let workspace = try Workspace()
    try workspace.write("a,b,c\n1\n1,2,3,4\n1,2,3\n", to: "in.csv")
    let (run, rows) = try await workspace.rows(of: "{type: csv, path: in.csv}")
    #expect(run.code == 0)
    #expect(rows == [#"{"a":1,"b":null,"c":null}"#, #"{"a":1,"b":2,"c":3}"#, #"{"a":1,"b":2,"c":3}"#])
    let warnings = run.warnings("s").joined(separator: "\n")
    #expect(warnings.contains("too few cells") && warnings.contains("too many"), "\(warnings)")
    #expect(run.warnings("s").count == 2, "\(warnings)")
  }

  @Test func `a declared column that is missing breaks the run`() async throws {
    let workspace = try Workspace()
    try workspace.write("a\n1\n", to: "in.csv")
    let (run, _) = try await workspace.rows(of: "{type: csv, path: in.csv, columns: {b: integer}}")
    #expect(run.code == 3)
    #expect(run.error("s").contains("'b'"), "\(run.error("s"))")
  }

  @Test(arguments: [("fail", 3), ("warn", 0), ("pass", 0)])
  func `on_empty decides what no rows mean`(_ word: String, _ code: Int) async throws {
    let workspace = try Workspace()
    try workspace.write("a,b\n", to: "in.csv")
    let run = try await workspace.run(
      """
      sources: {s: {type: csv, path: in.csv, on_empty: \(word)}}
      checks: {s: {on_empty: pass}}
      outputs: [{type: csv, from: s, path: out.csv}]
      """)
    #expect(run.code == Int32(code), "\(run.errors)")
    #expect(run.warnings("s").isEmpty == (word != "warn"))
    #expect(workspace.text("out.csv") == (code == 0 ? "a,b\n" : nil))
  }

  @Test(arguments: [("add", 0), ("ignore", 0), ("fail", 3)])
  func `on_new_column decides about columns that are not declared`(_ word: String, _ code: Int) async throws {
    let workspace = try Workspace()
    try workspace.write("a,b\n1,2\n", to: "in.csv")
    let (run, rows) = try await workspace.rows(
      of: "{type: csv, path: in.csv, columns: {a: integer}, on_new_column: \(word)}")
    #expect(run.code == Int32(code), "\(run.errors)")
    #expect(rows == ["add": [#"{"a":1,"b":2}"#], "ignore": [#"{"a":1}"#]][word, default: []])
    if word == "fail" { #expect(run.error("s").contains("'b'")) }
  }

  @Test func `a query reads another SQLite file, with its kinds of values`() async throws {
    let workspace = try Workspace()
    try workspace.write("id,name,v\n1,Ann,1.5\n2,,2\n", to: "in.csv")
    try await workspace.run(
      "sources: {s: {type: csv, path: in.csv}}\noutputs: [{type: sqlite, from: s, table: t, path: other.db}]")
    let (run, rows) = try await workspace.rows(
      of: "{type: sqlite, path: other.db, query: \"SELECT id, name, v * 2 AS w FROM t ORDER BY id DESC\"}")
    try #require(run.code == 0, "\(run.errors)")
    #expect(rows == [#"{"id":2,"name":null,"w":4.0}"#, #"{"id":1,"name":"Ann","w":3.0}"#])
    let (whole, all) = try await workspace.rows(of: "{type: sqlite, path: other.db, table: t}")
    #expect(whole.code == 0)
    #expect(all.count == 2)
    let (bad, _) = try await workspace.rows(of: "{type: sqlite, path: other.db, query: \"DELETE FROM t\"}")
    #expect(bad.code == 3)
    #expect(try await workspace.query("SELECT count(*) FROM t", in: "other.db") == ["2"])
  }
}

@Suite struct DelimiterHintTests {
  @Test(arguments: [(";", ";"), ("\t", "\\t"), ("|", "|")])
  func `a file of one column that looks like several is told its delimiter`(_ delimiter: String, _ shown: String)
    async throws
  {
    let workspace = try Workspace()
    try workspace.write("id\(delimiter)name\n1\(delimiter)a\n", to: "in.csv")
    let hinted = try RunOutcome(await workspace.assay("check", "in.csv", "--json"))
    #expect(hinted.warnings("in").contains { $0.contains("delimiter: \"\(shown)\"") }, "\(hinted.warnings("in"))")
    let right = try RunOutcome(await workspace.assay("check", "in.csv", "--json", "--delimiter", shown))
    #expect(right.warnings("in") == [])
  }
}
