import AssayFormats
import FormatTwins
import FoundationEssentials
import Testing

/// Reports that the call and the environment ask for.
@Suite struct ReportTests {
  private static let data = "id,email,ssn\n1,a@example.com,S3CRET-1\n2,nobody,S3CRET-2\n"

  private static let checks = """
    sources: {s: {type: csv, path: in.csv}}
    checks:
      s:
        private: [ssn]
        columns: {email: [{format: email}], ssn: [{length: {max: 2}, severity: warn}]}

    """

  private func workspace(_ data: String = data) throws -> Workspace {
    let workspace = try Workspace()
    try workspace.write(data, to: "in.csv")
    return workspace
  }

  /// Lines of stderr that GitHub Actions obeys: those beside the ones between which it obeys nothing.
  private func commands(_ errors: String) -> [String] {
    var token: String?
    var found: [String] = []
    for line in errors.split(separator: "\n").map(String.init) {
      if let open = token {
        if line == "::\(open)::" { token = nil }
      } else if line.hasPrefix("::stop-commands::") {
        token = String(line.dropFirst("::stop-commands::".count))
      } else if line.drop(while: { $0 == " " }).hasPrefix("::") || line.contains("##[") {
        found.append(line)
      }
    }
    #expect(token == nil, "commands stay switched off")
    return found
  }

  @Test func `report may be given again and again, and its ending says which`() async throws {
    let workspace = try workspace()
    let run = try await workspace.run(
      Self.checks, "--report", "r/a.json", "--report", "b.XML", "--report", "c.md", "--report", "d.markdown")
    #expect(run.code == 1, "\(run.errors)")
    #expect(try JSONParser.parse(try #require(workspace.text("r/a.json"))) == run.report)
    let junit = try #require(workspace.text("b.XML").flatMap { XMLTree($0) })
    #expect(junit.descendants("failure").count == 2)
    #expect(workspace.text("c.md")?.hasPrefix("## ❌ `p` failed") == true)
    #expect(workspace.text("c.md") == workspace.text("d.markdown"))
    for name in ["r/a.json", "b.XML", "c.md"] {
      #expect(workspace.text(name)?.contains("S3CRET") == false, "\(name)")
    }
    #expect(try await workspace.leftovers() == [])
  }

  @Test(arguments: ["r.txt", "r", "json", ".json", "r.json/", "r.xml.gz", ""])
  func `a report of no known ending is a wrong call, and nothing runs`(_ path: String) async throws {
    let workspace = try workspace()
    let run = try await workspace.run(Self.checks, "--report", "ok.json", "--report", path)
    #expect(run.code == (path == ".json" ? 1 : 2), "\(run.errors)")
    if run.code == 2 {
      #expect(run.errors.contains("the file's ending does not say which report it is"))
      #expect(!workspace.exists("ok.json") && !workspace.exists("assay.db"))
    }
  }

  @Test func `two reports into one file are a wrong call`() async throws {
    let workspace = try workspace()
    let run = try await workspace.run(Self.checks, "--report", "r.json", "--report", "./r.json")
    #expect(run.code == 2 && run.errors.contains("would write over --report r.json"), "\(run.errors)")
  }

  @Test(arguments: ["in.csv/r.xml", "in.csv/r.md", "in.csv/r.json"])
  func `a report that cannot be written breaks the run`(_ path: String) async throws {
    let workspace = try workspace()
    try workspace.write("version: 1\nname: p\n" + Self.checks, to: "p.yaml")
    let ending = try await workspace.assay("run", "p.yaml", "--fail-on", "never", "--report", path)
    #expect(ending.code == 3 && ending.errors.contains("the report could not be written"), "\(ending.errors)")
  }

