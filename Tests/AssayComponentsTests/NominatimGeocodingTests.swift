import AssayColumns
import AssayComponents
import AssayEngine
import AssayHTTP
import Testing

/// Nominatim's requests, its policy, and what its results mean.
@Suite struct NominatimGeocodingTests {
  private static let osm = NominatimGeocoding()
  private static let task = GeocodeTask()

  @Test func `parts and free text are never mixed`() throws {
    func target(_ parts: [String], _ provider: String = "{type: nominatim}") throws -> String {
      try geocoder(provider).request([LookupKey(parts)], Self.task, idleClient()).url.target
    }
    let head = "/search?format=jsonv2&addressdetails=1&limit=5"
    #expect(try target(["1 MAIN ST, BOSTON"]) == head + "&q=1%20MAIN%20ST%2C%20BOSTON")
    #expect(
      try target(["1 MAIN ST", "", "MA", "02108"]) == head + "&street=1%20MAIN%20ST&state=MA&postalcode=02108")
    #expect(try target(["A"], "{type: nominatim, countries: [us, CA]}") == head + "&countrycodes=ca%2Cus&q=A")
  }

  @Test func `it says who asks, once a second, one at a time`() throws {
    let plain = Self.osm.defaults(for: Self.task)
    #expect(plain.headers["User-Agent"] == "assay/\(assayVersion)")
    #expect(plain.rateLimit == RateLimit(requests: 1, per: .seconds(1), burst: 1) && plain.concurrency == 1)
    let named = try geocoder("{type: nominatim, contact: data@example.com}").defaults(for: Self.task)
    #expect(named.headers["User-Agent"] == "assay/\(assayVersion) (data@example.com)")
  }

  // MARK: Policy

  private static let slow = RateLimit(requests: 1, per: .seconds(1), burst: 1)

  @Test(arguments: [
    "https://nominatim.openstreetmap.org", "http://nominatim.openstreetmap.org:8080/x",
    "https://NOMINATIM.OpenStreetMap.org./", "https://nominatim.openstreetmap.org../",
  ])
  func `the public service is asked only with its policy accepted, however it is spelt`(_ base: String) throws {
    let url = try RequestURL(base)
    let refusal = try #require(Self.osm.refusal(to: url, rate: Self.slow, concurrency: 1))
    #expect(refusal.contains("'accept_policy: true'") && refusal.contains("policies/nominatim"))
    let accepting = try geocoder("{type: nominatim, accept_policy: true}")
    #expect(accepting.refusal(to: url, rate: Self.slow, concurrency: 1) == nil)
  }

  @Test(arguments: [
    "https://nominatim.example.com", "https://osm.nominatim.openstreetmap.org.example.com", "http://127.0.0.1:8080",
    "https://geocode.example.com/nominatim.openstreetmap.org",
  ])
  func `other servers are asked as the file says`(_ base: String) throws {
    #expect(Self.osm.refusal(to: try RequestURL(base), rate: nil, concurrency: 100) == nil)
  }

  static let limits: [(rate: RateLimit?, concurrency: Int, passes: Bool)] = [
    (slow, 1, true), (RateLimit(requests: 1, per: .seconds(5), burst: 1), 1, true),
    (RateLimit(requests: 30, per: .seconds(60), burst: 1), 1, true), (slow, 2, false), (nil, 1, false),
    (RateLimit(requests: 1, per: .seconds(1), burst: 5), 1, false),
    (RateLimit(requests: 60, per: .seconds(60)), 1, false),
    (RateLimit(requests: 2, per: .seconds(1), burst: 1), 1, false),
    (RateLimit(requests: 1, per: .milliseconds(999), burst: 1), 1, false),
  ]

  @Test(arguments: limits)
  func `the public service is never asked faster than it allows`(_ rate: RateLimit?, _ concurrency: Int, _ passes: Bool)
    throws
  {
    let accepting = try geocoder("{type: nominatim, accept_policy: true}")
    let refusal = accepting.refusal(
      to: try RequestURL("https://nominatim.openstreetmap.org"), rate: rate, concurrency: concurrency)
    #expect((refusal == nil) == passes)
    #expect(refusal?.contains("1 request a second") ?? true)
  }

  // MARK: Answers

  private static func result(_ lat: String, _ lon: String, _ importance: String, _ more: String = "") -> String {
    #"{"place_id":7,"lat":"\#(lat)","lon":"\#(lon)","importance":\#(importance),"type":"house"\#(more)}"#
  }

  static let rivals: [(name: String, results: [String], status: LookupStatus)] = [
    ("none", [], .notFound),
    ("one", [result("42", "-71", "0.5")], .ok),
    ("as important, elsewhere", [result("42", "-71", "0.5"), result("39", "-89", "0.46")], .ambiguous),
    ("less important", [result("42", "-71", "0.5"), result("39", "-89", "0.44")], .ok),
    ("as important, next door", [result("42", "-71", "0.5"), result("42.009", "-71.009", "0.5")], .ok),
    ("apart by latitude", [result("42", "-71", "0.5"), result("42.011", "-71", "0.5")], .ambiguous),
    ("apart by longitude", [result("42", "-71", "0.5"), result("42", "-71.011", "0.5")], .ambiguous),
    ("on both sides of the date line", [result("42", "-179.999", "0.5"), result("42", "179.999", "0.5")], .ok),
    ("houses", [result("42", "-71", "0.0000999"), result("39", "-89", "0.0000999")], .ambiguous),
    (
      "the last of five", [String](repeating: result("42", "-71", "0.5"), count: 4) + [result("9", "9", "0.5")],
      .ambiguous
    ),
    ("importance untold", [#"{"lat":"42","lon":"-71"}"#, #"{"lat":"9","lon":"9"}"#], .ambiguous),
    ("negative importance", [result("42", "-71", "-0.1"), result("9", "9", "-0.2")], .ok),
    ("a rival without a place", [result("42", "-71", "0.5"), #"{"importance":0.5}"#], .ok),
    ("no place", [#"{"place_id":1}"#], .error), ("a place off the globe", [result("95", "0", "1")], .error),
    ("no result", ["7"], .error),
  ]

  @Test(arguments: rivals)
  func `a place is ambiguous if another is about as important and lies elsewhere`(
    _ name: String, _ results: [String], _ status: LookupStatus
  ) async throws {
    let body = "[\(results.joined(separator: ","))]"
    let answers = try await Self.osm.answers(Self.task, response(body))
    #expect(answers.map(\.status) == [status])
    // The likeliest is taken.
    let has = status == .ok || status == .ambiguous
    #expect((Self.osm.cell("latitude", of: answers.first) == "42.0") == has)
  }

  @Test func `a result is taken apart, with numbers that come as texts`() async throws {
    let more =
      #","osm_type":"node","osm_id":9007199254740993,"category":"place","addresstype":"building","display_name":"1, Main Street","address":{"town":"Hoboken","state":"New Jersey","postcode":"07030","country_code":"us"}"#
    let answers = try await Self.osm.answers(
      Self.task, response("[\(Self.result("40.745", "-74.0279", "0.0000999", more))]"))
    let told = Self.osm.fields.map { Self.osm.cell($0.name, of: answers.first) }
    #expect(
      told == [
        "40.745", "-74.0279", "1, Main Street", "1, Main Street", "7", "node", "9007199254740993", "place", "house",
        "9.99e-05", "Hoboken", "New Jersey", "07030", "us",
      ])
    #expect(answers.first?.quality == "building")
    let types = zip(Self.osm.fields, answers[0].cells).map { field, cell in
      switch cell {
      case .decimal: field.type == .decimal
      case .integer: field.type == .integer
      case .text: field.type == .text
      default: false
      }
    }
    #expect(types.allSatisfy { $0 })
    let older = try await Self.osm.answers(Self.task, response(#"[{"lat":"1","lon":"2","osm_id":"12","type":"road"}]"#))
    #expect(Self.osm.cell("osm_id", of: older.first) == "12" && older.first?.quality == "road")
  }

  @Test func `a block of the policy, a page and an error are no answers`() async throws {
    let expectation = Self.osm.expectation(of: [LookupKey(["A"])], Self.task)
    guard
      case .fail(.config, let reason, let hint)? = await expectation.judgement(
        of: try response("<html>Access blocked</html>", status: 403, type: "text/html"))
    else {
      Issue.record("a 403 passed")
      return
    }
    #expect(reason.contains("403") && reason.contains("blocks") && hint?.contains("usage policy") == true)
    for body in ["<!DOCTYPE html><title>Nominatim Demo</title>", #"{"error":{"code":400}}"#, "[", ""] {
      guard case .fail(.data, _, _)? = await expectation.judgement(of: try response(body)) else {
        Issue.record("\(body) passed")
        return
      }
    }
    #expect(await expectation.judgement(of: try response("", status: 503)) == nil)
  }
}
