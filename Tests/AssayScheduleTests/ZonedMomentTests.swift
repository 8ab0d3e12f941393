import AssaySchedule
import Testing

@Suite struct ZonedMomentTests {
  @Test(arguments: [
    ("2026-11-24", 1_795_478_400, 0, "2026-11-24T00:00:00Z"),
    ("2026-11-24T06:15", 1_795_500_900, 0, "2026-11-24T06:15:00Z"),
    ("2026-11-24T06:15:30Z", 1_795_500_930, 0, "2026-11-24T06:15:30Z"),
    ("2026-11-24 06:15:30.250-05:00", 1_795_518_930, -18_000, "2026-11-24T06:15:30-05:00"),
    ("2024-02-29T23:59:59+05:45", 1_709_230_499, 20_700, "2024-02-29T23:59:59+05:45"),
    ("1969-12-31T23:59:59Z", -1, 0, "1969-12-31T23:59:59Z"),
  ])
  func `a moment is read as a person writes it, and told with its offset`(
    text: String, seconds: Int, offset: Int, told: String
  ) {
    let moment = ZonedMoment(text: text)
    #expect(moment == ZonedMoment(seconds: seconds, offset: offset))
    #expect(moment?.text == told)
  }

  @Test(arguments: [
    "", "2026", "2026-13-01", "2026-02-29", "2026-11-24T", "2026-11-24T24:00", "2026-11-24T06:60",
    "2026-11-24T06:15:60",
    "2026-11-24T06:15:00+5", "2026-11-24T06:15:00Z ", "26-11-24", "2026-11-24T06:15:00.Z", "tomorrow",
  ])
  func `a text that names no moment is none`(text: String) {
    #expect(ZonedMoment(text: text) == nil)
  }

  @Test func `the day is that of the local clock`() {
    let evening = ZonedMoment(text: "2026-11-24T20:30:00-05:00")
    #expect(evening?.day == 20_781)
    #expect(ZonedMoment(seconds: evening?.seconds ?? 0).day == 20_782)
  }
}
