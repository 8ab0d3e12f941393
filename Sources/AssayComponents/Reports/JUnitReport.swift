package import AssayDefinition
package import AssayEngine
internal import AssayQuality

/// `report: {junit: PATH}`: checks as test cases, for CI systems.
package struct JUnitReport: Report, Component {
  var path = ""

  package static let schema = Schema(
    "junit", JUnitReport(), summary: "The checks as JUnit test cases, which most CI systems show.",
    details: """
      Each dataset is a suite, each check a case with a name that stays the same from run to run: the check, or its own \
      `name`, and its column; a second check of the same name is `NAME #2`. A check that fails is a failure, one that \
      warns passes and says so in its output, one without data is skipped. Sources, steps and outputs are cases of a suite \
      of their own, and so is the run: where it broke, or where a budget ran out, there is an error, and where its gate \
      failed, a failure.
      """, shorthand: "path",
    keys: [Key("path", \.path, required: true, "The file, relative to the pipeline file.")],
    examples: ["junit: reports/customers.xml"],
    faults: [FaultExample("junit: ⟪\"\"", "'path' is empty")])

  package var fileEndings: [String] { ["xml"] }

  package func writing(to path: String) -> JUnitReport { JUnitReport(path: path) }

  package func deliveries(_ report: RunReport, _ context: ReportContext) -> [ReportDelivery] {
    [.file(path: path, text: JUnitText(report: report).text)]
  }
}

/// The text of a JUnit file.
struct JUnitText {
  let report: RunReport

  private enum Result {
    case passed(note: String?)
    case failed(title: String, text: String)
    case broke(title: String, text: String)
    case skipped(String)
  }

  private struct Case {
    var name: String
    var line = 0
    var seconds = 0.0
    var result: Result
  }

  private struct Suite {
    var name: String
    var seconds: Double
    var cases: [Case]
  }

  var text: String {
    let suites = [run] + report.datasets.map(suite) + score
    let name = report.pipeline.isEmpty ? "assay" : report.pipeline
    let all = suites.flatMap(\.cases)
    var text = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
    text += "<testsuites \(counts(name, all, report.durationSeconds))>\n"
    var taken: Set<[String]> = []
    for suite in suites { write(suite, to: &text, &taken) }
    return text + "</testsuites>\n"
  }

  /// The run itself with all that it is made of but its checks.
  private var run: Suite {
    let messages = report.messages.map(CheckText.safe).joined(separator: "\n")
    let result: Result =
      if let ending = report.ending {
        .broke(title: ending, text: messages)
      } else if report.exitCode == 1 {
        .failed(title: CheckText.safe(report.reason ?? "the gate failed"), text: messages)
      } else {
        .passed(note: messages.isEmpty ? nil : messages)
      }
    var cases = [Case(name: "run", seconds: report.durationSeconds, result: result)]
    for step in report.steps where step.kind != "check" {
      let warnings = step.counters.warnings.map(CheckText.safe).joined(separator: "\n")
      let result: Result =
        switch step.status {
        case "failed" where report.ending == nil:
          .skipped("failed, and the run went on: \(CheckText.safe(step.error ?? ""))")
        case "failed": .broke(title: "\(step.kind) failed", text: CheckText.safe(step.error ?? ""))
        case "cancelled": .skipped("stopped before its end")
        case "skipped": .skipped(CheckText.safe(step.error ?? "skipped"))
        default: .passed(note: warnings.isEmpty ? nil : warnings)
        }
      cases.append(
        Case(name: "\(step.kind) \(CheckText.safe(step.name))", seconds: step.durationSeconds, result: result))
    }
    return Suite(name: suiteName("run"), seconds: report.durationSeconds, cases: cases)
  }

  private func suite(_ dataset: RunReport.Dataset) -> Suite {
    let grading = report.steps.first { $0.kind == "check" && $0.name == dataset.name }
    return Suite(
      name: suiteName(dataset.name), seconds: grading?.durationSeconds ?? 0, cases: dataset.checks.map(testCase))
  }

