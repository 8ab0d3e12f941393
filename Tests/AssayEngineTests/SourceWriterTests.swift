import AssayEngine
import AssayQuality
import Testing

@Suite(.timeLimit(.minutes(1))) struct SourceWriterTests {
  /// Runs rows through a source, and returns the report and the lines that its output wrote.
  private func run(_ data: String, _ keys: String = "", output: String = "") async throws -> (RunReport, [String]) {
    let indented = data.split(separator: "\n", omittingEmptySubsequences: false).map { "      " + $0 }.joined(
      separator: "\n")
    let test = TestRun()
    let report = try await test.run(
      """
      version: 1
      name: p
      sources:
        s:
          type: plain
          data: |
      \(indented)
          \(keys.split(separator: "\n").joined(separator: "\n    "))
      outputs:
      - {type: lines, from: s, path: 1.txt, whole: true, publish: always\(output)}
      """)
    let lines = test.contents("1.txt")?.split(separator: "\n").map(String.init) ?? []
    return (report, lines)
  }

  @Test func `a schema grows, and columns go to their places by name`() async throws {
    let (report, lines) = try await run("a,b\n1,2\n---\nb,c\n3,4\n---\nc,a\n5,6")
    #expect(report.exitCode == 0)
    #expect(lines == ["1,2", "~,3,4", "6,~,5", "a:?,b:?,c:?"])
  }

  @Test func `readers that ask for types get those that the last row settles`() async throws {
    let (_, lines) = try await run(
      "a,b,c,d\n1,1,007,~\n---\na,b,c,d\n2.5,x,1,~\n---\ne\n2024-01-01", output: ", typed: true")
    #expect(
      lines == [
        "1,1,007,~,~", "2.5,x,1,~,~", "~,~,~,~,2024-01-01", "a:decimal,b:text,c:text,d:?,e:date",
      ])
  }

  @Test(arguments: ["", ", typed: true"])
  func `declared types win, and what does not fit is null and told`(output: String) async throws {
    let (report, lines) = try await run(
      "a,b\n007,x\nnine,y\n---\nb,a\nz,1.5", "columns: {a: integer, b: text}", output: output)
    #expect(
      lines == ["007,x", "~,y", "misfit row 1 a: nine", "~,z", "misfit row 2 a: 1.5", "a:integer,b:text"])
    #expect(report.exitCode == 1)
    let check = report.datasets[0].checks.first { $0.check == "type" }
    #expect(check?.judgement.failed == 2)
    #expect(check?.judgement.evaluated == 3)
  }

  @Test func `a step between asks its source for types on behalf of its readers`() async throws {
    let test = TestRun()
    let report = try await test.run(
      """
      version: 1
      name: p
      sources:
        s: {type: plain, data: "a\\n1\\n2\\n---\\na\\nx\\n"}
      steps:
        t: {type: pass, from: s}
        u: {type: square, from: t, number: "{a}"}
      outputs:
      - {type: lines, from: u, path: 1.txt, whole: true, typed: true}
      """)
    #expect(report.exitCode == 0)
    #expect(
      test.contents("1.txt")
        == "1,1,ok\n2,4,ok\nx,~,not_found\na:text,square:integer,u_status:text\n")
  }

  static let newColumns: [(String, [String], String?)] = [
    ("add", ["1,~", "2,3", "a:integer,b:?"], nil), ("ignore", ["1", "2", "a:integer"], nil),
    ("fail", [], "source 's' has a column 'b' that 'columns' does not declare (on_new_column: fail)"),
  ]

  @Test(arguments: newColumns)
  func `a new column is added, ignored or refused`(word: String, lines: [String], message: String?) async throws {
    let (report, written) = try await run("a\n1\n---\na,b\n2,3", "columns: {a: integer}\non_new_column: \(word)")
    let expected = word == "add" ? ["1", "2,3", "a:integer,b:?"] : lines
    #expect(written == expected)
    #expect(report.exitCode == (message == nil ? 0 : 3))
    if let message { #expect(report.messages == ["source 's' (plain): \(message)"]) }
  }

  @Test func `a declared column that never comes breaks the run`() async throws {
    let (report, lines) = try await run("total,b\n1,2", "columns: {totl: integer}")
    #expect(report.exitCode == 3)
    #expect(lines.isEmpty)
    #expect(
      report.messages == [
        "source 's' (plain): source 's' declares a column 'totl' that the data does not have; did you mean 'total'?"
      ])
  }

  static let empty: [(String, Int, [String], Int)] = [
    ("fail", 3, [], 0), ("warn", 0, ["a:?"], 1), ("pass", 0, ["a:?"], 0),
  ]

  @Test(arguments: empty)
  func `no rows fail, warn or pass`(word: String, exitCode: Int, lines: [String], warnings: Int) async throws {
    // What the source says of no rows goes for its grading too, where it has no checks of its own.
    let (report, written) = try await run("a\n", "on_empty: \(word)")
    #expect(report.exitCode == exitCode)
    #expect(written == lines)
    #expect(report.steps.first { $0.kind == "source" }?.counters.warningCount == warnings)
    if word == "fail" {
      #expect(
        report.messages == ["source 's' (plain): source 's' has no rows; set on_empty: warn or pass if that is fine"])
    }
  }

  @Test func `without rows and names the declared columns are the schema`() async throws {
    let (_, lines) = try await run("", "on_empty: pass\ncolumns: {a: integer, b: date}")
    #expect(lines == ["a:integer,b:date"])
  }
}
