/// What is wrong with a cron expression, as one sentence that names the field and the part.
package struct CronFault: Error, Sendable, Hashable, CustomStringConvertible {
  package var description: String

  package init(description: String) { self.description = description }
}

extension CronExpression {
  /// Reads five fields apart by spaces or tabs, or one of `@hourly`, `@daily`, `@midnight`, `@weekly`, `@monthly`,
  /// `@yearly` and `@annually`. Names of days and months are taken in any case.
  /// - Throws: also for an expression whose day never comes, such as `0 0 31 2 *`.
  package init(_ text: String) throws(CronFault) {
    let words = text.split { $0 == " " || $0 == "\t" }
    guard let first = words.first else {
      throw CronFault(description: "the expression is empty; write minute, hour, day of month, month and day of week")
    }
    if first.hasPrefix("@") {
      guard words.count == 1, let meaning = Self.nicknames[first.lowercased()] else {
        throw CronFault(description: Self.faultOfNickname(text: String(first), isAlone: words.count == 1))
      }
      self = try CronExpression(meaning)
      return
    }
    guard words.count == 5 else {
      let more =
        words.count == 6 || words.count == 7
        ? "; seconds and years are not scheduled, so write neither" : ""
      throw CronFault(
        description:
          "\(words.count) \(words.count == 1 ? "field" : "fields") where minute, hour, day of month, month and "
          + "day of week make five\(more)")
    }
    minutes = try CronField.minute.mask(words[0])
    hours = try CronField.hour.mask(words[1])
    daysOfMonth = try CronField.dayOfMonth.mask(words[2])
    months = try CronField.month.mask(words[3])
    (daysOfWeek, numberedDays) = try CronField.masksOfWeek(words[4])
    isEitherDayEnough = !words[2].hasPrefix("*") && !words[4].hasPrefix("*")
    if next(afterLocal: 0) == nil {
      throw CronFault(description: "'\(text)' names a day that never comes; look at its day of month and its month")
    }
  }

  private static let nicknames = [
    "@hourly": "0 * * * *", "@daily": "0 0 * * *", "@midnight": "0 0 * * *", "@weekly": "0 0 * * 0",
    "@monthly": "0 0 1 * *", "@yearly": "0 0 1 1 *", "@annually": "0 0 1 1 *",
  ]

  private static func faultOfNickname(text: String, isAlone: Bool) -> String {
    if text.lowercased() == "@reboot" { return "'@reboot' is no time; a schedule needs times of day" }
    if nicknames[text.lowercased()] != nil, !isAlone { return "'\(text)' stands for all five fields; write it alone" }
    return "'\(text)' is not known; known are \(nicknames.keys.sorted().joined(separator: ", "))"
  }
}
