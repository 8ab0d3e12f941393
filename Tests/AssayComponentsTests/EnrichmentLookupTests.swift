import AssayColumns
import AssayComponents
import AssayDefinition
import AssayEngine
import AssayStore
import Testing

/// Keys, requests and remembered answers of look-ups, without a network.
@Suite struct EnrichmentLookupTests {
  private func lookup(_ yaml: String) throws -> any Lookup {
    let result = decode(pipeline(around: yaml, family: StepFamily.name))
    let step = try #require(result.definition?.steps.first, "\(result.diagnostics)")
    guard case .lookup(let lookup, _) = step.step.work else { throw RunFailure("no look-up") }
    return lookup
  }

  private static let dated = """
    type: exchange_rate
    from: example
    provider: frankfurter
    amount: "{a}"
    currency: "{c}"
    date: "{d}"
    to: USD
    into: b
    rate_into: r
    date_into: on
    """

  @Test(arguments: [
    (["eur ", "2024-12-24T23:00:00-05:00"], ["EUR", "2024-12-24"]), (["EUR", "soon"], ["EUR", "soon"]),
    (["", "2024-12-24"], nil), (["EUR", " "], nil),
  ])
  func `a rate's key is a currency and a day`(_ inputs: [String], _ key: [String]?) throws {
    #expect(try lookup(Self.dated).key(inputs)?.parts == key)
  }

