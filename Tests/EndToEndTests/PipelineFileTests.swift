import AssayFormats
import FoundationEssentials
import Testing

/// Faults of the pipeline file and of the call: all at once, with their places, exit code 2, nothing run.
@Suite struct PipelineFileTests {
  private static let faulty = """
    version: 1
    name: p
    sources:
      s: {type: csv, paht: in.csv, path: in.csv}
      t: {type: cvs, path: in.csv}
    steps:
      a: {type: select, from: b, keep: [x]}
      b: {type: select, from: a, keep: [x]}
      c: {type: select, from: nowhere}
      g: {type: geocode, from: s, address: {address}}
    checks:
      s: {columns: {x: [{range: {min: 5, max: 1}}, {formt: email}]}}
    outputs:
      - {type: sqlite, from: s, table: runs}
      - {type: csv, from: s}

    """

  @Test(arguments: [["run"], ["validate"]]) func `every fault is reported at once, with its place`(_ command: [String])
    async throws
  {
    let workspace = try Workspace()
    try workspace.write("x\n1\n", to: "in.csv")
    try workspace.write(Self.faulty, to: "p.yaml")
    let ending = try await workspace.assay(command[0], "p.yaml")
    #expect(ending.code == 2)
    #expect(ending.output == "")
    let lines = ending.errors.split(separator: "\n").map(String.init)
    for (place, words) in [
      ("p.yaml:4:", "did you mean 'path'?"), ("p.yaml:5:", "did you mean 'csv'?"), ("p.yaml:9:", "'nowhere'"),
      ("p.yaml:10:", "\"{address}\""), ("p.yaml:12:", "'min' is greater than 'max'"), ("p.yaml:12:", "'format'"),
      ("p.yaml:14:", "reserved"), ("p.yaml:15:", "'path'"), ("p.yaml:", "circle"),
    ] {
      #expect(
        lines.contains { $0.hasPrefix(place) && $0.contains(": error: ") && $0.contains(words) && $0.hasSuffix("]") },
        "no line about \(words) at \(place) in:\n\(ending.errors)")
    }
    #expect(!workspace.exists("assay.db"), "nothing runs")
  }

  @Test(arguments: [
    ("a duplicate key", "sources: {s: {type: csv, path: a}}\nsources: {t: {type: csv, path: b}}\n", "sources"),
    ("text that is no YAML", "sources: {s: [\n", "p.yaml:"),
    (
      "an alias bomb",
      "a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c]\ne: &e [*d,*d,*d,*d,*d,*d,*d,*d,*d]\nf: &f [*e,*e,*e,*e,*e,*e,*e,*e,*e]\ng: &g [*f,*f,*f,*f,*f,*f,*f,*f,*f]\nh: &h [*g,*g,*g,*g,*g,*g,*g,*g,*g]\ni: &i [*h,*h,*h,*h,*h,*h,*h,*h,*h]\n",
      "alias"
    ),
    ("a list where names belong", "sources: [a, b]\n", "sources"),
    ("a later version", "version: 2\nname: p\n", "version"),
    ("nothing", "", ""),
  ])
  func `a file that is no pipeline is a fault of the file`(_ name: String, _ text: String, _ words: String) async throws
  {
    let workspace = try Workspace()
    try workspace.write(text, to: "p.yaml")
    let ending = try await workspace.assay("run", "p.yaml")
    #expect(ending.code == 2)
    #expect(ending.errors.contains("error"), "\(ending.errors)")
    #expect(ending.errors.contains(words), "\(ending.errors)")
  }

  @Test func `very deep YAML is a fault of the file`() async throws {
    let workspace = try Workspace()
    try workspace.write("sources: " + String(repeating: "[", count: 100_000), to: "p.yaml")
    #expect(try await workspace.assay("run", "p.yaml").code == 2)
    try workspace.write(
      "sources: " + String(repeating: "{a: ", count: 20_000) + String(repeating: "}", count: 20_000), to: "q.yaml")
    #expect(try await workspace.assay("run", "q.yaml").code == 2)
  }

  @Test(arguments: [
    ["run"], ["run", "no.yaml"], ["run", "."], ["nonsense"], ["run", "p.yaml", "--param", "x"],
    ["run", "p.yaml", "--param", "nope=1"],
    ["run", "p.yaml", "--fail-on", "maybe"], ["run", "p.yaml", "--env-file", "no.env"], ["check", "what.bin"],
    ["check", "a.csv", "--delimiter", "||"], ["check", "a.csv", "--encoding", "klingon"], ["check", "a.db"],
    ["check", "a.json", "--records", "$["],
  ])
  func `a wrong call is exit code 2 with a message`(_ arguments: [String]) async throws {
    let workspace = try Workspace()
    try workspace.write(
      "version: 1\nname: p\nsources: {s: {type: csv, path: a.csv}}\noutputs: [{type: csv, from: s, path: o.csv}]\n",
      to: "p.yaml")
    try workspace.write("a\n1\n", to: "a.csv")
    let ending = try await workspace.start(arguments).end()
    #expect(ending.code == 2, "\(ending.errors)")
    #expect(!ending.errors.isEmpty)
    #expect(ending.output == "")
    #expect(!workspace.exists("o.csv"))
  }

  @Test func `an unset variable is a fault with its place, and validate needs no secrets`() async throws {
    let workspace = try Workspace()
    let pipeline = """
      version: 1
      name: p
      apis: {a: {base_url: "${env:URL}", auth: {type: bearer, token: "${secret:TOKEN}"}}}
      sources: {s: {type: http, api: a, path: /x}}
      outputs: [{type: csv, from: s, path: o.csv}]
      """
    try workspace.write(pipeline, to: "p.yaml")
    let run = try await workspace.assay("run", "p.yaml")
    #expect(run.code == 2)
    #expect(
      run.errors.contains("p.yaml:3:") && run.errors.contains("URL") && run.errors.contains("TOKEN"), "\(run.errors)")
    #expect(try await workspace.assay("validate", "p.yaml").code == 0)
  }

  @Test func `values come from the environment, then from .env, then from defaults`() async throws {
    let workspace = try Workspace()
    for name in ["real", "dotenv", "other", "fallback"] { try workspace.write("v\n\(name)\n", to: "\(name).csv") }
    try workspace.write("# comment\nFILE=dotenv\nexport QUOTED=\"a b\"\n", to: ".env")
    try workspace.write("FILE=other\n", to: "other.env")
    let pipeline = """
      sources: {s: {type: csv, path: "${env:FILE:-fallback}.csv"}}
      outputs: [{type: jsonl, from: s, path: o.jsonl}]
      """
    func value(_ arguments: String..., environment: [String: String] = [:]) async throws -> String? {
      try workspace.write("version: 1\nname: p\n" + pipeline, to: "p.yaml")
      let ending = try await workspace.start(["run", "p.yaml"] + arguments, environment: environment).end()
      #expect(ending.code == 0, "\(ending.errors)")
      return workspace.text("o.jsonl")
    }
    #expect(try await value() == "{\"v\":\"dotenv\"}\n")
    #expect(try await value(environment: ["FILE": "real"]) == "{\"v\":\"real\"}\n")
    #expect(try await value("--env-file", "other.env") == "{\"v\":\"other\"}\n")
    try FileManager.default.removeItem(atPath: workspace.file(".env"))
    #expect(try await value() == "{\"v\":\"fallback\"}\n")
  }

  @Test func `YAML's traps do not change values`() async throws {
    let workspace = try Workspace()
    try workspace.write("country,zip,flag\nNO,00501,yes\nSE,10001,1e3\n", to: "in.csv")
    let run = try await workspace.run(
      """
      params: {zip: {type: text, default: 00501}}
      sources: {s: {type: csv, path: in.csv, columns: {zip: text, flag: text}}}
      checks:
        s:
          columns:
            country: [{accepted_values: [NO, SE]}]
            flag: [{accepted_values: [yes, 1e3]}]
            zip: [{accepted_values: [00501, 10001]}]
      outputs: [{type: jsonl, from: s, path: o.jsonl}]
      """)
    #expect(run.code == 0, "\(run.errors)")
    #expect(run.report["run", "params", "zip"]?.string == "00501")
  }

  @Test(arguments: [
    ("integer", "12", 0), ("integer", "x", 2), ("boolean", "true", 0), ("date", "2026-13-01", 2), ("decimal", "1.5", 0),
  ])
  func `params have types`(_ type: String, _ value: String, _ code: Int) async throws {
    let workspace = try Workspace()
    try workspace.write("a\n1\n", to: "in.csv")
    let run = try await workspace.run(
      """
      params: {x: {type: \(type)}}
      sources: {s: {type: csv, path: in.csv}}
      outputs: [{type: csv, from: s, path: "o-${param:x}.csv"}]
      """, "--param", "x=\(value)")
    #expect(run.code == Int32(code), "\(run.errors)")
    #expect(workspace.exists("o-\(value).csv") == (code == 0))
  }

  @Test func `a source that nothing uses is a warning, and not fetched`() async throws {
    let workspace = try Workspace()
    try workspace.write("a\n1\n", to: "in.csv")
    let run = try await workspace.run(
      """
      sources: {s: {type: csv, path: in.csv}, unused: {type: csv, path: missing.csv}}
      outputs: [{type: csv, from: s, path: o.csv}]
      """)
    #expect(run.code == 0, "\(run.errors)")
    #expect(run.errors.contains("warning") && run.errors.contains("'unused'"))
    #expect(run.step("unused") == nil)
  }

  @Test func `stdout is the report alone, and quiet says nothing`() async throws {
    let workspace = try Workspace()
    try workspace.write("a\n1\n", to: "in.csv")
    try workspace.write(
      "version: 1\nname: p\nsources: {s: {type: csv, path: in.csv}}\noutputs: [{type: csv, from: s, path: o.csv}]\n",
      to: "p.yaml")
    let plain = try await workspace.assay("run", "p.yaml")
    #expect(plain.output == "" && !plain.errors.isEmpty)
    let quiet = try await workspace.assay("run", "p.yaml", "-q")
    #expect(quiet.output == "" && quiet.errors == "")
    let json = try await workspace.assay("run", "p.yaml", "-q", "--json", "--report", "r.json", "--store", "other.db")
    #expect(json.errors == "")
    #expect(reportFaults(try JSONParser.parse(json.output)) == [])
    #expect(try JSONParser.parse(try #require(workspace.text("r.json"))) == JSONParser.parse(json.output))
    #expect(try await workspace.query("SELECT count(*) FROM runs", in: "other.db") == ["1"])
    let version = try await workspace.assay("--version")
    #expect(version.code == 0 && version.output.contains("."))
  }
}
