import AssaySchedule
import Testing

/// Moments at equal distances, and moments that people name.
@Suite struct MomentSeriesTests {
  private func zone(_ name: String) throws -> ZoneRules { try #require(ZoneRules(name: name)) }

  private func texts(_ from: String, _ until: String, every: Int, in name: String) throws -> [String] {
    let zone = try zone(name)
    let start = try #require(NamedMoment(from, in: zone)).start.seconds
    let end = try #require(NamedMoment(until, in: zone)).end
    return MomentSeries(from: start, every: every, zone: zone).moments(until: end, limit: 100).map(\.text)
  }

  @Test func `days keep their local time where clocks are changed, and hours their distance`() throws {
    #expect(
      try texts("2026-03-07T06:15", "2026-03-09T06:15", every: 86_400, in: "America/New_York") == [
        "2026-03-07T06:15:00-05:00", "2026-03-08T06:15:00-04:00", "2026-03-09T06:15:00-04:00",
      ])
    #expect(
      try texts("2026-11-01T00:00", "2026-11-01T03:00", every: 3600, in: "America/New_York") == [
        "2026-11-01T00:00:00-04:00", "2026-11-01T01:00:00-04:00", "2026-11-01T01:00:00-05:00",
        "2026-11-01T02:00:00-05:00", "2026-11-01T03:00:00-05:00",
      ])
    // A time that is leapt over is the moment of the leap.
    #expect(
      try texts("2026-03-07T02:30", "2026-03-08", every: 86_400, in: "America/New_York") == [
        "2026-03-07T02:30:00-05:00", "2026-03-08T03:00:00-04:00",
      ])
  }

  @Test func `a date means all of its day, on the clocks of the place`() throws {
    let berlin = try zone("Europe/Berlin")
    let day = try #require(NamedMoment("2026-03-29", in: berlin))
    #expect(day.start.text == "2026-03-29T00:00:00+01:00")
    #expect(day.end - day.start.seconds == 23 * 3600 - 1)
    let time = try #require(NamedMoment("2026-03-29T12:00", in: berlin))
    #expect(time.start.text == "2026-03-29T12:00:00+02:00")
    #expect(time.end == time.start.seconds)
    #expect(NamedMoment("2026-03-29T12:00:00-05:00", in: berlin)?.start.text == "2026-03-29T12:00:00-05:00")
    #expect(NamedMoment("2026-03-29T12:00Z", in: berlin)?.start.offset == 0)
    #expect(NamedMoment("yesterday", in: berlin) == nil)
    #expect(try texts("2026-11-24", "2026-11-26", every: 86_400, in: "UTC").count == 3)
    #expect(MomentSeries(from: 0, every: 60, zone: .utc).moments(until: 6000, limit: 5).count == 5)
  }
}
