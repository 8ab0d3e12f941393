import AssayEngine
import AssayQuality
import Testing

import AssayComponents

/// The charts of the page.
@Suite struct HTMLChartTests {
  /// The coordinates of the only path of a class.
  private func path(_ name: String, in markup: Markup) -> String? {
    markup.html.firstMatch(of: /<path class="([a-z]+)" d="([^"]*)"/.ignoresCase()).flatMap { _ in
      markup.html.matches(of: /<path class="([a-z]+)" d="([^"]*)"/).first { $0.1 == name }.map { String($0.2) }
    }
  }

  @Test func `runs without a score leave gaps in the trend`() {
    let line = path("stroke", in: TrendChart([90, 91, nil, 92, 93]).markup)
    #expect(line?.count(where: { $0 == "M" }) == 2)
    #expect(TrendChart([nil, nil]).markup.html.isEmpty)
    #expect(Sparkline([]).markup.html.isEmpty)
  }

  @Test(arguments: [[100.0], [100, 100], [0, 0, 0], [0, 100], [99.99, 100], [50, 50.01]])
  func `a trend stays within its drawing`(_ values: [Double]) throws {
    let markup = TrendChart(values).markup.html
    for match in markup.matches(of: /c([xy])="(-?[0-9.]+)"/) {
      let place = try #require(Double(match.2))
      #expect(place >= 4 && place <= (match.1 == "x" ? 340 : 88))
    }
    #expect(markup.contains("\(values.count == 1 ? "1 run" : "\(values.count) runs")"))
  }

  @Test func `outliers are drawn in their own colour, and values far out at the end`() throws {
    let columns = [("n", (0..<200).map { Optional(String($0 % 20)) } + ["45", "100000"])]
    let dataset = try Reports.drawn("d", columns)
    guard case .numbers(let shape)? = dataset.columns[0].distribution else {
      Issue.record("the column is numeric")
      return
    }
    #expect(shape.spread.outliers == 2 && shape.histogram.above == 1)
    let chart = HistogramChart(shape, isDays: false).markup
    let far = try #require(path("out", in: chart))
    #expect(far.count(where: { $0 == "M" }) == 2 && far.contains("M232 58"))
    #expect(chart.html.contains("202 values from 0 to 100,000, median 10, 2 outliers"))
  }

  @Test func `where most values are one, it is not drawn as far out`() throws {
    let dataset = try Reports.drawn("d", [("n", (0..<99).map { _ in "0" } + ["1"])])
    guard case .numbers(let shape)? = dataset.columns[0].distribution else {
      Issue.record("the column is numeric")
      return
    }
    let chart = HistogramChart(shape, isDays: false).markup
    #expect(path("in", in: chart)?.count(where: { $0 == "M" }) == 1)
    #expect(path("out", in: chart)?.count(where: { $0 == "M" }) == 1)
  }

  @Test func `numbers of any size are drawn`() throws {
    for values in [["1e308", "-1e308", "3"], ["5", "5"], ["0.000001", "0.000002"], ["1"]] {
      let dataset = try Reports.drawn("d", [("n", values.map { Optional($0) })])
      guard case .numbers(let shape)? = dataset.columns[0].distribution else {
        Issue.record("the column is numeric")
        return
      }
      let chart = HistogramChart(shape, isDays: false).markup.html
      #expect(!chart.contains("nan") && !chart.contains("inf"))
      #expect(path("in", in: HistogramChart(shape, isDays: false).markup)?.isEmpty == false)
    }
  }

  @Test func `the most frequent texts are drawn, and the others counted`() {
    let found = ValueFrequencies(["a": 50, "b": 30, "c": 10, "d": 6, "e": 4])
    let bars = FrequencyBars(found).markup.html
    #expect(bars.contains("<code>a</code></span><b>50%</b>"))
    #expect(bars.contains("2 other texts</span><b>10%</b>"))
    let few = FrequencyBars(ValueFrequencies(["a": 1, "b": 1, "c": 1, "d": 1])).markup.html
    #expect(few.contains("<code>d</code>") && !few.contains("other"))
  }

  @Test(arguments: [
    ("2026-11-24T06:15:00.123Z", "24 Nov 2026, 06:15 UTC"), ("2026-13-24T06:15:00Z", "2026-13-24T06:15:00Z, 06:15 UTC"),
    ("", ""), ("yesterday", "yesterday"),
  ])
  func `times are told in words`(_ time: String, _ words: String) { #expect(DateWords.minute(time) == words) }

  @Test(
    arguments: [
      ("completeness", [("total_cells", 1200), ("null_cells", 1)], "1 of 1,200 cells is empty"),
      ("completeness", [("total_cells", 9), ("null_cells", 0)], "No cell is empty"),
      ("uniqueness", [("total_rows", 9), ("duplicate_rows", 2)], "2 of 9 rows repeat an earlier one"),
      ("validity", [("total_numeric_values", 0), ("total_outliers", 0)], "Nothing to look at"),
      ("timeliness", [("total_values", 5), ("late_values", 1)], "1 of 5 rows is too old"),
      ("accuracy", [("total_evaluations", 5), ("failed_evaluations", 0)], "Every checked value holds"),
    ] as [(String, [(String, Int)], String)])
  func `a tile says what its value comes from`(_ name: String, _ counts: [(String, Int)], _ words: String) {
    let metric = Metric(name, value: 1, details: counts.map { MetricDetail($0.0, .count($0.1)) })
    #expect(DimensionWords(metric).text == words)
  }

  @Test func `a tile names the columns that lower its value most`() {
    let counts = [("a", 1), ("b", 0), ("c", 3000), ("d", 2), ("e", 2)].map { MetricDetail.Entry($0.0, $0.1) }
    let metric = Metric(
      "completeness", value: 1,
      details: [
        MetricDetail("total_cells", .count(9000)), MetricDetail("null_cells", .count(3005)),
        MetricDetail("columns", .counts(counts)),
      ])
    #expect(DimensionWords(metric).text == "3,005 of 9,000 cells are empty: c 3,000, d 2, e 2, and 1 more")
  }

  @Test(
    arguments: [
      (CheckJudgement.Observed.number(43), 43, 1204, "43 of 1,204 fail (3.57%)"),
      (.number(96.43), 43, 1204, "43 of 1,204 fail (3.57%)"), (.number(7.5), 0, 0, "7.5"),
      (.number(12), 43, 1204, "43 of 1,204 fail (3.57%); 12"), (.text("missing: id"), 0, 3, "missing: id"),
    ] as [(CheckJudgement.Observed, Int, Int, String)])
  func `a check says what it found once`(
    _ observed: CheckJudgement.Observed, _ failed: Int, _ evaluated: Int, _ words: String
  ) {
    let judgement = CheckJudgement(
      status: .failed, observed: observed, expected: "all is well", evaluated: evaluated, failed: failed)
    let markup = HTMLChecks([Reports.check("mean", "n", judgement)], file: "p.yaml", id: "d1").markup.html
    #expect(markup.contains("<dt>Found</dt><dd>\(words)</dd>"))
  }
}
