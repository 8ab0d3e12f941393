import AssayComponents
import AssayDefinition
import AssayEngine
import AssayQuality
import FormatTwins
import Testing

@Suite struct JUnitReportTests {
  private func text(_ report: RunReport) throws -> String {
    let deliveries = try Catalogue.standard.report(for: "r.xml").report.deliveries(report, ReportContext())
    guard case .file("r.xml", let text)? = deliveries.first else { return "" }
    return text
  }

  private func cases(_ report: RunReport) throws -> [XMLTree] {
    let xml = try text(report)
    return try #require(XMLTree(xml)).descendants("testcase")
  }

  @Test func `a gate that failed has a case for each check, warnings pass, and no data is skipped`() throws {
    var report = try Reports.failed()
    report.startedAt = "2026-11-24T06:15:00Z"
    report.datasets[0].checks.removeFirst(8)
    report.steps = [Reports.step("customers", "source", "csv", rows: 1204)]
    #expect(
      try text(report) == """
        <?xml version="1.0" encoding="UTF-8"?>
        <testsuites name="customers" tests="6" failures="2" errors="0" skipped="1" time="1.240">
          <testsuite name="customers.run" tests="2" failures="1" errors="0" skipped="0" time="1.240" timestamp="2026-11-24T06:15:00Z">
            <testcase name="run" classname="customers.run" file="pipelines/customers.yaml" time="1.240">
              <failure type="failure" message="the check format email failed"></failure>
            </testcase>
            <testcase name="source customers" classname="customers.run" file="pipelines/customers.yaml" time="0.120"/>
          </testsuite>
          <testsuite name="customers.customers" tests="4" failures="1" errors="0" skipped="1" time="0.000" timestamp="2026-11-24T06:15:00Z">
            <testcase name="not_null column_8" classname="customers.customers" file="pipelines/customers.yaml" line="14" time="0.000"/>
            <testcase name="accepted_values status" classname="customers.customers" file="pipelines/customers.yaml" line="21" time="0.000">
              <system-out>warned
        expected  at least 100% of values are one of: active, closed
        observed  99.83% hold; 2 of 1,204 fail (0.17%)
        row 3     status: "ACTIVE "
        row 4     status: "aktiv"</system-out>
            </testcase>
            <testcase name="format email" classname="customers.customers" file="pipelines/customers.yaml" line="14" time="0.000">
              <failure type="failure" message="expected: every value is an e-mail address">expected  every value is an e-mail address
        observed  43 of 1,204 fail (3.57%)
        row 17    id=17  email: null
        row 203   id=203  email: "not an address"
        row 1100  id=1100  email: null
                  … and 40 more</failure>
            </testcase>
            <testcase name="range age" classname="customers.customers" file="pipelines/customers.yaml" line="30" time="0.000">
              <skipped message="no data: nothing to judge"/>
            </testcase>
          </testsuite>
        </testsuites>

        """)
  }

  @Test func `a run that broke is an error that every reader of the file sees`() throws {
    let xml = try text(Reports.broke)
    let root = try #require(XMLTree(xml))
    #expect(root.attributes["errors"] == "2" && root.attributes["failures"] == "0")
    let cases = root.descendants("testcase")
    #expect(cases.map { $0.attributes["name"] } == ["run", "source customers", "step geocoded", "step summary"])
    #expect(cases[0].all("error").first?.attributes["message"] == "the run broke")
    #expect(cases[0].text.contains("503 Service Unavailable"))
    #expect(cases[2].all("error").count == 1)
    #expect(cases[3].all("skipped").count == 1)
  }

  @Test(arguments: [
    (Outcome.error, 3, "the run broke"), (.partial, 4, "a budget ran out"),
    (.interrupted, 130, "the run was interrupted"),
  ])
  func `a run that did not come to its end is an error`(_ outcome: Outcome, _ code: Int, _ words: String) throws {
    let run = try #require(try cases(Reports.report(outcome, code)).first)
    #expect(run.all("error").first?.attributes["message"] == words)
  }

  @Test func `a gate that warnings fail is red`() throws {
    let run = try #require(try cases(Reports.report(.warned, 1)).first)
    #expect(run.all("failure").first?.attributes["message"] == "warnings fail this gate")
    #expect(try cases(Reports.report(.failed, 0)).first?.all("failure").count == 0)
  }

  @Test func `equal names are told apart, also from names that look like it`() throws {
    var report = Reports.report()
    let names = ["range", "range #2", "range", "range"]
    let passed = CheckJudgement(status: .passed, expected: "x")
    report.datasets = [
      try Reports.dataset("orders", [("a", ["1"])], checks: names.map { Reports.check($0, nil, passed) })
    ]
    #expect(
      try cases(report).dropFirst().map { $0.attributes["name"] } == ["range", "range #2", "range #3", "range #4"])
  }

  @Test(arguments: HostileTexts.all)
  func `whatever data holds, the file is XML with the same cases`(_ hostile: String) throws {
    let report = try HostileTexts.report(hostile)
    let xml = try text(report)
    let root = try #require(XMLTree(xml), "\(xml)")
    let cases = root.descendants("testcase")
    #expect(cases.count == 7)
    #expect(Set(cases.map { "\($0.attributes["classname"] ?? "")/\($0.attributes["name"] ?? "")" }).count == 7)
    #expect(root.descendants("failure").count == 1 && root.descendants("error").count == 3)
    #expect(root.attributes["tests"] == "7" && root.attributes["errors"] == "3" && root.attributes["failures"] == "1")
    if hostile.unicodeScalars.allSatisfy({ (0x20..<0x7F).contains($0.value) }) {
      #expect(cases[0].all("error").first?.text == hostile)
      if !hostile.isEmpty { #expect(root.attributes["name"] == hostile) }
    }
  }
}
