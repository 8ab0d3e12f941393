import AssayComponents
import AssayDefinition
import AssayEngine
import AssayQuality
import Testing

@Suite struct MarkdownReportTests {
  private func text(_ report: RunReport) throws -> String {
    let deliveries = try Catalogue.standard.report(for: "r.md").report.deliveries(report, ReportContext())
    guard case .file("r.md", let text)? = deliveries.first else { return "" }
    return text
  }

  private func summary(_ report: RunReport, bytesThere: Int) throws -> String? {
    let context = ReportContext(environment: ["GITHUB_STEP_SUMMARY": "/tmp/s"], size: { _ in bytesThere })
    let deliveries = try HostileTexts.report(of: "github_summary").deliveries(report, context)
    guard case .append("/tmp/s", let text)? = deliveries.first else { return nil }
    return text
  }

  @Test func `a failed gate is told with its scores, open checks and outputs`() throws {
    #expect(
      try text(Reports.failed()) == """
        ## ❌ `customers` failed

        checks: 1 failed, 1 warned, 1 no data, 9 passed · 1.24 s · run `20261124-061500-k3x9` · exit code 1

        ### Scores

        | dataset | rows | completeness | uniqueness | consistency | validity | overall |
        | --- | ---: | ---: | ---: | ---: | ---: | ---: |
        | `customers` | 1,204 | 96.4 | 100 | 80 | 99.96 | 94.09 |

        ### Checks that do not hold

        **failed** `customers: format email` in `pipelines/customers.yaml:14`

        ```text
        expected  every value is an e-mail address
        observed  43 of 1,204 fail (3.57%)
        row 17    id=17  email: null
        row 203   id=203  email: "not an address"
        row 1100  id=1100  email: null
                  … and 40 more
        ```

        **warned** `customers: accepted_values status` in `pipelines/customers.yaml:21`

        ```text
        expected  at least 100% of values are one of: active, closed
        observed  99.83% hold; 2 of 1,204 fail (0.17%)
        row 3     status: "ACTIVE "
        row 4     status: "aktiv"
        ```

        **no data** `customers: range age` in `pipelines/customers.yaml:30`

        ```text
        expected  every value is at least 0
        observed  nothing to judge: no row has a value that this check looks at
        ```

        ### Outputs

        | target | type | rows |  |
        | --- | --- | ---: | --- |
        | `customers` | `sqlite` | 1,204 | not published |
        | `out/bad_rows.csv` | `csv` | 45 | published |

        """)
  }

  @Test func `a run that broke says why, and which step it was`() throws {
    #expect(
      try text(Reports.broke) == """
        ## ❌ `customers` broke

        1 min 12 s · run `20261124-061500-k3x9` · exit code 3

        ### Why the run broke

        - `step 'geocoded' (geocode): the server answered 503 Service Unavailable 5 times: https://api.example.com/geocode?q=***`

        ### Steps

        | name | kind | status | rows | requests | time | notes |
        | --- | --- | --- | ---: | ---: | ---: | --- |
        | `customers` | `csv` source | finished | 1,204 | 0 | 0.12 s |  |
        | `geocoded` | `geocode` step | failed | 800 | 812 | 1 min 11 s | `the server answered 503 Service Unavailable 5 times: https://api.example.com/geocode?q=***`; `2 addresses were too long and were cut`; and 1 more warning |
        | `summary` | `sql` step | stopped | 0 | 0 | 0 s |  |

        ### Outputs

        | target | type | rows |  |
        | --- | --- | ---: | --- |
        | `geocoded` | `sqlite` | 0 | not published |

        """)
  }

  @Test(arguments: HostileTexts.all)
  func `no text breaks a table or becomes markup`(_ hostile: String) throws {
    let shown = try text(HostileTexts.report(hostile))
    var fence: String?
    var cells = 0
    for line in shown.split(separator: "\n", omittingEmptySubsequences: false).map(String.init) {
      if let open = fence {
        if line == open { fence = nil }
        continue
      }
      if line.hasPrefix("```") {
        fence = String(line.prefix { $0 == "`" })
        continue
      }
      if line.isEmpty {
        cells = 0
        continue
      }
      // What is outside code spans and `<code>` is the report's own.
      let own = outsideCode(line)
      #expect(own != nil, "a code span does not end: \(line)")
      let isTable = line.hasPrefix("|")
      if isTable {
        let count = own?.count { $0 == "|" } ?? 0
        if cells > 0 { #expect(count == cells, "\(line)") }
        cells = count
      }
      let rest = own ?? ""
      for mark in ["<s", "](", "![", "http", "www.", "@", "~~", "::"] { #expect(!rest.contains(mark), "\(line)") }
    }
    #expect(fence == nil)
  }

  /// A line without its code spans; nil where one does not end.
  private func outsideCode(_ line: String) -> String? {
    var own = ""
    var rest = line[...]
    while let start = rest.firstIndex(where: { $0 == "`" || $0 == "<" }) {
      own += rest[..<start]
      if rest[start...].hasPrefix("<code>") {
        guard let end = rest[start...].firstRange(of: "</code>") else { return nil }
        let inner = rest[rest.index(start, offsetBy: 6)..<end.lowerBound]
        // Only comments of the report's own, letters and entities.
        let plain = inner.replacing("<!-- -->", with: "")
        if plain.contains(where: { "<>|`*_[]()\\@:./!~-".contains($0) }) { return nil }
        rest = rest[end.upperBound...]
      } else if rest[start] == "`" {
        let after = rest.index(after: start)
        guard let end = rest[after...].firstIndex(of: "`") else { return nil }
        if rest[after..<end].contains("|") || rest[after..<end].isEmpty { return nil }
        rest = rest[rest.index(after: end)...]
      } else {
        own.append("<")
        rest = rest.dropFirst()
      }
    }
    return own + rest
  }

  @Test func `the step summary keeps to what GitHub takes of a step`() throws {
    let report = try Reports.failed()
    let whole = try text(report)
    let room = whole.utf8.count
    #expect(try summary(report, bytesThere: 0) == whole)
    // The note about what is left out has its room as well.
    for left in [0, 10, 60, 200, 700, 1200, room, room + 100] {
      let shown = try summary(report, bytesThere: (1 << 20) - left)
      #expect((shown?.utf8.count ?? 0) <= left)
      if let shown, shown != whole { #expect(shown.hasSuffix("\n_More has no room here: see the log._\n")) }
      if left > room + 60 { #expect(shown == whole) }
    }
    #expect(try summary(report, bytesThere: 1 << 20) == nil)
  }

  @Test func `a summary is made where the environment names its file, and nowhere else`() throws {
    let report = try HostileTexts.report(of: "github_summary")
    for environment in [[:], ["GITHUB_STEP_SUMMARY": ""], ["GITHUB_ACTIONS": "true"]] {
      #expect(!report.isAutomatic(in: environment))
      #expect(report.deliveries(try Reports.failed(), ReportContext(environment: environment)) == [])
    }
    #expect(report.isAutomatic(in: ["GITHUB_STEP_SUMMARY": "/tmp/s"]))
  }
}
