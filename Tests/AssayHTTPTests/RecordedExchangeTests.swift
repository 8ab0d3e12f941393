import AssayHTTP
import Testing

/// Exchanges as files.
@Suite struct RecordedExchangeTests {
  private static func response(_ status: Int, _ body: String, headers: HeaderFields = [:]) throws -> HTTPResponse {
    HTTPResponse(status: status, headers: headers, body: Array(body.utf8), finalURL: try RequestURL("http://h/a?b=1"))
  }

  @Test func `an exchange is read as it was written`() throws {
    let bodies = ["", "{}", "a\n\nb", "\n", "request-body: 3 bytes\n\n", String(repeating: "ä\r\n", count: 40)]
    for sent in bodies {
      for answered in bodies {
        let exchange = RecordedExchange(
          method: sent.isEmpty ? .get : .post, url: "http://h/a?b=1", headers: ["Content-Type": "text/x: y"],
          body: Array(sent.utf8),
          end: .answered(try Self.response(203, answered, headers: ["Link": "<x>; rel=next", "X": ""]), attempts: 3))
        #expect(try RecordedExchange(text: exchange.text) == exchange)
      }
    }
  }

  @Test func `a failure is read as it was written`() throws {
    let failure = HTTPFailure(
      kind: .rateLimited, method: .get, url: "http://h/", message: "answered 429: wait", attempts: 5, status: 429,
      excerpt: "slow\ndown", hint: "lower it", retryAt: 1_795_000_000, transport: .reset)
    for (isJudged, isRule) in [(false, false), (true, false), (true, true)] {
      var judged = failure
      judged.isJudged = isJudged
      judged.isRule = isRule
      let exchange = RecordedExchange(method: .get, url: "http://h/", end: .failed(judged))
      #expect(try RecordedExchange(text: exchange.text) == exchange)
    }
  }

  @Test func `a redirected answer keeps its address`() throws {
    var response = try Self.response(200, "x")
    response.finalURL = try RequestURL("https://other/y")
    let exchange = RecordedExchange(method: .get, url: "http://h/a", end: .answered(response, attempts: 1))
    #expect(String(decoding: exchange.text, as: UTF8.self).contains("final-url: https://other/y\n"))
    #expect(try RecordedExchange(text: exchange.text) == exchange)
  }

  static let broken = [
    ("", "it ends before the empty line that ends its head"),
    ("assay-exchange: 1\nrequest: GET http://h/\n", "it ends before the empty line that ends its head"),
    ("assay-exchange: 2\n\n", "it is no recorded exchange of a form that this Assay knows (assay-exchange: 1)"),
    ("assay-exchange: 1\nrequest: GTE http://h/\n\n", "it has no line 'request: METHOD URL'"),
    ("assay-exchange: 1\nrequest: GET http://h/\nwhat\n\n", "'what' is no line 'name: value'"),
    ("assay-exchange: 1\nrequest: GET http://h/\n\n", "it has neither a 'status' nor a 'failure'"),
    ("assay-exchange: 1\nrequest: GET http://h/\nstatus: 2000\n\n", "it has neither a 'status' nor a 'failure'"),
    ("assay-exchange: 1\nrequest: GET http://h/\nfailure: odd\n\n", "'odd' is no kind of failure"),
    (
      "assay-exchange: 1\nrequest: GET http://h/\nrequest-body: 99 bytes\nstatus: 200\n\nabc",
      "its request-body is not as long as it says"
    ),
    (
      "assay-exchange: 1\nrequest: GET http://h/\nrequest-body: 9223372036854775807 bytes\nstatus: 200\n\nabc",
      "its request-body is not as long as it says"
    ),
    ("assay-exchange: 1\nrequest: GET http://h/\nattempts: x\nstatus: 200\n\n", "'attempts' is 'x', no number"),
    (
      "assay-exchange: 1\nrequest: GET http://h/\nattempts: -5\nstatus: 200\n\n",
      "'attempts' is -5, and can be 0 to 1000"
    ),
    (
      "assay-exchange: 1\nrequest: GET http://h/\nattempts: 9223372036854775807\nstatus: 200\n\n",
      "'attempts' is 9223372036854775807, and can be 0 to 1000"
    ),
    (
      "assay-exchange: 1\nrequest: GET http://h/\nfailure: transient\nretry-at: 9223372036854775807\n\n",
      "'retry-at' is 9223372036854775807, and can be 0 to 253402300799"
    ),
  ]

  @Test(arguments: broken)
  func `what is no exchange is refused with its reason`(_ text: String, _ reason: String) {
    let failure = #expect(throws: TapeFailure.self) { try RecordedExchange(text: Array(text.utf8)) }
    #expect(failure?.description == reason)
  }

  @Test func `no cut of a file crashes`() throws {
    let exchange = RecordedExchange(
      method: .post, url: "http://h/a?b=1", body: Array("q=1".utf8),
      end: .answered(try Self.response(200, "body", headers: ["A": "b"]), attempts: 1))
    let text = exchange.text
    for end in 0..<text.count { _ = try? RecordedExchange(text: Array(text[..<end])) }
    for place in text.indices {
      for byte: UInt8 in [0, 10, 58, 0xFF] {
        var flipped = text
        flipped[place] = byte
        _ = try? RecordedExchange(text: flipped)
      }
    }
  }
}
