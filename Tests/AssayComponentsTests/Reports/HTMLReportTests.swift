import AssayColumns
import AssayEngine
import AssayFormats
import AssayQuality
import AssayStore
import Testing

import AssayComponents

/// The page of a run as text: what data may do to it, and what it may hold.
@Suite struct HTMLReportTests {
  /// Breaks out of elements, attributes and comments wherever it is not escaped. As long as `harmless` on a screen.
  private static let hostile = "<b>\"'&`"
  private static let harmless = "aaaaaaa"

  @Test func `text of any field is text, and never a tag or an attribute`() throws {
    let page = HTMLPage(try Self.full(Self.hostile)).text
    #expect(!page.contains(Self.hostile))
    #expect(page.contains("&lt;b&gt;&quot;&#39;&amp;&#96;"))
    let tamed = page.replacing("&lt;b&gt;&quot;&#39;&amp;&#96;", with: Self.harmless)
    #expect(tamed == HTMLPage(try Self.full(Self.harmless)).text)
  }

  @Test func `every field of the report that people read is on the page`() throws {
    let page = HTMLPage(try Self.full("x")).text
    for word in [
      "pipeline-x", "about-x", "file-x", "run-x", "param-x", "value-x", "version-x", "message-x", "step-x", "type-x",
      "error-x", "warning-x", "dataset-x", "column-x", "frequent-x", "check-x", "expected-x", "observed-x", "cell-x",
      "key-x", "target-x", "output-x",
    ] {
      #expect(page.contains(word), "\(word)")
    }
  }

  @Test(arguments: [
    ("\u{0}", "\\u{0}"), ("\u{1B}[31m", "\\u{1b}[31m"), ("\u{7F}", "\\u{7f}"), ("\u{9B}", "\\u{9b}"),
    ("\u{202E}evil", "\\u{202e}evil"), ("\u{2066}", "\\u{2066}"), ("\u{FEFF}", "\\u{feff}"), ("\u{2028}", "\\u{2028}"),
    ("\u{FFFF}", "\\u{ffff}"), ("a\nb", "a\\nb"), ("a\tb", "a\\tb"), ("</style>", "&lt;/style&gt;"),
    ("e\u{301}\u{301}\u{301}\u{301}\u{301}", "e\u{301}\u{301}\u{301}\u{301}\\u{301}"),
    ("Zoë 👩‍💻 عربى 東京", "Zoë 👩‍💻 عربى 東京"), ("&amp;", "&amp;amp;"),
  ])
  func `what a reader would not see is written out`(_ text: String, _ expected: String) {
    let markup: Markup = "\(text)"
    #expect(markup.html.unicodeScalars.elementsEqual(expected.unicodeScalars))
  }

  @Test func `a huge value is cut, and few of its marks are looked at`() {
    let value = Markup.value(String(repeating: "<", count: 1_000_000), limit: 40).html
    #expect(value == "<code>" + String(repeating: "&lt;", count: 39) + "…</code>")
    #expect(cut("e" + String(repeating: "\u{301}", count: 100_000), 10).unicodeScalars.count < 50)
    #expect(cut("short", 5) == "short")
    #expect(Markup.value(nil).html != Markup.value("").html)
    #expect(Markup.value(nil).html != Markup.value("empty").html)
  }

  @Test func `the same report gives the same page`() throws {
    #expect(HTMLPage(try Self.full("x")).text == HTMLPage(try Self.full("x")).text)
  }

  @Test func `the page asks for nothing, and has no script`() throws {
    let page = HTMLPage(try Self.full("x")).text
    for word in [
      "http:", "https:", "//", "src=", "url(", "@import", "<script", "<iframe", "<object", "onload", "onclick",
    ] {
      #expect(!page.contains(word), "\(word)")
    }
    #expect(page.contains("default-src 'none'"))
  }

  @Test(arguments: Outcome.allCases) func `a report without anything in it is a page too`(_ outcome: Outcome) {
    var report = RunReport()
    report.outcome = outcome
    let page = HTMLPage(report).text
    #expect(page.hasPrefix("<!DOCTYPE html>\n<html lang=\"en\">"))
    #expect(page.contains("Nothing was checked."))
  }

  @Test func `a dataset without rows says that it has no score`() throws {
    var report = RunReport()
    var empty = RunReport.Dataset()
    empty.name = "nobody"
    empty.columns = try Reports.drawn("nobody", [("id", [])]).columns
    report.datasets = [empty]
    let page = HTMLPage(report).text
    #expect(page.contains("No data: it has no rows, so it has no score."))
    #expect(page.contains("Columns: id"))
  }

