import AssayHTTP
import Testing

struct ServerQuotaTests {
  struct Case: Sendable, CustomTestStringConvertible {
    var headers: HeaderFields
    /// Seconds, or nil for nothing that holds.
    var wait: Double?

    init(_ headers: HeaderFields, _ wait: Double?) {
      self.headers = headers
      self.wait = wait
    }

    var testDescription: String { headers.fields.map { "\($0.name): \($0.value.prefix(60))" }.joined(separator: ", ") }
  }

  /// 1994-11-06T08:49:37Z.
  static let now: Int64 = 784_111_777

  /// A time at which all four forms of a reset are told apart by their size.
  static let recent: Int64 = 1_795_000_000

  static let cases: [Case] = [
    // Of the draft: seconds from now.
    Case(["RateLimit-Limit": "100", "RateLimit-Remaining": "0", "RateLimit-Reset": "50"], 50),
    Case(["ratelimit-remaining": "1", "ratelimit-reset": "50"], nil),
    Case(["RateLimit-Remaining": "0"], nil),
    Case(["RateLimit-Reset": "50"], nil),
    // GitHub: Unix seconds.
    Case(["X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "1795000030"], 30),
    Case(["X-RateLimit-Limit": "5000", "X-RateLimit-Remaining": "4999", "X-RateLimit-Reset": "1795000030"], nil),
    // Twitter writes a hyphen more.
    Case(["x-rate-limit-remaining": "0", "x-rate-limit-reset": "1795000900"], 900),
    // Discord: with a fraction, and the seconds left, which do not hang on clocks.
    Case(["X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "1795000001.25"], 1.25),
    Case(
      ["X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "1795009999", "X-RateLimit-Reset-After": "64.57"], 64.57),
    // Unix milliseconds, and a date.
    Case(["X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "1795000002500"], 2.5),
    Case(["X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "Wed, 18 Nov 2026 11:06:50 GMT"], 10),
    Case(["X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "60"], 60),
    // The server's own clock counts.
    Case(
      [
        "X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "1795003630", "Date": "Wed, 18 Nov 2026 12:06:40 GMT",
      ], 30),
    // The structured fields of the later drafts.
    Case(["RateLimit": "\"default\";r=0;t=30", "RateLimit-Policy": "\"default\";q=100;w=60"], 30),
    Case(["RateLimit": "\"default\";r=50;t=30"], nil),
    Case(["RateLimit": "\"burst\";r=3;t=10, \"daily\";r=0;t=3600"], 3600),
    Case(["RateLimit": "\"a\" ; r=0 ; t=7, \"b\";r=0;t=5"], 7),
    Case(["RateLimit": "\"default\";r=0", "RateLimit-Policy": "\"other\";q=1;w=9, \"default\";q=100;w=60"], 60),
    Case(["RateLimit": "\"default\";r=0"], nil),
    Case(["RateLimit": "\"a;r=0;t=9, b\";r=5;t=30"], nil),
    Case(["RateLimit": "\"a\\\";r=0;t=9\";r=0;t=8"], 8),
    Case(["RateLimit": "limit=100, remaining=0, reset=45"], 45),
    Case(["RateLimit": "limit=100, remaining=9, reset=45"], nil),
    // Several limits: the longest wait.
    Case(
      ["RateLimit-Remaining": "0", "RateLimit-Reset": "5", "X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "8"], 8),
    Case(
      ["RateLimit-Remaining": "0", "RateLimit-Reset": "5", "X-RateLimit-Remaining": "3", "X-RateLimit-Reset": "8"], 5),
    // What has passed, and what cannot be, holds nobody.
    Case(["X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "1794999999"], nil),
    Case(["X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "0"], nil),
    Case(["X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "Mon, 16 Nov 2026 12:00:00 GMT"], nil),
    Case(["X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "999999999"], nil),
    Case(["X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "31622400"], 31_622_400),
    Case(["X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "31622401"], nil),
    Case(["X-RateLimit-Remaining": "0", "X-RateLimit-Reset": String(repeating: "9", count: 5000)], nil),
    Case(["X-RateLimit-Remaining": "0", "X-RateLimit-Reset-After": "99999999999999999999999999"], nil),
    Case(["X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "-5"], nil),
    Case(["X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "1e3"], nil),
    Case(["X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "nan"], nil),
    Case(["X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "inf"], nil),
    Case(["X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "1.2.3"], nil),
    Case(["X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "soon"], nil),
    Case(["X-RateLimit-Remaining": "0", "X-RateLimit-Reset": ""], nil),
    Case(["X-RateLimit-Remaining": "-1", "X-RateLimit-Reset": "60"], nil),
    Case(["X-RateLimit-Remaining": "none", "X-RateLimit-Reset": "60"], nil),
    Case(["X-RateLimit-Remaining": "", "X-RateLimit-Reset": "60"], nil),
    Case(["X-RateLimit-Remaining": "00", "X-RateLimit-Reset": " 60 "], 60),
    Case(["RateLimit": ""], nil), Case(["RateLimit": ";;;,,,===\"\\"], nil), Case(["RateLimit": "r=0;t=5"], nil),
    Case(["RateLimit": "\"a\";r=0;t=99999999999999999999"], nil), Case(["RateLimit": "\"a\";r=0;t=-3"], nil),
    Case(["RateLimit-Policy": "\"a\";r=0;t=5"], nil),
    Case(["X-RateLimited": "0", "Range": "0", "X-Rate-Limit": "0"], nil),
  ]

  @Test(arguments: cases)
  func `fields that say that nothing is left hold until the reset`(example: Case) {
    let wait = ServerQuota.wait(in: example.headers, now: Self.recent)
    #expect(wait == example.wait.map { .milliseconds(Int64(($0 * 1000).rounded())) })
  }

  @Test(
    arguments: [
      ("120", 120), (" 7 ", 7), ("2.0", 2), ("1.5", 1.5), ("0.0001", 0.001), ("0", 0), ("1.", nil), (".5", nil),
      ("1..5", nil), ("99999999999999999999", 1_000_000_000), ("+5", nil), ("1e3", nil),
    ] as [(String, Double?)])
  func `Retry-After takes a fraction, as some services send it`(value: String, seconds: Double?) {
    let wait = RetryAfter.wait(in: ["Retry-After": value], now: Self.now)
    #expect(wait == seconds.map { .milliseconds(Int64(($0 * 1000).rounded())) })
  }
}
