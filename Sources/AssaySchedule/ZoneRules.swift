internal import Foundation
internal import Synchronization

/// The local time of a place: its offset from UTC at any moment, and the moments at which that changes.
///
/// The rules are those built into the program, so that they hold where the system has none. They are read once for each
/// four years that are asked for. Safe to share between threads.
package final class ZoneRules: Sendable {
  /// A time with one offset. It ends where the next begins.
  struct Stretch: Sendable {
    /// Seconds since 1970-01-01T00:00:00Z.
    var start: Int
    /// Seconds east of UTC.
    var offset: Int
  }

  package let name: String
  private let zone: TimeZone
  private let windows = Mutex<[Int: [Stretch]]>([:])

  package static let utc = ZoneRules(name: "UTC", zone: .gmt)

  private init(name: String, zone: TimeZone) {
    self.name = name
    self.zone = zone
  }

  /// The zone of an IANA name, in the case of its letters; nil for any other. Abbreviations are not taken: `PST` is no name of
  /// the IANA, and `EST` is one without summer time, which is seldom meant. Neither are offsets such as `UTC+3`.
  package convenience init?(name: String) {
    if name == "UTC" {
      self.init(name: name, zone: .gmt)
      return
    }
    guard name == "GMT" || TimeZone.abbreviationDictionary[name] == nil, let zone = TimeZone(identifier: name),
      zone.identifier == name
    else { return nil }
    self.init(name: name, zone: zone)
  }

  /// The names of places, from which one can be suggested. Older names are taken too, but are not among these.
  package static var knownNames: [String] { ["UTC"] + TimeZone.knownTimeZoneIdentifiers }

  /// Seconds east of UTC at a moment, in seconds since 1970-01-01T00:00:00Z.
  package func offset(at seconds: Int) -> Int { stretches(around: seconds).last { $0.start <= seconds }?.offset ?? 0 }

  /// The moment at which a local time first comes, or, where clocks leap over it, the moment of that leap.
  package func moment(ofLocal seconds: Int) -> ZonedMoment {
    let stretches = stretches(around: seconds)
    for (index, stretch) in stretches.enumerated() {
      if index + 1 < stretches.count, seconds >= stretches[index + 1].start + stretch.offset { continue }
      return ZonedMoment(seconds: max(seconds - stretch.offset, stretch.start), offset: stretch.offset)
    }
    return ZonedMoment(seconds: seconds)
  }

  /// The latest local time that clocks have shown up to a moment. It is later than what they show while an hour repeats.
  package func latestLocal(at seconds: Int) -> Int {
    let stretches = stretches(around: seconds)
    guard let index = stretches.lastIndex(where: { $0.start <= seconds }) else { return seconds }
    let shown = seconds + stretches[index].offset
    return index == 0 ? shown : max(shown, stretches[index].start + stretches[index - 1].offset - 1)
  }

  /// The stretches of the four years that a moment is in, and of a month before and after, so that a local time may be given
  /// as well. The first has no beginning.
  private func stretches(around seconds: Int) -> [Stretch] {
    let length = 1461 * 86_400
    let window = floorDivided(seconds, by: length)
    return windows.withLock { windows in
      if let known = windows[window] { return known }
      let found = read(from: window * length - 32 * 86_400, until: (window + 1) * length + 32 * 86_400)
      windows[window] = found
      return found
    }
  }

  /// Looks at the offset every five days and searches those in which it changes. No zone has changed twice in so few days
  /// since 1995.
  private func read(from start: Int, until end: Int) -> [Stretch] {
    var stretches = [Stretch(start: .min / 2, offset: readOffset(start))]
    var before = start
    while before < end {
      let after = before + 5 * 86_400
      let offset = readOffset(after)
      if offset != stretches[stretches.count - 1].offset {
        var low = before
        var high = after
        while high - low > 1 {
          let middle = low + (high - low) / 2
          if readOffset(middle) == offset { high = middle } else { low = middle }
        }
        stretches.append(Stretch(start: high, offset: offset))
      }
      before = after
    }
    return stretches
  }

  private func readOffset(_ seconds: Int) -> Int {
    zone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(seconds)))
  }
}
