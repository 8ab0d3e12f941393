import AssayColumns
import AssayStore
import Testing

@Suite struct RowExpressionsTests {
  private let rows = batch(
    (Field("revenue", reading: .fromText, type: .integer), .texts(["5", "-1", nil, "-2"])),
    (Field("refunded", reading: .own), .cells([.null, .boolean(true), .boolean(false), .boolean(false)])),
    (Field("a.b", reading: .own), .cells([.text("x"), .text("y"), .null, .text("x")])))

  @Test func `true and null hold, false does not`() throws {
    let verdicts = try RowExpressions().evaluate(
      ["revenue >= 0 OR refunded", "revenue > 0", "\"a.b\" = 'x'", "1", "NULL", "0.0"], over: rows)
    #expect(
      verdicts.map { $0.holds.setIndices() } == [[0, 1, 2], [0, 2], [0, 2, 3], [0, 1, 2, 3], [0, 1, 2, 3], []])
    #expect(verdicts.map { $0.isNull.setIndices() } == [[2], [2], [2], [], [0, 1, 2, 3], []])
  }

  @Test func `the same expressions run over batch after batch`() throws {
    let expressions = RowExpressions()
    for start in 0..<5 {
      let numbers = (0..<130).map { Int64($0 + start) }
      let input = batch((Field("n", reading: .own, type: .integer), Column(.integers(numbers))))
      let verdicts = try expressions.evaluate(["n % 2 = 0"], over: input)
      #expect(verdicts[0].holds.setIndices() == (0..<130).filter { ($0 + start) % 2 == 0 })
    }
    #expect(try expressions.evaluate(["a = 'x'"], over: batch((Field("a", reading: .own), .texts(["x"])))).count == 1)
  }

  @Test(arguments: ["nope = 1", "\"nope\" = 'x'", "t.revenue > 1", "revenue > 1 AND (nope)"])
  func `a missing column is named`(expression: String) {
    #expect {
      try RowExpressions().evaluate([expression], over: rows)
    } throws: { error in
      guard case .missingColumn(let name)? = error as? ExpressionFailure else { return false }
      return name.contains("nope") || name == "t.revenue"
    }
  }

  @Test(arguments: [
    "revenue >", "revenue; DROP TABLE x", "1) FROM rows_of_batch --", "count(*) > 1", "row_number() OVER () = 1",
    "1, 2", "", "nofunction(revenue)", "a.b = 'x'", "load_extension('x')", "revenue = (DELETE FROM x)", "1) OR (1",
  ])
  func `broken SQL is told apart`(expression: String) {
    #expect {
      try RowExpressions().evaluate([expression], over: rows)
    } throws: { error in
      if case .brokenSQL(let message)? = error as? ExpressionFailure { !message.isEmpty } else { false }
    }
  }

  @Test func `a check without columns finds wrong syntax only`() {
    #expect(RowExpressions.check("revenue >= 0 OR refunded") == nil)
    #expect(RowExpressions.check("\"a.b\" LIKE '%x%'") == nil)
    #expect(RowExpressions.check("revenue >= >")?.contains("syntax error") == true)
    #expect(RowExpressions.check("1); DROP TABLE x; --") != nil)
    #expect(RowExpressions.check("(revenue") != nil)
  }

  @Test func `a batch of 10,000 columns shows only those that are meant`() throws {
    let wide = Batch(
      schema: DatasetSchema((0..<10_000).map { Field("c\($0)", reading: .own) }),
      columns: (0..<10_000).map { .cells([.integer(Int64($0))]) }, rowCount: 1)
    #expect(try RowExpressions().evaluate(["c9999 = 9999"], over: wide)[0].holds.setIndices() == [0])
  }

  @Test func `columns that differ in case matter only where they are meant`() throws {
    let twins = batch(
      (Field("ID", reading: .own), .texts(["1"])), (Field("id", reading: .own), .texts(["2"])),
      (Field("x", reading: .own), .texts(["3"])))
    #expect(try RowExpressions().evaluate(["x = '3'"], over: twins)[0].holds.setCount == 1)
    #expect(throws: ExpressionFailure.self) { try RowExpressions().evaluate(["id = '1'"], over: twins) }
  }
}