  @Test func `a page of 50 columns is small`() throws {
    let columns = (0..<50).map { number in
      (
        "column_\(number)",
        (0..<2000).map { row -> String? in
          number % 2 == 0 ? "\(row * 37 % 1009).\(number)" : row % 9 == 0 ? nil : "text \(row * number % 30)"
        }
      )
    }
    var report = try Reports.failed()
    report.datasets = [try Reports.drawn("wide", columns)]
    let bytes = HTMLPage(report).text.utf8.count
    #expect(bytes > 50_000 && bytes < 200_000, "\(bytes) bytes")
  }

  @Test func `a run of 1,000 steps is told by a table of those that matter`() {
    var report = RunReport()
    report.steps = (0..<1000).map { number in
      var step = Reports.step("s\(number)", "step", "sql", status: number == 777 ? "failed" : "finished", rows: 1)
      step.inputs = number == 0 ? [] : [number - 1, number / 2].filter { $0 < number }
      return step
    }
    let page = HTMLPage(report).text
    #expect(page.contains("1,000 steps: too many to draw."))
    #expect(page.contains("<bdi>s777</bdi>") && page.contains("and 850 more steps"))
    #expect(page.utf8.count < 100_000)
  }

  @Test func `private columns are named, and nothing of their values is drawn`() throws {
    var report = RunReport()
    report.datasets = [
      try Reports.drawn(
        "d", [("mail", ["hidden@example.com", "other@example.com"]), ("n", ["1", "2"])], hidden: ["mail"])
    ]
    let page = HTMLPage(report).text
    #expect(page.contains("private: its values are not shown") && page.contains("<bdi>mail</bdi>"))
    #expect(!page.contains("example.com"))
    #expect(!report.json.text.contains("example.com"))
  }

  /// A report each field of which holds a text.
  private static func full(_ text: String) throws -> RunReport {
    let mark = text == "x" ? "-x" : text
    func named(_ name: String) -> String { text == "x" ? name + mark : text }
    var report = RunReport()
    report.outcome = .error
    report.exitCode = 3
    report.pipeline = named("pipeline")
    report.description = named("about")
    report.file = named("file")
    report.definitionSHA256 = text
    report.runID = named("run")
    report.startedAt = named("started")
    report.finishedAt = named("finished")
    report.params = [(named("param"), named("value"))]
    report.assayVersion = named("version")
    report.messages = [named("message")]
    for status in ["finished", "failed", text] {
      var step = Reports.step(named("step"), text, named("type"), status: status, rows: 3, error: named("error"))
      step.counters.warnings = [named("warning")]
      step.startSeconds = 0.1
      step.inputs = report.steps.isEmpty ? [] : [0]
      report.steps.append(step)
    }
    var dataset = try Reports.drawn(
      named("dataset"), [(named("column"), [named("frequent"), nil, text]), ("n", ["1", "2", "900"])])
    dataset.earlierScores = [
      ScoreRecord(run: text, at: text, values: [ScoreRecord.Value(metric: "overall_quality", value: 90)])
    ]
    let row = FailingRow(row: 3, cells: [NamedText(named("cell"), text)], key: [NamedText(named("key"), text)])
    dataset.checks = CheckStatus.allCases.map { status in
      Reports.check(
        named("check"), named("column"),
        CheckJudgement(
          status: status, observed: .text(named("observed")), expected: named("expected"), evaluated: 3, failed: 1,
          sample: [row]))
    }
    report.datasets = [dataset, dataset]
    report.outputs = [RunReport.Output(type: named("output"), target: named("target"), rows: 3, published: false)]
    return report
  }
}

extension Reports {
  /// A dataset with the spread of its columns, as a run measures it for a page.
  static func drawn(
    _ name: String, _ columns: [(name: String, values: [String?])], hidden: Set<String> = []
  ) throws -> RunReport.Dataset {
    let rows = columns.first?.values.count ?? 0
    let batch = Batch(
      schema: DatasetSchema(columns.map { Field($0.name, reading: .fromText) }),
      columns: columns.map { .texts($0.values) }, rowCount: rows)
    let measures =
      ColumnFacts.measures(profile: false) + DatasetMetrics.measures() + MeasureValues.distributionMeasures
    var grader = Grader(try GradingPlan(measures))
    try grader.merge(try grader.partial(for: batch))
    let values = try grader.finish()
    var dataset = RunReport.Dataset()
    dataset.name = name
    dataset.rows = rows
    dataset.isProfiled = true
    dataset.columns = ColumnFacts.all(values, privateColumns: hidden)
    dataset.metrics = DatasetMetrics(values)
    return dataset
  }
}
