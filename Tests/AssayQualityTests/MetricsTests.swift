import AssayColumns
import AssayQuality
import Foundation
import Testing

private let fixtures = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Fixtures")

private func text(of name: String) throws -> String {
  String(decoding: try Data(contentsOf: fixtures.appending(path: name)), as: UTF8.self)
}

private func data(of name: String) throws -> TestData {
  if name.hasSuffix(".csv") {
    return .csv(try text(of: name), declared: name == "zip_declared.csv" ? ["zip": .text] : [:])
  }
  return .json(try text(of: name), lines: name.hasSuffix(".jsonl"))
}

private func json(_ metrics: DatasetMetrics) -> JSON {
  if metrics.isNoData { return .object([("no_data", .boolean(true))]) }
  return .object(
    metrics.all.map { metric in
      let details = metric.details.map { detail -> (String, JSON) in
        switch detail.value {
        case .count(let count): (detail.name, .integer(Int64(count)))
        case .counts(let entries): (detail.name, .object(entries.map { ($0.name, .integer(Int64($0.value))) }))
        case .names(let names): (detail.name, .array(names.map { .string($0) }))
        case .scores(let entries): (detail.name, .object(entries.map { ($0.name, .decimal($0.value)) }))
        }
      }
      return (
        metric.name, .object([("value", metric.value.map { .decimal($0) } ?? .null), ("details", .object(details))])
      )
    })
}

@Suite struct MetricsTests {
  static let names: [String] = {
    let files = (try? FileManager.default.contentsOfDirectory(atPath: fixtures.path())) ?? []
    return files.filter { $0.hasSuffix(".expected.json") }.map { String($0.dropLast(".expected.json".count)) }.sorted()
  }()

  @Test func `the fixtures are found`() { #expect(Self.names.count >= 35) }

  @Test(arguments: names)
  func `metrics equal those of the reference program, however the rows are cut`(_ name: String) throws {
    let data = try data(of: name)
    let expected = JSON(parsing: try text(of: name + ".expected.json"))
    for sizes in [[1000], [1], [2, 3], [64], [63, 1, 65]] {
      for growing in [false, true] {
        let batches = data.batches(sizes: sizes, growing: growing)
        let values = try grade(
          batches, DatasetMetrics.measures(), schema: DatasetSchema(data.fields))
        let found = json(DatasetMetrics(values))
        #expect(found == expected, "\(sizes), growing \(growing): \(found.text)")
      }
    }
  }

  @Test func `rounding equals Python's`() throws {
    var count = 0
    for line in try text(of: "rounding.txt").split(separator: "\n") {
      let words = line.split(separator: " ").map { UInt64($0, radix: 16) ?? 0 }
      let value = Double(bitPattern: words[0])
      #expect(roundedToHundredths(value).bitPattern == words[1], "\(value)")
      count += 1
    }
    #expect(count > 3000)
  }

  @Test func `excluded columns count in no dimension they are excluded from`() throws {
    let data = TestData.csv("id,v,w\n1,1,\n2,1,x\n3,1,x\n900,50,x\n5,1,1\n")
    let options = ScoreOptions(
      exclusions: [.validity: ["id"], .uniqueness: ["id"], .completeness: ["w"], .consistency: ["w"]])
    let values = try grade(data.batches(sizes: [2]), DatasetMetrics.measures(options))
    let metrics = DatasetMetrics(values, options)
    #expect(metrics[.completeness] == 100)
    #expect(metrics[.uniqueness] == 80)
    #expect(metrics.dimensions[2].details[0].value == .count(2))
    #expect(metrics.dimensions[3].details[2].value == .counts([.init("v", 1)]))
    #expect(metrics[.validity] == 80)
  }

  @Test func `weights make a weighted mean, and a dimension without data does not weigh`() throws {
    let data = TestData.csv("a,b\nx,\ny,\n")
    let values = try grade(data.batches(sizes: [9]), DatasetMetrics.measures())
    let weighted = DatasetMetrics(values, ScoreOptions(weights: [.completeness: 3, .uniqueness: 1, .validity: 5]))
    #expect(weighted[.validity] == nil)
    #expect(weighted.overall.value == 62.5)
    #expect(DatasetMetrics(values, ScoreOptions(weights: [:])).overall.value == nil)
  }

  @Test func `thresholds fail, warn, pass, and have no data`() throws {
    let data = TestData.csv("a,b\nx,\ny,1\n")
    let values = try grade(data.batches(sizes: [9]), DatasetMetrics.measures())
    let options = ScoreOptions(thresholds: [
      .init(.dimension(.completeness), warnBelow: 90, failBelow: 80),
      .init(.dimension(.completeness), warnBelow: 90, failBelow: 75),
      .init(.dimension(.uniqueness), failBelow: 100),
      .init(.overall, failBelow: 93.76),
    ])
    let outcomes = options.outcomes(of: DatasetMetrics(values))
    #expect(outcomes.map(\.status) == [.failed, .warned, .passed, .failed])
    #expect(outcomes.map(\.value) == [75, 75, 100, 93.75])
    #expect(outcomes[0].expected == "completeness is at least 80 (warns below 90)")
    let empty = DatasetMetrics(try grade([], DatasetMetrics.measures()))
    #expect(options.outcomes(of: empty).allSatisfy { $0.status == .noData })
  }

  @Test func `encoded metrics have the report's shape`() throws {
    let data = TestData.csv("a,b\n1,\n2,x\n")
    let metrics = DatasetMetrics(try grade(data.batches(sizes: [1]), DatasetMetrics.measures()))
    let encoded = JSON(parsing: String(decoding: try JSONEncoder().encode(metrics), as: UTF8.self))
    #expect(encoded["completeness"]?["value"] == .decimal(75))
    #expect(encoded["completeness"]?["details"]?["columns"]?["b"] == .integer(1))
    #expect(encoded["overall_quality"]?["details"]?["component_scores"]?["uniqueness"] == .decimal(100))
  }

  @Test func `column facts hold the narrowest type, and extremes when profiled`() throws {
    let data = TestData.csv("n,t,d,e\n10,b,2026-01-02,\n9,a,2026-01-01T00:00,\n-1.5,,2025-01-01,\n9,b,,\n")
    let values = try grade(data.batches(sizes: [1]), ColumnFacts.measures(profile: true))
    let facts = ColumnFacts.all(values)
    #expect(facts.map(\.type) == [.decimal, .text, .datetime, nil])
    #expect(facts.map(\.nulls) == [0, 1, 1, 4])
    #expect(facts.map(\.distinct) == [3, 2, 3, 0])
    #expect(facts[0].minimum == .decimal(-1.5))
    #expect(facts[0].maximum == .integer(10))
    #expect(facts[1].minimum == .text("a"))
    #expect(facts[2].maximum == .text("2026-01-02"))
    #expect(facts[3].minimum == .null)
    let masked = ColumnFacts.all(values, privateColumns: ["n"])
    #expect(masked[0].minimum == nil && masked[0].maximum == nil && masked[0].distinct == 3)
    let plain = ColumnFacts.all(try grade(data.batches(sizes: [9]), ColumnFacts.measures(profile: false)))
    #expect(plain[0].distinct == nil && plain[0].minimum == nil)
  }
}
