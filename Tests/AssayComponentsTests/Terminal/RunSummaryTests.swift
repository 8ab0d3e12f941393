import AssayColumns
import AssayComponents
import AssayEngine
import AssayQuality
import Testing

@Suite struct RunSummaryTests {
  private let style = TerminalStyle(width: 80)

  private func text(_ report: RunReport, _ style: TerminalStyle? = nil) -> String {
    RunSummary(report: report, style: style ?? self.style).text
  }

  @Test func `a run that passed is told in a few lines`() throws {
    var report = Reports.report()
    let rows = (1...3).map { "\($0)" as String? }
    report.datasets = [try Reports.dataset("orders", [("id", rows), ("sum", rows)], checks: Reports.passed(9))]
    report.outputs = [RunReport.Output(type: "sqlite", target: "orders", rows: 3, published: true)]
    #expect(
      text(report) == """
        ✓ customers passed in 1.24 s · run 20261124-061500-k3x9

        ── orders ── 3 rows, 2 columns ─────────────────────────────────────────────────
          completeness  uniqueness  consistency  validity   overall
          100 █████     100 █████   100 █████    100 █████  100 █████
          ✓ 9 checks passed

        ── outputs ─────────────────────────────────────────────────────────────────────
          ✓  orders  sqlite  3 rows  published

        passed: 9 checks (exit code 0); 1 output published

        """)
  }

  @Test func `a gate that failed shows what, where and in which rows`() throws {
    let shown = text(try Reports.failed())
    #expect(
      shown == """
        ✗ customers failed in 1.24 s · run 20261124-061500-k3x9

        ── customers ── 1,204 rows, 5 columns ──────────────────────────────────────────
          completeness  uniqueness  consistency  validity     overall
          96.4 ████▊    100 █████   80 ████      99.96 ████▉  94.09 ████▋
          nulls: phone 212, email 5
          mixed types: zip
          outliers: amount 1
          ✗ failed   format email                            pipelines/customers.yaml:14
            expected  every value is an e-mail address
            observed  43 of 1,204 fail (3.57%)
            row 17    id=17  email: null
            row 203   id=203  email: "not an address"
            row 1100  id=1100  email: null
                      … and 40 more
          ! warned   accepted_values status                  pipelines/customers.yaml:21
            expected  at least 100% of values are one of: active, closed
            observed  99.83% hold; 2 of 1,204 fail (0.17%)
            row 3     status: "ACTIVE "
            row 4     status: "aktiv"
          ○ no data  range age                               pipelines/customers.yaml:30
            expected  every value is at least 0
            observed  nothing to judge: no row has a value that this check looks at
          ✓ 9 checks passed

        ── outputs ─────────────────────────────────────────────────────────────────────
          ○  customers         sqlite  1,204 rows  not published
          ✓  out/bad_rows.csv  csv        45 rows  published
            Not published, because the gate failed; an output with `publish: always` is
            published even then.

        ── what to do ──────────────────────────────────────────────────────────────────
          · Mend the rows where they come from; or, where a rule asks too much, the rule
            (the first is at pipelines/customers.yaml:14).
          · More failing rows, as many as failed_rows allows, are in the table of that
            name in the store: run 20261124-061500-k3x9.
          · Rows are counted from 1, a header not among them.

        gate failed: 1 check (exit code 1); 1 of 2 outputs published

        """)
  }

  @Test func `the same without characters beyond ASCII`() throws {
    let shown = text(try Reports.failed(), TerminalStyle(width: 80, unicode: false))
    let isPlain = shown.utf8.allSatisfy { $0 < 0x80 }
    #expect(isPlain)
    #expect(shown.contains("x failed   format email"))
    #expect(shown.contains("completeness "))
  }

  @Test func `a run that broke says why next to the end`() {
    #expect(
      text(Reports.broke) == """
        ✗ customers broke after 1 min 12 s · run 20261124-061500-k3x9

        ── steps ───────────────────────────────────────────────────────────────────────
          ✓  customers  csv source    1,204 rows      0.12 s
          ✗  geocoded   geocode step    800 rows  1 min 11 s
            failed, 812 requests, 12 retries
            ! 2 addresses were too long and were cut
            … and 1 more warning
          ○  summary    sql step          0 rows         0 s  stopped before its end

        ── outputs ─────────────────────────────────────────────────────────────────────
          ○  geocoded  sqlite  0 rows  not published
            Not published, because the run broke; what was published before is as it
            was.

        ── why the run broke ───────────────────────────────────────────────────────────
          ✗ step 'geocoded' (geocode): the server answered 503 Service Unavailable 5
            times: https://api.example.com/geocode?q=***

        the run broke: step 'geocoded' failed (exit code 3); nothing was published

        """)
  }

  @Test func `what broke the run is named before what it would have outlived`() {
    var report = Reports.broke
    report.steps[0].status = "failed"
    report.steps[0].toleratesFailure = true
    let shown = text(report)
    #expect(shown.contains("the run broke: step 'geocoded' and 1 more failed"), "\(shown)")
  }

  @Test func `a run that was interrupted`() {
    var report = Reports.report(.interrupted, 130, seconds: 12.34)
    report.steps = [Reports.step("customers", "source", "csv", status: "cancelled", rows: 50_000, seconds: 12.3)]
    report.outputs = [RunReport.Output(type: "csv", target: "out/customers.csv", rows: 0, published: false)]
    #expect(
      text(report) == """
        ! customers was interrupted after 12.3 s · run 20261124-061500-k3x9

        ── steps ───────────────────────────────────────────────────────────────────────
          ○  customers  csv source  50,000 rows  12.3 s  stopped before its end

        ── outputs ─────────────────────────────────────────────────────────────────────
          ○  out/customers.csv  csv  0 rows  not published
            Not published, because the run was interrupted; what was published before is
            as it was.

        interrupted: the run was stopped before its end (exit code 130); nothing was
        published

        """)
  }

  @Test func `a dataset without rows has no score and says so`() throws {
    var report = Reports.report(.warned, 0, seconds: 0.004)
    let judgement = CheckJudgement(status: .warned, observed: .number(0), expected: "the dataset has rows")
    let empty = Reports.check("on_empty", nil, judgement, severity: .warn, line: 9)
    report.datasets = [try Reports.dataset("orders", [("id", []), ("sum", [])], checks: [empty])]
    #expect(
      text(report) == """
        ! customers passed with warnings in <0.01 s · run 20261124-061500-k3x9

        ── orders ── 0 rows, 2 columns ─────────────────────────────────────────────────
          no data: it has no rows, so it has no score
          ! warned   on_empty                                 pipelines/customers.yaml:9
            expected  the dataset has rows
            observed  0

        passed with 1 warning (exit code 0)

        """)
  }

  @Test func `a run without datasets`() {
    #expect(
      text(Reports.report()) == """
        ✓ customers passed in 1.24 s · run 20261124-061500-k3x9

        passed: no dataset was checked (exit code 0)

        """)
  }

  @Test func `of very many checks the first are told and the rest is counted`() throws {
    var report = Reports.report(.failed, 1)
    let failed = (0..<150).map { number in
      Reports.check(
        "range", "c\(number)",
        CheckJudgement(status: .failed, observed: .number(1), expected: "x", evaluated: 10, failed: 1),
        line: number + 1)
    }
    let warned = (0..<50).map { number in
      Reports.check("range", "w\(number)", CheckJudgement(status: .warned, expected: "x"), severity: .warn)
    }
    report.datasets = [try Reports.dataset("wide", [("id", ["1"])], checks: warned + failed)]
    let shown = text(report)
    #expect(shown.contains("c0 ") && shown.contains("c19 ") && !shown.contains("c20 ") && !shown.contains("w0 "))
    #expect(shown.contains("… and 180 more checks: 130 failed, 50 warned"))
    #expect(shown.hasSuffix("gate failed: 150 checks (exit code 1)\n"))
  }

  @Test(arguments: [
    (FailOn.never, 0, "let through: 1 check failed, but this call fails on nothing (exit code 0)\n"),
    (FailOn.fail, 1, "gate failed: 1 check (exit code 1)\n"),
  ])
  func `the last line says what the exit code means`(_ failOn: FailOn, _ code: Int, _ expected: String) throws {
    var report = Reports.report(.failed, code)
    let judgement = CheckJudgement(status: .failed, observed: .number(2), expected: "row count is at least 5")
    let check = Reports.check("row_count", nil, judgement)
    report.datasets = [try Reports.dataset("a", [("id", ["1", "2"])], checks: [check])]
    #expect(text(report).hasSuffix(expected))
  }

  static let hostile = "\u{1B}]0;owned\u{7}\u{9B}31m\r\n\u{202E}\u{200B}\u{FEFF}\u{7F}\u{85}\u{2028}\u{0}x"

  /// A report in which every text comes from an attacker.
  private static func hostileReport() throws -> RunReport {
    var report = Reports.report(.error, 3)
    report.pipeline = hostile
    report.file = hostile
    report.runID = hostile
    report.steps = [
      Reports.step(hostile, "source", hostile, status: "failed", rows: 1, error: hostile),
      Reports.step(hostile, "step", hostile, rows: 1),
    ]
    report.steps[1].counters.warnings = [hostile]
    report.steps[1].counters.warningCount = 1
    let row = FailingRow(row: 1, cells: [NamedText(hostile, hostile)], key: [NamedText("k\(hostile)", hostile)])
    let judgement = CheckJudgement(
      status: .failed, observed: .text(hostile), expected: hostile, evaluated: 1, failed: 1, sample: [row])
    let numbers = (0..<9).map { "\($0 == 8 ? 5000 : $0)" as String? } + [nil]
    report.datasets = [
      try Reports.dataset(
        hostile, [(hostile, numbers), ("b\(hostile)", numbers.map { _ in hostile })],
        checks: [Reports.check(hostile, hostile, judgement)], profile: true)
    ]
    report.outputs = [RunReport.Output(type: hostile, target: hostile, rows: 1, published: false)]
    report.messages = [hostile]
    return report
  }

  @Test(arguments: [true, false], [true, false])
  func `nothing in a report can steer the terminal`(_ color: Bool, _ unicode: Bool) throws {
    let report = try Self.hostileReport()
    let style = TerminalStyle(color: color, width: 80, unicode: unicode)
    for text in [RunSummary(report: report, style: style).text, CheckSummary(report: report, style: style).text] {
      let plain = withoutColors(text)
      for scalar in plain.unicodeScalars where scalar != "\n" {
        let category = scalar.properties.generalCategory
        #expect(category != .control && category != .format && category != .lineSeparator, "U+\(scalar.value)")
      }
      #expect(!color || text != plain)
      // The colours are the style's own and each of them ends.
      #expect(!plain.contains("\u{1B}"))
    }
  }

  @Test func `without colour there is no escape at all`() throws {
    for report in [try Reports.failed(), Reports.broke] {
      #expect(!text(report).contains("\u{1B}"))
      #expect(text(report, TerminalStyle(color: true, width: 80)).contains("\u{1B}[1;31m"))
      #expect(withoutColors(text(report, TerminalStyle(color: true, width: 80))) == text(report))
    }
  }

  @Test(arguments: [50, 60, 72, 80, 100, 200])
  func `no line is wider than the terminal`(_ width: Int) throws {
    var wide = try Reports.failed()
    let row = FailingRow(
      row: 3,
      cells: [
        NamedText("名前", String(repeating: "漢字", count: 200)), NamedText("b", String(repeating: "x", count: 900)),
      ],
      key: [NamedText("id", "7")])
    let judgement = CheckJudgement(
      status: .failed, observed: .number(1), expected: "no two rows have the same 名前 and b, whatever else they hold",
      evaluated: 9, failed: 1, sample: [row])
    wide.datasets[0].checks.append(Reports.check("unique_key", nil, judgement))
    for report in [wide, Reports.broke] {
      let style = TerminalStyle(width: width)
      for summary in [text(report, style), CheckSummary(report: report, style: style).text] {
        for line in summary.split(separator: "\n") where !line.contains("https://") {
          #expect(columns(String(line)) <= width, "\(line)")
        }
      }
    }
  }

  @Test func `values are quoted so that spaces, quotes and breaks are seen`() throws {
    var report = Reports.report(.failed, 1)
    let cells = [NamedText("a", " x\t\"\\n\u{A0}\n")]
    let masked = FailingRow(row: 2, cells: [NamedText("a", Sampling.mask)])
    let judgement = CheckJudgement(
      status: .failed, observed: .number(2), expected: "x", evaluated: 2, failed: 2,
      sample: [FailingRow(row: 1, cells: cells), masked])
    let check = Reports.check("length", "a", judgement)
    report.datasets = [try Reports.dataset("a", [("a", ["1", "2"])], checks: [check])]
    #expect(text(report).contains(#"a: " x\t\"\\n\u{a0}\n""#))
    #expect(text(report).contains("row 2     a: ***\n"))
  }

  @Test func `a letter under a heap of marks is not let through`() throws {
    var report = Reports.report()
    report.pipeline = "a" + String(repeating: "\u{301}", count: 100)
    #expect(text(report).unicodeScalars.count { $0 == "\u{301}" } <= 4)
  }
}