  /// The checks of the pipeline's own score, where it has some.
  private var score: [Suite] {
    report.score.map { [Suite(name: suiteName("score"), seconds: 0, cases: $0.checks.map(testCase))] } ?? []
  }

  private func testCase(_ check: RunReport.CheckResult) -> Case {
    let words = CheckText(dataset: "", result: check)
    let text = words.details.joined(separator: "\n")
    let title = "expected: \(CheckText.safe(check.judgement.expected))"
    let result: Result =
      switch words.status {
      case .passed: .passed(note: nil)
      case .warned: .passed(note: "\(words.word)\n\(text)")
      case .failed: .failed(title: title, text: text)
      case .error: .broke(title: title, text: text)
      case .noData: .skipped("no data: \(check.judgement.explanation ?? "nothing to judge")")
      }
    return Case(name: words.title, line: check.line, result: result)
  }

  /// `PIPELINE.DATASET`: CI systems tell test cases apart over all files by class and name.
  private func suiteName(_ name: String) -> String {
    report.pipeline.isEmpty ? CheckText.safe(name) : CheckText.safe("\(report.pipeline).\(name)")
  }

  private func write(_ suite: Suite, to text: inout String, _ taken: inout Set<[String]>) {
    let time = report.startedAt.isEmpty ? "" : " timestamp=\"\(XMLText.attribute(report.startedAt))\""
    text += "  <testsuite \(counts(suite.name, suite.cases, suite.seconds))\(time)>\n"
    for item in suite.cases {
      var name = item.name
      var number = 2
      while !taken.insert([suite.name, name]).inserted {
        name = "\(item.name) #\(number)"
        number += 1
      }
      text += "    <testcase name=\"\(XMLText.attribute(name))\" classname=\"\(XMLText.attribute(suite.name))\""
      if !report.file.isEmpty { text += " file=\"\(XMLText.attribute(report.file))\"" }
      if item.line > 0 { text += " line=\"\(item.line)\"" }
      text += " time=\"\(seconds(item.seconds))\""
      switch item.result {
      case .passed(nil): text += "/>\n"
      case .passed(let note?):
        text += ">\n      <system-out>\(XMLText.content(note))</system-out>\n    </testcase>\n"
      case .failed(let title, let body): text += element("failure", title, body)
      case .broke(let title, let body): text += element("error", title, body)
      case .skipped(let why):
        text += ">\n      <skipped message=\"\(XMLText.attribute(why))\"/>\n    </testcase>\n"
      }
    }
    text += "  </testsuite>\n"
  }

  private func element(_ name: String, _ title: String, _ body: String) -> String {
    ">\n      <\(name) type=\"\(name)\" message=\"\(XMLText.attribute(title))\">\(XMLText.content(body))</\(name)>\n"
      + "    </testcase>\n"
  }

  private func counts(_ name: String, _ cases: [Case], _ time: Double) -> String {
    let failures = cases.count { if case .failed = $0.result { true } else { false } }
    let errors = cases.count { if case .broke = $0.result { true } else { false } }
    let skipped = cases.count { if case .skipped = $0.result { true } else { false } }
    return "name=\"\(XMLText.attribute(name))\" tests=\"\(cases.count)\" failures=\"\(failures)\" errors=\"\(errors)\" "
      + "skipped=\"\(skipped)\" time=\"\(seconds(time))\""
  }

  /// Seconds to the millisecond, with a point and three places.
  private func seconds(_ time: Double) -> String {
    let milliseconds = time.isFinite && time > 0 && time < 1e12 ? Int((time * 1000).rounded()) : 0
    let rest = String(milliseconds % 1000)
    return "\(milliseconds / 1000).\(String(repeating: "0", count: 3 - rest.count))\(rest)"
  }
}

extension CheckJudgement {
  /// What a check says of itself where it found no number, on one line.
  fileprivate var explanation: String? {
    if case .text(let text)? = observed { CheckText.safe(text) } else { nil }
  }
}
