import AssayComponents
import AssayEngine
import AssayQuality
import Testing

@Suite struct GitHubReportTests {
  private let actions = ["GITHUB_ACTIONS": "true", "GITHUB_WORKSPACE": "/builds/shop"]

  private func lines(_ report: RunReport, in folder: String = "/builds/shop") throws -> [String] {
    let context = ReportContext(environment: actions, workingDirectory: folder)
    guard case .console(let text)? = try HostileTexts.report(of: "github").deliveries(report, context).first else {
      return []
    }
    return text.split(separator: "\n").map(String.init)
  }

  @Test(arguments: [
    ("plain", "plain", "plain"), ("50% off", "50%25 off", "50%25 off"), ("a\nb\r\nc", "a%0Ab%0D%0Ac", "a%0Ab%0D%0Ac"),
    ("a:b,c", "a:b,c", "a%3Ab%2Cc"), ("%0A", "%250A", "%250A"), ("::error::x", "::error::x", "%3A%3Aerror%3A%3Ax"),
    ("é😀", "é😀", "é😀"), ("", "", ""),
  ])
  func `messages and properties are escaped as GitHub reads them`(_ text: String, _ data: String, _ property: String) {
    #expect(WorkflowCommand.data(text) == data)
    #expect(WorkflowCommand.property(text) == property)
  }

  @Test func `properties that have no value are left out`() {
    #expect(WorkflowCommand("notice", [:], "x").line == "::notice::x\n")
    #expect(
      WorkflowCommand("error", ["title": "t", "line": "3", "col": nil, "file": ""], "x").line
        == "::error line=3,title=t::x\n")
  }

  @Test func `a failed gate is annotated on the lines of its checks`() throws {
    #expect(
      try lines(Reports.failed()) == [
        "::error file=pipelines/customers.yaml,line=14,col=7,title=customers%3A format email failed::expected  every "
          + "value is an e-mail address%0Aobserved  43 of 1,204 fail (3.57%25)%0Arow 17    id=17  email: null%0A"
          + "row 203   id=203  email: \"not an address\"%0Arow 1100  id=1100  email: null%0A          … and 40 more",
        "::warning file=pipelines/customers.yaml,line=21,col=7,title=customers%3A accepted_values status warned::"
          + "expected  at least 100%25 of values are one of: active, closed%0Aobserved  99.83%25 hold; 2 of 1,204 fail "
          + "(0.17%25)%0Arow 3     status: \"ACTIVE \"%0Arow 4     status: \"aktiv\"",
        "::warning file=pipelines/customers.yaml,line=30,col=7,title=customers%3A range age has no data::expected  every "
          + "value is at least 0%0Aobserved  nothing to judge: no row has a value that this check looks at",
      ])
  }

  @Test func `a run that broke says why`() throws {
    #expect(
      try lines(Reports.broke) == [
        "::error file=pipelines/customers.yaml,title=customers%3A the run broke::step 'geocoded' (geocode): the server "
          + "answered 503 Service Unavailable 5 times: https://api.example.com/geocode?q=***",
        "::warning file=pipelines/customers.yaml,title=customers%3A step geocoded::2 addresses were too long and were cut",
      ])
  }

  @Test(arguments: [
    ("p.yaml", "/builds/shop", "p.yaml"), ("p.yaml", "/builds/shop/data", "data/p.yaml"),
    ("../p.yaml", "/builds/shop/data", "p.yaml"), ("./a/p.yaml", "/builds/shop", "a/p.yaml"),
    ("/builds/shop/a/p.yaml", "/tmp", "a/p.yaml"), ("/etc/p.yaml", "/tmp", "/etc/p.yaml"),
    ("p.yaml", "/builds/shopping", "p.yaml"),
  ])
  func `files are named from the root of the repository`(_ file: String, _ folder: String, _ shown: String) throws {
    var report = try Reports.failed()
    report.file = file
    #expect(try lines(report, in: folder).first?.hasPrefix("::error file=\(shown),line=14") == true)
  }

  @Test func `of more than GitHub shows, the worst come first and the rest is counted`() throws {
    var report = Reports.report(.failed, 1)
    let checks = (1...14).flatMap { number in
      [CheckStatus.warned, .failed].map { status in
        Reports.check(
          "c\(number)", nil, CheckJudgement(status: status, expected: "x", evaluated: 100, failed: number), line: number
        )
      }
    }
    report.datasets = [try Reports.dataset("orders", [("a", ["1"])], checks: checks)]
    let shown = try lines(report)
    #expect(shown.count == 21)
    for (index, number) in (5...14).reversed().enumerated() {
      #expect(shown[index].contains("::error file=pipelines/customers.yaml,line=\(number),"))
      #expect(shown[index + 10].contains("::warning file=pipelines/customers.yaml,line=\(number),"))
    }
    #expect(
      shown[20]
        == "::notice title=customers%3A not all is shown::4 more errors and 4 more warnings: GitHub shows 10 of each; the log has them all."
    )
  }

  @Test(arguments: HostileTexts.all)
  func `no text makes a command of its own`(_ hostile: String) throws {
    let shown = try lines(HostileTexts.report(hostile))
    #expect(shown.count == 6, "\(shown)")
    for line in shown { #expect(line.hasPrefix("::error ") || line.hasPrefix("::warning ")) }
  }

  @Test(arguments: [[:], ["GITHUB_ACTIONS": "false"], ["GITLAB_CI": "true"]])
  func `elsewhere nothing is annotated`(_ environment: [String: String]) throws {
    let context = ReportContext(environment: environment)
    let report = try HostileTexts.report(of: "github")
    #expect(report.deliveries(try Reports.failed(), context) == [])
    #expect(!report.isAutomatic(in: environment))
    #expect(WorkflowCommand.fence(in: environment, token: "t") == nil)
  }
}
