import AssayColumns
import AssayComponents
import AssayEngine
import AssayFormats
import AssayHTTP
import AssayTestSupport
import Testing

@Suite struct OpenMeteoTests {
  @Test(
    arguments: [
      (1, 1, 1), (1, 14, 1), (1, 140, 1), (1, 280, 2), (2, 70, 1), (2, 71, 71.0 / 70), (10, 14, 1), (10, 15, 15.0 / 14),
      (10, 28, 2), (15, 1, 1.5), (15, 14, 1.5), (15, 28, 3), (20, 365, 2 * 365.0 / 14),
    ] as [(Int, Int, Double)])
  func `days of a place cost what the service's formula says`(variables: Int, days: Int, cost: Double) {
    #expect(abs(OpenMeteo().cost(of: 100...(99 + days), variables: variables) - cost) < 1e-12)
  }

  @Test(
    arguments: [
      // Neighbours stand together.
      ([1, 2, 3], 1, [1...3]), ([1, 3], 1, [1...3]),
      // One place costs 1 up to 140 days of one variable, and a day more a 140th.
      ([1, 140], 1, [1...140]), ([1, 279], 1, [1...279]), ([1, 281], 1, [1...1, 281...281]),
      ([1, 281, 282], 1, [1...1, 281...282]), ([1, 150, 429], 1, [1...150, 429...429]),
      // Of ways that cost the same, the one with the fewest days.
      ([1, 280], 1, [1...1, 280...280]), ([1, 14, 28], 10, [1...14, 28...28]), ([1, 15, 28], 10, [1...1, 15...28]),
      // With more than 14 days of ten variables each day costs: a gap is bridged while it costs less than a place.
      (Array(1...14) + Array(20...33), 10, [1...14, 20...33]), (Array(1...20) + [22], 10, [1...22]),
      (Array(1...20) + [33], 10, [1...33]), (Array(1...20) + [34], 10, [1...20, 34...34]),
      // A place never costs less than a tenth of the variables.
      ([1, 14], 50, [1...14]), ([1, 27], 50, [1...27]), ([1, 28], 50, [1...1, 28...28]),
      ([], 1, []), ([-400, -399, 7], 1, [-400...(-399), 7...7]),
    ] as [([Int], Int, [ClosedRange<Int>])])
  func `days are asked for together where that costs less`(
    days: [Int], variables: Int, spans: [ClosedRange<Int>]
  ) {
    #expect(OpenMeteo().spans(of: days, variables: variables) == spans)
  }

  @Test(arguments: 1...40 as ClosedRange<UInt64>)
  func `no other division of days is cheaper, or as cheap with fewer days`(seed: UInt64) {
    var random = SeededRandom(seed: seed)
    let variables = random.pick([1, 2, 7, 10, 13, 40])
    let spread = random.pick([3, 20, 100])
    var days: [Int] = []
    var day = 0
    for _ in 0..<(1 + random.next(below: 10)) {
      day += 1 + random.next(below: spread)
      days.append(day)
    }
    func worth(_ spans: [ClosedRange<Int>]) -> (Int, Int) {
      let cost = spans.reduce(0) { $0 + OpenMeteo().cost(of: $1, variables: variables) }
      return (Int((cost * 140).rounded()), spans.reduce(0) { $0 + $1.count })
    }
    // Every division of the days, by which of the gaps between them are cut.
    var best = (Int.max, Int.max)
    for cuts in 0..<(1 << (days.count - 1)) {
      var spans = [days[0]...days[0]]
      for place in days.indices.dropFirst() {
        if cuts >> (place - 1) & 1 == 1 {
          spans.append(days[place]...days[place])
        } else {
          spans[spans.count - 1] = spans[spans.count - 1].lowerBound...days[place]
        }
      }
      let worth = worth(spans)
      if worth < best { best = worth }
    }
    let chosen = OpenMeteo().spans(of: days, variables: variables)
    #expect(worth(chosen) == best)
    #expect(days.allSatisfy { day in chosen.count { $0.contains(day) } == 1 })
  }

