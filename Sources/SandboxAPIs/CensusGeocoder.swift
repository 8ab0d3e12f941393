/// The geocoder of the US Census Bureau: single addresses as JSON, batches as CSV.
enum CensusGeocoder {
  private enum Outcome {
    case match(AddressMatch, exact: Bool)
    case tie([AddressMatch])
    case none
  }

  private static let benchmarks: Set = ["Public_AR_Current", "4", "Public_AR_ACS2024", "Public_AR_Census2020"]

  /// `/geocoder/locations|geographies/onelineaddress|address|addressbatch`.
  static func answer(_ request: SandboxRequest) throws(Refusal) -> Answer {
    let parts = request.segments
    guard parts.count == 3, parts[1] == "locations" || parts[1] == "geographies" else { return notFound }
    let geographies = parts[1] == "geographies"
    switch parts[2] {
    case "onelineaddress":
      try check(request["benchmark"], request["vintage"], geographies)
      guard let address = request["address"], !address.isEmpty, address.count <= 100 else {
        throw refusal("Address cannot be empty and cannot exceed 100 characters")
      }
      return single(request, address, geographies)
    case "address":
      try check(request["benchmark"], request["vintage"], geographies)
      guard let street = request["street"], !street.isEmpty else { throw refusal("Street cannot be empty") }
      let address = [street, request["city"], request["state"], request["zip"]].compactMap(\.self)
      return single(request, address.joined(separator: ", "), geographies)
    case "addressbatch": return try batch(request, geographies)
    default: return notFound
    }
  }

  private static let notFound = Answer.html("HTTP Status 404", "The requested resource is not available.", status: 404)

  private static func refusal(_ message: String) -> Refusal {
    Refusal(.json(["errors": [.string(message)], "status": "400"], status: 400))
  }

  private static func check(_ benchmark: String?, _ vintage: String?, _ geographies: Bool) throws(Refusal) {
    guard let benchmark, benchmarks.contains(benchmark) else { throw refusal("Invalid benchmark in request") }
    if geographies, vintage ?? "" == "" { throw refusal("Invalid vintage in request") }
  }

  /// What it knows: less than others do, and of some addresses that two places fit.
  private static func outcome(of address: String) -> Outcome {
    guard let match = AddressMatch(address) else { return .none }
    switch Int(stableHash("census \(match.hash)") >> 33) % 100 {
    case ..<8: return .none
    case ..<11:
      let other = Place.all.first { $0.state == match.place.state && $0.zip != match.place.zip } ?? match.place
      return .tie([match, AddressMatch("\(match.hash) \(other.zip)") ?? match])
    case let share: return .match(match, exact: match.byZip && !share.isMultiple(of: 3))
    }
  }

  private static func single(_ request: SandboxRequest, _ address: String, _ geographies: Bool) -> Answer {
    guard request["format"] == "json" else { return .html("Geocoder", "Find an address.") }
    let matches: [AddressMatch] =
      switch outcome(of: address) {
      case .match(let match, _): [match]
      case .tie(let matches): matches
      case .none: []
      }
    return .json([
      "result": [
        "input": ["address": ["address": .string(address)]],
        "addressMatches": .array(matches.map { json($0, address, geographies) }),
      ]
    ])
  }

  private static func json(_ match: AddressMatch, _ address: String, _ geographies: Bool) -> JSONText {
    var members: [(name: String, value: JSONText)] = [
      ("tigerLine", ["side": .string(side(match)), "tigerLineId": .string(line(match))])
    ]
    if geographies {
      let codes = codes(match)
      let area: JSONText = [
        "STATE": .string(codes[0]), "COUNTY": .string(codes[1]), "TRACT": .string(codes[2]), "BLOCK": .string(codes[3]),
      ]
      members.append(("geographies", ["2020 Census Blocks": [area]]))
    }
    members.append(
      ("coordinates", ["x": .number(sixPlaces(match.longitude)), "y": .number(sixPlaces(match.latitude))]))
    members.append(("matchedAddress", .string(matched(address, match))))
    return .object(members)
  }

