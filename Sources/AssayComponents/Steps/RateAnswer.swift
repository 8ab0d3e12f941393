internal import AssayColumns
internal import AssayEngine
internal import AssayFormats
internal import AssayHTTP
internal import Synchronization

/// A rate with its day, or that there is none: as an answer, and as it is remembered.
struct RateAnswer: Sendable {
  /// Nil where there is none.
  var rate: Double?
  /// The day of the rate; where there is none, the first day that was looked at.
  var day: CalendarDay
  /// The day that was asked for; nil for the newest rates.
  var asked: CalendarDay?
  /// When it may have changed, in Unix seconds; nil for what stays.
  var until: Int64?

  init(_ rate: Double?, _ day: CalendarDay, for asked: CalendarDay? = nil) {
    self.rate = rate
    self.day = day
    self.asked = asked
  }

  /// What was remembered. Throws where it cannot be read, or does not answer what is asked now.
  /// - Parameter mostDays: How old the rate of a day may be; what was remembered may have been asked with another limit.
  init(remembered payload: [UInt8], for asked: CalendarDay?, mostDays: Int) throws {
    let kept = try JSONParser.parse(payload)
    guard case .string(let text)? = kept["date"], let day = CalendarDay(text) else {
      throw RunFailure("the remembered rate has no date")
    }
    self.init(number(kept["rate"]), day, for: asked)
    if case .integer(let seconds)? = kept["until"] { until = seconds }
    guard let earliest = asked?.adding(-mostDays) else { return }
    if rate == nil, day > earliest { throw RunFailure("no rate was looked for in days as early as now") }
    if rate != nil, day < earliest {
      rate = nil
      self.day = earliest
    }
  }

  /// - Parameter exchange: What brought it; nil where nothing was asked, and nothing is to be remembered.
  func answer(_ exchange: HTTPExchange?) -> LookupAnswer {
    let origin = exchange.map { AnswerOrigin($0, payload: Array(kept.text.utf8)) }
    guard let rate else { return LookupAnswer(.notFound, cells: [.null, .null], origin: origin) }
    return LookupAnswer(
      .ok, cells: [.decimal(rate), .text(day.text)], origin: origin,
      quality: asked.map { $0 == day ? "exact" : "carried_back" })
  }

  private var kept: JSONValue {
    var members: [(String, JSONValue)] = []
    if let rate { members.append(("rate", .decimal(rate))) }
    members.append(("date", .string(day.text)))
    if let until { members.append(("until", .integer(until))) }
    return .object(JSONObject(members))
  }
}

/// Counts texts that stand where a date should.
final class OddDates: Sendable {
  private let state = Mutex<(count: Int, least: String?)>((0, nil))

  func note(_ text: String) {
    state.withLock { state in
      state.count += 1
      // The first in the alphabet, so that an example does not depend on who came first.
      state.least = min(state.least ?? text, text)
    }
  }

  /// What is said of them; nothing where there are none.
  var lines: [String] {
    let (count, least) = state.withLock { $0 }
    guard let least else { return [] }
    let texts =
      count == 1
      ? "'\(least)' is no date" : "\(count) currencies and dates have a text that is no date, such as '\(least)'"
    return ["\(texts); a date is written 2026-11-24, a datetime 2026-11-24T08:30:00Z"]
  }
}
