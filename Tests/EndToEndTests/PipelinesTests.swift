import AssayFormats
import AssayTestSupport
import SandboxAPIs
import Testing

/// The pipelines that people start from: each runs offline, costs nothing twice, and its guide shows what it says.
@Suite struct PipelinesTests {
  /// A pipeline of `pipelines/`, and what a run of it against the sandbox comes to.
  struct Case: Sendable, CustomTestStringConvertible {
    let name: String
    var code: Int32 = 0
    var outcome = "warned"
    /// The files that it reads, beside itself.
    var data: [String] = []
    /// The requests of the sources, which a second run sends again.
    var pages = 0
    /// A query over the store after two runs, and its rows.
    let query: String
    let rows: [String]

    var testDescription: String { name }
    var file: String { "pipelines/\(name).yaml" }
  }

  static let cases = [
    Case(
      name: "ckan", pages: 3, query: "SELECT count(*), count(DISTINCT id), min(license) FROM ckan_datasets",
      rows: ["240|240|cc-by"]),
    Case(
      name: "customers", data: ["examples/customers/data/orders.csv", "examples/customers/data/partners.xml"], pages: 6,
      query: "SELECT located_provider, count(*), count(lat) FROM customers GROUP BY 1",
      rows: ["census|918|918", "google|102|88"]),
    Case(
      name: "datagov", pages: 3,
      query: "SELECT count(*), count(DISTINCT slug), min(access_level) FROM datagov_datasets",
      rows: ["240|240|public"]),
    Case(
      name: "sales", data: ["pipelines/data/sales.csv"],
      query:
        "SELECT sale_id, currency, converted > 0 FROM sales WHERE converted IS NULL OR currency = 'eur' ORDER BY 1",
      rows: ["S-1042|USD|∅", "S-1078|KES|∅", "S-1121|eur|1"]),
    Case(
      name: "sites", data: ["pipelines/data/sites.csv"],
      query: "SELECT weather_status, count(*), count(temperature) FROM site_days GROUP BY 1",
      rows: ["not_found|1|0", "ok|98|98", "skipped|1|0"]),
    Case(
      name: "zips", data: ["pipelines/data/zips.csv"],
      query: "SELECT zipcode, census_status, population > 0 FROM zips WHERE zipcode IN ('02108', '99999')",
      rows: ["02108|ok|1", "99999|not_found|∅"]),
  ]

  private static let settings = RepositoryFile("pipelines/sandbox.env")

