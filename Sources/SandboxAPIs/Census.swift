/// The Census Bureau's American Community Survey, five years: an array of arrays with the header first.
enum Census {
  private static let geography = "zip code tabulation area"

  /// `/data/YEAR/acs/acs5?get=A,B&for=zip code tabulation area:a,b&key=K`.
  static func answer(_ request: SandboxRequest) throws(Refusal) -> Answer {
    let parts = request.segments
    if request.path == "/data/missing_key.html" {
      return .html("Missing Key", "A valid key must be included with each data API request.")
    }
    if request.path == "/data/invalid_key.html" {
      return .html("Invalid Key", "A valid key must be included with each data API request.")
    }
    if case .bodyStatus(let status)? = request.faults.kind {
      return .text(
        "There was an error while running your query.  We've logged the error and we'll correct it ASAP.  Sorry for the "
          + "inconvenience.", status: Int(status) ?? 200)
    }
    guard parts.count == 4, parts[2] == "acs", parts[3] == "acs5", let year = Int(parts[1]),
      (2009...2024).contains(year)
    else {
      return .html("HTTP Status 404", "The data set does not exist.", status: 404)
    }
    guard let key = request["key"], !key.isEmpty, key != "expired" else {
      let page = request["key"] == "expired" ? "invalid_key" : "missing_key"
      return Answer(status: 302, contentType: "text/html", body: "")
        .with(header: "Location", "http://\(request.authority)/data/\(page).html")
        .with(header: "X-DataWebAPI-KeyError", "1")
    }
    guard key != "bad" else {
      return .html("Invalid Key", "A valid key must be included with each data API request.")
    }
    let variables = try variables(of: request)
    let zips = try zips(of: request, year: year)
    guard !zips.isEmpty else { return Answer(status: 204, contentType: "", body: "") }
    let state = request["in"]?.dropFirst("state:".count)
    let header: [JSONText] =
      variables.map { .string($0) } + (state == nil ? [] : ["state"]) + [.string(geography)]
    // Nothing says in which order rows come: that of one list of variables is not that of another.
    let isReversed = variables.count > 1 && variables[0] != "NAME" && stableHash(variables.joined()) % 2 == 1
    let rows: [JSONText] = (isReversed ? zips.reversed() : zips).map { zip in
      .array(
        variables.map { .optional(value(of: $0, zip: zip, year: year)) }
          + (state.map { [.string(String($0))] } ?? []) + [.string(zip)])
    }
    // The Bureau puts each row on a line of its own.
    return Answer(
      status: 200, contentType: "application/json;charset=utf-8",
      body: "[" + ([.array(header)] + rows).map(\.text).joined(separator: ",\n") + "]")
  }

  private static func variables(of request: SandboxRequest) throws(Refusal) -> [String] {
    guard let get = request["get"], !get.isEmpty else {
      throw Refusal(.text("error: missing 'get' argument", status: 400))
    }
    let names = get.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    guard names.count <= 50 else { throw Refusal(.text("error: 'get' is limited to 50 variables", status: 400)) }
    for name in names where !isKnown(name) {
      throw Refusal(.text("error: unknown variable '\(name)'", status: 400))
    }
    return names
  }

  /// The areas asked for that exist, in the order of the table and not of the request; no row for the others.
  private static func zips(of request: SandboxRequest, year: Int) throws(Refusal) -> [String] {
    // From 2020 on these areas belong to no state; before, they must be asked for by state.
    guard (request["in"] != nil) == (year < 2020) else {
      throw Refusal(.text("error: unknown/unsupported geography heirarchy", status: 400))
    }
    guard let clause = request["for"], clause.hasPrefix(geography + ":") else {
      throw Refusal(.text("error: unknown/unsupported geography heirarchy", status: 400))
    }
    let asked = clause.dropFirst(geography.count + 1).split(separator: ",").map(String.init)
    let known = areas.filter { asked == ["*"] || asked.contains($0) }
    guard let state = request["in"] else { return known }
    return known.filter { zip in Place.byZip[zip].map { "state:\(codes[$0.state] ?? "")" } == state }
  }

  private static let codes = [
    "CA": "06", "NY": "36", "TX": "48", "MA": "25", "NJ": "34", "FL": "12", "IL": "17", "WA": "53",
  ]

  /// Zip codes without an area of their own, as there are in the real tables, have no row.
  private static let areas = Place.all.map(\.zip).filter { !["95113", "12207"].contains($0) }.sorted()

  /// `NAME`, `GEO_ID`, and `B01003_001E` or `…M` (margin of error).
  private static func isKnown(_ name: String) -> Bool {
    if name == "NAME" || name == "GEO_ID" { return true }
    let bytes = Array(name.utf8)
    let digits = UInt8(ascii: "0")...UInt8(ascii: "9")
    return bytes.count == 11 && [UInt8(ascii: "B"), UInt8(ascii: "C")].contains(bytes[0])
      && bytes[1...5].allSatisfy { digits.contains($0) } && bytes[6] == UInt8(ascii: "_")
      && bytes[7...9].allSatisfy { digits.contains($0) } && [UInt8(ascii: "E"), UInt8(ascii: "M")].contains(bytes[10])
  }

  private static func value(of variable: String, zip: String, year: Int) -> String? {
    let hash = Int(stableHash("\(zip)/\(variable)/\(year)") >> 33)
    switch variable {
    case "NAME": return "ZCTA5 \(zip)"
    case "GEO_ID": return "860Z200US\(zip)"
    case "B01003_001E": return String(2000 + hash % 58_000)
    // A median that rests on too few answers is a sentinel, not a number: six zip codes in a hundred.
    case "B19013_001E": return hash % 100 < 6 ? "-666666666" : String(28_000 + hash % 150_000)
    case "B01002_001E": return hash % 100 < 2 ? "-666666666" : "\(24 + hash / 100 % 28).\(hash % 10)"
    case "B25077_001E": return hash % 100 < 6 ? "-666666666" : String(90_000 + hash % 1_400_000)
    default:
      if hash % 100 < 3 { return nil }
      if variable.hasSuffix("M") {
        switch hash % 100 {
        case ..<6: return "-555555555"
        case ..<8: return "-333333333"
        case ..<10: return "-222222222"
        default: return String(hash % 900)
        }
      }
      switch hash % 100 {
      case ..<5: return "-888888888"
      case ..<7: return "-999999999"
      default: return String(hash % 20_000)
      }
    }
  }
}
