import AssayFormats
import FoundationEssentials
import Testing

/// Input that nobody should send: a clear error, the right exit code, no crash, nothing half published.
@Suite struct BadInputTests {
  struct Case: Sendable, CustomTestStringConvertible {
    var name: String
    var file: String
    var bytes: [UInt8]
    /// The exit codes of `check` and of a pipeline.
    var check: Int32
    var run: Int32
    /// What both say on stderr.
    var words: String
    var testDescription: String { name }

    init(_ name: String, _ file: String, _ text: String, check: Int32, run: Int32, _ words: String = "") {
      self.init(name, file, Array(text.utf8), check: check, run: run, words)
    }

    init(_ name: String, _ file: String, _ bytes: [UInt8], check: Int32, run: Int32, _ words: String = "") {
      (self.name, self.file, self.bytes, self.check, self.run, self.words) = (name, file, bytes, check, run, words)
    }
  }

  private static let laughs =
    "<?xml version=\"1.0\"?><!DOCTYPE l [<!ENTITY a \"ha\">"
    + zip("bcdefghij", "abcdefghi").map { "<!ENTITY \($0) \"\(String(repeating: "&\($1);", count: 10))\">" }.joined()
    + "]><l><r>&j;</r></l>"

  static let cases = [
    Case("an empty CSV file", "in.csv", "", check: 1, run: 1),
    Case("an empty JSON file", "in.json", "", check: 1, run: 1),
    Case("an empty JSON Lines file", "in.jsonl", "", check: 1, run: 1),
    Case("an empty list", "in.json", "[]", check: 1, run: 1),
    Case("a header only", "in.csv", "a,b\n", check: 1, run: 1),
    Case("one column", "in.csv", "a\n1\n\n2\n", check: 0, run: 0),
    Case("an unterminated quote", "in.csv", "a,b\n1,\"x\n2,y\n", check: 3, run: 3, "quote"),
    Case("invalid UTF-8", "in.csv", Array("a\nx".utf8) + [0xFF, 0xFE, 0x0A], check: 3, run: 3, "UTF-8"),
    Case(
      "invalid UTF-8 in JSON", "in.json", Array("[{\"a\":\"".utf8) + [0xC3, 0x28] + Array("\"}]".utf8), check: 3,
      run: 3, "UTF-8"),
    Case("a NUL byte", "in.csv", Array("a,b\nx".utf8) + [0] + Array("y,2\n".utf8), check: 3, run: 3, "NUL"),
    Case("truncated JSON", "in.json", #"[{"a":1},{"a":"#, check: 3, run: 3, "in.json"),
    Case("truncated JSON Lines", "in.jsonl", "{\"a\":1}\n{\"a\":", check: 3, run: 3, "in.jsonl"),
    Case("two JSON texts", "in.json", "[{\"a\":1}] [2]", check: 3, run: 3, "in.json"),
    Case("JSON nested 100,000 deep", "in.json", String(repeating: "[", count: 100_000), check: 3, run: 3, "deep"),
    Case(
      "JSON objects nested 100,000 deep", "in.json",
      "[" + String(repeating: "{\"a\":", count: 100_000) + "1" + String(repeating: "}", count: 100_000) + "]", check: 3,
      run: 3, "deep"),
    Case("XML with a billion laughs", "in.xml", laughs, check: 3, run: 3, "in.xml"),
    Case(
      "XML with an external entity", "in.xml",
      "<?xml version=\"1.0\"?><!DOCTYPE l [<!ENTITY a SYSTEM \"file:///etc/passwd\">]><l><r>&a;</r></l>", check: 3,
      run: 3, "in.xml"),
    Case("XML with a bare ampersand", "in.xml", "<l>\n<r name=\"A & B\"/>\n</l>", check: 3, run: 3, "in.xml:2"),
    Case("truncated XML", "in.xml", "<l><r><a>1</a></r><r>", check: 3, run: 3, "in.xml"),
    Case("XML nested deep", "in.xml", String(repeating: "<a>", count: 100_000), check: 3, run: 3, "in.xml"),
    Case("a name that promises gzip, of a plain file", "in.csv.gz", "a\n1\n", check: 0, run: 0),
    Case(
      "a truncated gzip", "in.csv.gz", [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3, 0x4B, 0xE4], check: 3, run: 3, "in.csv.gz"),
    Case("a database that is none", "in.db", "SQLite format 4", check: 3, run: 3, "in.db"),
  ]

  @Test(arguments: cases) func `bad input has its exit code and its message`(_ sample: Case) async throws {
    let workspace = try Workspace()
    try workspace.write(sample.bytes, to: sample.file)
    let type = sample.file.split(separator: ".").dropFirst().first.map(String.init) ?? ""
    let table = type == "db" ? ["--table", "t"] : []
    let check = try await workspace.start(["check", sample.file, "--json"] + table).end()
    #expect(check.code == sample.check, "\(check.errors)")
    #expect(check.errors.contains(sample.words), "\(check.errors)")
    #expect(reportFaults(try JSONParser.parse(check.output)) == [])
    try workspace.write("old", to: "out.csv")
    let kinds = ["jsonl": "type: json", "db": "type: sqlite, table: t"]
    let run = try await workspace.run(
      """
      sources: {s: {path: \(sample.file), \(kinds[type] ?? "type: \(type)")}}
      outputs: [{type: sqlite, from: s, table: t}, {type: csv, from: s, path: out.csv}]
      """)
    #expect(run.code == sample.run, "\(run.errors)")
    #expect(run.errors.contains(sample.words), "\(run.errors)")
    #expect((workspace.text("out.csv") == "old") == (sample.run != 0))
    #expect(
      try await workspace.query("SELECT count(*) FROM sqlite_master WHERE name = 't'") == [sample.run == 0 ? "1" : "0"])
    #expect(try await workspace.leftovers() == [])
    // What went wrong is said in a line or two, however bad the input is.
    #expect(run.errors.utf8.count < 4_000)
  }

