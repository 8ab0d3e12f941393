internal import AssayColumns
internal import AssayEngine
internal import AssayFormats
internal import AssayHTTP

/// The facts of the Census Data API, ACS 5-year by ZCTA: a list of lists, header first; figures as strings; several zip
/// codes in a request; 204 for none; a redirect without a key.
struct CensusACS: Sendable {
  let defaults = ProviderDefaults(name: "census", baseURL: "https://api.census.gov", concurrency: 4)
  /// Bounded by the length of an address rather than by a documented limit.
  let zipsPerRequest = 50
  private let geography = "zip code tabulation area"

  /// Whether a variable is an estimate or a margin, and so a number; names and annotations are texts.
  private func isNumeric(_ variable: String) -> Bool {
    variable != "NAME" && (variable.last == "E" || variable.last == "M")
  }

  /// The type of a variable's column; nil for numbers, which are integers or decimals from table to table.
  func type(of variable: String) -> ValueType? { isNumeric(variable) ? nil : .text }

  func figures(
    zips: [String], variables: [String], year: Int, _ client: APIClient, _ workers: Workers
  ) async throws -> [LookupAnswer] {
    let nulls = variables.map { _ in Cell.null }
    let unasked = LookupAnswer(.notFound, cells: nulls)
    // Anything but digits would change the meaning of the list; it is no zip code, so there are no figures.
    let askable = zips.filter { $0.count == 5 && $0.allSatisfy { $0.isASCII && $0.isNumber } }
    if askable.isEmpty { return zips.map { _ in unasked } }
    let asked = Set(askable)
    let request = try client.request(
      path: "/data/\(year)/acs/acs5",
      query: [
        RequestURL.QueryItem("get", variables.joined(separator: ",")),
        RequestURL.QueryItem("for", "\(geography):\(askable.joined(separator: ","))"),
      ])
    let exchange = try await client.send(request, expecting: expectation)
    let nothing = LookupAnswer(.notFound, cells: nulls, origin: AnswerOrigin(exchange, payload: []))
    let body = exchange.isFound && exchange.response.status != 204 ? exchange.response.body : []
    let found = try await workers.run { try body.isEmpty ? [:] : answers(in: body, variables: variables, client) }
    return zips.map { zip in
      guard let (answer, row) = found[zip] else { return asked.contains(zip) ? nothing : unasked }
      var kept = answer
      kept.origin = AnswerOrigin(exchange, payload: Array(row.text.utf8))
      return kept
    }
  }

  /// What a remembered row says: its figures as the bureau wrote them, in the order of the variables.
  func recall(_ remembered: RememberedAnswer, variables: [String]) throws -> LookupAnswer {
    if remembered.payload.isEmpty { return LookupAnswer(.notFound, cells: variables.map { _ in .null }) }
    guard let row = try JSONParser.parse(remembered.payload).elements, row.count == variables.count else {
      throw RunFailure("the remembered figures are not those of the variables")
    }
    return LookupAnswer(.ok, cells: figures(row, Array(row.indices), variables))
  }

  /// The answers in a body by zip code, each with its row as the bureau wrote it.
  private func answers(
    in body: [UInt8], variables: [String], _ client: APIClient
  ) throws -> [String: (LookupAnswer, row: JSONValue)] {
    let table = try rows(body, client)
    guard let header = table.first, let zipPlace = header.firstIndex(of: .string(geography)) else {
      throw RunFailure("\(client.name) answered a table without the column '\(geography)'")
    }
    let places = try variables.map { variable in
      guard let place = header.firstIndex(of: .string(variable)) else {
        throw RunFailure("\(client.name) answered a table without the variable '\(variable)'")
      }
      return place
    }
    var found: [String: (LookupAnswer, row: JSONValue)] = [:]
    for row in table.dropFirst() {
      // Rows come in any order: they are told apart by their geography, never by their place.
      guard row.count == header.count, case .string(let zip) = row[zipPlace] else { continue }
      found[zip] = (
        LookupAnswer(.ok, cells: figures(row, places, variables)), .array(places.map { row[$0] })
      )
    }
    return found
  }

  private func figures(_ row: [JSONValue], _ places: [Int], _ variables: [String]) -> [Cell] {
    zip(places, variables).map { place, variable in
      let cell = Cell(row[place])
      guard isNumeric(variable) else { return cell }
      guard case .decimal(let value)? = conform(cell, to: .decimal), !isSentinel(value) else { return .null }
      return conform(cell, to: .integer) ?? .decimal(value)
    }
  }

  /// Whether a figure is one of the bureau's marks for missing ones: −111111111 to −999999999, nine equal digits.
  private func isSentinel(_ value: Double) -> Bool {
    let ninth = -value / 111_111_111
    return ninth >= 1 && ninth <= 9 && ninth.rounded() == ninth
  }

  private func rows(_ body: [UInt8], _ client: APIClient) throws -> [[JSONValue]] {
    guard let lists = try JSONParser.parse(body).elements else {
      throw RunFailure("\(client.name) answered JSON that is no table")
    }
    return lists.map { $0.elements ?? [] }
  }

  private var expectation: BodyExpectation {
    BodyExpectation(.json) { response in
      if response.status == 204 { return .accept }
      guard response.body.first(where: { $0 > 32 }) == UInt8(ascii: "[") else {
        return .fail(.data, reason: "answered JSON that is no table")
      }
      return .accept
    }
  }
}
