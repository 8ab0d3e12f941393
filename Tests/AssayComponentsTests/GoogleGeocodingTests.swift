import AssayColumns
import AssayComponents
import AssayEngine
import AssayHTTP
import Testing

@Suite struct GoogleGeocodingTests {
  static let answers: [(body: String, status: LookupStatus, latitude: Cell)] = [
    (#"{"status":"OK","results":[{"geometry":{"location":{"lat":1.5,"lng":2}}}]}"#, .ok, .decimal(1.5)),
    (
      #"{"status":"OK","results":[{"geometry":{"location":{"lat":1,"lng":2}}},{"geometry":{}}]}"#, .ambiguous,
      .integer(1)
    ),
    (#"{"status":"ZERO_RESULTS","results":[]}"#, .notFound, .null),
    (#"{"status":"ZERO_RESULTS"}"#, .notFound, .null),
    (#"{"status":"OK","results":[1]}"#, .error, .null),
    (#"{"status":"OK","results":[{"geometry":null}]}"#, .error, .null),
    (#"{"status":"OK","results":[{"geometry":{"location":{"lat":"1.5","lng":[]}}}]}"#, .error, .null),
  ]

  @Test(arguments: answers)
  func `an answer has its status, and no place that is none`(
    _ body: String, _ status: LookupStatus, _ latitude: Cell
  ) throws {
    let url = try RequestURL("http://h/")
    let response = HTTPResponse(status: 200, body: Array(body.utf8), finalURL: url)
    let exchange = HTTPExchange(request: HTTPRequest(.get, url), response: response, attempts: 1)
    let answers = try GoogleGeocoding().answers([LookupKey(["A"])], exchange)
    #expect(answers.map(\.status) == [status])
    #expect(answers.first?.cells.first == latitude)
    let payload = try #require(answers.first?.origin?.payload)
    let recalled = try GoogleGeocoding().recall(RememberedAnswer(status: 200, payload: payload), of: LookupKey(["A"]))
    #expect(recalled.status == status && recalled.cells == answers.first?.cells)
  }
}
