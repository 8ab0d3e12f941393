import AssayComponents
import AssayEngine
import AssayFormats
import AssayHTTP
import Testing

@Suite struct VisualCrossingTests {
  @Test(
    arguments: [
      ([1, 2, 3], [1...3]), ([1, 3], [1...1, 3...3]), ([], []), ([5], [5...5]),
      (Array(1...366) + [367, 368], [1...366, 367...368]),
    ] as [([Int], [ClosedRange<Int>])])
  func `days without a gap are asked for together, and no day that nobody wants`(
    days: [Int], spans: [ClosedRange<Int>]
  ) {
    #expect(VisualCrossing().spans(of: days, variables: 3) == spans)
    #expect(spans.reduce(0) { $0 + VisualCrossing().cost(of: $1, variables: 3) } == Double(days.count))
  }

  static let verdicts: [(status: Int, body: String, says: String)] = [
    (200, #"{"queryCost":1,"days":[]}"#, "accept"), (200, "{}", "data"), (200, "<html>", "data"), (200, "", "data"),
    (
      200,
      "You have exceeded the maximum number of daily result records for your account. Please add a credit card to continue retrieving results.",
      "config"
    ),
    (400, "Bad API Request:Invalid location parameter value.", "notFound"),
    (400, "Could not find zip code 99999", "notFound"), (400, "Bad API Request:Invalid date range", "data"),
    (401, "No account found with API key 'x'", "config"), (401, "No session or key found.", "config"),
    (429, "Maximum concurrent jobs has been exceeded for this account.", "retry"),
    (429, "You have exceeded the maximum number of daily result records for your account.", "config"),
    (429, "", "retry"),
  ]

  @Test(arguments: verdicts)
  func `answers are told apart by status and text`(status: Int, body: String, says: String) async throws {
    let response = HTTPResponse(status: status, body: Array(body.utf8), finalURL: try RequestURL("http://h/"))
    let verdict = await VisualCrossing().expectation(SystemClock()).judgement(of: response)
    let said =
      switch verdict {
      case .accept: "accept"
      case .notFound: "notFound"
      case .retry(.rateLimited, _, nil): "retry"
      case .fail(let kind, _, _): kind.rawValue
      default: "\(String(describing: verdict))"
      }
    #expect(said == says)
  }

  @Test func `days are told by their dates, whatever their order, and what is missing is missing`() throws {
    let span = WeatherSpan(.named("X"), 19_000...19_002)
    let body =
      #"{"days":[{"datetime":"2022-01-10","temp":1.5,"sunrise":"06:01:02"},{"datetime":"2022-01-08","temp":2,"sunrise":"2022-01-08T05:50:40"},{"datetime":"2021-01-01","temp":9},{"temp":3}]}"#
    let days = try VisualCrossing().days([span], WeatherQuestion(["sunrise", "temp"], .metric), in: Array(body.utf8))
    #expect(
      days == [
        [
          19_002: ["sunrise": "2022-01-10T06:01", "temp": .decimal(1.5)],
          19_000: ["sunrise": "2022-01-08T05:50", "temp": 2],
        ]
      ])
  }

  @Test func `an answer says what it cost, and an unknown place cost nothing`() throws {
    let url = try RequestURL("http://h/")
    func cost(_ body: String, isFound: Bool = true) -> Double? {
      VisualCrossing().cost(
        of: HTTPExchange(
          request: HTTPRequest(.get, url), response: HTTPResponse(status: 200, body: Array(body.utf8), finalURL: url),
          attempts: 1, isFound: isFound))
    }
    #expect(cost(#"{"queryCost":24}"#) == 24)
    #expect(cost(#"{"queryCost":0.5}"#) == 0.5)
    #expect(cost(#"{"days":[]}"#) == nil)
    #expect(cost("Bad API Request", isFound: false) == 0)
  }
}
