import AssayFormats
import Testing

/// The page that `report: {html: PATH}` and `--report FILE.html` leave, made by the program and looked at by a browser.
@Suite struct HTMLReportTests {
  /// Markup in names and cells, a column that is private, gaps, a value far out, and more columns than fit a screen.
  private static func csv(_ rows: Int, revenue: String) -> String {
    let wide = (1...12).map { "wide_\($0)" }.joined(separator: ",")
    var text = "id,mail,\"<script>alert(1)</script>\",state,revenue,day,\(wide)\n"
    for row in 1...rows {
      let cells = (1...12).map { "\(row * $0 % 17)" }.joined(separator: ",")
      let cell = row % 50 == 0 ? "" : "\"<img src=x onerror=alert(\(row % 3))>\""
      let amount = row == 7 ? revenue : "\(100 + row % 40)"
      text +=
        "\(row),person\(row)@hidden.example,\(cell),\(row % 4 == 0 ? "Kalifornien" : "CA"),\(amount),2026-10-0\(row % 9 + 1),\(cells)\n"
    }
    return text
  }

  private static let pipeline = """
    description: What <b>finance</b> gets
    sources:
      customers: {type: csv, path: customers.csv}
    steps:
      rich: {type: select, from: customers, filter: "revenue > 110"}
      totals: {type: sql, from: [rich, customers], query: "SELECT state, count(*) AS n FROM rich GROUP BY state"}
    checks:
      customers:
        private: [mail]
        key: id
        columns:
          mail: [{length: {max: 3}}]
          state: [{length: {max: 2}}]
          revenue: [{range: {max: 1000}}]
    outputs:
      - {type: csv, from: totals, path: totals.csv}
    report: {html: out/report.html}
    """

  private func makePage(in place: Workspace) async throws -> String {
    for revenue in ["150", "98000", "99000"] {
      try place.write(Self.csv(400, revenue: revenue), to: "customers.csv")
      let run = try await place.run(Self.pipeline)
      #expect(run.code == 1)
    }
    return try #require(place.text("out/report.html"))
  }

  @Test func `the page tells of scores, trend, checks, columns and the graph, and of private columns nothing`()
    async throws
  {
    let place = try Workspace()
    let page = try await makePage(in: place)
    #expect(!page.contains("hidden.example"))
    #expect(!page.contains("<script") && !page.contains("<img") && page.contains("&lt;img src=x onerror=alert(1)&gt;"))
    for words in [
      "Gate failed", "What &lt;b&gt;finance&lt;/b&gt; gets", "Overall score of 3 runs", "100 of 400 fail (25%)",
      "Kalifornien",
      "private: its values are not shown", "8 empty (2%)", "1 outlier", "csv source", "Nothing was published.",
      "<text class=\"name\" x=\"14\" y=\"21\">totals</text>", "p.yaml:",
    ] {
      #expect(page.contains(words), "\(words)")
    }
    // The source feeds a step, the step and the source feed the query, and that feeds the output.
    #expect(page.matches(of: /<path class="edge/).count == 5)
    #expect(page.utf8.count < 100_000)
  }

  @Test func `'assay check' grades any file, and leaves a page with how its columns are spread`() async throws {
    let place = try Workspace()
    try place.write("id,amount\n1,5\n2,6\n3,\n", to: "any.csv")
    let ending = try await place.assay("check", "any.csv", "--report", "any.html")
    #expect(ending.code == 0, "\(ending.errors)")
    let page = try #require(place.text("any.html"))
    #expect(page.contains("2 values from 5 to 6, median 5.5, no outliers") && page.contains("1 empty (33.33%)"))
  }

  @Test func `a secret that stands in the data is masked in how a column is spread`() async throws {
    let place = try Workspace()
    try place.write("token\nhunter2hunter2\nhunter2hunter2\nother\n", to: "t.csv")
    let run = try await place.run(
      """
      params: {password: {type: text, default: "${secret:PW}"}}
      sources: {s: {type: csv, path: t.csv}}
      checks: {s: {profile: true}}
      report: {html: p.html, json: p.json}
      """, environment: ["PW": "hunter2hunter2"])
    let page = place.text("p.html") ?? ""
    let json = place.text("p.json") ?? ""
    #expect(run.code == 0 && page.contains("<code>***</code></span><b>66.67%</b>"), "\(run.errors)")
    #expect(!page.contains("hunter2") && !json.contains("hunter2") && json.contains("\"value\": \"***\""))
  }

  @Test func `a profile tells how columns are spread in the JSON report too, and nothing else does`() async throws {
    let place = try Workspace()
    try place.write("n,day,state,mail\n1,2026-01-01,a,x@y\n2,2026-01-02,a,x@z\n300,2026-01-03,b,q@y\n", to: "t.csv")
    let source = "sources: {s: {type: csv, path: t.csv}}\n"
    let plain = try await place.run(source + "checks: {s: {key: n}}\nreport: {html: p.html}")
    #expect(plain.dataset("s")?["columns"]?.elements?.allSatisfy { $0["distribution"] == .null } == true)
    let told = try await place.run(source + "checks: {s: {profile: true, private: [mail]}}")
    let columns = told.dataset("s")?["columns"]?.elements ?? []
    #expect(columns.map { $0["distribution", "kind"]?.string } == ["numbers", "days", "values", nil])
    #expect(columns.first?["distribution", "percentiles", "p50"]?.number == 2)
    #expect(columns[1]["distribution", "histogram", "high"]?.string == "2026-01-03")
    #expect(columns[2]["distribution", "values"]?.elements?.first?["count"]?.int == 2)
  }

  @Test(.enabled(if: Browser.program != nil, Browser.missing))
  func `a browser shows the page without network, errors, overflow or faint text, light and dark`()
    async throws
  {
    let place = try Workspace()
    _ = try await makePage(in: place)
    async let plain = Browser.open("out/report.html", in: place)
    async let light = Browser.measure("out/report.html", in: place, scheme: .light, widths: [360, 768, 1440])
    async let dark = Browser.measure("out/report.html", in: place, scheme: .dark, widths: [360])
    let (document, console) = try await plain
    #expect(console == [])
    #expect(document.contains("Gate failed") && document.contains("<h3>Completeness</h3>"))
    let (lights, darks) = try await (light, dark)
    #expect(lights.compactMap { $0["width"]?.int }.sorted() == [360, 768, 1440])
    #expect(darks.compactMap { $0["width"]?.int } == [360])
    for look in lights + darks {
      #expect(look["needed"]?.int == look["room"]?.int, "at \(look["width"]?.text ?? "") px")
      #expect(look["fetched"]?.elements == [])
      #expect(look["faint"]?.elements == [], "\(look["faint"]?.text ?? "")")
      #expect((look["height"]?.number ?? 0) > 5, "a drawing has no height")
    }
    #expect(lights.allSatisfy { $0["ground"]?.string == "rgb(245, 245, 242)" })
    #expect(darks.allSatisfy { $0["ground"]?.string == "rgb(17, 20, 23)" })
  }
}
