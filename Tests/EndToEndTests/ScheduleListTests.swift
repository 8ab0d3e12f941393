import Testing

/// `assay schedule --list`: the runs that are to come.
@Suite struct ScheduleListTests {
  private func workspace(_ schedule: String, name: String = "p") throws -> Workspace {
    let workspace = try Workspace()
    try workspace.write(
      "version: 1\nname: \(name)\nparams: {day: {default: x}}\nschedule: \(schedule)\nsources: {s: {type: csv, path: s.csv}}\n",
      to: "pipelines/\(name).yaml")
    return workspace
  }

  static let table: [(schedule: String, from: String, local: [String])] = [
    (
      #"{cron: "15 6 * * 1-5", timezone: America/New_York}"#, "2026-11-27T00:00:00Z",
      ["2026-11-27T06:15:00-05:00", "2026-11-30T06:15:00-05:00", "2026-12-01T06:15:00-05:00"]
    ),
    // A time that the clocks leap over runs once right after.
    (
      #"{cron: "30 2 * * *", timezone: America/New_York}"#, "2027-03-13T00:00:00-05:00",
      ["2027-03-13T02:30:00-05:00", "2027-03-14T03:00:00-04:00", "2027-03-15T02:30:00-04:00"]
    ),
    // A time that comes twice runs once.
    (
      #"{cron: "30 1 * * *", timezone: America/New_York}"#, "2026-10-31T00:00:00-04:00",
      ["2026-10-31T01:30:00-04:00", "2026-11-01T01:30:00-04:00", "2026-11-02T01:30:00-05:00"]
    ),
    (
      #"{cron: ["@daily", "0 12 * * SUN"], timezone: Asia/Kathmandu}"#, "2026-11-28T18:00:00Z",
      ["2026-11-29T00:00:00+05:45", "2026-11-29T12:00:00+05:45", "2026-11-30T00:00:00+05:45"]
    ),
    // Schedules of a pipeline that meet are one run.
    (
      #"[{cron: "0 */6 * * *"}, {cron: "@daily"}]"#, "2026-11-29T00:00:00Z",
      ["2026-11-29T00:00:00Z", "2026-11-29T06:00:00Z", "2026-11-29T12:00:00Z"]
    ),
    (#"{cron: "0 0 29 2 *"}"#, "2026-11-29", ["2028-02-29T00:00:00Z", "2032-02-29T00:00:00Z", "2036-02-29T00:00:00Z"]),
  ]

  @Test(arguments: table)
  func `the next runs are listed`(schedule: String, from: String, local: [String]) async throws {
    let workspace = try workspace(schedule)
    let list = try await workspace.assay(
      "schedule", "pipelines", "--list", "--count", "3", "--from", from, "--json")
    #expect(list.code == 0, "\(list.errors)")
    let found = list.output.split(separator: "\n").compactMap { line in
      line.split(separator: #""local":""#).last?.split(separator: "\"").first.map(String.init)
    }
    #expect(found == local)
    #expect(list.output.hasPrefix(#"{"pipeline":"p","at":""#))
    let text = try await workspace.assay("schedule", "pipelines/p.yaml", "--list", "--count", "3", "--from", from)
    #expect(text.output.split(separator: "\n").map { $0.split(separator: " ")[1] } == local.map { Substring($0) })
    #expect(!workspace.exists("pipelines/assay.db"))
  }

  @Test(arguments: [
    (#"{cron: "61 * * * *"}"#, "p.yaml:4:18: error: '61' in the minute field: 61 is not among 0-59"),
    (#"{cron: ["@daily", "@dayly"]}"#, "p.yaml:4:29: error: '@dayly' is not known"),
    (
      #"{cron: "@daily", timezone: Europe/Berln}"#,
      "p.yaml:4:38: error: there is no time zone 'Europe/Berln'; did you mean 'Europe/Berlin'?"
    ),
    (#"{timezone: UTC}"#, "p.yaml:4:11: error: schedule of the pipeline needs 'cron'"),
    (#"{cron: []}"#, "a schedule needs a cron expression"),
    (#"{cron: "@daily", overlap: kill}"#, "expected one of skip, queue, not 'kill'"),
    (#"{cron: "@daily", params: {dya: x}}"#, "the pipeline has no param 'dya'; did you mean 'day'?"),
    (
      #"{cron: "@daily", params: {day: "${run:date}"}}"#,
      "params of a schedule are read before its runs have a date; write '${run:date}' as the param's default"
    ),
    (#"{cron: "@daily", retry: {factor: 0.5}}"#, "a factor is at least 1"),
    (#"{corn: "@daily"}"#, "did you mean 'cron'?"),
  ])
  func `a schedule that is wrong is told with its place`(schedule: String, fault: String) async throws {
    let workspace = try workspace(schedule)
    for arguments in [["schedule", "pipelines", "--list"], ["validate", "pipelines/p.yaml"]] {
      let ending = try await workspace.start(arguments).end()
      #expect(ending.code == 2)
      #expect(ending.errors.contains(fault), "\(ending.errors)")
    }
  }

  @Test func `a param without a value is a fault of the schedule, since nobody is there to give one`() async throws {
    let workspace = try Workspace()
    try workspace.write(
      """
      version: 1
      name: p
      params: {month: {type: text}, size: {type: integer, default: 1}}
      schedule: [{cron: "@daily", params: {month: a}}, {cron: "@hourly", params: {size: big}}]
      sources: {s: {type: csv, path: s.csv}}

      """, to: "p.yaml")
    let list = try await workspace.assay("schedule", "p.yaml", "--list")
    #expect(list.code == 2)
    #expect(list.errors.contains("schedule 2 gives no value to the param 'month'"), "\(list.errors)")
    #expect(list.errors.contains("the param 'size' is integer, not 'big'"), "\(list.errors)")
  }

  @Test(arguments: [
    (["schedule"], "paths"), (["schedule", "nowhere"], "there is no file or folder 'nowhere'"),
    (["schedule", ".", "--json"], "--count, --from and --json go with --list"),
    (["schedule", ".", "--list", "--from", "soon"], "--from is a date or a time"),
    (["schedule", ".", "--max-concurrent-runs", "0"], "--max-concurrent-runs is at least 1"),
    (["schedule", ".", "--drain", "long"], "--drain is a duration"),
  ])
  func `a call that is wrong runs nothing`(arguments: [String], fault: String) async throws {
    let workspace = try Workspace()
    let ending = try await workspace.start(arguments).end()
    #expect(ending.code == 2)
    #expect(ending.errors.contains(fault), "\(ending.errors)")
  }
}
