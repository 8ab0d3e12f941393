import AssaySchedule
import AssayTestSupport
import Testing

@Suite struct SlotCalendarTests {
  private func calendar(_ texts: [String], _ zone: String) throws -> SlotCalendar {
    SlotCalendar(try texts.map { try CronExpression($0) }, zone: try #require(ZoneRules(name: zone)))
  }

  @Test(arguments: [
    // Clocks leap from 2:00 to 3:00.
    (
      ["30 2 * * *"], "America/New_York", "2026-03-08T00:00-05:00",
      ["2026-03-08T03:00:00-04:00", "2026-03-09T02:30:00-04:00"]
    ),
    (
      ["0,30 2 * * *", "0 3 * * *"], "America/New_York", "2026-03-08T00:00-05:00",
      ["2026-03-08T03:00:00-04:00", "2026-03-09T02:00:00-04:00"]
    ),
    (
      ["*/30 * * * *"], "America/New_York", "2026-03-08T01:30-05:00",
      ["2026-03-08T03:00:00-04:00", "2026-03-08T03:30:00-04:00"]
    ),
    // Clocks show 1:00 to 2:00 twice.
    (
      ["30 1 * * *"], "America/New_York", "2026-11-01T00:00-04:00",
      ["2026-11-01T01:30:00-04:00", "2026-11-02T01:30:00-05:00"]
    ),
    (
      ["30 * * * *"], "America/New_York", "2026-11-01T01:30-04:00",
      ["2026-11-01T02:30:00-05:00", "2026-11-01T03:30:00-05:00"]
    ),
    // The repeated hour is asked from within, the second time.
    (["30 1 * * *"], "America/New_York", "2026-11-01T01:15-05:00", ["2026-11-02T01:30:00-05:00"]),
    // Half an hour, at 2:00 forth and back.
    (
      ["15 2 * * *"], "Australia/Lord_Howe", "2026-10-04T00:00+10:30",
      ["2026-10-04T02:30:00+11:00", "2026-10-05T02:15:00+11:00"]
    ),
    (
      ["45 1 * * *"], "Australia/Lord_Howe", "2026-04-05T00:00+11:00",
      ["2026-04-05T01:45:00+11:00", "2026-04-06T01:45:00+10:30"]
    ),
    // A day that did not exist.
    (
      ["0 9 * * *"], "Pacific/Apia", "2011-12-29T12:00-10:00",
      ["2011-12-31T00:00:00+14:00", "2011-12-31T09:00:00+14:00"]
    ),
  ])
  func `a leap's times are due once at its end, and repeated times the first time`(
    texts: [String], zone: String, after: String, slots: [String]
  ) throws {
    let calendar = try calendar(texts, zone)
    var moment = try #require(ZonedMoment(text: after))
    for slot in slots {
      moment = try #require(calendar.next(after: moment.seconds))
      #expect(moment.text == slot)
    }
  }

  @Test func `slots rise, lie in the span, and are each other's next and previous`() throws {
    var random = SeededRandom(seed: 5)
    for texts in [["* * * * *"], ["*/7 1-3 * * *"], ["30 1 * * SUN", "30 2 * * SUN", "0 3 * * *"], ["0 0 29 2 *"]] {
      for name in ["UTC", "America/New_York", "Australia/Lord_Howe"] {
        let calendar = try calendar(texts, name)
        for around in ["2026-03-08T07:00Z", "2026-11-01T06:00Z", "2026-04-04T15:00Z", "2028-02-29T00:00Z"] {
          let start = try #require(ZonedMoment(text: around)).seconds - random.next(below: 20_000)
          let slots = calendar.slots(in: start..<start + 40_000)
          #expect(zip(slots, slots.dropFirst()).allSatisfy { $0.seconds < $1.seconds })
          #expect(slots.allSatisfy { $0.seconds >= start && $0.seconds < start + 40_000 })
          for _ in 0..<10 {
            let asked = start + random.next(below: 40_000)
            let next = try #require(calendar.next(after: asked))
            #expect(next.seconds > asked)
            #expect(calendar.previous(before: next.seconds).map { $0.seconds <= asked } == true)
            if let later = slots.first(where: { $0.seconds > asked }) { #expect(next == later) }
            if let earlier = slots.last(where: { $0.seconds < asked }) {
              #expect(calendar.previous(before: asked) == earlier)
            }
          }
        }
      }
    }
  }

  @Test func `a span takes in its first moment and leaves out its end`() throws {
    let slots = try calendar(["0 * * * *"], "UTC").slots(in: 3600..<10_800).map(\.seconds)
    #expect(slots == [3600, 7200])
  }

  @Test func `no expression has no slot`() {
    #expect(SlotCalendar([]).next(after: 0) == nil)
    #expect(SlotCalendar([]).previous(before: 0) == nil)
  }

  @Test func `slots are those that croniter and zoneinfo find`() throws {
    let table = try #require(RepositoryFile("Tests/AssayScheduleTests/Oracle/slots.tsv").text)
    var lines = 0
    for line in table.split(separator: "\n") {
      let cells = line.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
      let calendar = try calendar([cells[0]], cells[1])
      let slots = calendar.slots(in: try #require(Int(cells[2]))..<(try #require(Int(cells[3])))).map(\.seconds)
      let hash = slots.reduce(0 as UInt64) { $0 &* 6_364_136_223_846_793_005 &+ UInt64($1) }
      let ends = [slots.first, slots.last].map { $0.map(String.init) ?? "" }
      #expect([String(slots.count), String(hash)] + ends == Array(cells[4...]), "\(cells[0]) in \(cells[1])")
      lines += 1
    }
    #expect(lines > 300)
  }
}
