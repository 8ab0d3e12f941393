package import AssayHTTP
internal import AssayFormats

extension OpenMeteo {
  /// What days of one place cost, in 140ths: so the service's formula has whole numbers.
  private static func parts(_ days: Int, _ variables: Int) -> Int { max(140, 14 * variables, variables * days) }

  /// `max(1, variables / 10, variables / 10 × days / 14)`.
  package func cost(of days: ClosedRange<Int>, variables: Int) -> Double {
    Double(Self.parts(days.count, variables)) / 140
  }

  /// The cheapest division; of those that cost the same, the one with the fewest days.
  ///
  /// Days without a gap stay together, which never costs more. Over the runs of such days it is a shortest path: the best
  /// division of the first n runs ends in a span of some last ones. O(runs²), and there are less than 16,000 in a century.
  package func spans(of days: [Int], variables: Int) -> [ClosedRange<Int>] {
    var runs: [ClosedRange<Int>] = []
    for day in days {
      if let last = runs.last, day <= last.upperBound + 1 {
        runs[runs.count - 1] = last.lowerBound...max(last.upperBound, day)
      } else {
        runs.append(day...day)
      }
    }
    // The best division of the first n runs: what it costs, the days that it asks for, and where its last span begins.
    var best: [(cost: Int, days: Int, start: Int)] = [(0, 0, 0)]
    for last in runs.indices {
      var found = (cost: Int.max, days: Int.max, start: last)
      for start in stride(from: last, through: 0, by: -1) {
        let length = runs[last].upperBound - runs[start].lowerBound + 1
        let cost = best[start].cost + Self.parts(length, variables)
        let asked = best[start].days + length
        if (cost, asked) < (found.cost, found.days) { found = (cost, asked, start) }
      }
      best.append(found)
    }
    var spans: [ClosedRange<Int>] = []
    var end = runs.count
    while end > 0 {
      let start = best[end].start
      spans.append(runs[start].lowerBound...runs[end - 1].upperBound)
      end = start
    }
    return spans.reversed()
  }

  package func expectation(_ clock: any RetryClock) -> BodyExpectation {
    BodyExpectation(.json, acceptedStatuses: [400, 401, 429]) { response in
      let reason = Self.reason(response.body)
      let answered = "answered \(response.status)" + (reason.map { ": \($0)" } ?? "")
      switch response.status {
      case 429: return .retry(.rateLimited, reason: answered, after: Self.wait(reason ?? "", response, clock))
      case 401: return .fail(.config, reason: answered, hint: Self.keyHint)
      case 400:
        let text = reason?.lowercased() ?? ""
        if text.contains("api key") { return .fail(.config, reason: answered, hint: Self.keyHint) }
        // Of what is wrong with a request, days and places differ from key to key; all else is the same for all.
        let isOfKey = text.contains("out of allowed range") || text.contains("no data")
        return .fail(isOfKey ? .data : .config, reason: answered)
      default:
        if let reason { return .fail(.data, reason: "answered an error: \(reason)") }
        // A fault within the service's stream ends a 200 early.
        let last = response.body.last { $0 > 32 }
        guard last == UInt8(ascii: "}") || last == UInt8(ascii: "]") else {
          return .retry(reason: "answered JSON that breaks off")
        }
        return .accept
      }
    }
  }

  private static let keyHint =
    "a subscriber's key stands in the api's auth: {type: api_key, in: query, name: apikey, value: …}"

  /// Errors are short.
  private static let longestError = 64 << 10

  /// What `{"error": true, "reason": …}` says; nil for any other body.
  private static func reason(_ body: [UInt8]) -> String? {
    guard body.count <= longestError, let root = try? JSONParser.parse(body), root["error"] == .bool(true) else {
      return nil
    }
    if case .string(let reason)? = root["reason"] { return reason }
    return "no reason"
  }

  /// How long a limit is used up: to the end of the minute, hour or day (UTC) that its reason names; nil where it names none.
  private static func wait(_ reason: String, _ response: HTTPResponse, _ clock: any RetryClock) -> Duration? {
    let text = reason.lowercased()
    let window: Int64
    if text.contains("minute") {
      window = 60
    } else if text.contains("hour") {
      window = 3600
    } else if text.contains("daily") || text.contains("tomorrow") {
      window = 86_400
    } else {
      return nil
    }
    let now = response.headers["date"].flatMap { HTTPDate.parse($0) } ?? clock.unixTime
    // Counters are emptied at the turn; a second more covers clocks that differ.
    return .seconds(window - now % window + 1)
  }
}
