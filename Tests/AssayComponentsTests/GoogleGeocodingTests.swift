import AssayColumns
import AssayComponents
import AssayEngine
import AssayHTTP
import Testing

@Suite struct GoogleGeocodingTests {
  private static let google = GoogleGeocoding()
  private static let task = GeocodeTask()

  static let found: [(body: String, status: LookupStatus, latitude: Cell, quality: String?)] = [
    (#"{"status":"OK","results":[{"geometry":{"location":{"lat":1.5,"lng":2}}}]}"#, .ok, .decimal(1.5), nil),
    (
      #"{"status":"OK","results":[{"geometry":{"location":{"lat":1,"lng":2},"location_type":"ROOFTOP"}},{"geometry":{}}]}"#,
      .ambiguous, .integer(1), "ROOFTOP"
    ),
    (
      #"{"status":"OK","results":[{"geometry":{"location":{"lat":1,"lng":2},"location_type":"APPROXIMATE"},"partial_match":true}]}"#,
      .ok, .integer(1), "APPROXIMATE partial"
    ),
    (
      #"{"status":"OK","results":[{"geometry":{"location":{"lat":1,"lng":2},"location_type":"ROOFTOP"},"partial_match":false}]}"#,
      .ok, .integer(1), "ROOFTOP"
    ),
    (#"{"status":"ZERO_RESULTS","results":[]}"#, .notFound, .null, nil),
    (#"{"status":"ZERO_RESULTS"}"#, .notFound, .null, nil),
    (#"{"status":"OK","results":[1]}"#, .error, .null, nil),
    (#"{"status":"OK","results":[{"geometry":null}]}"#, .error, .null, nil),
    (#"{"status":"OK","results":[{"geometry":{"location":{"lat":"1.5","lng":[]}}}]}"#, .error, .null, nil),
    (#"{"status":"OK","results":[{"geometry":{"location":{"lat":91,"lng":2.5}}}]}"#, .error, .null, nil),
    (#"{"status":"OK","results":[{"geometry":{"location":{"lat":9,"lng":-180.5}}}]}"#, .error, .null, nil),
  ]

  @Test(arguments: found)
  func `an answer has its status and quality, and no place that is none`(
    _ body: String, _ status: LookupStatus, _ latitude: Cell, _ quality: String?
  ) async throws {
    let answers = try await Self.google.answers(Self.task, response(body))
    #expect(answers.map(\.status) == [status])
    #expect(answers.first?.cells.first == latitude)
    #expect(answers.first?.quality == quality)
  }

  static let statuses: [(String, BodyExpectation.Verdict)] = [
    ("OK", .accept), ("ZERO_RESULTS", .accept),
    ("OVER_QUERY_LIMIT", .retry(.rateLimited, reason: "answered OVER_QUERY_LIMIT: why")),
    ("UNKNOWN_ERROR", .retry(reason: "answered UNKNOWN_ERROR: why")),
    (
      "OVER_DAILY_LIMIT",
      .fail(.config, reason: "answered OVER_DAILY_LIMIT: why", hint: "check the key's billing and daily limit")
    ),
    (
      "REQUEST_DENIED",
      .fail(
        .config, reason: "answered REQUEST_DENIED: why", hint: "check the api's auth: the key is missing or not allowed"
      )
    ),
    ("INVALID_REQUEST", .fail(.data, reason: "answered INVALID_REQUEST: why")),
    ("SOMETHING_NEW", .fail(.data, reason: "answered SOMETHING_NEW: why")),
  ]

  @Test(arguments: statuses)
  func `the status in the body decides`(_ status: String, _ verdict: BodyExpectation.Verdict) async throws {
    let answer = try response(#"{"status":"\#(status)","error_message":"why","results":[]}"#)
    #expect(await Self.google.expectation(of: [], Self.task).judgement(of: answer) == verdict)
  }

  @Test func `it is asked for no more than 3,000 addresses in any minute`() throws {
    let defaults = Self.google.defaults(for: Self.task)
    let rate = try #require(defaults.rateLimit)
    #expect(rate.per == .seconds(60) && rate.requests + rate.burst == 3000)
    #expect(defaults.concurrency == 8)
  }

  @Test func `parts that are empty leave no gap in the address`() throws {
    let request = try Self.google.request([LookupKey(["1 MAIN ST", "", "MA", "02108"])], Self.task, idleClient())
    #expect(request.url.target == "/maps/api/geocode/json?address=1%20MAIN%20ST%2C%20MA%2C%2002108")
  }
}
