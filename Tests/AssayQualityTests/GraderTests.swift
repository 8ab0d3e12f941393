import AssayColumns
import AssayQuality
import AssayTestSupport
import Testing

private func rows(_ values: MeasureValues, _ measure: Measure) -> RowTestValue {
  if case .rows(let value) = values[measure] { value } else { RowTestValue(evaluated: -1, failed: -1) }
}

@Suite struct GraderTests {
  @Test func `the result depends neither on the cut nor on the threads`() async throws {
    var random = SeededRandom(seed: 11)
    var text = "id,n,t,k,z\n"
    for row in 0..<1_500 {
      let cells = (0..<4).map { _ in
        Int.random(in: 0..<5, using: &random) == 0 ? "" : String(Int.random(in: -9...40, using: &random))
      }
      text += "\(row / 2),\(cells.joined(separator: ","))\n"
    }
    let data = TestData.csv(text)
    var measures = DatasetMetrics.measures() + ColumnFacts.measures(profile: true)
    let tests: [Measure] = [
      .duplicateKeys(["id"]), .duplicateKeys(["n", "t"]), .distinct("n"),
      .count(where: RowTest(.range(min: .number(0), max: .number(30)), columns: ["n"])),
      .count(where: RowTest(.expression("n >= 5"), columns: ["n", "t"], filter: "t >= 0")),
    ]
    measures += tests
    let sampling = Sampling(keptRows: 20, keyColumns: ["id"])
    let plan = try GradingPlan(measures, sampling: sampling, evaluator: Comparisons())
    var reference: (metrics: DatasetMetrics, facts: [ColumnFacts], tests: [RowTestValue])?
    for sizes in [[1_500], [1], [64], [63, 65, 7], [1_000, 3]] {
      let batches = data.batches(sizes: sizes)
      let parts = try await withThrowingTaskGroup(of: (Int, Partial).self) { group in
        for (place, batch) in batches.enumerated() { group.addTask { (place, try plan.partial(for: batch)) } }
        return try await group.reduce(into: [Int: Partial]()) { $0[$1.0] = $1.1 }
      }
      var grader = Grader(plan)
      for place in batches.indices { try grader.merge(try #require(parts[place])) }
      let values = try grader.finish()
      let outcome = (DatasetMetrics(values), ColumnFacts.all(values), tests.map { rows(values, $0) })
      if let reference {
        #expect(outcome.0 == reference.metrics)
        #expect(outcome.1 == reference.facts)
        #expect(outcome.2 == reference.tests)
      } else {
        reference = outcome
        #expect(outcome.2[0].failed == 1_500)
        #expect(outcome.2[3].failures.count == 20)
      }
    }
  }

  @Test func `what cannot be spilled is said, with its reason`() throws {
    let plan = try GradingPlan([.distinct("c")])
    var grader = Grader(plan, memory: 0, folder: "/nowhere")
    let fault = #expect(throws: GradingFault.self) { try grader.merge(plan.partial(for: textBatch("c", ["a"]))) }
    #expect(fault?.code == .spill)
    #expect(fault?.message == "cannot make a temporary file in /nowhere: No such file or directory")
  }

  @Test func `a late column is null in earlier rows`() throws {
    let early = cellBatch("a", [.integer(1), .integer(1)])
    let late = Batch(
      schema: DatasetSchema([Field("a", reading: .own), Field("b", reading: .own)]),
      columns: [.cells([.integer(1), .integer(1)]), .cells([.null, .integer(4)])], rowCount: 2)
    let notNull = Measure.count(where: RowTest(.notNull, columns: ["b"]))
    let atLeast = Measure.count(where: RowTest(.range(min: .number(5), max: nil), columns: ["b"]))
    let expression = Measure.count(where: RowTest(.expression("b >= 5")))
    let filtered = Measure.count(where: RowTest(.notNull, columns: ["a"], filter: "b >= 1"))
    let values = try grade(
      [early, late, early], [.nulls("b"), .duplicateRows(), notNull, atLeast, expression, filtered, .classes("b")],
      evaluator: Comparisons())
    #expect(values[.nulls("b")] == .count(5))
    #expect(rows(values, .duplicateRows()).failed == 4)
    #expect(rows(values, notNull).failures.map(\.row) == [1, 2, 3, 5, 6])
    #expect(
      rows(values, atLeast)
        == RowTestValue(evaluated: 1, failed: 1, failures: [FailingRow(row: 4, cells: [NamedText("b", "4")])]))
    #expect(rows(values, expression).evaluated == 6)
    #expect(rows(values, expression).failures.map(\.row) == [4])
    #expect(rows(values, filtered).evaluated == 1)
    if case .classes(let counts) = values[.classes("b")] {
      #expect(counts[.null] == 5)
    } else {
      Issue.record("no classes")
    }
  }

  @Test func `a column that never comes is missing, in cells and in SQL`() throws {
    let test = Measure.count(where: RowTest(.notNull, columns: ["x"]))
    let expression = Measure.count(where: RowTest(.expression("y < 5")))
    let filter = Measure.count(where: RowTest(.notNull, columns: ["c"], filter: "z < 5"))
    let fine = Measure.count(where: RowTest(.expression("c < 5")))
    let values = try grade(
      [textBatch("c", ["1", "7"])], [test, expression, filter, fine, .nulls("x"), .duplicateKeys(["c", "w"])],
      evaluator: Comparisons())
    #expect(values[test] == .missing(["x"]))
    #expect(values[expression] == .missing(["y"]))
    #expect(values[filter] == .missing(["z"]))
    #expect(rows(values, fine).failed == 1)
    #expect(values[.nulls("x")] == .missing(["x"]))
    #expect(values[.duplicateKeys(["c", "w"])] == .missing(["w"]))
  }

  @Test func `broken SQL breaks the run and is named`() throws {
    let measures: [Measure] = [
      .count(where: RowTest(.expression("c < 5"))), .count(where: RowTest(.expression("c <"))),
    ]
    let fault = #expect(throws: GradingFault.self) {
      try grade([textBatch("c", ["1"])], measures, evaluator: Comparisons())
    }
    #expect(fault?.code == .brokenSQL)
    #expect(fault?.message.contains("'c <'") == true)
  }

