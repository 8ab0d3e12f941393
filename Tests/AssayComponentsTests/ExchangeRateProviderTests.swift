import AssayComponents
import AssayEngine
import AssayFormats
import AssayHTTP
import Testing

/// What the services' answers mean.
@Suite struct ExchangeRateProviderTests {
  private static func response(_ status: Int, _ body: String, _ headers: HeaderFields = [:]) throws -> HTTPResponse {
    HTTPResponse(status: status, headers: headers, body: Array(body.utf8), finalURL: try RequestURL("http://h/"))
  }

  /// A status, a body, and what is said of it: nil where it is an answer, else the kind and a part of the text.
  static let answers: [(status: Int, body: String, fault: (kind: FailureClass, part: String)?)] = [
    (200, #"{"result":"success","base_code":"USD","rates":{"EUR":0.9}}"#, nil),
    (200, #"{"result":"success","base_code":"EUR","rates":{"USD":1.1}}"#, (.data, "rates of EUR, not of USD")),
    (200, #"{"result":"success","base_code":"USD"}"#, (.data, "no table 'rates'")),
    (200, #"{"rates":{"EUR":0.9}}"#, (.data, "without a 'result'")),
    (200, "[]", (.data, "without a 'result'")),
    (403, #"{"result":"error","error-type":"invalid-key"}"#, (.config, "'invalid-key'")),
    (200, #"{"result":"error","error-type":"invalid-key"}"#, (.config, "'invalid-key'")),
    (403, #"{"result":"error","error-type":"inactive-account"}"#, (.config, "e-mail")),
    (429, #"{"result":"error","error-type":"quota-reached"}"#, (.rateLimited, "until its month ends")),
    (403, #"{"result":"error","error-type":"plan-upgrade-required"}"#, (.config, "plan does not allow")),
    (404, #"{"result":"error","error-type":"unsupported-code"}"#, (.config, "does not know USD")),
    (400, #"{"result":"error","error-type":"malformed-request"}"#, (.config, "base_url")),
    (404, #"{"result":"error","error-type":"no-data-available"}"#, nil),
    (200, #"{"result":"error","error-type":"new-one"}"#, (.config, "'new-one'")),
    (404, "<html>nothing here</html>", (.config, "base_url")),
    (403, "", (.config, "answered 403 Forbidden")),
  ]

  @Test(arguments: answers)
  func `exchangerate-api says what is wrong in the body`(
    _ status: Int, _ body: String, _ fault: (kind: FailureClass, part: String)?
  ) throws {
    let expectation = OpenERAPI().expectation
    #expect(expectation.accepts(status: status))
    switch expectation.verdict(on: try Self.response(status, body)) {
    case .accept: #expect(fault == nil)
    case .fail(let kind, let reason, let hint):
      #expect(kind == fault?.kind)
      #expect("\(reason); \(hint ?? "")".contains(fault?.part ?? "an answer"))
    default: Issue.record("neither an answer nor a fault")
    }
  }

  static let waits: [(headers: HeaderFields, wait: Duration?)] = [([:], .seconds(1200)), (["Retry-After": "7"], nil)]

  @Test(arguments: waits)
  func `an address that asked too often waits as long as the service says`(
    _ headers: HeaderFields, _ wait: Duration?
  ) throws {
    let verdict = OpenERAPI().expectation.verdict(on: try Self.response(429, "Too many", headers))
    #expect(verdict == .retry(.rateLimited, reason: "answered 429 Too Many Requests", after: wait))
  }

  static let frankfurter: [(status: Int, body: String, kind: FailureClass?)] = [
    (200, #"{"base":"EUR","date":"2026-11-24","rates":{"USD":1.16}}"#, nil),
    (200, #"{"base":"USD","date":"2026-11-24","rates":{"EUR":0.86}}"#, .data),
    (200, #"[{"date":"2026-11-24","base":"EUR","quote":"USD","rate":1.16}]"#, .data),
    (404, #"{"message":"not found"}"#, nil), (404, #"{"status":404,"message":"not found"}"#, .config),
    (404, "<html>", .config),
  ]

  @Test(arguments: frankfurter)
  func `frankfurter's answers are rates of euros, or days without any`(
    _ status: Int, _ body: String, _ kind: FailureClass?
  ) throws {
    switch FrankfurterRates().expectation.verdict(on: try Self.response(status, body)) {
    case .accept: #expect(kind == nil)
    case .fail(let said, _, _): #expect(said == kind)
    default: Issue.record("neither an answer nor a fault")
    }
  }

  @Test func `a table's rates are those of the base, and others their quotients`() throws {
    let body = #"{"base":"EUR","date":"2026-11-24","rates":{"USD":1.25,"JPY":160,"IDR":18750.5,"BAD":0,"WORSE":"1"}}"#
    let table = try FrankfurterRates().latestRates(in: Array(body.utf8)).table
    #expect(table.day.text == "2026-11-24")
    #expect(table.rate(from: "EUR", to: "USD") == 1.25)
    #expect(table.rate(from: "USD", to: "EUR") == 0.8)
    #expect(table.rate(from: "JPY", to: "USD") == 1.25 / 160)
    // From the table of dollars, in which a rupiah is rounded to 0.00007, it would be off by five per cent.
    #expect(table.rate(from: "IDR", to: "USD") == 1.25 / 18750.5)
    for (from, to) in [("BAD", "USD"), ("WORSE", "USD"), ("USD", "XXX")] {
      #expect(table.rate(from: from, to: to) == nil)
    }
  }

  @Test func `newest rates have a day, and the time of the next ones`() throws {
    let body =
      #"{"result":"success","time_last_update_unix":1795478401,"time_next_update_unix":1795564801,"rates":{"EUR":1}}"#
    let rates = try OpenERAPI().latestRates(in: Array(body.utf8))
    #expect(rates.table.day.text == "2026-11-24")
    #expect(rates.nextUpdate == 1_795_564_801)
    let nothing = #"{"result":"error","error-type":"no-data-available"}"#
    #expect(throws: RunFailure.self) { try OpenERAPI().latestRates(in: Array(nothing.utf8)) }
  }

  @Test(arguments: [
    ("2024-01-01", "2024-01-01", "2024-06-30"), ("2024-06-30", "2024-01-01", "2024-06-30"),
    ("2024-07-01", "2024-07-01", "2024-12-31"), ("1999-12-31", "1999-07-01", "1999-12-31"),
  ])
  func `days are asked for by half-years, which are no longer than a service tells day by day`(
    _ day: String, _ first: String, _ last: String
  ) throws {
    let span = FrankfurterRates().span(of: try #require(CalendarDay(day)))
    #expect([span.lowerBound.text, span.upperBound.text] == [first, last])
  }

  @Test(arguments: [
    ("2026-11-24", "2026-11-24"), ("2026-11-24T23:30:00-05:00", "2026-11-24"), ("2024-02-29 00:00:00", "2024-02-29"),
    ("2023-02-29", nil), ("24.11.2026", nil), ("2026-11-24x", nil), ("", nil),
  ])
  func `a day is that of a date, or of a datetime in its own zone`(_ text: String, _ day: String?) {
    #expect(CalendarDay(text)?.text == day)
  }

  @Test func `days are counted across years and before 1970`() throws {
    let day = try #require(CalendarDay("2024-03-01"))
    #expect(day.adding(-1).text == "2024-02-29")
    #expect(day.adding(-1).adding(1) == day)
    #expect(day.parts.year == 2024 && day.parts.month == 3 && day.parts.day == 1)
    #expect(CalendarDay("1969-12-31")?.number == -1)
  }
}
