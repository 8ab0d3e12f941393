import AssayColumns
import AssayQuality
import AssayTestSupport
import Testing

/// Which rows fail, and why, against a plain loop over them.
@Suite struct RowVerdictTests {
  @Test(arguments: [Int.max, 0])
  func `rows fail by exactly what the checks have counted`(memory: Int) throws {
    var random = SeededRandom(seed: 7)
    var rows: [(id: String?, name: String, misfit: Bool)] = []
    for row in 0..<70_000 {
      let id = random.once(in: 40) ? nil : random.once(in: 900) ? String(random.next(below: row + 1)) : String(row)
      rows.append((id, random.once(in: 500) ? "long name" : "n\(row % 3)", random.once(in: 300)))
    }
    for row in [100, 40_000, 69_999] { rows[row] = rows[99] }
    let tests: [(reason: String, measure: Measure)] = [
      ("type name", .misfits("name")), ("unique id", .duplicateKeys(["id"])), ("duplicate_rows", .duplicateRows()),
      ("length name", .count(where: RowTest(.length(min: nil, max: 4), columns: ["name"]))),
      ("not_null id", .count(where: RowTest(.notNull, columns: ["id"]))),
      ("not_null id", .count(where: RowTest(.notNull, columns: ["id"], filter: nil))),
    ]
    var batches: [Batch] = []
    var start = 0
    while start < rows.count {
      let part = rows[start..<min(rows.count, start + 9_999)]
      var batch = Batch(
        schema: DatasetSchema([Field("id", reading: .fromText), Field("name", reading: .fromText)]),
        columns: [.texts(part.map(\.id)), .texts(part.map(\.name))], rowCount: part.count)
      batch.misfits = part.indices.filter { rows[$0].misfit }.map { Misfit(row: $0 - start, column: 1, text: "?") }
      batches.append(batch)
      start += part.count
    }
    let values = try grade(batches, tests.map(\.measure), sampling: Sampling(keepsAllRows: true), memory: memory)
    var verdicts = RowVerdicts()
    for test in tests {
      verdicts.add(values[test.measure], reason: test.reason)
      guard case .rows(let found)? = values[test.measure] else { throw NoRows() }
      #expect(try found.rows?.count() == found.failed, "\(test.reason)")
    }
    var occurrences: [String: Int] = [:]
    for row in rows { if let id = row.id { occurrences[id, default: 0] += 1 } }
    var seen: Set<String> = []
    var expected: [String] = []
    for row in rows {
      var reasons: [String] = []
      if row.misfit { reasons.append("type name") }
      if let id = row.id, occurrences[id] ?? 0 > 1 { reasons.append("unique id") }
      if !seen.insert("\(row.id ?? "null")|\(row.name)").inserted { reasons.append("duplicate_rows") }
      if row.name.count > 4 { reasons.append("length name") }
      if row.id == nil { reasons.append("not_null id") }
      expected.append(reasons.joined(separator: "; "))
    }
    for (first, count) in [(0, 70_000), (32_700, 100), (65_535, 2), (69_999, 1), (5, 0)] {
      let (failed, reasons) = try verdicts.failures(from: first, count: count)
      let wanted = (first..<(first + count)).filter { !expected[$0].isEmpty }
      #expect(failed.setIndices().map { $0 + first } == wanted)
      #expect(reasons == wanted.map { expected[$0] })
    }
    for areFailing in [true, false] {
      let all = rows.indices.filter { expected[$0].isEmpty != areFailing }
      let places = [1, 2, 100, all.count / 2, all.count]
      let numbers = try verdicts.numbers(of: places, areFailing: areFailing, rowCount: rows.count)
      #expect(numbers == places.map { all[$0 - 1] + 1 })
    }
  }

  @Test func `without a check no row fails, and what tells of no rows fails none`() throws {
    var verdicts = RowVerdicts()
    verdicts.add(.missing(["a"]), reason: "x")
    verdicts.add(.count(3), reason: "x")
    verdicts.add(nil, reason: "x")
    verdicts.add(.rows(RowTestValue(evaluated: 3, failed: 0)), reason: "x")
    let (failed, reasons) = try verdicts.failures(from: 0, count: 100)
    #expect(failed.setCount == 0 && reasons.isEmpty)
  }

  private struct NoRows: Error {}
}
