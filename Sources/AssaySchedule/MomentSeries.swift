/// Moments at equal distances, on the clocks of a place where the distance is in whole days: daily is at the same local
/// time, also where clocks are changed between two days.
package struct MomentSeries: Sendable {
  /// The first moment, in seconds since 1970-01-01T00:00:00Z.
  package let start: Int
  /// In seconds, more than 0.
  package let distance: Int
  package let zone: ZoneRules

  package init(from start: Int, every distance: Int, zone: ZoneRules) {
    self.start = start
    self.distance = distance
    self.zone = zone
  }

  /// The moment at a number, from 0.
  package subscript(_ number: Int) -> ZonedMoment {
    if distance.isMultiple(of: 86_400) {
      return zone.moment(ofLocal: start + zone.offset(at: start) + number * distance)
    }
    let seconds = start + number * distance
    return ZonedMoment(seconds: seconds, offset: zone.offset(at: seconds))
  }

  /// The moments up to another, which is among them if it is one. At most `limit` of them.
  package func moments(until end: Int, limit: Int) -> [ZonedMoment] {
    var moments: [ZonedMoment] = []
    while moments.count < limit {
      let moment = self[moments.count]
      if moment.seconds > end { break }
      moments.append(moment)
    }
    return moments
  }
}
