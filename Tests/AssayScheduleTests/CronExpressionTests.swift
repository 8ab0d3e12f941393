import AssaySchedule
import AssayTestSupport
import Testing

@Suite struct CronExpressionTests {
  @Test(arguments: [
    ("0 0 * * *", "2026-02-28T00:00", "2026-03-01T00:00"),
    ("*/15 * * * *", "2026-02-28T23:46", "2026-03-01T00:00"),
    ("5/15 * * * *", "2026-01-01T00:05", "2026-01-01T00:20"),
    ("1-9/2 * * * *", "2026-01-01T00:09", "2026-01-01T01:01"),
    ("0 22-2/2 * * *", "2026-01-01T02:00", "2026-01-01T22:00"),
    ("0 0 * * 7", "2026-01-01", "2026-01-04"),
    ("0 0 * * sat-SUN", "2026-01-03", "2026-01-04"),
    ("0 0 * * FRI-MON", "2026-01-05", "2026-01-09"),
    ("0 0 * * 7-2", "2026-01-06", "2026-01-11"),
    ("0 0 L * *", "2026-02-01", "2026-02-28"),
    ("0 0 29 2 *", "2026-01-01", "2028-02-29"),
    ("0 0 29 2 *", "2096-03-01", "2104-02-29"),
    ("0 0 * * MON#1", "2026-01-05", "2026-02-02"),
    ("0 0 * * 5L", "2026-01-01", "2026-01-30"),
    ("0 0 * * FRI#l", "2026-01-30", "2026-02-27"),
    // Either of the days is enough where both are restricted, and both must hold where one begins with a star.
    ("0 0 13 * FRI", "2026-01-01", "2026-01-02"),
    ("0 0 */2 * FRI", "2026-01-01", "2026-01-09"),
    ("@weekly", "2026-01-01", "2026-01-04"),
    ("@Yearly", "2026-01-01", "2027-01-01"),
    ("  0\t0 1  jan *  ", "2026-01-01", "2027-01-01"),
    ("0 0 1 1 *", "1969-06-01", "1970-01-01"),
  ])
  func `the next time is the first that the fields allow`(text: String, after: String, next: String) throws {
    let expression = try CronExpression(text)
    #expect(
      expression.next(afterLocal: try #require(ZonedMoment(text: after)).seconds) == ZonedMoment(text: next)?.seconds)
  }

  @Test(arguments: [
    ("", "the expression is empty; write minute, hour, day of month, month and day of week"),
    ("* * * *", "4 fields where minute, hour, day of month, month and day of week make five"),
    (
      "0 0 0 * * *",
      "6 fields where minute, hour, day of month, month and day of week make five; seconds and years are not scheduled, so "
        + "write neither"
    ),
    ("60 * * * *", "'60' in the minute field: 60 is not among 0-59"),
    ("* 5-24 * * *", "'5-24' in the hour field: 24 is not among 0-23"),
    ("* * 0 * *", "'0' in the day of month field: 0 is not among 1-31"),
    ("* * * SEPT *", "'SEPT' in the month field: 'SEPT' is not among 1-12 and JAN-DEC; did you mean 'SEP'?"),
    ("* * * * Monday", "'Monday' in the day of week field: 'Monday' is not among 0-7 and SUN-SAT; did you mean 'MON'?"),
    ("* * * * ?", "'?' in the day of week field: '?' is not of this language; write '*'"),
    ("1,,2 * * * *", "the minute field has an empty part; write a value on each side of a comma"),
    ("*/0 * * * *", "'*/0' in the minute field: after '/' comes a step, a number from 1"),
    ("*/61 * * * *", "'*/61' in the minute field: the step is longer than the field, 0-59"),
    ("-5 * * * *", "'-5' in the minute field: a value is missing; allowed are 0-59"),
    ("*-5 * * * *", "'*-5' in the minute field: '*' stands alone or before a step, such as */5"),
    (
      "* * 28-3 * *",
      "'28-3' in the day of month field: the range runs backwards, and months differ in length; write two parts, such as "
        + "28-31,1-3"
    ),
    (
      "* * * * MON#6",
      "'MON#6' in the day of week field: after '#' comes which one of the month, 1-5, or L for the last"
    ),
    ("0 0 31 2 *", "'0 0 31 2 *' names a day that never comes; look at its day of month and its month"),
    ("@reboot", "'@reboot' is no time; a schedule needs times of day"),
    ("@daily 5", "'@daily' stands for all five fields; write it alone"),
    (
      "@dayly",
      "'@dayly' is not known; known are @annually, @daily, @hourly, @midnight, @monthly, @weekly, @yearly"
    ),
  ])
  func `a fault names the field, the part and what is allowed`(text: String, fault: String) {
    #expect(throws: CronFault(description: fault)) { try CronExpression(text) }
  }

  @Test func `any text is either read or refused, and what is read has a next time`() throws {
    var random = SeededRandom(seed: 11)
    let pieces = [
      "*", "/", "-", ",", "#", "L", "?", " ", "0", "7", "31", "59", "99999", "MON", "feb", "é", "@", "\t", "\0",
    ]
    var read = 0
    for _ in 0..<20_000 {
      let fields = (0..<(random.once(in: 9) ? 4 : 5)).map { _ in
        random.once(in: 3) ? "*" : (0..<(random.next(below: 4) + 1)).map { _ in random.pick(pieces) }.joined()
      }
      guard let expression = try? CronExpression(fields.joined(separator: " ")) else { continue }
      read += 1
      #expect(expression.next(afterLocal: 1_800_000_000) != nil)
    }
    #expect(read > 100)
  }
}
