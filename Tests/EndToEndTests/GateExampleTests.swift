import AssayDefinition
import AssayTestSupport
import FormatTwins
import FoundationEssentials
import Testing

/// The gates that are ready to copy, each run as its CI system would run it.
@Suite struct GateExampleTests {
  private static let bad = "id,email\n1,a@example.com\n1,b@example.com\n2,c@example\n"
  private static let good = "id,email\n1,a@example.com\n2,b@example.com\n"

  /// A repository with a pipeline and its data.
  private func repository(_ data: String) throws -> Workspace {
    let workspace = try Workspace()
    try workspace.write(
      """
      version: 1
      name: gate
      sources: {customers: {type: csv, path: customers.csv}}
      checks:
        customers:
          columns:
            id: [unique]
            email: [{format: email, severity: warn}]

      """, to: "data/pipeline.yaml")
    try workspace.write(data, to: "data/customers.csv")
    return workspace
  }

  static let handed: [(inputs: [String: String], data: String, code: Int32)] = [
    (["fail-on": "warn"], good, 0), (["fail-on": "never"], bad, 0), (["min-score": "100"], bad, 1),
    (["fail-on": "sometimes"], good, 2), (["report": "a.txt"], good, 2), (["report": "r/a b.xml\n"], good, 0),
    (["pipeline": "$(touch pwned)"], good, 2), (["min-score": "1; touch pwned"], good, 2),
  ]

  // MARK: GitHub Actions

  /// Runs the composite action as GitHub's runner does: inputs fill its variables, each step is a bash script.
  private func runAction(_ inputs: [String: String], in workspace: Workspace) async throws -> Ending {
    let action = try repositoryYAML("examples/gates/github/action.yml")
    var values = inputs
    for input in action["inputs"]?.pairs ?? [] where values[input.key] == nil {
      if let text = input.value["default"]?.scalar { values[input.key] = text }
      if input.value["required"]?.scalar == "true" {
        try #require(inputs[input.key] != nil, "\(input.key) is required")
      }
    }
    for name in inputs.keys { #expect(action["inputs"]?[name] != nil, "the action has no input '\(name)'") }
    #expect(action.at("runs", "using")?.scalar == "composite")
    let steps = action.at("runs", "steps")?.list ?? []
    #expect(steps.count == 1 && steps.first?["shell"]?.scalar == "bash")
    var environment = [
      "GITHUB_ACTIONS": "true", "GITHUB_WORKSPACE": workspace.path, "GITHUB_STEP_SUMMARY": workspace.file("summary.md"),
      "GITHUB_OUTPUT": workspace.file("output"), "CI": "true",
    ]
    for (name, text) in steps.first?["env"]?.texts ?? [:] {
      var filled = text
      for (input, value) in values { filled = filled.replacing("${{ inputs.\(input) }}", with: value) }
      #expect(!filled.contains("${{"), "\(name) is not filled: \(text)")
      environment[name] = filled
    }
    let script = try #require(steps.first?["run"]?.scalar)
    #expect(!script.contains("${{"), "a script takes no text of inputs into itself")
    return try await workspace.bash(
      script, options: ["--noprofile", "--norc", "-eo", "pipefail"], environment: environment)
  }

  @Test func `the GitHub action annotates, sums up, writes its reports and fails`() async throws {
    let workspace = try repository(Self.bad)
    let ending = try await runAction(["pipeline": "data/pipeline.yaml"], in: workspace)
    #expect(ending.code == 1, "\(ending.errors)")
    #expect(workspace.text("output") == "exit-code=1\n")
    let annotations = ending.errors.split(separator: "\n").filter {
      $0.hasPrefix("::error ") || $0.hasPrefix("::warning ")
    }
    #expect(annotations.count == 2)
    #expect(
      annotations.first?.hasPrefix(
        "::error file=data/pipeline.yaml,line=7,col=12,title=customers%3A unique id failed::") == true)
    #expect(annotations.last?.hasPrefix("::warning file=data/pipeline.yaml,line=8,col=16,") == true)
    #expect(workspace.text("summary.md")?.hasPrefix("## ❌ `gate` failed\n") == true)
    let junit = try #require(workspace.text("reports/assay.xml").flatMap { XMLTree($0) })
    #expect(junit.attributes["failures"] == "2" && junit.attributes["errors"] == "0")
    #expect(workspace.exists("reports/assay.json"))
  }