  private func step(_ provider: String = "open_meteo", _ columns: String = "{t: temperature_mean}") throws -> any Lookup
  {
    try lookups(
      "type: weather, provider: \(provider), latitude: \"{a}\", longitude: \"{b}\", date: \"{d}\", columns: \(columns)")[
        0]
  }

  @Test func `places stand together in the order in which they come, each with its days`() throws {
    let lookup = try step("{type: open_meteo, locations: 2}")
    let keys = [
      ("1", "2024-05-03"), ("2", "2024-05-01"), ("1", "2024-05-01"), ("1", "1999-05-01"), ("3", "2024-01-01"),
    ].compactMap { lookup.key([$0.0, "0", $0.1]) }
    #expect(keys.count == 5)
    // The first place has two spans, which fill the first request.
    #expect(lookup.requests(for: keys) == [[keys[3], keys[2], keys[0]], [keys[1], keys[4]]])
    #expect(lookup.requests(for: keys).map { lookup.cost(of: $0) } == [2, 2])
    #expect(lookup.requests(for: []) == [])
  }

  @Test func `rows sorted by date need one request for a year of many places`() throws {
    let lookup = try step()
    var keys: [LookupKey] = []
    for day in 1...28 {
      for place in 0..<100 {
        if let key = lookup.key(["\(place / 2)", "\(place)", "2024-02-\(day < 10 ? "0" : "")\(day)"]) {
          keys.append(key)
        }
      }
    }
    let requests = lookup.requests(for: keys)
    #expect(requests.count == 1 && lookup.cost(of: keys) == 100)
    #expect(Set(requests[0]) == Set(keys) && requests[0].count == keys.count)
  }

  @Test func `more variables cost more, each counted once`() throws {
    let all = OpenMeteo().fields.map(\.name)
    let columns = all.prefix(25).enumerated().map { "c\($0.offset): \($0.element)" }.joined(separator: ", ")
    let lookup = try step("open_meteo", "{\(columns), again: temperature_mean}")
    let key = try #require(lookup.key(["1", "1", "2024-05-01"]))
    let distinct = Set(OpenMeteo().fields.prefix(25).map(\.own)).count
    #expect(lookup.cost(of: [key]) == Double(distinct) / 10)
  }