  @Test func `no rows have no data, and without columns nothing is missing`() throws {
    let test = Measure.count(where: RowTest(.notNull, columns: ["x"]))
    let values = try grade([], [test, .rowCount, .duplicateRows(), .schema] + DatasetMetrics.measures())
    #expect(rows(values, test).evaluated == 0)
    #expect(values[.rowCount] == .count(0))
    #expect(DatasetMetrics(values).isNoData)
    #expect(DatasetMetrics(values).overall.value == nil)
    let headed = try grade([textBatch("c", [])], [test])
    #expect(headed[test] == .missing(["x"]))
  }

  @Test func `repeated keys name their rows from the lowest, first occurrences too`() throws {
    let data = TestData.csv("a,b,id\nx,1,r1\ny,1,r2\n,1,r3\n,1,r4\nz,,r5\ny,1,r6\nx,2,r7\ny,1,r8\nx,1,r9\n")
    for sizes in [[1], [4], [9]] {
      let key = Measure.duplicateKeys(["a", "b"])
      let values = try grade(data.batches(sizes: sizes), [key, .duplicateKeys(["a"])])
      #expect(rows(values, key).evaluated == 6)
      #expect(rows(values, key).failed == 5)
      #expect(rows(values, key).failures.map(\.row) == [1, 2, 6, 8, 9])
      #expect(rows(values, key).failures[1].value == "a: y, b: 1")
      #expect(rows(values, .duplicateKeys(["a"])).failures.map(\.row) == [1, 2, 6, 7, 8, 9])
    }
  }