  @Test func `the GitHub workflow uses the action as it is, and holds known failures against its baseline`()
    async throws
  {
    let workspace = try repository(Self.bad)
    let workflow = try repositoryYAML("examples/gates/github/workflow.yml")
    let steps = workflow.at("jobs", "gate", "steps")?.list ?? []
    let step = try #require(steps.first { $0["uses"]?.scalar == "./.github/actions/assay" })
    let inputs = step["with"]?.texts ?? [:]
    let missing = try await runAction(inputs, in: workspace)
    #expect(missing.code == 2 && missing.errors.contains("the baseline 'data/baseline.json' is not there"))
    let baseline = try await workspace.assay("baseline", "data/pipeline.yaml", "-q", "-o", "data/baseline.json")
    #expect(baseline.code == 0, "\(baseline.errors)")
    let ending = try await runAction(inputs, in: workspace)
    #expect(ending.code == 0, "\(ending.errors)")
    #expect(ending.errors.contains("known: 2 rows in the baseline"))
    #expect(workspace.exists("reports/assay.xml") && workspace.exists("reports/assay.md"))
    // What is uploaded is the folder that the action wrote to, whatever came of it.
    let upload = try #require(steps.last)
    #expect(upload["if"]?.scalar == "always()" && upload.at("with", "path")?.scalar == "reports/")
  }

