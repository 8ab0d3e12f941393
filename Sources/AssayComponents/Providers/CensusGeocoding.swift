internal import AssayColumns
package import AssayDefinition
package import AssayEngine
internal import AssayFormats
package import AssayHTTP
internal import AssayStore

/// The facts of the geocoder of the US Census Bureau: no key, addresses in the United States, one at a time or in batches
/// that are slow and often fail as a whole.
package struct CensusGeocoding: GeocodeProvider, Component {
  package init() {}

  var batchSize = 1000
  var benchmark = "Public_AR_Current"
  var vintage = "Current_Current"

  package static let schema = Schema(
    "census", CensusGeocoding(),
    summary: "The geocoder of the US Census Bureau: addresses in the United States, in batches, without a key.",
    details: """
      It tells \((places + geographies).map { "`\($0.name)`" }.joined(separator: ", ")). Codes stay text, with their leading
      zeros; the last four are asked for only if a column needs them.

      An address in parts goes into batches of `batch_size`. The service is slow with them and fails about one in three, so
      an answer may take 5 minutes, and one that is no whole batch is asked for again: a page for people, a line that breaks
      off, an address without its answer, with two, or one that nobody asked for. Where it stays so, all of its addresses are
      broken look-ups, and nothing of it is remembered; smaller batches fail less, and larger ones may need a longer
      `retry.max_elapsed` of the api than its 10 minutes. An address that is one text is asked for by
      itself, and so is every one with `batch_size: 1`; then there is no `match_type`.

      The quality of a match is its `match_type`: `Exact` or `Non_Exact`. Where several places fit, the service tells none of
      them: such a row is `ambiguous` without a place, and a provider after this one is asked.
      """,
    keys: [
      Key(
        "batch_size", \.batchSize, range: 1...10_000, "How many addresses one request holds; 1 asks for each by itself."
      ),
      Key("benchmark", \.benchmark, "The version of the addresses, by the bureau's name or number for it."),
      Key("vintage", \.vintage, "The version of the geographies, which must belong to the benchmark."),
    ],
    rules: [
      Rule("benchmark") { complaint(about: $0.benchmark) }, Rule("vintage") { complaint(about: $0.vintage) },
    ],
    examples: [
      """
      type: geocode
      from: example
      provider: census
      address: {street: "{address}", city: "{city}", state: "{state}", zip: "{zipcode?}"}
      columns: {lat: latitude, lng: longitude, county: county_fips, tract: tract}
      """,
      """
      type: geocode
      from: example
      provider: {type: census, batch_size: 250, vintage: Census2020_Current}
      address: {street: "{address}", zip: "{zipcode}"}
      columns: {lat: latitude, lng: longitude, block: block}
      """,
    ],
    faults: [
      FaultExample(
        "type: geocode\nfrom: example\nprovider: {type: census, batch_size: ⟪20000}\naddress: \"{a}\"",
        "'batch_size' must be 1 to 10000, not 20000"),
      FaultExample(
        "type: geocode\nfrom: example\nprovider: {type: census, ⟪benchmark: Public AR}\naddress: \"{a}\"",
        "'Public AR' is no name of the bureau's, such as Public_AR_Current"),
    ])

  private static func complaint(about name: String) -> String? {
    let isName = !name.isEmpty && name.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") }
    return isName ? nil : "'\(name)' is no name of the bureau's, such as Public_AR_Current"
  }

  private static let places: [GeocodeField] = [
    GeocodeField("latitude", .decimal), GeocodeField("longitude", .decimal), GeocodeField("matched_address", .text),
    GeocodeField("match_type", .text), GeocodeField("side", .text), GeocodeField("tiger_line_id", .text),
  ]

  private static let geographies: [GeocodeField] = [
    GeocodeField("state_fips", .text), GeocodeField("county_fips", .text), GeocodeField("tract", .text),
    GeocodeField("block", .text),
  ]

  package var fields: [GeocodeField] { Self.places + Self.geographies }

  /// Whether addresses are asked for many at once.
  private func batches(_ task: GeocodeTask) -> Bool { task.isInParts && batchSize > 1 }

  /// Whether the answers must tell in which geographies a place lies.
  private func locates(_ task: GeocodeTask) -> Bool { Self.geographies.contains { task.fields.contains($0.name) } }

  package func keysPerRequest(for task: GeocodeTask) -> Int { batches(task) ? batchSize : 1 }

  package func defaults(for task: GeocodeTask) -> ProviderDefaults {
    // Single addresses take up to 14 s, a large batch minutes without a byte.
    let timeouts =
      batches(task) ? Timeouts(read: .seconds(300), total: .seconds(900)) : Timeouts(read: .seconds(60))
    return ProviderDefaults(
      name: "census_geocoder", baseURL: "https://geocoding.geo.census.gov", concurrency: batches(task) ? 2 : 4,
      timeouts: timeouts, retriesPosts: true)
  }

  package func scope(of task: GeocodeTask) -> String {
    // A line tells more than a single answer, so neither stands for the other.
    "\(benchmark) \(vintage)" + (batches(task) ? "" : " single")
  }

  package func request(_ keys: [LookupKey], _ task: GeocodeTask, _ client: APIClient) throws -> HTTPRequest {
    let kind = locates(task) ? "geographies" : "locations"
    if batches(task) {
      var form = MultipartForm()
      form.add("benchmark", benchmark)
      if locates(task) { form.add("vintage", vintage) }
      form.add("addressFile", file: "addresses.csv", type: "text/csv", CensusBatch.file(keys.map(\.parts)))
      let (type, body) = form.encoded
      return try client.request(
        .post, path: "/geocoder/\(kind)/addressbatch", headers: ["Content-Type": type], body: body)
    }
    let parts = keys.first?.parts ?? []
    var query: [(String, String)]
    var search = "onelineaddress"
    if parts.count == 4, !parts[0].isEmpty {
      search = "address"
      query = zip(["street", "city", "state", "zip"], parts).filter { !$0.1.isEmpty }.map { ($0.0, $0.1) }
    } else {
      query = [("address", parts.filter { !$0.isEmpty }.joined(separator: ", "))]
    }
    query += [("benchmark", benchmark)] + (locates(task) ? [("vintage", vintage)] : []) + [("format", "json")]
    return try client.request(
      path: "/geocoder/\(kind)/\(search)", query: query.map { RequestURL.QueryItem($0.0, $0.1) })
  }

  package func expectation(of keys: [LookupKey], _ task: GeocodeTask) -> BodyExpectation {
    let (isBatch, geographies, count) = (batches(task), locates(task), keys.count)
    return BodyExpectation(.any) { response in
      let complaint =
        isBatch
        ? CensusBatch.complaint(about: response.body, count: count, geographies: geographies)
        : CensusMatch.complaint(about: response.body, geographies: geographies)
      return complaint.map { .retry(.data, reason: $0) } ?? .accept
    }
  }

  package func answers(to keys: [LookupKey], _ task: GeocodeTask, _ exchange: HTTPExchange) throws -> [LookupAnswer] {
    let body = exchange.response.body
    if !batches(task) {
      var answer = try answer(in: body, task)
      answer.origin = AnswerOrigin(exchange)
      return [answer]
    }
    return try CensusBatch.lines(in: body, count: keys.count, geographies: locates(task)).map { line in
      var answer = try answer(in: line, task)
      answer.origin = AnswerOrigin(exchange, payload: Array(line.text.utf8))
      return answer
    }
  }

  package func recall(_ remembered: RememberedAnswer, _ task: GeocodeTask) throws -> LookupAnswer {
    batches(task)
      ? try answer(in: CensusBatch.line(remembered.payload), task) : try answer(in: remembered.payload, task)
  }

  private func answer(in line: CensusBatch.Line, _ task: GeocodeTask) throws -> LookupAnswer {
    switch line.outcome {
    case .noMatch: return nothing(.notFound)
    case .tie: return nothing(.ambiguous)
    case .match, nil: break
    }
    guard line.fields.count >= CensusBatch.placeFields, let place = CensusBatch.place(line.fields[5]) else {
      throw RunFailure("the match has no place")
    }
    let hasGeographies = line.fields.count >= CensusBatch.geographyFields
    if locates(task), !hasGeographies { throw RunFailure("the match tells no geographies") }
    let codes = hasGeographies ? line.fields[8..<CensusBatch.geographyFields].map { Cell(text: $0) } : []
    return LookupAnswer(
      .ok,
      cells: [
        .decimal(place.latitude), .decimal(place.longitude), Cell(text: line.fields[4]), Cell(text: line.fields[3]),
        Cell(text: line.fields[7]), Cell(text: line.fields[6]),
      ] + codes + [Cell](repeating: .null, count: Self.geographies.count - codes.count),
      quality: line.fields[3].isEmpty ? nil : line.fields[3])
  }

  private func answer(in body: [UInt8], _ task: GeocodeTask) throws -> LookupAnswer {
    let matches = try CensusMatch.matches(in: body)
    guard let match = matches.first else { return nothing(.notFound) }
    // As in a batch: which of several is meant is not said.
    if matches.count > 1 { return nothing(.ambiguous) }
    guard let place = match.place else { throw RunFailure("the match has no place") }
    if locates(task), !match.hasGeographies { throw RunFailure("the match tells no geographies") }
    return LookupAnswer(
      .ok,
      cells: [
        .decimal(place.latitude), .decimal(place.longitude), match.text("matchedAddress"), .null,
        match.text("tigerLine", "side"), match.text("tigerLine", "tigerLineId"),
      ] + match.codes)
  }
}