@Suite struct CheckSummaryTests {
  @Test func `a file without a pipeline shows its columns`() throws {
    var report = Reports.report(seconds: 0.031)
    report.pipeline = "data/customers.csv"
    report.runID = ""
    report.datasets = [try Reports.dataset("customers", Reports.flawedColumns, profile: true)]
    #expect(
      CheckSummary(report: report, style: TerminalStyle(width: 80)).text == """
        ✓ data/customers.csv passed in 0.03 s

        ── customers ── 1,204 rows, 5 columns ──────────────────────────────────────────
          completeness  uniqueness  consistency  validity     overall
          96.4 ████▊    100 █████   80 ████      99.96 ████▉  94.09 ████▋
          nulls: phone 212, email 5
          mixed types: zip
          outliers: amount 1

          column  type     nulls          distinct  min             max
          id      integer      -             1,204  1               1204
          email   text         5   0.42%     1,199  "c1000@examp"…  "c9@example."…
          phone   text       212  17.61%       992  "555-1000"      "555-999"
          zip     text         -                 2  "80331"         "n/a"
          amount  integer      -                51  10              900000

        passed (exit code 0)

        """)
  }

  @Test func `of very many columns the rest is counted`() throws {
    var report = Reports.report()
    let columns = (0..<45).map { (name: "column_\($0)", values: ["1"] as [String?]) }
    report.datasets = [try Reports.dataset("wide", columns)]
    let text = CheckSummary(report: report, style: TerminalStyle(width: 80)).text
    #expect(text.contains("column_29") && !text.contains("column_30") && text.contains("… and 15 more columns"))
    #expect(!text.contains("distinct"))
  }
}