  /// The pipelines' own files in a folder of the test's own, and the settings with the address of a sandbox.
  private func workspace(_ pipeline: Case, _ address: String) throws -> Workspace {
    let workspace = try Workspace()
    for path in [pipeline.file] + pipeline.data {
      try workspace.write(try #require(RepositoryFile(path).text), to: path)
    }
    let settings = try #require(Self.settings.text)
    try workspace.write(settings.replacing("http://127.0.0.1:8780", with: address), to: Self.settings.path)
    return workspace
  }

  private func run(_ pipeline: Case, in workspace: Workspace, _ environment: [String: String] = [:]) async throws
    -> Ending
  {
    try await workspace.assay(
      "run", pipeline.file, "--env-file", Self.settings.path, "--report", "report.json", environment: environment)
  }

  @Test func `each has its test and its guide, and the README names both`() throws {
    let names = RepositoryFile("pipelines").names.filter { $0.hasSuffix(".yaml") }
    #expect(names == Self.cases.map { "\($0.name).yaml" })
    let readme = try #require(RepositoryFile("README.md").text)
    for name in Self.cases.map(\.name) {
      #expect(readme.contains("(pipelines/\(name).yaml)") && readme.contains("(docs/guides/\(name).md)"))
    }
  }

  /// A pipeline without the comments before it.
  private func definition(_ pipeline: Case) throws -> Substring {
    let text = try #require(RepositoryFile(pipeline.file).text)
    return text[try #require(text.firstRange(of: "version: 1")).lowerBound...]
  }

  @Test(arguments: cases)
  func `asks the real services unless it is told otherwise, and its settings for the sandbox are whole`(
    pipeline: Case
  ) async throws {
    let text = try definition(pipeline)
    let settings = try #require(Self.settings.text)
    for line in text.split(separator: "\n") where line.contains("base_url:") {
      let isReal = line.contains(/\$\{env:[A-Z_]+_URL:-https:\/\/[a-z.\/-]+[a-z0-9.\/-]*}/)
      #expect(isReal || line.contains("${env:CRM_URL}"), "\(line)")
    }
    for name in text.matches(of: /\$\{(?:env|secret):([A-Z_]+)/).map(\.output.1) where !name.hasSuffix("_FILE") {
      #expect(settings.contains("\n\(name)="), "\(Self.settings.path) lacks \(name)")
    }
    let ending = try await workspace(pipeline, "http://127.0.0.1:1").assay("validate", pipeline.file)
    #expect(ending.code == 0 && !ending.errors.contains("warning"), "\(ending.errors)")
  }

  @Test(arguments: cases)
  func `runs against the sandbox as its guide shows, and asks for nothing twice`(pipeline: Case) async throws {
    let guide = try #require(RepositoryFile("docs/guides/\(pipeline.name).md").text, "it has no guide")
    try await withSandbox { sandbox in
      let workspace = try workspace(pipeline, sandbox.baseURL)
      let first = try await run(pipeline, in: workspace)
      #expect(first.code == pipeline.code, "\(first.errors)")
      let report = try JSONParser.parse(try #require(workspace.text("report.json")))
      #expect(report["outcome"]?.string == pipeline.outcome)
      #expect(guide.contains("```yaml\n" + (try definition(pipeline)) + "```\n"))
      let command = "$ assay run \(pipeline.file) --env-file \(Self.settings.path)\n"
      let shown = try #require(guide.firstMatch(of: /```console\n([\s\S]*?)```/)?.output.1)
      #expect(shown.hasPrefix(command))
      #expect(summary(of: shown.dropFirst(command.count)) == summary(of: first.errors), "\(first.errors)")

      let asked = sandbox.targets.count
      let second = try await run(pipeline, in: workspace)
      #expect(second.code == pipeline.code, "\(second.errors)")
      #expect(sandbox.targets.count - asked == pipeline.pages, "\(sandbox.targets.dropFirst(asked))")
      let again = try JSONParser.parse(try #require(workspace.text("report.json")))
      for step in again["steps"]?.elements ?? [] where step["enrichment"]?.object != nil {
        #expect(step["requests"]?.int == 0 && step["enrichment", "requests"]?.int == 0)
      }
      #expect(try await workspace.query(pipeline.query, in: "pipelines/assay.db") == pipeline.rows)
    }
  }

  @Test(arguments: [
    ("ckan", "CKAN_URL", "/fault/body-status=Boom/ckan", "CKAN says that it went wrong"),
    ("ckan", "CKAN_URL", "/fault/html/ckan", "HTML page"), ("ckan", "CKAN_URL", "/datagov", "API_KEY_MISSING"),
    ("datagov", "DATAGOV_KEY", "bad", "API_KEY_INVALID"),
    ("datagov", "DATAGOV_URL", "/fault/stuck-cursor/datagov", "repeat"),
    ("sales", "FRANKFURTER_URL", "/frankfurter/v2", "404"), ("zips", "CENSUS_KEY", "bad", "key"),
  ])
  func `breaks, and says why, where its service does not do as it should`(
    _ name: String, _ variable: String, _ value: String, _ words: String
  ) async throws {
    let pipeline = try #require(Self.cases.first { $0.name == name })
    try await withSandbox { sandbox in
      let workspace = try workspace(pipeline, sandbox.baseURL)
      let ending = try await run(
        pipeline, in: workspace, [variable: variable.hasSuffix("_URL") ? sandbox.baseURL + value : value])
      #expect(ending.code == 3 && ending.errors.contains(words), "\(ending.errors)")
    }
  }

  @Test func `a portal that hands out fewer rows than were asked for loses none`() async throws {
    let workspace = try Workspace()
    try await withSandbox { sandbox in
      let (run, rows) = try await workspace.rows(
        of: """
          {type: http, path: "\(sandbox.baseURL)/ckan/api/3/action/package_search", query: {sort: id asc},
              records: "$.result.results[*]", columns: {id: text}, on_new_column: ignore,
              paginator: {type: offset, offset_param: start, limit_param: rows, limit: 2000, total_path: $.result.count}}
          """)
      #expect(run.code == 0 && rows.count == 2400 && Set(rows).count == 2400, "\(run.errors)")
      #expect(sandbox.targets.count == 3)
    }
  }
}

/// A run's summary without lines of progress, times and id, and without the line breaks and columns that times move.
private func summary(of errors: some StringProtocol) -> String {
  var lines = errors.split(separator: "\n", omittingEmptySubsequences: false)[...]
  while let line = lines.first, !line.contains(" · run ") { lines = lines.dropFirst() }
  return lines.joined(separator: "\n")
    .replacing(/\ in [0-9.]+ s · run [0-9a-z-]+/, with: "")
    .replacing(/<?[0-9]+\.[0-9]+ s\b/, with: "")
    .replacing(/\s+/, with: " ")
}
