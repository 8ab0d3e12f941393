import SandboxAPIs
import Testing

@Suite struct `The look-up services` {
  struct Geocoded: Decodable {
    struct Match: Decodable {
      struct Geometry: Decodable {
        struct Location: Decodable, Equatable {
          let lat: Double
          let lng: Double
        }
        let location: Location
        let location_type: String
      }
      let formatted_address: String
      let geometry: Geometry
      let partial_match: Bool?
      let place_id: String
    }
    let status: String
    let results: [Match]
    let error_message: String?
  }

  @Test(arguments: [
    ("?address=1080+Main+St,+Boston,+MA+02108&key=k", "OK"),
    ("?address=1080+Main+St,+Boston,+MA+02108", "REQUEST_DENIED"),
    ("?address=1080+Main+St,+Boston,+MA+02108&key=bad", "REQUEST_DENIED"),
    ("?key=k", "INVALID_REQUEST"),
    ("?address=Nowhere&key=k", "ZERO_RESULTS"),
  ])
  func `say a geocoding's status in the body of a 200`(query: String, status: String) async throws {
    try await withSandbox { sandbox in
      let answer = try await sandbox.get("/maps/api/geocode/json" + query, as: Geocoded.self)
      #expect(answer.status == status)
      #expect(answer.results.isEmpty == (status != "OK"))
    }
  }

  @Test(arguments: ["OVER_QUERY_LIMIT", "UNKNOWN_ERROR"])
  func `fail in the body on request, then recover`(status: String) async throws {
    try await withSandbox { sandbox in
      let target = "/fault/body-status=\(status),first=1/maps/api/geocode/json?address=5+Main+St+Boston+02108&key=k"
      let first = try await sandbox.get(target, as: Geocoded.self)
      #expect(first.status == status)
      #expect(first.error_message != nil)
      #expect(try await sandbox.get(target, as: Geocoded.self).status != status)
    }
  }

  @Test func `find an address near its zip code however it is written`() async throws {
    try await withSandbox { sandbox in
      let one = try await sandbox.get(
        "/maps/api/geocode/json?key=k&address=12%20Oak%20Ave%2C%20Boston%2C%20MA%2002108", as: Geocoded.self)
      let two = try await sandbox.get(
        "/maps/api/geocode/json?key=k&address=12+OAK+Ave++Boston+MA+02108", as: Geocoded.self)
      let location = try #require(one.results.first).geometry.location
      #expect(location == two.results.first?.geometry.location)
      #expect(abs(location.lat - 42.3575) < 0.011)
      #expect(abs(location.lng + 71.0636) < 0.011)
    }
  }

  @Test func `do not know a few of the customers' addresses`() async throws {
    try await withSandbox { sandbox in
      var unknown = 0
      var addresses: Set<String> = []
      for row in try await allCustomers(sandbox) {
        addresses.insert("\(row.street), \(row.city), \(row.state) \(row.zipcode)".replacing(" ", with: "+"))
      }
      for address in addresses {
        let answer = try await sandbox.get("/maps/api/geocode/json?key=k&address=\(address)", as: Geocoded.self)
        if answer.status == "ZERO_RESULTS" { unknown += 1 }
      }
      #expect((2...14).contains(unknown))
    }
  }

  private static let census = "/data/2023/acs/acs5"
  private static let area = "&for=zip%20code%20tabulation%20area:"

  @Test func `answer census questions as an array of arrays, unknown areas left out`() async throws {
    try await withSandbox { sandbox in
      let rows = try await sandbox.get(
        Self.census + "?get=NAME,B01003_001E" + Self.area + "90210,99999,02108&key=k", as: [[String?]].self)
      try #require(rows.count == 3)
      #expect(rows[0] == ["NAME", "B01003_001E", "zip code tabulation area"])
      #expect(rows[1].first == "ZCTA5 02108" && rows[1].last == "02108")
      #expect(rows[2].first == "ZCTA5 90210" && rows[2].last == "90210")
      #expect(rows[1][1].flatMap { Int($0) } != nil)
    }
  }

  @Test func `answer rows of different variables in different orders`() async throws {
    try await withSandbox { sandbox in
      var orders: Set<[String?]> = []
      for variable in 1...6 {
        let rows = try await sandbox.get(
          Self.census + "?get=B01001_00\(variable)E,B19013_001E" + Self.area + "90210,02108&key=k", as: [[String?]].self
        )
        orders.insert(rows.dropFirst().map { $0.last ?? nil })
      }
      #expect(orders == [["02108", "90210"], ["90210", "02108"]])
    }
  }