  @Test(arguments: handed)
  func `the GitHub action hands its inputs on as they are`(
    inputs: [String: String], data: String, code: Int32
  ) async throws {
    let workspace = try repository(data)
    let ending = try await runAction(
      inputs.merging(["pipeline": "data/pipeline.yaml"]) { own, _ in own }, in: workspace)
    #expect(ending.code == code, "\(ending.errors)")
    #expect(!workspace.exists("pwned"))
    if inputs["report"]?.contains("a b") == true { #expect(workspace.exists("r/a b.xml")) }
  }

  // MARK: GitLab

  /// Runs the job's script as GitLab's runner does: the lines in one shell that stops at the first failure.
  private func runJob(_ workspace: Workspace) async throws -> Ending {
    let job = try #require(try repositoryYAML("examples/gates/gitlab/.gitlab-ci.yml")["data-quality"])
    let script = (job["script"]?.list ?? []).compactMap(\.scalar).joined(separator: "\n")
    let environment = (job["variables"]?.texts ?? [:]).merging(["GITLAB_CI": "true", "CI": "true"]) { own, _ in own }
    return try await workspace.bash(script, options: ["-eo", "pipefail"], environment: environment)
  }

  @Test(arguments: [true, false])
  func `the GitLab job leaves the JUnit file that it names, whatever came of it`(
    isBad: Bool
  ) async throws {
    let (data, code): (String, Int32) = isBad ? (Self.bad, 1) : (Self.good, 0)
    let workspace = try repository(Self.good)
    let baseline = try await workspace.assay("baseline", "data/pipeline.yaml", "-q", "-o", "data/baseline.json")
    #expect(baseline.code == 0, "\(baseline.errors)")
    try workspace.write(data, to: "data/customers.csv")
    let ending = try await runJob(workspace)
    #expect(ending.code == code, "\(ending.errors)")
    #expect(!ending.errors.contains("::"), "no commands of GitHub's")
    let job = try #require(try repositoryYAML("examples/gates/gitlab/.gitlab-ci.yml")["data-quality"])
    #expect(job.at("artifacts", "when")?.scalar == "always")
    let junit = try #require(job.at("artifacts", "reports", "junit")?.scalar)
    let root = try #require(workspace.text(junit).flatMap { XMLTree($0) })
    #expect(root.attributes["failures"] == "\(code * 2)")
    for cached in job.at("cache", "paths")?.list ?? [] { #expect(workspace.exists(cached.scalar ?? "")) }
  }

  // MARK: pre-commit

  /// Runs hooks as pre-commit does: the entry with its arguments, and with the files that match.
  private func runHook(_ id: String, files: [String], in workspace: Workspace, args: [String]? = nil) async throws
    -> Ending
  {
    let hooks = try repositoryYAML("examples/gates/pre-commit/.pre-commit-hooks.yaml").list
    let hook = try #require(hooks.first { $0["id"]?.scalar == id })
    #expect(hook["language"]?.scalar == "system")
    let pattern = try Regex(try #require(hook["files"]?.scalar))
    let matching = files.filter { $0.contains(pattern) }
    if matching.isEmpty { return Ending(code: 0, output: "", errors: "skipped") }
    let passes = hook["pass_filenames"]?.scalar != "false"
    let arguments = (args ?? (hook["args"]?.list ?? []).compactMap(\.scalar)) + (passes ? matching : [])
    return try await workspace.bash("\(hook["entry"]?.scalar ?? "") \"$@\"", arguments)
  }

  @Test func `the pre-commit hooks judge the files of a commit`() async throws {
    let workspace = try repository(Self.bad)
    try workspace.write(try #require(workspace.text("data/pipeline.yaml")), to: "pipelines/a.yaml")
    try workspace.write("version: 1\nname: b\nsorces: {}\n", to: "pipelines/b.yml")
    let files = ["data/customers.csv", "data/pipeline.yaml", "pipelines/a.yaml", "README.md"]
    #expect(try await runHook("assay-validate", files: files, in: workspace).code == 0)
    let faulty = try await runHook("assay-validate", files: files + ["pipelines/b.yml"], in: workspace)
    #expect(faulty.code == 2 && faulty.errors.contains("pipelines/b.yml:3:1"), "\(faulty.errors)")
    #expect(try await runHook("assay-validate", files: ["README.md"], in: workspace).errors == "skipped")
    #expect(try await runHook("assay-check", files: files, in: workspace).code == 0)
    #expect(try await runHook("assay-check", files: files, in: workspace, args: ["--min-score=100"]).code == 0)
    try workspace.write("a,b\n1,\n1,\n", to: "data/more.csv")
    let low = try await runHook(
      "assay-check", files: ["data/more.csv"] + files, in: workspace, args: ["--min-score=90"])
    #expect(low.code == 1, "\(low.errors)")
    #expect(try await runHook("assay-run", files: files, in: workspace).code == 1)
    #expect(try await runHook("assay-run", files: ["README.md"], in: workspace).code == 0)
    try workspace.write(Self.good, to: "data/customers.csv")
    #expect(try await runHook("assay-run", files: files, in: workspace).code == 0)
  }

  @Test func `the pre-commit config names hooks that are there`() throws {
    let hooks = try repositoryYAML("examples/gates/pre-commit/.pre-commit-hooks.yaml").list.compactMap {
      $0["id"]?.scalar
    }
    let config = try repositoryYAML("examples/gates/pre-commit/.pre-commit-config.yaml")
    let used = (config["repos"]?.list ?? []).flatMap { $0["hooks"]?.list ?? [] }.compactMap { $0["id"]?.scalar }
    #expect(used == hooks)
  }

  // MARK: shell

  @Test func `the shell gate says what its exit code means, and writes its reports`() async throws {
    let workspace = try repository(Self.bad)
    let script = try #require(RepositoryFile("examples/gates/shell/gate.sh").text)
    let cases: [([String], Int32, String)] = [
      (["data/pipeline.yaml"], 1, "the data is not good enough; see out/assay.md"),
      (["data/pipeline.yaml", "--fail-on", "never"], 0, "the data is good enough"),
      (["data/nothing.yaml"], 2, "the pipeline file or the call is wrong"),
      (["data/broken.yaml"], 3, "the run broke"),
      ([], 2, ""),
    ]
    try workspace.write(
      "version: 1\nname: b\nsources: {s: {type: csv, path: none.csv}}\nchecks: {s: {}}\n", to: "data/broken.yaml")
    for (arguments, code, words) in cases {
      let ending = try await workspace.bash(script, arguments, environment: ["REPORTS": "out"])
      #expect(ending.code == code, "\(arguments): \(ending.errors)")
      #expect(ending.output.contains(words))
    }
    for name in ["xml", "json", "md"] { #expect(workspace.exists("out/assay.\(name)")) }
  }
}
