import AssayColumns
import Testing

@Suite struct MomentTests {
  static let moments: [(text: String, seconds: Int64, nanoseconds: Int64, shown: String)] = [
    ("1970-01-01", 0, 0, "1970-01-01"),
    ("2026-11-24", 1_795_478_400, 0, "2026-11-24"),
    ("2000-02-29", 951_782_400, 0, "2000-02-29"),
    ("2026-11-24T06:15:00Z", 1_795_500_900, 0, "2026-11-24T06:15:00Z"),
    ("2026-11-24 06:15:00", 1_795_500_900, 0, "2026-11-24T06:15:00Z"),
    ("2026-11-24T06:15", 1_795_500_900, 0, "2026-11-24T06:15:00Z"),
    ("2026-11-24T07:15+01:00", 1_795_500_900, 0, "2026-11-24T06:15:00Z"),
    ("2026-11-24t07:15:00.250+01:00", 1_795_500_900, 250_000_000, "2026-11-24T06:15:00.25Z"),
    ("2026-11-24T00:15:00-06:00", 1_795_500_900, 0, "2026-11-24T06:15:00Z"),
    ("1969-12-31T23:59:59.123456789Z", -1, 123_456_789, "1969-12-31T23:59:59.123456789Z"),
    ("0001-01-01", -62_135_596_800, 0, "0001-01-01"),
  ]

  @Test(arguments: moments)
  func `a text is the moment that it spells`(
    _ text: String, _ seconds: Int64, _ nanoseconds: Int64, _ shown: String
  ) throws {
    let moment = try #require(Moment(text))
    #expect(moment.seconds == seconds && moment.nanoseconds == nanoseconds)
    #expect(moment.text == shown)
  }

  @Test(arguments: [
    "", "2026", "2026-13-01", "2026-02-29", "2026-1-1", "2026-11-24T", "2026-11-24T25:00:00Z", "2026-11-24T06:1Z",
    "2026-11-24T06:15:00.Z", "2026-11-24T06:15:00+1:00", "2026-11-24T06:15:00ZZ", "2026-11-24x", "24/11/2026", "text",
  ])
  func `what spells no moment is none`(_ text: String) { #expect(Moment(text) == nil) }

  @Test func `moments of several zones are compared by when they are`() throws {
    let texts = ["2026-11-24", "2026-11-24T01:00:00+00:30", "2026-11-24T00:30:00.001Z", "2026-11-23T23:00:00-02:00"]
    let moments = try texts.map { try #require(Moment($0)) }
    #expect(moments == moments.sorted())
  }

  @Test(arguments: [
    ("2026-03-01", 1, "2026-02-28"), ("2026-03-01", 86_400, "2026-02-28"), ("2026-03-01", 86_401, "2026-02-27"),
    ("2026-03-01T00:00:00Z", 3600, "2026-02-28T23:00:00Z"), ("2026-03-01", 0, "2026-03-01"),
  ])
  func `a lag leads to the past, in whole days for dates`(_ text: String, _ lag: Int, _ result: String) throws {
    #expect(try #require(Moment(text)).earlier(by: .seconds(lag)).text == result)
  }

  @Test func `days and dates are each other's inverse over four centuries and beyond`() {
    for day in stride(from: Int64(-800_000), through: 800_000, by: 13) {
      let date = Moment.civil(day)
      #expect(Moment.dayNumber(date.year, date.month, date.day) == day)
      #expect((1...Moment.days(in: date.month, of: date.year)).contains(date.day))
    }
  }
}