  @Test(arguments: [("missing.csv", "missing.csv"), ("folder.csv", "folder")])
  func `a file that is not there, or is none, is named`(_ file: String, _ words: String) async throws {
    let workspace = try Workspace()
    try workspace.write("x", to: "folder.csv/inside.txt")
    let check = try await workspace.assay("check", file)
    #expect(check.code == 2)
    #expect(check.errors.contains(words), "\(check.errors)")
    let run = try await workspace.run(
      "sources: {s: {type: csv, path: \(file)}}\noutputs: [{type: csv, from: s, path: out.csv}]")
    #expect(run.code == 3)
    #expect(run.error("s").contains(words), "\(run.error("s"))")
    #expect(!workspace.exists("out.csv"))
  }

  @Test func `ten thousand columns are graded and written, and too many for SQLite is said`() async throws {
    let workspace = try Workspace()
    let header = (1...10_000).map { "c\($0)" }.joined(separator: ",")
    let row = (1...10_000).map(String.init).joined(separator: ",")
    try workspace.write("\(header)\n\(row)\n\(row)\n", to: "in.csv")
    let check = try await workspace.assay("check", "in.csv", "--json")
    #expect(check.code == 0, "\(check.errors)")
    #expect(try JSONParser.parse(check.output)["datasets"]?.elements?.first?["columns"]?.elements?.count == 10_000)
    let files = try await workspace.run(
      "sources: {s: {type: csv, path: in.csv}}\noutputs: [{type: csv, from: s, path: out.csv}, {type: jsonl, from: s, path: out.jsonl}]"
    )
    #expect(files.code == 0, "\(files.errors)")
    #expect(workspace.bytes("out.csv") == workspace.bytes("in.csv"))
    let table = try await workspace.run(
      "sources: {s: {type: csv, path: in.csv}}\noutputs: [{type: sqlite, from: s, table: t}]")
    #expect(table.code == 3)
    #expect(table.error("t").contains("2000") || table.error("t").contains("2,000"), "\(table.error("t"))")
    #expect(try await workspace.leftovers() == [])
  }

  @Test func `broken UTF-16 in XML is told by the program, not by the library that reads it`() async throws {
    let workspace = try Workspace()
    let text = "<r><p>".utf16.flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] }
    try workspace.write([0xFF, 0xFE] + text + [0x00, 0xD8, 0x0A, 0x00], to: "in.xml")
    let check = try await workspace.assay("check", "in.xml")
    #expect(check.code == 3)
    #expect(check.errors.contains("in.xml:1: malformed XML"))
    #expect(!check.errors.contains("error :"), "\(check.errors)")
  }

  @Test func `a field of 100 MB is read and written`() async throws {
    let workspace = try Workspace()
    let field = [UInt8](repeating: UInt8(ascii: "x"), count: 100_000_000)
    try workspace.write(Array("a,b\n1,\"".utf8) + field + Array("\"\n".utf8), to: "in.csv")
    let check = try await workspace.assay("check", "in.csv", "--json")
    #expect(check.code == 0, "\(check.errors)")
    #expect(try JSONParser.parse(check.output)["datasets"]?.elements?.first?["rows"]?.int == 1)
    try workspace.write([UInt8(ascii: "a"), 10, UInt8(ascii: "\"")] + field, to: "open.csv")
    let open = try await workspace.assay("check", "open.csv")
    #expect(open.code == 3)
    #expect(open.errors.contains("quote") && open.errors.utf8.count < 4_000)
  }
}
