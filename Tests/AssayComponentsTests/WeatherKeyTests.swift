import AssayComponents
import AssayDefinition
import AssayEngine
import AssayStore
import Testing

/// The look-up of a step, and those that are asked after it.
func lookups(_ step: String) throws -> [any Lookup] {
  let text = """
    version: 1
    name: p
    sources: {s: {type: csv, path: s.csv}}
    steps:
      e: {from: s, \(step)}
    outputs: [{type: csv, from: e, path: o.csv}]
    """
  let result = PipelineDecoder(catalogue: .standard, variables: Variables()).decode(text)
  let declaration = try #require(result.definition?.steps.first, "\(result.diagnostics)")
  guard case .lookup(let first, let fallbacks) = declaration.step.work else {
    throw RunFailure("'\(step)' is no look-up")
  }
  return [first] + fallbacks
}

/// What is asked for in the place of what a row has.
@Suite struct WeatherKeyTests {
  @Test(arguments: [
    (["48.2081743", "16.3738189", "2026-10-05"], "48.21 16.37 2026-10-05"),
    (["48.2", "16", "2026-10-05T23:30:00+02:00"], "48.20 16.00 2026-10-05"),
    ([" -0.001", "-0.004 ", "2026-10-05 07:00"], "0.00 0.00 2026-10-05"),
    (["-0.006", "0.005", "1940-01-01"], "-0.01 0.01 1940-01-01"),
    (["90", "180", "2024-02-29"], "90.00 -180.00 2024-02-29"),
    (["-90", "-180", "2026-10-05"], "-90.00 -180.00 2026-10-05"),
    (["1e1", "179.996", "1969-12-31"], "10.00 -180.00 1969-12-31"),
    (["89.999", "-179.999", "2026-10-05t00:00:00z"], "90.00 -180.00 2026-10-05"),
  ])
  func `coordinates are rounded, and a day is a day`(inputs: [String], key: String) throws {
    let lookup = try lookups(
      "type: weather, latitude: \"{a}\", longitude: \"{b}\", date: \"{d}\", columns: {t: temperature_mean}")[0]
    #expect(lookup.key(inputs)?.parts.joined(separator: " ") == key)
    let again = try #require(lookup.key(inputs))
    #expect(lookup.key(again.parts) == again, "a key is its own key")
  }

  @Test(arguments: [
    (0, "48 16 2026-10-05"), (1, "48.2 16.4 2026-10-05"), (4, "48.2082 16.3738 2026-10-05"),
    (6, "48.208174 16.373819 2026-10-05"),
  ])
  func `precision says how far coordinates are rounded`(precision: Int, key: String) throws {
    let lookup = try lookups(
      "type: weather, latitude: \"{a}\", longitude: \"{b}\", date: \"{d}\", precision: \(precision), columns: {t: temperature_mean}"
    )[0]
    #expect(lookup.key(["48.2081743", "16.3738189", "2026-10-05"])?.parts.joined(separator: " ") == key)
  }

  @Test(arguments: [["", "1", "2026-10-05"], ["1", " ", "2026-10-05"], ["1", "1", ""]])
  func `an empty input skips the row`(inputs: [String]) throws {
    let lookup = try lookups(
      "type: weather, latitude: \"{a}\", longitude: \"{b}\", date: \"{d}\", columns: {t: temperature_mean}")[0]
    #expect(lookup.key(inputs) == nil)
  }

  @Test(arguments: [
    ["90.01", "1", "2026-10-05"], ["1", "-180.5", "2026-10-05"], ["north", "1", "2026-10-05"],
    ["48,2", "16", "2026-10-05"], ["nan", "1", "2026-10-05"], ["1", "1", "2026-02-29"], ["1", "1", "5.10.2026"],
    ["1", "1", "2026-10-05x"], ["1", "1", "2026-10"], ["1", "1", "1939-12-31"],
  ])
  func `what is no place and no day is a key all the same, known without asking`(inputs: [String]) throws {
    let lookup = try lookups(
      "type: weather, latitude: \"{a}\", longitude: \"{b}\", date: \"{d}\", columns: {t: temperature_mean}")[0]
    let odd = try #require(lookup.key(inputs))
    let good = try #require(lookup.key(["1", "1", "2026-10-05"]))
    let now = try #require(StoreTime(text: "2026-10-09T00:00:00.000Z"))
    #expect(lookup.knownAnswer(odd, at: now)?.status == .notFound)
    #expect(lookup.knownAnswer(good, at: now) == nil)
    #expect(lookup.requests(for: [good]) == [[good]] && lookup.cost(of: [good]) == 1)
  }

  @Test func `a day that is not over costs nothing`() throws {
    let lookup = try lookups(
      "type: weather, latitude: \"{a}\", longitude: \"{b}\", date: \"{d}\", columns: {t: temperature_mean}")[0]
    let key = try #require(lookup.key(["1", "1", "2026-10-05"]))
    for (now, isKnown) in [("2026-10-05T23:00:00.000Z", true), ("2026-10-07T13:00:00.000Z", false)] {
      let moment = try #require(StoreTime(text: now))
      #expect((lookup.knownAnswer(key, at: moment) != nil) == isKnown)
    }
  }

  @Test func `names of places are one whatever their case and blanks`() throws {
    let lookup = try lookups(
      "type: weather, provider: visual_crossing, location: \"{a}\", date: \"{d}\", columns: {t: temp}")[0]
    #expect(lookup.key(["Vienna,  Austria", "2026-10-05"]) == lookup.key(["VIENNA, austria ", "2026-10-05T10:00:00"]))
    #expect(lookup.key([" ", "2026-10-05"]) == nil)
  }
}
