/// The moments at which cron expressions are due on the clocks of a place.
///
/// A local time that does not exist, since clocks leap over it, is due once at the moment of that leap. A local time that
/// comes twice is due once, the first time. Times that fall on one moment are due once. This holds for every expression, so
/// that each slot of a local day has one run, and `*` has none in an hour that repeats.
package struct SlotCalendar: SlotSource {
  package let expressions: [CronExpression]
  package let zone: ZoneRules

  package init(_ expressions: [CronExpression], zone: ZoneRules = .utc) {
    self.expressions = expressions
    self.zone = zone
  }

  /// The first slot after a moment, with the place's offset then; nil where there is no expression.
  package func next(after seconds: Int) -> ZonedMoment? {
    // Local times run on with moments, never back, by the rule above: so the earliest local time is the earliest slot.
    let shown = zone.latestLocal(at: seconds)
    return expressions.compactMap { $0.next(afterLocal: shown) }.min().map { zone.moment(ofLocal: $0) }
  }

  /// The slots of a span, its lower bound among them.
  package func slots(in span: Range<Int>) -> [ZonedMoment] {
    var slots: [ZonedMoment] = []
    var after = span.lowerBound - 1
    while let slot = next(after: after), slot.seconds < span.upperBound {
      slots.append(slot)
      after = slot.seconds
    }
    return slots
  }

  /// The last slot before a moment; nil where none was within 400 years. Searches without counting through the slots.
  package func previous(before seconds: Int) -> ZonedMoment? {
    var length = 3600
    while length < 400 * 366 * 86_400 {
      var after = seconds - length - 1
      if var found = next(after: after), found.seconds < seconds {
        var end = seconds
        // No slot lies from `end` to the moment, and `found` is the first after `after`.
        while end - found.seconds > 1 {
          after = found.seconds + (end - found.seconds) / 2 - 1
          if let later = next(after: after), later.seconds < seconds {
            found = later
          } else {
            end = after + 1
          }
        }
        return found
      }
      length *= 2
    }
    return nil
  }
}