  @Test(arguments: [1, 3, 64, 5_000])
  func `the lowest repeated rows are kept when later keys repeat ever earlier rows`(_ size: Int) throws {
    let count = 2_000
    let texts = (0..<count).map { String($0) } + (0..<count).reversed().map { String($0) }
    let data = TestData(fields: [Field("c", reading: .fromText)], rows: texts.map { [.text($0)] })
    let key = Measure.duplicateKeys(["c"])
    let values = try grade(
      data.batches(sizes: [size]), [key, .duplicateRows()], sampling: Sampling(sampleSize: 3, keptRows: 10))
    #expect(rows(values, key).failed == 2 * count)
    #expect(rows(values, key).failures.map(\.row) == Array(1...10))
    #expect(rows(values, key).failures.map(\.value) == (0..<10).map { String($0) })
    #expect(rows(values, .duplicateRows()).failures.map(\.row) == Array((count + 1)...(count + 10)))
  }

  @Test func `samples carry keys, mask private cells and are bounded`() throws {
    let data = TestData.csv("id,email,state\n1,a,CA\n2,b,NV\n3,,XX\n4,d,YY\n")
    let sampling = Sampling(sampleSize: 1, keptRows: 2, keyColumns: ["id", "email", "none"], privateColumns: ["email"])
    let state = Measure.count(where: RowTest(.accepted(["CA"]), columns: ["state"]))
    let email = Measure.count(where: RowTest(.length(min: 2, max: nil), columns: ["email"]))
    let key = Measure.duplicateKeys(["email"])
    let repeated = TestData.csv("id,email,state\n1,a,CA\n2,a,NV\n")
    let values = try grade(data.batches(sizes: [1]), [state, email], sampling: sampling)
    #expect(
      rows(values, state).failures == [
        FailingRow(row: 2, cells: [NamedText("state", "NV")], key: [NamedText("id", "2")]),
        FailingRow(row: 3, cells: [NamedText("state", "XX")], key: [NamedText("id", "3")]),
      ])
    #expect(rows(values, state).failed == 3)
    #expect(rows(values, email).failures.first?.value == Sampling.mask)
    let keys = try grade(repeated.batches(sizes: [1]), [key], sampling: sampling)
    #expect(rows(keys, key).failures.map(\.value) == [Sampling.mask, Sampling.mask])
    let row = FailedRow(rows(values, state).failures[0], check: "state.accepted_values", reason: "is not accepted")
    #expect(row.column == "state" && row.value == "NV" && row.row == 2 && row.key == [NamedText("id", "2")])
  }

  @Test func `nothing is kept where nothing is to be kept`() throws {
    let measures: [Measure] = [
      .duplicateKeys(["c"]), .duplicateRows(), .count(where: RowTest(.isNull, columns: ["c"])),
    ]
    let values = try grade([textBatch("c", ["1", "1", "1"])], measures, sampling: Sampling(sampleSize: 0, keptRows: 0))
    #expect(measures.map { rows(values, $0).failed } == [3, 2, 3])
    #expect(measures.allSatisfy { rows(values, $0).failures.isEmpty })
  }

  @Test func `the final schema brings columns that no batch had`() throws {
    let final = DatasetSchema([Field("c", reading: .fromText, type: .integer), Field("d", reading: .fromText)])
    let values = try grade(
      [textBatch("c", ["1", "2"])], [.nulls("d")] + ColumnFacts.measures(profile: false), schema: final)
    #expect(values[.nulls("d")] == .count(2))
    #expect(ColumnFacts.all(values).map(\.nulls) == [0, 2])
    #expect(values.schema.fields[0].type == .integer)
  }

  @Test func `misfits fail the implied type check of their column`() throws {
    let (column, misfits) = Column.texts(["1", "x", nil, "2", "y"]).conformed(to: .integer)
    var batch = Batch(
      schema: DatasetSchema([Field("c", reading: .fromText, declared: .integer)]), columns: [column], rowCount: 5)
    batch.misfits = misfits.map { Misfit(row: $0.row, column: 0, text: $0.text) }
    let values = try grade([batch, batch], [.misfits("c"), .nulls("c")])
    let value = rows(values, .misfits("c"))
    #expect(value.evaluated == 8)
    #expect(value.failed == 4)
    #expect(value.failures.map(\.row) == [2, 5, 7, 10])
    #expect(value.failures.map(\.value) == ["x", "y", "x", "y"])
    #expect(values[.nulls("c")] == .count(6))
    let judgement = judgeRows(values[.misfits("c")], RowClaim("every value is an integer", verb: "are integers"))
    #expect(judgement.status == .failed && judgement.failed == 4)
  }

  @Test func `a JSON value equals another by kind and value`() throws {
    let cells: [Cell] = [
      .integer(1), .decimal(1), .boolean(true), .text("1"), .null, .text(""), .boolean(false), .integer(0),
      .decimal(-0.0),
      .decimal(0.5), .integer(.max), .decimal(9.223372036854775807e18), .text("true"),
    ]
    let values = try grade([cellBatch("c", cells)], [.distinct("c"), .duplicateKeys(["c"]), .duplicateRows()])
    #expect(values[.distinct("c")] == .count(10))
    #expect(rows(values, .duplicateKeys(["c"])).failures.map(\.row) == [1, 2, 8, 9])
    #expect(rows(values, .duplicateRows()).failed == 2)
  }

  @Test func `a text is its own, whatever its length and column`() throws {
    var texts: [String?] = []
    for length in 0...70 {
      for letter in ["a", "b", "\u{0}"] { texts.append(String(repeating: letter, count: length)) }
      texts.append(String(repeating: "a", count: length) + "c")
      texts.append("c" + String(repeating: "a", count: length))
    }
    let values = try grade([textBatch("c", texts)], [.distinct("c")])
    #expect(values[.distinct("c")] == .count(Set(texts).count))
    let swapped = Batch(
      schema: DatasetSchema([Field("a", reading: .fromText), Field("b", reading: .fromText)]),
      columns: [.texts(["x", nil, "y", "", nil]), .texts([nil, "x", "x", nil, ""])], rowCount: 5)
    #expect(rows(try grade([swapped], [.duplicateRows()]), .duplicateRows()).failed == 0)
  }

  @Test(arguments: [true, false])
  func `rows of a grid are all distinct, and their mirror images too`(_ asText: Bool) throws {
    let side: Int64 = 250
    var columns: [[Cell]] = [[], []]
    for first in 0..<side {
      for second in 0..<side {
        columns[0].append(.integer(first))
        columns[1].append(.integer(second))
      }
    }
    let reading = asText ? Field.Reading.fromText : .own
    let batch = Batch(
      schema: DatasetSchema([Field("a", reading: reading), Field("b", reading: reading)]),
      columns: columns.map { asText ? .texts($0.map(\.text)) : .cells($0) }, rowCount: columns[0].count)
    let values = try grade([batch], [.duplicateRows(), .duplicateKeys(["b", "a"]), .distinct("a")])
    #expect(rows(values, .duplicateRows()).failed == 0)
    #expect(rows(values, .duplicateKeys(["b", "a"])).failed == 0)
    #expect(values[.distinct("a")] == .count(Int(side)))
    let twice = try grade([batch, batch], [.duplicateRows()])
    #expect(rows(twice, .duplicateRows()).failed == batch.rowCount)
  }

  @Test func `many rows count as a set of strings would`() throws {
    var random = SeededRandom(seed: 5)
    let texts: [String?] = (0..<30_000).map { _ in String(Int.random(in: 0..<20_000, using: &random)) }
    let data = TestData(fields: [Field("c", reading: .fromText)], rows: texts.map { [.text($0 ?? "")] })
    let values = try grade(data.batches(sizes: [7_000]), [.distinct("c"), .duplicateRows(), .duplicateKeys(["c"])])
    let counts = Dictionary(texts.map { ($0 ?? "", 1) }, uniquingKeysWith: +)
    #expect(values[.distinct("c")] == .count(counts.count))
    #expect(rows(values, .duplicateRows()).failed == texts.count - counts.count)
    #expect(rows(values, .duplicateKeys(["c"])).failed == counts.values.filter { $0 > 1 }.reduce(0, +))
  }
}
