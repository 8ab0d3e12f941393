package import AssayColumns
package import AssayEngine
package import AssayFormats
package import AssayHTTP

/// The facts of the Census Data API, ACS 5-year by ZCTA: a list of lists, header first; figures as strings; several zip
/// codes in a request; 204 for none; a redirect without a key.
package struct CensusACS: Sendable {
  package let defaults = ProviderDefaults(name: "census", baseURL: "https://api.census.gov", concurrency: 4)
  /// Bounded by the length of an address rather than by a documented limit.
  package let zipsPerRequest = 50
  /// The bureau takes 50, names among them.
  package let variablesPerRequest = 49
  /// From this year on zip code areas belong to no state; before it, they must be asked for by state.
  package static let firstYearWithoutStates = 2020
  private let geography = "zip code tabulation area"

  package init() {}

  /// Whether a variable is an estimate or a margin, and so a number; names and annotations are texts.
  private func isNumeric(_ variable: String) -> Bool {
    variable != "NAME" && (variable.last == "E" || variable.last == "M")
  }

  /// The type of a variable's column; nil for numbers, which are integers or decimals from table to table.
  func type(of variable: String) -> ValueType? { isNumeric(variable) ? nil : .text }

  /// Asks for variables of zip codes.
  /// - Parameter state: The state that the zip codes are in, for years in which they must be asked for by state.
  package func request(
    _ variables: [String], zips: [String], in state: String?, year: Int, _ client: APIClient
  ) throws -> HTTPRequest {
    try client.request(
      path: "/data/\(year)/acs/acs5",
      query: [
        RequestURL.QueryItem("get", variables.joined(separator: ",")),
        RequestURL.QueryItem("for", "\(geography):\(zips.joined(separator: ","))"),
      ] + (state.map { [RequestURL.QueryItem("in", "state:\($0)")] } ?? []))
  }

  /// The rows of a body by zip code, as the bureau wrote them, in the order of the variables.
  ///
  /// Rows and columns come in any order: both are told apart by what they say, never by their place.
  package func rows(in body: [UInt8], of variables: [String], from name: String) throws -> [String: [JSONValue]] {
    guard let lists = try JSONParser.parse(body).elements else {
      throw RunFailure("\(name) answered JSON that is no table")
    }
    let table = lists.map { $0.elements ?? [] }
    guard let header = table.first, let zipPlace = header.firstIndex(of: .string(geography)) else {
      throw RunFailure("\(name) answered a table without the column '\(geography)'")
    }
    let places = try variables.map { variable in
      guard let place = header.firstIndex(of: .string(variable)) else {
        throw RunFailure("\(name) answered a table without the variable '\(variable)'")
      }
      return place
    }
    var found: [String: [JSONValue]] = [:]
    for row in table.dropFirst() {
      guard row.count == header.count, case .string(let zip) = row[zipPlace] else { continue }
      found[zip] = places.map { row[$0] }
    }
    return found
  }

  /// A figure as a cell; where it is a mark, null, and the mark.
  package func figure(_ value: JSONValue, of variable: String) -> (cell: Cell, mark: CensusMark?) {
    let cell = Cell(value)
    guard isNumeric(variable) else { return (cell, nil) }
    guard case .decimal(let number)? = conform(cell, to: .decimal) else { return (.null, nil) }
    if let mark = CensusMark(number) { return (.null, mark) }
    return (conform(cell, to: .integer) ?? .decimal(number), nil)
  }

  /// What an answer must look like. The bureau says most of what is wrong in texts and pages, whatever the status is.
  package func expectation(year: Int) -> BodyExpectation {
    var expectation = BodyExpectation(.any, acceptedStatuses: [400, 404]) { verdict(on: $0, year) }
    expectation.redirectJudge = { response in
      let place = response.headers["Location"] ?? ""
      guard response.headers["X-DataWebAPI-KeyError"] != nil || place.contains("_key") else { return nil }
      return keyFault(place.contains("invalid") ? "invalid" : "missing", statusText(response.status))
    }
    return expectation
  }

  private func verdict(on response: HTTPResponse, _ year: Int) -> BodyExpectation.Verdict {
    let status = statusText(response.status)
    let start = String(decoding: response.body.prefix(4096), as: UTF8.self)
    if start.contains("There was an error while running your query") {
      return .retry(reason: "answered \(status), and that there was an error while running the query")
    }
    if start.contains("<title>Invalid Key</title>") { return keyFault("invalid", status) }
    if start.contains("<title>Missing Key</title>") { return keyFault("missing", status) }
    switch response.status {
    case 404:
      return .fail(
        .config, reason: "answered \(status): it has no five-year survey of \(year)",
        hint: "check 'year': a survey comes out about a year after its last year ends; or the api's base_url")
    case 400 where start.contains("variable"):
      return .fail(
        .config, reason: "answered \(status)",
        hint: "check 'columns' against https://api.census.gov/data/\(year)/acs/acs5/variables.html")
    case 400: return .fail(.config, reason: "answered \(status)", hint: "check 'year', 'zip' and 'state'")
    default: break
    }
    let json = BodyExpectation(.json).verdict(on: response)
    guard json == .accept else { return json }
    guard response.body.first(where: { $0 > 32 }) == UInt8(ascii: "[") else {
      return .fail(.data, reason: "answered JSON that is no table")
    }
    return .accept
  }

  private func keyFault(_ what: String, _ status: String) -> BodyExpectation.Verdict {
    .fail(
      .config, reason: "answered \(status): the key is \(what)",
      hint: "set auth of the api: {type: api_key, in: query, name: key, value: …}; "
        + "a key is free at https://api.census.gov/data/key_signup.html")
  }
}
