import FoundationEssentials
import SandboxAPIs
import Testing

@Suite struct `The weather services` {
  struct Place: Decodable {
    struct Daily: Decodable {
      let time: [String]
      let temperature_2m_mean: [Double?]
      let precipitation_sum: [Double?]
    }
    let latitude: Double
    let location_id: Int?
    let daily: Daily
  }

  private static let archive = "/open-meteo/v1/archive?timezone=auto&daily=temperature_2m_mean,precipitation_sum"

  @Test func `answer for many places, each with its own days`() async throws {
    try await withSandbox { sandbox in
      let places = try await sandbox.get(
        Self.archive
          + "&latitude=48.21,-33.87&longitude=16.37,151.21&start_date=2026-01-01,2026-07-01&end_date=2026-01-03,2026-07-01",
        as: [Place].self)
      #expect(places.map(\.daily.time) == [["2026-01-01", "2026-01-02", "2026-01-03"], ["2026-07-01"]])
      #expect(places.map(\.location_id) == [nil, 1])
      let alone = try await sandbox.get(
        Self.archive + "&latitude=48.21&longitude=16.37&start_date=2026-01-02&end_date=2026-01-02", as: Place.self)
      #expect(alone.daily.temperature_2m_mean == [places[0].daily.temperature_2m_mean[1]])
    }
  }

  @Test func `do not know the latest days yet`() async throws {
    try await withSandbox { sandbox in
      let place = try await sandbox.get(
        Self.archive + "&latitude=48.21&longitude=16.37&start_date=2026-11-19&end_date=2026-11-20", as: Place.self)
      #expect(place.daily.temperature_2m_mean.map { $0 == nil } == [false, true])
    }
  }

  @Test(arguments: [
    ("&latitude=48,49&longitude=16&start_date=2026-01-01&end_date=2026-01-01", "same number of elements"),
    (
      "&latitude=48,49&longitude=1,2&start_date=2026-01-01,2026-01-01,2026-01-01&end_date=2026-01-01,2026-01-01,2026-01-01",
      "same number"
    ),
    ("&latitude=91&longitude=16&start_date=2026-01-01&end_date=2026-01-01", "-90 to 90"),
    ("&latitude=48&longitude=16&start_date=1939-12-31&end_date=2026-01-01", "out of allowed range"),
    ("&latitude=48&longitude=16&start_date=2026-01-01&end_date=2025-01-01", "Invalid date"),
    ("&latitude=48&longitude=16&start_date=2026-01-01&end_date=2026-01-01&apikey=bad", "API key is invalid"),
  ])
  func `refuse what cannot be asked, with a reason`(query: String, reason: String) async throws {
    try await withSandbox { sandbox in
      struct Failure: Decodable {
        let error: Bool
        let reason: String
      }
      let answer = try await sandbox.get(Self.archive + query)
      #expect(answer.status == 400)
      let failure = try decoded(answer, as: Failure.self)
      #expect(failure.error && failure.reason.contains(reason))
    }
  }

  struct Timeline: Decodable {
    struct Day: Decodable {
      let datetime: String
      let temp: Double?
    }
    let queryCost: Int
    let days: [Day]
  }

  private static let timeline = "/VisualCrossingWebServices/rest/services/timeline"

  @Test func `tell of one place what each request costs`() async throws {
    try await withSandbox { sandbox in
      let dates = "/2026-01-01/2026-01-03?key=k&unitGroup=metric&elements=datetime,temp"
      let days = try await sandbox.get(Self.timeline + "/Boston,MA" + dates + "&include=days", as: Timeline.self)
      #expect(days.queryCost == 3 && days.days.map(\.datetime) == ["2026-01-01", "2026-01-02", "2026-01-03"])
      #expect(try await sandbox.get(Self.timeline + "/Boston,MA" + dates, as: Timeline.self).queryCost == 72)
    }
  }

  @Test(arguments: [
    ("/Boston/2026-01-01/2026-01-01", 401, "No session or key found"),
    ("/Boston/2026-01-01/2026-01-01?key=bad", 401, "No account found"),
    ("/Atlantis/2026-01-01/2026-01-01?key=k", 400, "Invalid location parameter value"),
    ("/91,0/2026-01-01/2026-01-01?key=k", 400, "Invalid location parameter value"),
    ("/Boston/2026-01-02/2026-01-01?key=k", 400, "Invalid date range"), ("/Boston?key=k", 404, "endpoint"),
  ])
  func `say in words what is wrong`(target: String, status: Int, text: String) async throws {
    try await withSandbox { sandbox in
      let answer = try await sandbox.get(Self.timeline + target)
      #expect(answer.status == status && answer.body.contains(text))
    }
  }
}

@Suite struct `The catalogue` {
  struct Items: Decodable {
    struct Item: Decodable {
      let sku: String
      let title: String
    }
    let items: [Item]
    let asked: Int
  }

  @Test func `answers many numbers in another order, without the unknown ones, and some twice`() async throws {
    try await withSandbox { sandbox in
      let items = try await sandbox.get("/catalog/items?skus=A-0001,a-0007,A-0010,A-0499,B-1", as: Items.self)
      #expect(items.asked == 5)
      #expect(items.items.map(\.sku) == ["A-0499", "A-0007", "A-0007", "A-0001"])
      #expect(Set(items.items.map(\.title)).count > 2)
      #expect(try await sandbox.get("/catalog/items").status == 400)
      let many = (0..<251).map { "A-\($0)" }.joined(separator: ",")
      #expect(try await sandbox.get("/catalog/items?skus=" + many).status == 400)
    }
  }

  @Test(arguments: [("lamp", 3), ("black%20lamp", 1), ("b", 9), ("sofa", 0), ("", 0)])
  func `finds by name, with a score`(query: String, count: Int) async throws {
    try await withSandbox { sandbox in
      struct Found: Decodable {
        struct Match: Decodable { let score: Double }
        let matches: [Match]
      }
      let found = try await sandbox.get("/catalog/search?q=" + query, as: Found.self)
      #expect(found.matches.count == count)
      #expect(found.matches.contains { $0.score == 1 } == (query == "black%20lamp"))
    }
  }
}
