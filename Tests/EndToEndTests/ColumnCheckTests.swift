import AssayFormats
import Testing

/// Checks of one dataset that read whole columns, through the whole program: all of them in one scan.
@Suite struct ColumnCheckTests {
  /// Rows of sales: amount 0.1 to 0.9 and a wild one, days of which one falls back, one row that repeats.
  private static let csv = """
    id,amount,net,day,shipped,store,note,fax,due
    1,0.10,0.05,2001-11-20,2001-11-21,north,fine,,2999-01-01T07:30:00+01:00
    2,0.20,0.20,2001-11-21,2001-11-20,north,n/a,,later
    3,0.30,0.10,2001-11-21,,south,fine,,
    4,0.40,0.50,2001-11-20,2001-11-22,south, spaced,,
    5,0.50,,2001-11-22,2001-11-22,west,fine,555,
    6,100.00,1.00,2001-11-23,2001-11-23,west,fine,,
    6,100.00,1.00,2001-11-23,2001-11-23,west,fine,,

    """

  struct Case: Sendable, CustomTestStringConvertible {
    var check: String
    var column: String?
    var yaml: String
    var status: String
    /// The observed value as JSON.
    var observed: String
    var evaluated: Int
    var failed = 0
    var rows: [Int] = []
    var testDescription: String { "\(column ?? "dataset"): \(yaml)" }
  }

  private static func value(
    _ check: String, _ column: String?, _ yaml: String, _ status: String, _ observed: String, of evaluated: Int,
    failed: Int = 0
  ) -> Case {
    Case(
      check: check, column: column, yaml: yaml, status: status, observed: observed, evaluated: evaluated, failed: failed
    )
  }

  private static func rows(
    _ check: String, _ column: String?, _ yaml: String, _ status: String, of evaluated: Int, rows: [Int],
    observed: String? = nil
  ) -> Case {
    Case(
      check: check, column: column, yaml: yaml, status: status, observed: observed ?? "\(rows.count)",
      evaluated: evaluated, failed: rows.count, rows: rows)
  }