  private static func batch(_ request: SandboxRequest, _ geographies: Bool) throws(Refusal) -> Answer {
    let form = MultipartBody(request)
    try check(form?["benchmark"], form?["vintage"], geographies)
    guard let file = form?["addressFile"] else { throw refusal("Required part 'addressFile' is not present") }
    let rows = csvRows(file)
    guard rows.count <= 10_000 else { throw refusal("The file has more than 10000 records") }
    // In an order of its own, as the real one.
    var lines = rows.map { row in (order: stableHash(row.joined()), text: line(row, geographies)) }
      .sorted { ($0.order, $0.text) < ($1.order, $1.text) }.map(\.text)
    switch request.faults.kind {
    case .batch(.missing): lines = Array(lines.dropLast())
    case .batch(.twice): lines += lines.prefix(1)
    case .batch(.unknown): lines.append(#""0","unknown","No_Match""#)
    default: break
    }
    let text = lines.map { $0 + "\n" }.joined()
    var answer = Answer(status: 200, contentType: "text/plain", body: "")
    answer.packed = text.unicodeScalars.map { $0.value < 256 ? UInt8($0.value) : UInt8(ascii: "?") }
    return answer.with(header: "Content-Disposition", "attachment; filename=GeocodeResults.csv")
  }

  private static func line(_ row: [String], _ geographies: Bool) -> String {
    let address = row.dropFirst().joined(separator: ", ")
    var cells = [row[0], address]
    switch outcome(of: address) {
    case .none: cells.append("No_Match")
    case .tie: cells.append("Tie")
    case .match(let match, let exact):
      cells += [
        "Match", exact ? "Exact" : "Non_Exact", matched(address, match),
        "\(sixPlaces(match.longitude)),\(sixPlaces(match.latitude))", line(match), side(match),
      ]
      if geographies { cells += codes(match) }
    }
    return cells.map { "\"" + $0.replacing("\"", with: "\"\"") + "\"" }.joined(separator: ",")
  }

  private static func matched(_ address: String, _ match: AddressMatch) -> String {
    let street = address.prefix { $0 != "," }
    return "\(street), \(match.place.city), \(match.place.state), \(match.place.zip)".uppercased()
  }

  private static func side(_ match: AddressMatch) -> String { match.hash.isMultiple(of: 2) ? "L" : "R" }

  private static func line(_ match: AddressMatch) -> String { String(10_000_000 + match.hash % 90_000_000) }

  private static let states = [
    "CA": "06", "NY": "36", "TX": "48", "MA": "25", "NJ": "34", "FL": "12", "IL": "17", "WA": "53",
  ]

  /// State, county, tract and block, each with its leading zeros.
  private static func codes(_ match: AddressMatch) -> [String] {
    let hash = Int(stableHash("tract \(match.place.zip)") >> 33)
    return [
      states[match.place.state] ?? "00", padded(1 + hash % 60 * 2, to: 3), padded(hash / 60 % 10_000, to: 6),
      padded(1000 + match.hash % 60, to: 4),
    ]
  }

  private static func padded(_ number: Int, to length: Int) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, length - digits.utf8.count)) + digits
  }

  /// The rows of a small CSV file.
  private static func csvRows(_ text: String) -> [[String]] {
    var rows: [[String]] = []
    var row = [""]
    var isQuoted = false
    for character in text {
      switch character {
      case "\"": isQuoted.toggle()
      case "," where !isQuoted: row.append("")
      case "\n" where !isQuoted, "\r\n" where !isQuoted:
        if row != [""] { rows.append(row) }
        row = [""]
      default: row[row.count - 1].append(character)
      }
    }
    if row != [""] { rows.append(row) }
    return rows
  }
}
