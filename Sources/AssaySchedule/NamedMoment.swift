/// A moment as a person names it for a place: a date, or a date and a time, with an offset or on the clocks of that place.
package struct NamedMoment: Sendable, Hashable {
  /// Of a date, its first moment.
  package var start: ZonedMoment
  /// The last second that is meant: of a date, that before the next day.
  package var end: Int

  /// Nil for a text that names none.
  package init?(_ text: String, in zone: ZoneRules) {
    guard let moment = ZonedMoment(text: text) else { return nil }
    let isDate = text.utf8.count == 10
    let time = text.dropFirst(11)
    let hasOffset = time.contains { "zZ+-".contains($0) }
    start = isDate || !hasOffset ? zone.moment(ofLocal: moment.seconds) : moment
    end = isDate ? zone.moment(ofLocal: moment.seconds + 86_400).seconds - 1 : start.seconds
  }
}