  static let cases = [
    value("sum", "amount", "{sum: {min: 201.5, max: 201.5}}", "passed", "201.5", of: 7),
    value("sum", "amount", "{sum: {max: 1.5}, where: \"id < 6\"}", "passed", "1.5", of: 5),
    value("mean", "amount", "{mean: {max: {warn: 0.2, fail: 9}}, where: \"store <> 'west'\"}", "warned", "0.25", of: 4),
    value("mean", "amount", "{mean: {min: 28.7, max: 28.8}}", "passed", "28.785714285714285", of: 7),
    value("median", "amount", "{median: {max: 0.3}}", "failed", "0.4", of: 7),
    value("stddev", "net", "{stddev: {max: 0.5}, where: \"id in (3, 4)\"}", "passed", "0.282842712474619", of: 2),
    value("stddev", "net", "{stddev: {max: 0.5}, where: \"id = 3\"}", "no_data", "null", of: 1),
    value("quantile", "amount", "{quantile: {q: 0.25, min: 0.3}}", "failed", "0.25", of: 7),
    value("min", "amount", "{min: {min: 0.2}}", "failed", "0.1", of: 7),
    value("max", "amount", "{max: {max: 100}}", "passed", "100", of: 7),
    value("max", "note", "{max: {max: 100}}", "failed", "\"7 of 7 values are no numbers\"", of: 7),
    value("min", "day", "{min: {max: 2001-11-19}}", "failed", "\"2001-11-20\"", of: 7),
    value("max", "day", "{max: {min: 2001-11-23, max: 2001-11-23}}", "passed", "\"2001-11-23\"", of: 7),
    value("max", "store", "{max: {min: 2001-11-23}}", "failed", "\"7 of 7 values are no dates\"", of: 7),
    value("distinct_count", "store", "{distinct_count: {min: 4}}", "failed", "3", of: 3),
    value("distinct_count", "store", "{distinct_count: {max: 1}, where: \"id = 1\"}", "passed", "1", of: 1),
    value("distinct_count", "fax", "{distinct_count: {max: 1}, where: \"id = 1\"}", "no_data", "null", of: 0),
    value(
      "value_set", "store", "{value_set: {exactly: [north, south, east]}}", "failed",
      "\"missing: east; unexpected: west\"", of: 4, failed: 2),
    value("value_set", "store", "{value_set: {contains: [west]}}", "passed", "\"as expected\"", of: 1),
    value(
      "value_set", "store", "{value_set: {within: [north]}, where: \"id < 4\", severity: warn}", "warned",
      "\"unexpected: south\"", of: 2, failed: 1),
    rows("null", "fax", "null", "failed", of: 7, rows: [5]),
    rows("null", "fax", "{'null': {}, where: \"id < 5\"}", "passed", of: 4, rows: []),
    rows("forbidden_values", "note", "{forbidden_values: [n/a, '']}", "failed", of: 7, rows: [2]),
    rows("not_pattern", "note", "{not_pattern: '^ '}", "failed", of: 7, rows: [4]),
    rows("compare", "shipped", "{compare: {op: '>=', to: day}}", "failed", of: 6, rows: [2]),
    rows("compare", "net", "{compare: {op: '<', to: amount}, at_most: 2}", "passed", of: 6, rows: [2, 4]),
    rows("outliers", "amount", "{outliers: {}, where: \"id < 6 OR note = 'fine'\"}", "passed", of: 7, rows: []),
    rows(
      "outliers", "net", "{outliers: {factor: 0.15}, at_most: 50%}", "passed", of: 6, rows: [6, 7], observed: "33.33"),
    rows("monotonic", "day", "monotonic", "failed", of: 7, rows: [4]),
    rows("monotonic", "id", "{monotonic: {strict: true}}", "failed", of: 7, rows: [7]),
    rows("duplicate_rows", nil, "duplicate_rows", "failed", of: 7, rows: [7]),
    rows(
      "duplicate_rows", nil, "{duplicate_rows: {ignore: [id, amount, net, day, shipped, fax, due]}, at_most: 50%}",
      "passed",
      of: 7, rows: [6, 7], observed: "28.57"),
    value(
      "freshness", nil, "{freshness: {column: day, max_age: 1d}}", "failed", "^the newest is 2001-11-23, .*old$", of: 7),
    value(
      "freshness", nil, "{freshness: {column: due, max_age: 1d}}", "passed",
      "^the newest is 2999-01-01T07:30:00\\+01:00, .*in the future; 1 of 2 values is no date$", of: 2),
    value(
      "freshness", nil, "{freshness: {column: note, max_age: 1d}}", "failed",
      "\"none of the 7 values is a date\"", of: 7),
    value(
      "freshness", nil, "{freshness: {column: shipped, max_age: 1d}, where: \"id = 3\"}", "failed",
      "\"no row has a value in 'shipped'\"", of: 0),
    value(
      "freshness", nil, "{freshness: {column: nowhere, max_age: 1d}}", "failed",
      "\"there is no column 'nowhere'\"", of: 0),
    value("compare", "day", "{compare: {op: '==', to: nowhere}}", "failed", "\"there is no column 'nowhere'\"", of: 0),
    value(
      "duplicate_rows", nil, "{duplicate_rows: {ignore: [nowhere]}}", "failed",
      "\"there is no column 'nowhere'\"", of: 0),
  ]

