import AssayFormats
import AssayTestServers
import SandboxAPIs
import Synchronization
import Testing

/// The weather of rows, through the whole program.
@Suite(.timeLimit(.minutes(3))) struct WeatherTests {
  private static let rows = """
    id,lat,lng,city,day
    1,42.3575,-71.0636,Boston,2026-10-05
    2,42.3599,-71.0601,boston,2026-10-05T23:30:00Z
    3,42.3575,-71.0636,Boston,2026-10-07
    4,40.7506,-73.9972,New York,2026-10-05
    5,95,10,Atlantis,2026-10-05
    6,42.3575,-71.0636,Boston,2026-11-22
    7,42.3575,-71.0636,Boston,2999-01-01
    8,,,,2026-10-05
    9,42.3575,-71.0636,Boston,yesterday

    """

  private func pipeline(
    _ base: String, _ step: String, columns: String = "{temp: temperature_mean, rain: precipitation}",
    api: String = "retry: {max_attempts: 2, initial: 1ms}"
  ) -> String {
    """
    apis: {w: {base_url: "\(base)", \(api)}}
    sources: {s: {type: csv, path: in.csv, columns: {lat: text, lng: text, day: text}}}
    steps:
      got: {type: weather, from: s, api: w, date: "{day}", columns: \(columns), \(step)}
    outputs: [{type: jsonl, from: got, path: out.jsonl, publish: always}]
    """
  }

  private static let point = #"latitude: "{lat}", longitude: "{lng}""#

  private func rows(_ workspace: Workspace) throws -> [JSONValue] {
    try (workspace.text("out.jsonl") ?? "").split(separator: "\n").map { try JSONParser.parse(String($0)) }
  }

  private func statuses(_ workspace: Workspace) throws -> [String] {
    try rows(workspace).map { $0["got_status"]?.string ?? "none" }
  }

  @Test func `places and days are asked for in one request, and never again`() async throws {
    try await withSandbox { sandbox in
      let workspace = try Workspace()
      try workspace.write(Self.rows, to: "in.csv")
      let text = pipeline(sandbox.baseURL + "/open-meteo", Self.point)
      let run = try await workspace.run(text)
      #expect(run.code == 0, "\(run.errors)")
      #expect(
        try statuses(workspace) == [
          "ok", "ok", "ok", "ok", "not_found", "not_found", "not_found", "skipped", "not_found",
        ])
      let rows = try rows(workspace)
      try #require(rows.count == 9)
      #expect(rows.map { $0["id"]?.int } == Array(1...9))
      #expect(rows[0]["temp"] == rows[1]["temp"] && rows[0]["temp"] != rows[2]["temp"])
      #expect(rows[0]["rain"]?.number != nil && rows[4]["temp"] == .null)
      #expect(sandbox.targets.count == 1)
      // Two places, the first with days that are near each other; what is no place and what is not over is not asked for.
      let target = try #require(sandbox.targets.first)
      #expect(target.contains("latitude=42.36%2C40.75&longitude=-71.06%2C-74.00"), "\(target)")
      #expect(target.contains("start_date=2026-10-05%2C2026-10-05&end_date=2026-11-22%2C2026-10-05"), "\(target)")
      #expect(target.contains("daily=precipitation_sum%2Ctemperature_2m_mean&timezone=auto"), "\(target)")
      let again = try await workspace.run(text)
      #expect(again.code == 0 && sandbox.targets.count == 1)
      #expect(again.step("got")?["cache_hits"]?.int == 4)
      #expect(try self.rows(workspace) == rows)
      // What is kept with an answer asks for it alone.
      #expect(
        try await workspace.query("SELECT count(DISTINCT url) FROM http_responses WHERE url LIKE '%latitude=40.75&%'")
          == ["1"])
    }
  }

  @Test func `a thousand places stand in one request`() async throws {
    try await withSandbox { sandbox in
      let workspace = try Workspace()
      try workspace.write(
        "lat,lng,day\n" + (0..<1000).map { "\($0 % 90).\($0 % 7),-\($0 / 7).25,2026-10-\(10 + $0 % 15)\n" }.joined(),
        to: "in.csv")
      let run = try await workspace.run(
        pipeline(sandbox.baseURL + "/open-meteo", Self.point + ", provider: {type: open_meteo, locations: 1000}"))
      #expect(run.code == 0, "\(run.errors)")
      #expect(Set(try statuses(workspace)) == ["ok"])
      #expect(sandbox.targets.count == 1 && sandbox.targets[0].utf8.count < 60_000)
    }
  }

  @Test func `units are those of the file, and of another answer`() async throws {
    try await withSandbox { sandbox in
      let workspace = try Workspace()
      try workspace.write("lat,lng,day\n42.36,-71.06,2026-01-05\n", to: "in.csv")
      var temperatures: [Double] = []
      for units in ["metric", "us"] {
        let run = try await workspace.run(
          pipeline(sandbox.baseURL + "/open-meteo", Self.point + ", units: \(units)"))
        #expect(run.code == 0, "\(run.errors)")
        temperatures += try rows(workspace).compactMap { $0["temp"]?.number }
      }
      try #require(temperatures.count == 2)
      #expect(abs(temperatures[0] * 1.8 + 32 - temperatures[1]) < 0.02)
      #expect(
        sandbox.targets.last?.contains("temperature_unit=fahrenheit&wind_speed_unit=mph&precipitation_unit=inch")
          == true)
    }
  }

  @Test func `a place by name is asked for by its runs of days, and costs what its answers say`() async throws {
    try await withSandbox { sandbox in
      let workspace = try Workspace()
      try workspace.write(
        "city,lat,lng,day\n"
          + [
            "Boston,,,2026-10-01", "Boston,,,2026-10-03", "Boston,,,2026-10-02", "boston,,,2026-10-05",
            "Atlantis,,,2026-10-05", "New York,,,2026-11-19", "New York,,,2026-11-20",
          ].joined(separator: "\n") + "\n", to: "in.csv")
      let api = "auth: {type: api_key, in: query, name: key, value: k}, budget: {cost_per_run: 100}"
      func text(_ columns: String) -> String {
        pipeline(
          sandbox.baseURL, #"provider: visual_crossing, location: "{city}""#, columns: columns, api: api)
      }
      let run = try await workspace.run(text("{high: temperature_max, sky: conditions, up: sunrise}"))
      #expect(run.code == 0, "\(run.errors)")
      #expect(try statuses(workspace) == ["ok", "ok", "ok", "ok", "not_found", "ok", "not_found"])
      let rows = try rows(workspace)
      try #require(rows.count == 7)
      #expect(rows[0]["sky"]?.string?.contains("cloudy") == true)
      #expect(rows[0]["up"]?.string?.hasPrefix("2026-10-01T06:") == true)
      #expect(rows[5]["high"]?.number != nil && rows[6]["high"] == .null)
      let paths = sandbox.targets.map {
        $0.split(separator: "?")[0].split(separator: "/").suffix(3).joined(separator: " ")
      }
      #expect(
        Set(paths) == [
          "BOSTON 2026-10-01 2026-10-03", "BOSTON 2026-10-05 2026-10-05", "ATLANTIS 2026-10-05 2026-10-05",
          "NEW%20YORK 2026-11-19 2026-11-20",
        ])
      #expect(
        sandbox.targets.count == 4
          && sandbox.targets.allSatisfy { $0.contains("unitGroup=metric&include=days&elements=datetime%2C") })
      #expect(try await workspace.query("SELECT sum(requests), sum(cost) FROM api_usage") == ["4|6.0"])
      // Any other column of these days is known already.
      let other = try await workspace.run(text("{wind: wind_speed_max, rain: precip}"))
      #expect(other.code == 0 && sandbox.targets.count == 4, "\(other.errors)")
      #expect(try self.rows(workspace).first?["wind"]?.number != nil)
    }
  }

  @Test func `a budget of cost lets as many places be asked for as it has`() async throws {
    try await withSandbox { sandbox in
      let workspace = try Workspace()
      try workspace.write(
        "lat,lng,day\n" + (0..<5).map { "\($0),1,2026-10-05\n" }.joined(), to: "in.csv")
      let run = try await workspace.run(
        pipeline(
          sandbox.baseURL + "/open-meteo", Self.point + ", provider: {type: open_meteo, locations: 2}",
          api: "budget: {cost_per_run: 4}"))
      #expect(run.code == 4, "\(run.errors)")
      #expect(try statuses(workspace) == ["ok", "ok", "ok", "ok", "skipped"])
      #expect(sandbox.targets.count == 2)
    }
  }

  @Test func `a wrong key ends the run at once`() async throws {
    try await withSandbox { sandbox in
      let workspace = try Workspace()
      try workspace.write("lat,lng,day\n1,1,2026-10-05\n2,1,2026-10-05\n", to: "in.csv")
      let run = try await workspace.run(
        pipeline(
          sandbox.baseURL, Self.point + ", provider: visual_crossing, on_error: null",
          api: "auth: {type: api_key, in: query, name: key, value: \"${secret:KEY}\"}"),
        environment: ["KEY": "bad"])
      #expect(run.code == 3 && sandbox.targets.count <= 2)
      #expect(run.error("got").contains("the key stands in the api's auth"), "\(run.error("got"))")
      #expect(!run.everything.contains("'bad'") && !run.everything.contains("key=bad"))
    }
  }

  private static let json = [("Content-Type", "application/json")]

  @Test func `a limit that is used up is waited for, unless that takes too long`() async throws {
    let isUsedUp = Mutex(true)
    try await withServer({ request in
      if isUsedUp.withLock({ $0 }) {
        let reason = "Hourly API request limit exceeded. Please try again in the next hour."
        return [
          reply(
            429, Self.json + [("Date", "Wed, 18 Nov 2026 11:06:40 GMT")], #"{"error":true,"reason":"\#(reason)"}"#)
        ]
      }
      return [reply(200, Self.json, #"{"daily":{"time":["2026-10-05"],"temperature_2m_mean":[1.5]}}"#)]
    }) { server in
      let workspace = try Workspace()
      try workspace.write("lat,lng,day\n1,1,2026-10-05\n", to: "in.csv")
      let text = pipeline(server.url, Self.point, columns: "{temp: temperature_mean}", api: "concurrency: 1")
      let run = try await workspace.run(text)
      #expect(run.code == 3 && server.received.count == 1)
      #expect(run.error("got").contains("answered 429: Hourly API request limit exceeded"), "\(run.error("got"))")
      #expect(run.error("got").contains("(3201s), longer than max_wait (5m) allows"), "\(run.error("got"))")
      isUsedUp.withLock { $0 = false }
      #expect(try await workspace.run(text).code == 0)
      #expect(try rows(workspace).first?["temp"] == .decimal(1.5))
    }
  }

  @Test func `what one provider does not know is asked of the next`() async throws {
    try await withServer({ request in
      if request.target.hasPrefix("/v1/archive") {
        return [
          reply(
            200, Self.json,
            #"{"daily":{"time":["2026-10-05","2026-10-06"],"temperature_2m_mean":[1.5,null]}}"#)
        ]
      }
      return [reply(200, Self.json, #"{"queryCost":1,"days":[{"datetime":"2026-10-06","temp":2.5}]}"#)]
    }) { server in
      let workspace = try Workspace()
      try workspace.write("lat,lng,day\n1,1,2026-10-05\n1,1,2026-10-06\n", to: "in.csv")
      let run = try await workspace.run(
        """
        apis: {a: {base_url: "\(server.url)"}, b: {base_url: "\(server.url)"}}
        sources: {s: {type: csv, path: in.csv, columns: {day: text}}}
        steps:
          got: {type: weather, from: s, date: "{day}", columns: {temp: temperature_mean}, \(Self.point),
                providers: [open_meteo, visual_crossing], api: {open_meteo: a, visual_crossing: b}}
        outputs: [{type: jsonl, from: got, path: out.jsonl, publish: always}]
        """)
      #expect(run.code == 0, "\(run.errors)")
      #expect(server.received.first?.target.hasPrefix("/v1/archive") == true)
      #expect(try rows(workspace).first?["temp"] == .decimal(1.5))
    }
  }
}
