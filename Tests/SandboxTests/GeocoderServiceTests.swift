import SandboxAPIs
import Testing

@Suite struct `The geocoders` {
  private static let addresses = (1...200).map { "\($0) Main St,Boston,MA,02108" }

  private func batch(
    _ sandbox: RunningSandbox, _ kind: String = "locations", fault: String = "", rows: [String] = addresses
  ) async throws -> RawAnswer {
    let file = rows.enumerated().map { "\($0.offset + 1),\($0.element)\n" }.joined()
    var fields = [("benchmark", "Public_AR_Current"), ("vintage", "Current_Current"), ("addressFile", file)]
    if kind == "locations" { fields.remove(at: 1) }
    let parts = fields.map { name, value in
      let isFile = name == "addressFile"
      return "--b1\r\nContent-Disposition: form-data; name=\"\(name)\"\(isFile ? "; filename=\"a.csv\"" : "")\r\n"
        + (isFile ? "Content-Type: text/csv\r\n" : "") + "\r\n\(value)\r\n"
    }
    return try await fetch(
      sandbox.port, "\(fault)/geocoder/\(kind)/addressbatch", method: "POST",
      headers: ["Content-Type: multipart/form-data; boundary=b1"], body: parts.joined() + "--b1--\r\n")
  }

  @Test func `answer a batch in an order of their own, some found, some not, some tied`() async throws {
    try await withSandbox { sandbox in
      let answer = try await batch(sandbox)
      #expect(answer.status == 200 && answer.headers["content-type"] == "text/plain")
      let lines = answer.body.split(separator: "\n")
      #expect(lines.count == 200)
      let ids = lines.compactMap { Int($0.split(separator: "\"")[0]) }
      #expect(Set(ids).count == 200 && ids != ids.sorted())
      let matched = lines.filter { $0.contains("\"Match\"") }
      let missing = lines.filter { $0.hasSuffix("\"No_Match\"") }
      let tied = lines.filter { $0.hasSuffix("\"Tie\"") }
      #expect(matched.count > 150 && missing.count > 2 && tied.count > 1)
      #expect(matched.count + missing.count + tied.count == 200)
      #expect(matched.allSatisfy { $0.contains(", BOSTON, MA, 02108\",\"-71.0") })
      #expect(matched.contains { $0.contains("\"Exact\"") } && matched.contains { $0.contains("\"Non_Exact\"") })
      #expect(matched.allSatisfy { $0.split(separator: "\",\"").count == 8 })
      let geographies = try await batch(sandbox, "geographies").body.split(separator: "\n")
      #expect(geographies.allSatisfy { [3, 12].contains($0.split(separator: "\",\"").count) })
      #expect(geographies.contains { $0.contains("\",\"25\",\"") })
    }
  }

  @Test func `find an address in the same place, however it is asked for and whoever is asked`() async throws {
    try await withSandbox { sandbox in
      let line = try #require(
        try await batch(sandbox).body.split(separator: "\n").first { $0.contains("\"Match\"") })
      let fields = line.split(separator: "\",\"")
      let house = fields[1].prefix { $0 != " " }
      let place = fields[5].split(separator: ",")
      let query = "\(house)+Main+St,+Boston,+MA,+02108"
      let single = try await sandbox.get(
        "/geocoder/locations/onelineaddress?benchmark=4&format=json&address=\(query)"
      ).body
      let parts = try await sandbox.get(
        "/geocoder/geographies/address?benchmark=4&vintage=4&format=json&city=Boston&state=MA&zip=02108"
          + "&street=\(house)+Main+St"
      ).body
      let google = try await sandbox.get("/maps/api/geocode/json?key=k&address=\(query)").body
      let osm = try await sandbox.get(
        "/search?format=jsonv2&q=\(query)", headers: ["User-Agent: assay/1"]
      ).body
      for body in [single, parts, google, osm] {
        #expect(body.contains(place[0]) && body.contains(place[1]), "\(body)")
      }
      #expect(parts.contains("\"STATE\":\"25\"") && !single.contains("STATE"))
    }
  }

  @Test(arguments: [
    ("/geocoder/locations/onelineaddress?format=json&address=a", 400, "Invalid benchmark"),
    ("/geocoder/geographies/onelineaddress?format=json&benchmark=4&address=a", 400, "Invalid vintage"),
    ("/geocoder/locations/onelineaddress?format=json&benchmark=4&address=", 400, "Address cannot be empty"),
    ("/geocoder/locations/address?format=json&benchmark=4&city=Boston", 400, "Street cannot be empty"),
    ("/geocoder/locations/onelineaddress?benchmark=4&address=a", 200, "<html>"),
    ("/geocoder/other/onelineaddress?benchmark=4&address=a", 404, "<html>"),
    ("/geocoder/locations/addressbatch", 400, "Invalid benchmark"),
  ])
  func `refuse as the Census Bureau does`(target: String, status: Int, text: String) async throws {
    try await withSandbox { sandbox in
      let answer = try await sandbox.get(target)
      #expect(answer.status == status && answer.body.contains(text), "\(answer.body)")
    }
  }

  @Test(arguments: [
    ("batch=missing", 199, ""), ("batch=twice", 201, ""), ("batch=unknown", 201, "\"0\",\"unknown\""),
    ("html", 5, "<html>"),
  ])
  func `answer a batch wrongly on request`(fault: String, lines: Int, text: String) async throws {
    try await withSandbox { sandbox in
      let answer = try await batch(sandbox, fault: "/fault/\(fault)")
      #expect(answer.status == 200 && answer.body.contains(text))
      #expect(answer.body.split(separator: "\n").count == lines || fault == "html", "\(answer.body.prefix(200))")
    }
  }

  @Test func `cut a body in half, and call it whole`() async throws {
    try await withSandbox { sandbox in
      let whole = try await batch(sandbox).body
      let cut = try await batch(sandbox, fault: "/fault/cut")
      #expect(cut.status == 200 && cut.headers["content-length"] == String(whole.utf8.count / 2))
      #expect(cut.body.utf8.count == whole.utf8.count / 2 && whole.hasPrefix(cut.body))
      #expect(try await sandbox.get("/fault/batch=half/geocoder/locations/address").status == 400)
    }
  }

  @Test(arguments: [
    ("?format=jsonv2&q=Boston", "", 403, "Access blocked"),
    ("?format=jsonv2&q=Boston", "curl/8.5", 403, "Access blocked"),
    ("?format=jsonv2&q=Boston", "assay", 403, "Access blocked"),
    ("?q=Boston", "assay/1", 200, "<html>"),
    ("?format=jsonv2&q=Boston&city=Boston", "assay/1", 400, "cannot be used together"),
    ("?format=jsonv2", "assay/1", 400, "Nothing to search"),
    ("?format=jsonv2&q=Nowhere", "assay/1", 200, "[]"),
    ("?format=jsonv2&q=Boston&countrycodes=de", "assay/1", 200, "[]"),
    ("?format=jsonv2&limit=1&postalcode=02108&street=5+Main+St", "assay/1", 200, "\"type\":\"house\""),
  ])
  func `answer as strictly as Nominatim`(query: String, agent: String, status: Int, text: String) async throws {
    try await withSandbox { sandbox in
      let answer = try await sandbox.get("/search" + query, headers: agent.isEmpty ? [] : ["User-Agent: \(agent)"])
      #expect(answer.status == status && answer.body.contains(text), "\(answer.body)")
    }
  }

  @Test func `tell several places of one name`() async throws {
    try await withSandbox { sandbox in
      let answer = try await sandbox.get(
        "/search?format=jsonv2&addressdetails=1&city=Springfield", headers: ["User-Agent: assay/1"])
      #expect(answer.body.ranges(of: "\"place_id\"").count == 2)
      #expect(answer.body.contains("\"state\":\"IL\"") && answer.body.contains("\"state\":\"MA\""))
    }
  }
}