  @Test func `GitHub Actions gets annotations and a summary without being asked`() async throws {
    let workspace = try workspace()
    try workspace.write("# before\n", to: "summary.md")
    try workspace.write("version: 1\nname: p\n" + Self.checks, to: "a/p.yaml")
    try workspace.write(Self.data, to: "a/in.csv")
    let environment = [
      "GITHUB_ACTIONS": "true", "GITHUB_WORKSPACE": workspace.path, "GITHUB_STEP_SUMMARY": workspace.file("summary.md"),
    ]
    for arguments in [[], ["-q"]] {
      let ending = try await workspace.start(["run", "a/p.yaml"] + arguments, environment: environment).end()
      #expect(ending.code == 1, "\(ending.errors)")
      #expect(ending.output == "")
      #expect(
        commands(ending.errors) == [
          "::error file=a/p.yaml,line=7,col=24,title=s%3A format email failed::expected  every value has the format "
            + "email%0Aobserved  1 of 2 fails (50%25)%0Arow 2     email: \"nobody\"",
          "::warning file=a/p.yaml,line=7,col=48,title=s%3A length ssn warned::expected  every value has at most 2 "
            + "characters%0Aobserved  2 of 2 fail (100%25)%0Arow 1     ssn: ***%0Arow 2     ssn: ***",
        ])
    }
    let summary = try #require(workspace.text("summary.md"))
    #expect(summary.hasPrefix("# before\n## ❌ `p` failed"))
    #expect(summary.components(separatedBy: "## ❌ `p` failed").count == 3, "one for each run")
    #expect(!summary.contains("S3CRET"))
  }

  @Test func `a summary that cannot be written only warns`() async throws {
    let workspace = try workspace()
    for path in ["none/summary.md", "."] {
      let run = try await workspace.run(
        Self.checks, "--fail-on", "never", environment: ["GITHUB_STEP_SUMMARY": workspace.file(path)])
      #expect(run.code == 0 && run.outcome == "failed")
      #expect(run.errors.contains("the report 'github_summary' is left out"), "\(run.errors)")
    }
  }

  @Test func `the pipeline file may switch them off`() async throws {
    let workspace = try workspace()
    let run = try await workspace.run(
      Self.checks + "report: {github: never, github_summary: never}\n",
      environment: ["GITHUB_ACTIONS": "true", "GITHUB_STEP_SUMMARY": workspace.file("summary.md")])
    #expect(run.code == 1 && commands(run.errors) == [] && !workspace.exists("summary.md"))
  }

  @Test func `data cannot command GitHub Actions, nor break a report`() async throws {
    let hostile = [
      "\"\n::error::pwned\"", "::set-output name=a::b", "##[error]pwned", "]]><x>", "|\n| --- |", "`</code><script>",
      "\u{1}\u{7F}\u{FFFE}",
    ]
    let rows = hostile.map { "\"\($0.replacing("\"", with: "\"\""))\"\n" }.joined()
    let workspace = try workspace("a\n" + rows)
    try workspace.write(
      "version: 1\nname: p\nsources: {s: {type: csv, path: in.csv}}\nchecks: {s: {columns: {a: [{accepted_values: [x]}]}}}\n",
      to: "p.yaml")
    let ending = try await workspace.assay(
      "run", "p.yaml", "--report", "r.xml", "--report", "r.md", environment: ["GITHUB_ACTIONS": "true"])
    #expect(ending.code == 1, "\(ending.errors)")
    #expect(commands(ending.errors).count == 1)
    let junit = try #require(workspace.text("r.xml").flatMap { XMLTree($0) })
    #expect(junit.descendants("failure").last?.text.contains("]]><x>") == true)
  }

  @Test func `a run that breaks is an error in JUnit and an annotation`() async throws {
    let workspace = try workspace()
    let run = try await workspace.run(
      "sources: {s: {type: csv, path: none.csv}}\nchecks: {s: {}}\nreport: {junit: r.xml}\n",
      environment: ["GITHUB_ACTIONS": "true"])
    #expect(run.code == 3)
    let junit = try #require(workspace.text("r.xml").flatMap { XMLTree($0) })
    #expect(junit.attributes["errors"] == "2" && junit.descendants("testcase").first?.attributes["name"] == "run")
    #expect(
      commands(run.errors).count == 1 && commands(run.errors)[0].contains("title=p%3A the run broke::source 's' (csv)"))
  }

  @Test func `a graded file is told of as well`() async throws {
    let workspace = try workspace()
    let ending = try await workspace.assay(
      "check", "in.csv", "--min-score", "100", "--report", "r.xml", environment: ["GITHUB_ACTIONS": "true"])
    try workspace.write("id\n\n1\n1\n", to: "low.csv")
    let low = try await workspace.assay(
      "check", "low.csv", "--min-score", "100", "--report", "r.xml", environment: ["GITHUB_ACTIONS": "true"])
    #expect(ending.code == 0 && commands(ending.errors) == [])
    #expect(low.code == 1 && commands(low.errors).count == 1, "\(low.errors)")
    #expect(workspace.text("r.xml").flatMap { XMLTree($0) }?.attributes["failures"] == "2")
  }

  @Test(arguments: ["run", "validate"])
  func `faults of the pipeline file are annotated on their lines`(_ command: String) async throws {
    let workspace = try workspace()
    try workspace.write("version: 1\nname: p\nsorces: {}\n", to: "a/p.yaml")
    let environment = ["GITHUB_ACTIONS": "true", "GITHUB_WORKSPACE": workspace.path]
    let ending = try await workspace.assay(command, "a/p.yaml", environment: environment)
    #expect(ending.code == 2)
    let shown = commands(ending.errors)
    #expect(shown.last?.hasPrefix("::error file=a/p.yaml,line=3,col=1,title=config.unknown-key::") == true, "\(shown)")
    #expect(try await workspace.assay(command, "a/p.yaml").errors.contains("::") == false)
  }
}