  @Test func `fail in the body on request, as the Census Bureau does now and then`() async throws {
    try await withSandbox { sandbox in
      for status in [200, 500] {
        let target = "/fault/body-status=\(status),first=1\(Self.census)?get=NAME\(Self.area)90210&key=k"
        let first = try await sandbox.get(target)
        #expect(first.status == status && first.body.hasPrefix("There was an error while running your query"))
        #expect(try await sandbox.get(target).body.hasPrefix("[["))
      }
    }
  }

  @Test func `mark missing medians with sentinels, and other gaps with null`() async throws {
    try await withSandbox { sandbox in
      let rows = try await sandbox.get(
        Self.census + "?get=B19013_001E,B99999_001E" + Self.area + "*&key=k", as: [[String?]].self)
      #expect(rows.count == 59)
      #expect(rows.contains { $0[0] == "-666666666" })
      #expect(rows.contains { $0[1] == nil })
    }
  }

  @Test(arguments: [
    (census + "?get=NAME" + area + "99999&key=k", 204, ""),
    (census + "?get=NAME" + area + "90210", 302, ""),
    (census + "?get=NAME" + area + "90210&key=expired", 302, ""),
    (census + "?get=NAME" + area + "90210&key=bad", 200, "<title>Invalid Key</title>"),
    (census + "?get=FOO" + area + "90210&key=k", 400, "error: unknown variable 'FOO'"),
    (census + "?get=NAME" + area + "90210&in=state:06&key=k", 400, "heirarchy"),
    ("/data/2019/acs/acs5?get=NAME" + area + "90210&key=k", 400, "heirarchy"),
    ("/data/2019/acs/acs5?get=NAME" + area + "90210&in=state:06&key=k", 200, "ZCTA5 90210"),
    ("/data/2019/acs/acs5?get=NAME" + area + "90210&in=state:36&key=k", 204, ""),
    (
      census + "?get=" + Array(repeating: "NAME", count: 50).joined(separator: ",") + area + "90210&key=k", 200,
      "ZCTA5"
    ),
    (
      census + "?get=" + Array(repeating: "NAME", count: 51).joined(separator: ",") + area + "90210&key=k", 400,
      "limited to 50 variables"
    ),
    ("/data/missing_key.html", 200, "<title>Missing Key</title>"),
    ("/data/1999/acs/acs5?key=k", 404, "<html>"),
  ])
  func `answer as oddly as the Census Bureau`(target: String, status: Int, text: String) async throws {
    try await withSandbox { sandbox in
      let answer = try await sandbox.get(target)
      #expect(answer.status == status)
      #expect(text.isEmpty ? answer.body.isEmpty : answer.body.contains(text))
      #expect((answer.headers["x-datawebapi-keyerror"] == "1") == (status == 302))
      let page = target.contains("expired") ? "invalid_key" : "missing_key"
      #expect((answer.headers["location"] == "\(sandbox.baseURL)/data/\(page).html") == (status == 302))
    }
  }

  struct Rates: Decodable {
    let result: String
    let base_code: String?
    let time_last_update_unix: Int?
    let time_last_update_utc: String?
    let rates: [String: Double]?
    let errorType: String?

    enum CodingKeys: String, CodingKey {
      case result, base_code, time_last_update_unix, time_last_update_utc, rates
      case errorType = "error-type"
    }
  }

  @Test func `give exchange rates that agree with each other`() async throws {
    try await withSandbox { sandbox in
      let dollar = try await sandbox.get("/v6/latest/USD", as: Rates.self)
      let euro = try await sandbox.get("/v6/latest/EUR", as: Rates.self)
      #expect(dollar.result == "success" && dollar.base_code == "USD" && dollar.rates?["USD"] == 1)
      #expect(dollar.time_last_update_utc == "Tue, 24 Nov 2026 00:00:01 GMT")
      let there = try #require(dollar.rates?["EUR"])
      let back = try #require(euro.rates?["USD"])
      #expect(abs(there * back - 1) < 1e-5)
      let unknown = try await sandbox.get("/v6/latest/XXX", as: Rates.self)
      #expect(unknown.result == "error" && unknown.errorType == "unsupported-code" && unknown.rates == nil)
    }
  }

  struct Company: Decodable {
    let domain: String
    let name: String
  }

  @Test func `know most companies by their domain`() async throws {
    try await withSandbox { sandbox in
      let byPath = try await sandbox.get("/company/contoso-books.example")
      #expect(try decoded(byPath, as: Company.self).name == "Contoso Books")
      #expect(try await sandbox.get("/company?domain=Contoso-Books.example").body == byPath.body)
      #expect(try await sandbox.get("/company/northwind-books.example").status == 404)
      #expect(try await sandbox.get("/company").status == 400)
    }
  }
}
