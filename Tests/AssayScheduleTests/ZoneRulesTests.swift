import AssaySchedule
import Testing

@Suite struct ZoneRulesTests {
  @Test(arguments: ["UTC", "Etc/UTC", "Europe/Kiev", "Europe/Kyiv", "Asia/Calcutta", "US/Eastern", "GMT"])
  func `names of the IANA are taken, older ones too`(name: String) {
    #expect(ZoneRules(name: name)?.name == name)
  }

  @Test(arguments: [
    "", "America/New_york", "america/new_york", "PST", "EST", "UTC+3", "GMT+5", " UTC", "Nowhere/City", "../etc/passwd",
  ])
  func `what is no such name is refused, as are abbreviations and offsets`(name: String) {
    #expect(ZoneRules(name: name) == nil)
  }

  @Test(arguments: [
    ("America/New_York", "2026-03-08T06:59:59Z", -18_000), ("America/New_York", "2026-03-08T07:00:00Z", -14_400),
    ("America/New_York", "2040-11-04T05:59:59Z", -14_400), ("America/New_York", "2040-11-04T06:00:00Z", -18_000),
    ("Australia/Lord_Howe", "2026-04-04T15:00:00Z", 37_800), ("Asia/Kathmandu", "2026-01-01", 20_700),
    ("Africa/Casablanca", "2026-03-01", 0), ("Africa/Casablanca", "2026-06-01", 3600), ("UTC", "2026-06-01", 0),
  ])
  func `the offset is that of the moment`(name: String, moment: String, offset: Int) throws {
    let zone = try #require(ZoneRules(name: name))
    #expect(zone.offset(at: try #require(ZonedMoment(text: moment)).seconds) == offset)
  }
}
