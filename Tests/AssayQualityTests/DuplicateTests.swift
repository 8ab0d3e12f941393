import AssayColumns
import AssayQuality
import AssayTestSupport
import Testing

/// How the ids of a dataset go, from row to row.
enum IDs: CaseIterable {
  case rising, repeating, gaps, descending, random, restarting, fewTexts, nulls, lateBreak, decimals, zeros, huge

  func text(_ row: Int, _ random: inout SeededRandom) -> String? {
    switch self {
    case .rising: String(row + 1)
    case .repeating: String(random.next(below: 50) == 0 ? random.next(below: row + 1) : row)
    case .gaps: String(row * 7 + random.next(below: 7))
    case .descending: String(100_000 - row)
    case .random: String(random.next(below: 800))
    case .restarting: String(row % 700)
    case .fewTexts: random.next(below: 40) == 0 ? "x\(row % 9)" : String(row)
    case .nulls: random.next(below: 90) == 0 ? nil : String(row)
    case .lateBreak: row < 1_500 ? String(row) : "b\(row % 300)"
    case .decimals: "\(row).5"
    case .zeros: row.isMultiple(of: 400) ? "00\(row)" : String(row)
    case .huge: row == 900 ? "999999999999999999" : String(row)
    }
  }
}

/// Rows that repeat and keys that occur twice, against sets of all texts.
@Suite struct DuplicateTests {
  private func rows(_ values: MeasureValues, _ measure: Measure) throws -> RowTestValue {
    guard case .rows(let value) = values[measure] else { throw NoRows() }
    return value
  }

  private struct NoRows: Error {}

  @Test(arguments: IDs.allCases)
  func `duplicates are those of a plain set, however the ids go and the batches are cut`(_ ids: IDs) throws {
    var random = SeededRandom(seed: 23)
    var table: [(id: String?, name: String)] = []
    for row in 0..<2_400 {
      if row > 0, random.next(below: 60) == 0 {
        table.append(table[random.next(below: row)])
      } else {
        table.append((ids.text(row, &random), "n\(random.next(below: 3))"))
      }
    }
    var seenRows: Set<String> = []
    var repeats: [Int] = []
    var keys: [String: [Int]] = [:]
    for (place, row) in table.enumerated() {
      if !seenRows.insert("\(row.id ?? "null")|\(row.name)").inserted { repeats.append(place + 1) }
      if let id = row.id { keys[id, default: []].append(place + 1) }
    }
    let repeated = keys.values.filter { $0.count > 1 }.flatMap(\.self).sorted()
    let sampling = Sampling(sampleSize: 5, keptRows: 40, keyColumns: ["name"])
    for (reading, sizes) in [
      (Field.Reading.fromText, [2_400]), (.fromText, [1]), (.fromText, [64, 7, 300]), (.own, [500]), (.own, [33, 1]),
    ] {
      var batches: [Batch] = []
      var at = 0
      while at < table.count {
        let part = table[at..<min(table.count, at + sizes[batches.count % sizes.count])]
        let idColumn: Column =
          reading == .fromText
          ? .texts(part.map(\.id))
          : part.allSatisfy { $0.id.flatMap { Int64($0) }.map { String($0) } == $0.id && $0.id != nil }
            ? Column(.integers(part.compactMap { $0.id.flatMap { Int64($0) } }))
            : .cells(
              part.map { row in
                row.id.map { id in Int64(id).map { String($0) } == id ? .integer(Int64(id) ?? 0) : .text(id) } ?? .null
              })
        batches.append(
          Batch(
            schema: DatasetSchema([Field("id", reading: reading), Field("name", reading: reading)]),
            columns: [idColumn, .texts(part.map(\.name))], rowCount: part.count))
        at += part.count
      }
      for memory in [Int.max, 20_000, 0] {
        let values = try grade(
          batches, [.duplicateRows(), .duplicateKeys(["id"]), .distinct("id")], sampling: sampling, memory: memory)
        #expect(values[.distinct("id")] == .count(keys.count), "\(sizes) \(memory)")
        let foundRows = try self.rows(values, .duplicateRows())
        #expect(foundRows.evaluated == table.count && foundRows.failed == repeats.count, "\(sizes) \(memory)")
        #expect(foundRows.failures.map(\.row) == Array(repeats.prefix(40)), "\(sizes) \(memory)")
        #expect(foundRows.failures.allSatisfy { $0.key == [NamedText("name", table[$0.row - 1].name)] })
        let foundKeys = try self.rows(values, .duplicateKeys(["id"]))
        #expect(
          foundKeys.evaluated == table.count { $0.id != nil } && foundKeys.failed == repeated.count,
          "\(sizes) \(memory)")
        #expect(foundKeys.failures.map(\.row) == Array(repeated.prefix(40)), "\(sizes) \(memory)")
        #expect(foundKeys.failures.allSatisfy { $0.cells == [NamedText("id", table[$0.row - 1].id)] })
      }
    }
  }
}
