import AssayFormats
import FoundationEssentials
import Testing

/// Files that nobody wrote for Assay, against metrics that another program computed.
@Suite struct RealInputTests {
  private static let fixtures = folder(of: #filePath) + "/Fixtures/real"

  @Test(arguments: [
    "airports.csv", "seattle-weather.csv", "la-riots.csv", "us-employment.csv", "barley.json", "driving.json",
    "wheat.json",
    "crimea.json", "iso_3166-1.json", "iso_4217.xml",
  ])
  func `metrics of published data are those of the slow reference`(_ name: String) async throws {
    let workspace = try Workspace()
    let records = name == "iso_3166-1.json" ? ["--records", "$['3166-1'][*]"] : []
    let ending = try await workspace.start(["check", "\(Self.fixtures)/\(name)", "--json"] + records).end()
    #expect(ending.code == 0, "\(ending.errors)")
    let report = try JSONParser.parse(ending.output)
    #expect(reportFaults(report) == [])
    let golden = try #require(FileManager.default.contents(atPath: "\(Self.fixtures)/\(name).expected.json"))
    let expected = try JSONParser.parse(Array(golden))
    let metrics = try #require(report["datasets"]?.elements?.first?["metrics"]?.object)
    let wanted = try #require(expected.object)
    #expect(metrics.members.map(\.name) == wanted.members.map(\.name))
    for metric in wanted.members { #expect(metrics[metric.name] == metric.value, "\(metric.name)") }
  }

  @Test func `a file through a table and back is the same data`() async throws {
    let workspace = try Workspace()
    let csv = try #require(FileManager.default.contents(atPath: Self.fixtures + "/airports.csv"))
    try workspace.write(Array(csv), to: "in.csv")
    let first = try await workspace.run(
      "sources: {s: {type: csv, path: in.csv}}\nchecks: {s: {dataset: [{unique_key: [iata]}]}}\noutputs: [{type: sqlite, from: s, table: t}, {type: csv, from: s, path: out.csv}]"
    )
    #expect(first.code == 0, "\(first.errors)")
    let lines = String(decoding: csv, as: UTF8.self).split(whereSeparator: \.isNewline).count
    #expect(try await workspace.query("SELECT count(*) FROM t") == ["\(lines - 1)"])
    let again = try await workspace.assay("check", "out.csv", "--json")
    #expect(
      try JSONParser.parse(again.output)["datasets"]?.elements?.first?["metrics"] == first.dataset("s")?["metrics"])
  }

  @Test func `the same file twice gives the same report but for ids and times`() async throws {
    var texts: [String] = []
    for _ in 0..<2 {
      let workspace = try Workspace()
      let run = try await workspace.run(
        """
        sources: {s: {type: csv, path: \(Self.fixtures)/la-riots.csv}}
        checks: {s: {profile: true, columns: {age: [{range: {max: 30}}], gender: [{accepted_values: [Male]}]}}}
        outputs: [{type: jsonl, from: s, path: out.jsonl, publish: always}]
        """)
      #expect(run.code == 1, "\(run.errors)")
      texts.append(timeless(run.report).text + (workspace.text("out.jsonl") ?? ""))
    }
    #expect(texts[0] == texts[1])
  }
}