  @Test func `each check of one scan has its status, counts and rows`() async throws {
    let workspace = try Workspace()
    try workspace.write(Self.csv, to: "in.csv")
    // Every check under a name of its own: checks of one kind stand side by side.
    func list(_ column: String?) -> String {
      let named = Self.cases.enumerated().filter { $0.element.column == column }.map { index, sample in
        let yaml = sample.yaml.hasPrefix("{") ? String(sample.yaml.dropFirst().dropLast()) : "\(sample.yaml): {}"
        return "{\(yaml), name: check_\(index)}"
      }
      return "[\(named.joined(separator: ", "))]"
    }
    let columns = ["id", "amount", "net", "day", "shipped", "store", "note", "fax", "due"].map { "\($0): \(list($0))" }
    let run = try await workspace.run(
      """
      sources: {s: {type: csv, path: in.csv}}
      checks: {s: {key: [id], dataset: \(list(nil)), columns: {\(columns.joined(separator: ", "))}}}
      outputs: [{type: jsonl, from: s, path: out.jsonl}]
      """)
    #expect(run.code == 1, "\(run.errors)")
    for (index, sample) in Self.cases.enumerated() {
      guard let check = run.check("check_\(index)") else {
        Issue.record("\(sample.testDescription) is not in the report")
        continue
      }
      #expect(check["status"]?.string == sample.status, "\(sample.testDescription)")
      let observed = check["observed"]
      if sample.observed.hasPrefix("^") {
        let pattern = try Regex(sample.observed)
        #expect(observed?.string?.contains(pattern) == true, "\(sample.testDescription): \(observed?.text ?? "")")
      } else {
        #expect(observed?.text == sample.observed, "\(sample.testDescription)")
      }
      #expect(check["evaluated"]?.int == sample.evaluated, "\(sample.testDescription)")
      #expect(check["failed"]?.int == sample.failed, "\(sample.testDescription)")
      let rows = check["sample"]?.elements?.compactMap { $0["row"]?.int }
      #expect(rows == sample.rows, "\(sample.testDescription)")
    }
    let compared = Self.cases.firstIndex { $0.check == "compare" } ?? 0
    #expect(
      run.check("check_\(compared)")?["sample"]?.text
        == #"[{"row":2,"key":{"id":"2"},"values":{"shipped":"2001-11-20","day":"2001-11-21"}}]"#)
    let outlying = Self.cases.lastIndex { $0.check == "outliers" } ?? 0
    #expect(
      try await workspace.query("SELECT row FROM failed_rows WHERE \"check\" = 'check_\(outlying)' ORDER BY row")
        == ["6", "7"])
  }

  @Test func `no number, date or value of a private column is told`() async throws {
    let workspace = try Workspace()
    try workspace.write(
      "id,n,d,w\n1,7654321,1999-07-13,hush\n2,7654321,1999-07-13,hush\n3,8,1999-07-14,whist\n", to: "in.csv")
    let run = try await workspace.run(
      """
      sources: {s: {type: csv, path: in.csv}}
      checks:
        s:
          private: [n, d, w]
          dataset: [{freshness: {column: d, max_age: 1d}}, duplicate_rows]
          columns:
            n: [{sum: {max: 1}}, {mean: {max: 1}, where: "id > 0"}, {median: {max: 1}}, {max: {max: 1}}, {quantile: {q: 1, max: 1}},
                {stddev: {max: 1}}, {distinct_count: {max: 1}}, {outliers: {factor: 0}}, {monotonic: {strict: true}},
                {compare: {op: '<', to: id}}]
            d: [{min: {min: 2026-01-01}}, {not_pattern: '99'}]
            w: [{value_set: {exactly: [x]}}, 'null', {compare: {op: '==', to: n}}]
      report: {json: report.json}
      """)
    #expect(run.code == 1, "\(run.errors)")
    #expect(run.check("sum")?["observed"]?.string == "***")
    #expect(run.check("distinct_count")?["observed"]?.int == 2)
    #expect(run.check("value_set")?["observed"]?.string == "***")
    #expect(run.check("outliers")?["expected"]?.string == "no value is an outlier")
    for secret in ["7654321", "15308650", "1999-07-1", "hush", "whist"] {
      #expect(!run.everything.contains(secret), "\(secret)")
    }
    for name in workspace.files where name.hasSuffix(".db") || name == "report.json" {
      let bytes = workspace.text(name) ?? ""
      #expect(!bytes.contains("7654321") && !bytes.contains("hush"), "\(name)")
    }
  }
}