  @Test func `days of a half-year are asked for together, and what needs no request is known`() throws {
    let keys = [
      ["EUR", "2024-12-24"], ["GBP", "2025-01-02"], ["EUR", "2024-07-01"], ["CHF", "2025-06-30"],
    ].map { LookupKey($0) }
    let parts = try lookup(Self.dated).requests(for: keys).map { $0.map(\.parts) }
    #expect(
      parts == [
        [["EUR", "2024-12-24"], ["EUR", "2024-07-01"]],
        [["GBP", "2025-01-02"], ["CHF", "2025-06-30"]],
      ])
    let now = try #require(StoreTime(text: "2026-01-01T00:00:00.000Z"))
    for (key, status) in [
      (["USD", "2020-01-01"], LookupStatus.ok), (["EUR", "soon"], .notFound), (["CHF", "1990-01-01"], .notFound),
      (["CHF", "2026-01-02"], .notFound), (["CHF", "2025-06-30"], nil),
    ] as [([String], LookupStatus?)] {
      #expect(try lookup(Self.dated).knownAnswer(LookupKey(key), at: now)?.status == status)
    }
    #expect(try lookup(Self.dated).requests(for: []).isEmpty)
  }

  /// What was remembered, and what it says for EUR on 2024-12-22: status, day and quality; nil where it is asked again.
  static let remembered: [(kept: String, says: [String]?)] = [
    (#"{"rate":1.25,"date":"2024-12-22"}"#, ["ok", "2024-12-22", "exact"]),
    (#"{"rate":1.25,"date":"2024-12-20"}"#, ["ok", "2024-12-20", "carried_back"]),
    (#"{"rate":2,"date":"2024-12-15"}"#, ["ok", "2024-12-15", "carried_back"]),
    (#"{"rate":1.25,"date":"2024-12-14"}"#, ["not_found", "", ""]),
    (#"{"date":"2024-12-15"}"#, ["not_found", "", ""]), (#"{"date":"2024-12-01"}"#, ["not_found", "", ""]),
    // Looked for in fewer days than now.
    (#"{"date":"2024-12-20"}"#, nil),
    (#"{"rate":1.25,"date":"2024-12-20","until":1}"#, nil),
    (#"{"rate":1.25,"date":"2024-12-20","until":99999999999}"#, ["ok", "2024-12-20", "carried_back"]),
    ("1.25", nil), ("", nil), (#"{"rate":1.25}"#, nil),
  ]

  @Test(arguments: remembered)
  func `a remembered rate is held against what is asked now`(_ kept: String, _ says: [String]?) throws {
    let lookup = try lookup(Self.dated)
    let record = RememberedAnswer(status: 200, payload: Array(kept.utf8))
    let answer = try? lookup.recall(record, of: LookupKey(["EUR", "2024-12-22"]))
    #expect(answer.map { [$0.status.rawValue, $0.cells[1].text ?? "", $0.quality ?? ""] } == says)
  }

  static let patience: [(more: String, found: LookupStatus?, notFound: LookupStatus?)] = [
    ("", nil, nil), ("remember: {found: 30d}", .ok, nil), ("remember: {not_found: 30d}", nil, .notFound),
  ]

  @Test(arguments: patience)
  func `newest rates are good until the next ones, unless the file says how long`(
    _ more: String, _ found: LookupStatus?, _ notFound: LookupStatus?
  ) throws {
    let lookup = try lookup(
      "type: exchange_rate\nfrom: example\namount: \"{a}\"\ncurrency: \"{c}\"\ninto: b\n\(more)")
    for (kept, status) in [("\"rate\":1.25,", found), ("", notFound)] {
      let payload = "{\(kept)\"date\":\"2024-12-20\",\"until\":1}"
      let record = RememberedAnswer(status: 200, payload: Array(payload.utf8))
      let answer = try? lookup.recall(record, of: LookupKey(["EUR"]))
      #expect(answer?.status == status && answer?.quality == nil)
    }
  }

  @Test(
    arguments: [
      ("8", [Cell.decimal(10), .decimal(1.25), .text("2024-12-20")]),
      ("-0.5", [.decimal(-0.625), .decimal(1.25), .text("2024-12-20")]),
      ("many", [.null, .decimal(1.25), .text("2024-12-20")]), (nil, [.null, .decimal(1.25), .text("2024-12-20")]),
      ("1.7e308", [.null, .decimal(1.25), .text("2024-12-20")]),
    ] as [(String?, [Cell])])
  func `an amount is a decimal number, or null`(_ amount: String?, _ cells: [Cell]) throws {
    let answer = LookupAnswer(.ok, cells: [.decimal(1.25), .text("2024-12-20")])
    #expect(try lookup(Self.dated).cells(answer, carried: [amount]) == cells)
    let nothing = LookupAnswer(.notFound, cells: [.null, .null])
    #expect(try lookup(Self.dated).cells(nothing, carried: [amount]) == [.null, .null, .null])
  }

  private static let census = "type: census\nfrom: example\nzip: \"{z}\"\ncolumns: {b: B2_001E, a: B1_001E, c: B2_001E}"

  @Test(arguments: [
    (["00501"], ["00501"]), ([" 90210-1234"], ["90210"]), (["902101234"], ["902101234"]), (["abc"], ["abc"]),
    ([""], nil),
  ])
  func `a zip code's key is its first five digits`(_ inputs: [String], _ key: [String]?) throws {
    #expect(try lookup(Self.census).key(inputs)?.parts == key)
  }

  @Test func `early years are asked for by state, as letters or numbers`() throws {
    let lookup = try lookup(Self.census + "\nyear: 2019\nstate: \"{s}\"")
    let keys = [
      ["90210", "CA"], ["10001", "ny"], ["90001", "06"], ["90002", "6"], ["10002", "New York"],
    ].compactMap { lookup.key($0) }
    #expect(keys.map(\.parts.last) == ["06", "36", "06", "06", "NEW YORK"])
    let groups = lookup.requests(for: keys).map { $0.map(\.parts[0]) }
    #expect(groups == [["90210", "90001", "90002"], ["10001"], ["10002"]])
    #expect(lookup.inputs.count == 2)
    #expect(try self.lookup(Self.census + "\nyear: 2020\nstate: \"{s}\"").inputs.count == 1)
  }

  @Test func `a request holds fifty zip codes`() throws {
    let keys = (0..<120).map { LookupKey([String(10_000 + $0)]) }
    let groups = try lookup(Self.census).requests(for: keys)
    #expect(groups.map(\.count) == [50, 50, 20])
    #expect(groups.flatMap(\.self) == keys)
  }

  @Test func `remembered figures are those of the set of variables, whatever the columns are called`() throws {
    let lookup = try lookup(Self.census + "\nnotes_into: why")
    let record = RememberedAnswer(status: 200, payload: Array(#"["7","-666666666"]"#.utf8))
    let answer = try lookup.recall(record, of: LookupKey(["90210"]))
    #expect(Array(answer.cells[0..<3]) == [.null, .integer(7), .null])
    let note = try #require(answer.cells[3].text)
    #expect(note.hasPrefix("b: -666666666, the estimate could not be computed") && note.contains("; c: -666666666, "))
    #expect(answer.quality == "partial")
    let whole = RememberedAnswer(status: 200, payload: Array(#"["7","8"]"#.utf8))
    let complete = try lookup.recall(whole, of: LookupKey(["90210"]))
    #expect(complete.quality == "complete" && complete.cells == [.integer(8), .integer(7), .integer(8), .null])
    for other in [#"["7"]"#, #"{"a":1}"#, "x"] {
      let record = RememberedAnswer(status: 200, payload: Array(other.utf8))
      #expect(throws: (any Error).self) { try lookup.recall(record, of: LookupKey(["90210"])) }
    }
  }
}