  static let verdicts: [(status: Int, body: String, says: BodyExpectation.Verdict)] = [
    (200, #"{"daily":{"time":[]}}"#, .accept), (200, "[{},{}]\n", .accept),
    (200, #"[{"daily":{"time":["2024-01-0"#, .retry(reason: "answered JSON that breaks off")),
    (200, #"{"error":true,"reason":"no"}"#, .fail(.data, reason: "answered an error: no")),
    (
      400, #"{"error":true,"reason":"Parameter 'start_date' is out of allowed range from 1940-01-01 to 2026-11-28"}"#,
      .fail(.data, reason: "answered 400: Parameter 'start_date' is out of allowed range from 1940-01-01 to 2026-11-28")
    ),
    (
      400, #"{"reason":"Cannot initialize X from invalid String value y","error":true}"#,
      .fail(.config, reason: "answered 400: Cannot initialize X from invalid String value y")
    ),
    (400, "nothing", .fail(.config, reason: "answered 400")),
    (
      429, #"{"error":true,"reason":"Minutely API request limit exceeded. Please try again in one minute."}"#,
      .retry(
        .rateLimited,
        reason: "answered 429: Minutely API request limit exceeded. Please try again in one minute.",
        after: .seconds(21))
    ),
    (
      429, #"{"error":true,"reason":"Hourly API request limit exceeded. Please try again in the next hour."}"#,
      .retry(
        .rateLimited,
        reason: "answered 429: Hourly API request limit exceeded. Please try again in the next hour.",
        after: .seconds(3201))
    ),
    (
      429, #"{"error":true,"reason":"Daily API request limit exceeded. Please try again tomorrow."}"#,
      .retry(
        .rateLimited, reason: "answered 429: Daily API request limit exceeded. Please try again tomorrow.",
        after: .seconds(46_401))
    ),
    (
      429, #"{"error":true,"reason":"Too many concurrent requests"}"#,
      .retry(.rateLimited, reason: "answered 429: Too many concurrent requests")
    ),
    (429, "", .retry(.rateLimited, reason: "answered 429")),
  ]

  @Test(arguments: verdicts)
  func `errors are told apart by their reasons, and a used up limit by its window`(
    status: Int, body: String, says: BodyExpectation.Verdict
  ) async throws {
    // 2026-11-18T11:06:40Z.
    let headers: HeaderFields = ["Date": "Wed, 18 Nov 2026 11:06:40 GMT"]
    let response = HTTPResponse(
      status: status, headers: headers, body: Array(body.utf8), finalURL: try RequestURL("http://h/"))
    let verdict = await OpenMeteo().expectation(SystemClock()).judgement(of: response)
    #expect(verdict == says)
  }

  @Test func `a wrong key is told from a wrong question, and says where the key stands`() async throws {
    for (status, reason) in [(400, "The supplied API key is invalid."), (401, "API key required.")] {
      let response = HTTPResponse(
        status: status, body: Array(#"{"error":true,"reason":"\#(reason)"}"#.utf8),
        finalURL: try RequestURL("http://h/"))
      guard case .fail(.config, _, let hint?)? = await OpenMeteo().expectation(SystemClock()).judgement(of: response)
      else {
        Issue.record("\(reason) is no fault of the file")
        continue
      }
      #expect(hint.contains("apikey"))
    }
  }

  private let two = [
    WeatherSpan(.point(latitude: "1.00", longitude: "2.00"), 19_000...19_001),
    WeatherSpan(.point(latitude: "3.00", longitude: "4.00"), 19_005...19_005),
  ]

  @Test func `answers are read place by place and day by day`() throws {
    let question = WeatherQuestion(["a", "b"], .metric)
    let body =
      #"[{"daily":{"time":["2022-01-08","2022-01-09"],"a":[1.5,null],"b":["x","y"]}},{"location_id":1,"daily":{"time":["2022-01-13"],"a":[2],"b":[null]}}]"#
    let days = try OpenMeteo().days(two, question, in: Array(body.utf8))
    #expect(
      days == [
        [19_000: ["a": .decimal(1.5), "b": "x"], 19_001: ["a": .null, "b": "y"]], [19_005: ["a": 2, "b": .null]],
      ])
    let one = try OpenMeteo().days(
      [two[1]], WeatherQuestion(["a"], .us), in: Array(#"{"daily":{"time":["2022-01-13"],"a":[2]}}"#.utf8))
    #expect(one == [[19_005: ["a": 2]]])
  }

  @Test(arguments: [
    #"[{"daily":{"time":["2022-01-08","2022-01-09"],"a":[1,2]}}]"#,
    #"[{"daily":{"time":["2022-01-08","2022-01-09"],"a":[1]}},{"daily":{"time":["2022-01-13"],"a":[2]}}]"#,
    #"[{"daily":{"time":["2022-01-07","2022-01-09"],"a":[1,1]}},{"daily":{"time":["2022-01-13"],"a":[2]}}]"#,
    #"[{"daily":{"time":["2022-01-08","2022-01-09"],"b":[1,1]}},{"daily":{"time":["2022-01-13"],"a":[2]}}]"#,
    "[{},{}]", "[1,2]", "{}",
  ])
  func `an answer to another question is refused`(body: String) {
    #expect(throws: RunFailure.self) {
      try OpenMeteo().days(two, WeatherQuestion(["a"], .metric), in: Array(body.utf8))
    }
  }
}
