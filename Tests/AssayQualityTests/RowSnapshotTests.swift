import AssayColumns
import AssayQuality
import AssayTestSupport
import Testing

@Suite struct RowSnapshotTests {
  private func batch(_ columns: [(String, [String?])], firstRow: Int = 0) -> Batch {
    Batch(
      schema: DatasetSchema(columns.map { Field($0.0, reading: .fromText) }), columns: columns.map { .texts($0.1) },
      rowCount: columns.first?.1.count ?? 0, firstRow: firstRow)
  }

  private func snapshot(
    _ batches: [Batch], key: [String] = ["id"], limit: Int = 100, privateColumns: Set<String> = []
  ) throws -> RowSnapshotValue? {
    let measure = Measure.rowSnapshot(key: key, limit: limit)
    let found = try grade(batches, [measure], sampling: Sampling(privateColumns: privateColumns))[measure]
    if case .snapshot(let value)? = found { return value }
    return nil
  }

  private func kept(_ batches: [Batch], key: [String] = ["id"], privateColumns: Set<String> = []) throws -> RowSnapshot
  {
    guard case .kept(let rows)? = try snapshot(batches, key: key, limit: 10_000, privateColumns: privateColumns)
    else {
      throw Missing()
    }
    return rows
  }

  private struct Missing: Error {}

  private func keys(_ rows: [[String?]]) -> [String] { rows.map { $0.map { $0 ?? "null" }.joined(separator: "+") } }

  @Test func `rows are added, removed and changed by key, in any order`() throws {
    let before = try kept([batch([("id", ["1", "2", "3"]), ("a", ["x", "y", "z"]), ("b", ["p", nil, "r"])])])
    let after = try kept([batch([("b", ["r", "p", "q"]), ("id", ["3", "1", "4"]), ("a", [nil, "x", "y"])])])
    let found = RowComparison(from: before, to: after)
    #expect(keys(found.added) == ["4"] && keys(found.removed) == ["2"])
    #expect(found.changed == [.init(key: ["3"], columns: ["a"])])
    #expect(found.unchanged == 1)
    #expect(RowComparison(from: before, to: after, ignoring: ["a"]).changed.isEmpty)
    #expect(RowComparison(from: before, to: before).unchanged == 3)
  }

  @Test func `keys of several columns, with nulls, and keys that occur twice go together in order`() throws {
    let key = ["country", "id"]
    let before = try kept(
      [batch([("country", ["de", "de", nil, "de"]), ("id", ["1", "1", "2", "3"]), ("v", ["a", "b", "c", "d"])])],
      key: key)
    let after = try kept(
      [batch([("country", ["de", "de", "de"]), ("id", ["1", "1", "1"]), ("v", ["a", "x", "new"])])], key: key)
    let found = RowComparison(from: before, to: after)
    #expect(keys(found.added) == ["de+1"] && keys(found.removed) == ["null+2", "de+3"])
    #expect(found.changed == [.init(key: ["de", "1"], columns: ["v"])])
  }

  @Test func `batches and columns that come late make the same rows`() throws {
    let whole = try kept([batch([("id", ["1", "2", "3"]), ("a", ["x", "y", "z"]), ("late", [nil, nil, "n"])])])
    let parts = try kept([
      batch([("id", ["1", "2"]), ("a", ["x", "y"])]),
      batch([("id", ["3"]), ("a", ["z"]), ("late", ["n"])], firstRow: 2),
    ])
    #expect(parts == whole)
    #expect(RowComparison(from: whole, to: parts).unchanged == 3)
  }

  @Test func `of private columns no cells are kept`() throws {
    let rows = try kept(
      [batch([("id", ["1", nil]), ("salary", ["ann@example.com", "200"]), ("a", ["x", "y"])])],
      privateColumns: ["salary"])
    #expect(rows.columns == ["a"])
    #expect(rows.keyCells(1) == [nil])
    #expect(!String(decoding: rows.packed(), as: UTF8.self).contains("ann@"))
  }

  @Test func `keys that only Unicode takes for equal are two`() throws {
    let (composed, parted) = ("caf\u{E9}", "cafe\u{301}")
    let before = try kept([batch([("id", [composed, parted]), ("a", ["x", "y"])])])
    let after = try kept([batch([("id", [parted, composed]), ("a", ["y", "x"])])])
    let found = RowComparison(from: before, to: after)
    #expect(found.unchanged == 2 && found.changed.isEmpty && found.added.isEmpty)
  }

  @Test func `beyond the limit nothing is kept`() throws {
    let two = [batch([("id", ["1"])]), batch([("id", ["2"])], firstRow: 1)]
    #expect(try snapshot(two, limit: 1) == .tooMany(limit: 1))
    if case .kept? = try snapshot(two, limit: 2) {} else { Issue.record("two rows are within the limit") }
    #expect(try snapshot([batch([("x", ["1"])])]) == nil, "a key that is not there keeps nothing")
    let big = String(repeating: "k", count: 1 << 20)
    let rows = batch([("id", (0..<33).map { "\($0)\(big)" })])
    #expect(try snapshot([rows]) == .tooLarge)
  }

  @Test(arguments: [0, 1, 2, 255, 256, 257, 2_000])
  func `what is packed reads back, whatever a column holds`(count: Int) throws {
    var random = SeededRandom(seed: 9)
    let rows = try kept([
      batch([
        ("id", (0..<count).map { $0 % 5 == 4 ? nil : "k\u{1F600}\($0)" }), ("same", (0..<count).map { _ in "x" }),
        ("few", (0..<count).map { _ in "\(Int.random(in: 0..<9, using: &random))" }),
        ("many", (0..<count).map { "\($0)" }), ("none", (0..<count).map { _ in nil }),
      ])
    ])
    let bytes = rows.packed()
    #expect(RowSnapshot(packed: bytes, key: rows.key, columns: rows.columns) == rows)
    #expect(RowSnapshot(packed: Array(bytes.dropLast()), key: rows.key, columns: rows.columns) == nil)
    #expect(RowSnapshot(packed: bytes + [0], key: rows.key, columns: rows.columns) == nil)
    if count == 2_000 { #expect(bytes.count < 2_000 * (12 + 4 + 1 + 1)) }
  }

  @Test func `bytes of another kind make no rows`() {
    var random = SeededRandom(seed: 4)
    for _ in 0..<2_000 {
      let bytes =
        [UInt8(1)] + (0..<Int.random(in: 0..<40, using: &random)).map { _ in UInt8.random(in: 0...255, using: &random) }
      _ = RowSnapshot(packed: bytes, key: ["id"], columns: ["a", "b"])
    }
    #expect(RowSnapshot(packed: [], key: [], columns: []) == nil)
    #expect(RowSnapshot(packed: [2, 0], key: [], columns: []) == nil)
  }
}
