import AssayColumns
import AssayDefinition
import AssayEngine
import AssayHTTP
import AssayTestSupport
import Testing

@Suite(.timeLimit(.minutes(1))) struct LookupStageTests {
  struct Trouble: Error, CustomStringConvertible { var description: String { "no answer" } }

  /// A provider that notes what it is asked, and answers by a function of the tests' own.
  struct Asking: Lookup {
    var inputs: [Template]
    var carried: [Template] = []
    var answerColumns = [LookupColumn("answer", type: .text)]
    var keysPerRequest = 1
    var settings = LookupSettings()
    var onError: OnLookupError {
      get { settings.onError }
      set { settings.onError = newValue }
    }
    let asked = Shared([[String]]())
    var provider: String?
    var answer: @Sendable ([LookupKey]) throws -> [LookupAnswer] = { keys in
      keys.map { LookupAnswer(.ok, cells: [.text("<" + $0.parts.joined(separator: "|") + ">")]) }
    }

    /// What a request waits for before its answer.
    var wait: @Sendable ([LookupKey]) async throws -> Void = { _ in }

    init(_ templates: String...) throws { inputs = try templates.map { try Template($0) } }

    func ask(_ keys: [LookupKey], _ context: NodeContext) async throws -> [LookupAnswer] {
      asked.change { $0.append(keys.map { $0.parts.joined(separator: "|") }) }
      await someTurns(keys[0].parts[0].utf8.reduce(0) { $0 + Int($1) } % 17)
      try await wait(keys)
      return try answer(keys)
    }
  }

  struct Ran {
    var rows: [[String?]] = []
    var schema: DatasetSchema?
    var error: (any Error)?
    var warnings: [String] = []
    var firstRows: [Int] = []
    var summary: EnrichmentSummary?
  }

  /// Runs the look-up over batches of `id` and `place`, each with its row's number as id.
  func run(
    _ lookup: any Lookup, fallbacks: [any Lookup] = [], _ places: [[String?]], names: [String] = ["id", "place"]
  ) async -> Ran {
    let context = NodeContext(name: "geo", run: testContext(), counters: NodeCounters())
    let schema = DatasetSchema(names.map { Field($0, reading: .own) })
    let (input, output) = (DatasetLog(dataset: "in", readers: 1), DatasetLog(dataset: "geo", readers: 1))
    let stage = LookupStage(name: "geo", lookup: lookup, fallbacks: fallbacks, context: context)
    let writing = Task {
      var row = 0
      for part in places {
        let ids = Column(.integers((row..<(row + part.count)).map { Int64($0) }))
        try await input.write(Batch(schema: schema, columns: [ids, .texts(part)], rowCount: part.count, firstRow: row))
        row += part.count
      }
      input.finish(schema)
    }
    let staging = Task {
      do { try await stage.run(DatasetReader(input, index: 0), output) } catch {
        output.fail()
        throw error
      }
    }
    var ran = Ran()
    let reader = DatasetReader(output, index: 0)
    do {
      while let batch = try await reader.next() {
        ran.firstRows.append(batch.firstRow)
        for row in 0..<batch.rowCount { ran.rows.append(batch.columns.map { $0[row].text }) }
      }
      ran.schema = reader.finalSchema
    } catch {}
    if case .failure(let error) = await staging.result { ran.error = error }
    _ = await writing.result
    ran.warnings = context.counters.values.warnings
    ran.summary = context.counters.values.enrichment
    return ran
  }

  @Test func `each key is asked for once, in all batches together, and rows keep their order`() async throws {
    var random = SeededRandom(seed: 4)
    let places = (0..<60).map { _ in (0..<7).map { _ in Optional(" Town  \(random.next(below: 25)) ") } }
    let lookup = try Asking("{place}")
    let ran = await run(lookup, places)
    #expect(ran.error == nil)
    let asked = lookup.asked.value.flatMap { $0 }
    #expect(asked.count == Set(asked).count)
    #expect(Set(asked) == Set(places.joined().map { collapsed($0 ?? "") }))
    #expect(ran.rows.map { $0[0] } == (0..<420).map { String($0) })
    #expect(ran.rows.map { $0[2] } == places.joined().map { "<\(collapsed($0 ?? ""))>" })
    #expect(ran.rows.allSatisfy { $0[3] == "ok" })
    #expect(ran.firstRows == (0..<60).map { $0 * 7 })
    #expect(ran.schema?.names == ["id", "place", "answer", "geo_status"])
  }

  @Test(arguments: [1, 2, 3, 100])
  func `a request holds as many keys as the provider takes`(width: Int) async throws {
    var lookup = try Asking("{place}")
    lookup.keysPerRequest = width
    let ran = await run(lookup, [(0..<10).map { "p\($0)" }])
    #expect(lookup.asked.value.map(\.count).max() == min(width, 10))
    #expect(lookup.asked.value.count == (10 + width - 1) / width)
    #expect(ran.rows.map { $0[2] } == (0..<10).map { "<p\($0)>" })
  }

  @Test func `rows without inputs are skipped, and nothing is asked for them`() async throws {
    let lookup = try Asking("{place}")
    let ran = await run(lookup, [[nil, "", "  ", "x"], [nil]])
    #expect(ran.rows.map { $0[3] } == ["skipped", "skipped", "skipped", "ok", "skipped"])
    #expect(ran.rows.map { $0[2] } == [nil, nil, nil, "<x>", nil])
    #expect(lookup.asked.value == [["x"]])
    let optional = try Asking("{id}", "{place?}{nothing?}")
    #expect(await run(optional, [[nil, "a"]]).rows.map { $0[2] } == ["<0|>", "<1|a>"])
  }

  @Test func `the first key that breaks ends the requests of all others`() async throws {
    var lookup = try Asking("{place}")
    lookup.answer = { _ in throw Trouble() }
    // Whoever is not ended waits longer than the test may take.
    lookup.wait = { keys in if keys[0].parts[0] != "p1" { try await Task.sleep(for: .seconds(3600)) } }
    let ran = await run(lookup, [(0..<50).map { "p\($0)" }, (50..<99).map { "p\($0)" }])
    #expect(ran.error is Trouble)
    #expect(ran.rows.isEmpty)
  }

  @Test func `a dataset without rows gets the columns all the same`() async throws {
    let ran = await run(try Asking("{place}"), [])
    #expect(ran.error == nil)
    #expect(ran.schema?.names == ["id", "place", "answer", "geo_status"])
  }

  @Test func `a request that breaks ends the run where errors fail`() async throws {
    var lookup = try Asking("{place}")
    lookup.answer = { keys in
      if keys[0].parts == ["bad"] { throw Trouble() }
      return keys.map { _ in LookupAnswer(.ok, cells: [.null]) }
    }
    let ran = await run(lookup, [["a", "bad"], ["bad", "c"], ["bad"]])
    #expect(ran.error is Trouble)
    #expect(ran.schema == nil)
  }

  @Test func `a request that breaks leaves nulls where errors are null, and is asked once`() async throws {
    var lookup = try Asking("{place}")
    lookup.onError = .null
    lookup.answer = { keys in
      if keys[0].parts == ["bad"] { throw Trouble() }
      return keys.map {
        LookupAnswer($0.parts == ["none"] ? .notFound : .ok, cells: [$0.parts == ["none"] ? .null : .text("y")])
      }
    }
    let ran = await run(lookup, [["a", "bad"], ["bad", "none"], ["bad"]])
    #expect(ran.error == nil)
    #expect(ran.rows.map { $0[3] } == ["ok", "error", "error", "not_found", "error"])
    #expect(ran.rows.map { $0[2] } == ["y", nil, nil, nil, nil])
    #expect(ran.warnings == ["the look-up of 'bad' broke: no answer"])
    #expect(lookup.asked.value.count { $0 == ["bad"] } == 1)
  }

  @Test(arguments: [OnLookupError.fail, .null])
  func `a request that is wrong in itself ends the run in any case`(onError: OnLookupError) async throws {
    var lookup = try Asking("{place}")
    lookup.onError = onError
    lookup.answer = { _ in
      throw HTTPFailure(
        kind: .config, method: .get, url: "http://h/", message: "answered 401 Unauthorized", attempts: 1)
    }
    #expect((await run(lookup, [["a", "b"], ["c"]]).error as? HTTPFailure)?.kind == .config)
  }

  @Test func `an answer for each key is asked of the provider`() async throws {
    var lookup = try Asking("{place}")
    lookup.keysPerRequest = 3
    lookup.answer = { keys in keys.dropFirst().map { _ in LookupAnswer(.ok, cells: [.null]) } }
    let ran = await run(lookup, [["a", "b", "c"]])
    #expect((ran.error as? RunFailure)?.message == "step 'geo': 2 answers for 3 keys, or answers of another width")
  }

  @Test func `a batch that breaks before it asks leaves no other waiting for its keys`() async throws {
    struct Clientless: Lookup {
      var inputs: [Template]
      let answerColumns = [LookupColumn("answer")]
      func client(_ context: NodeContext) throws -> APIClient? { throw Trouble() }
      func ask(_ keys: [LookupKey], _ context: NodeContext) async -> [LookupAnswer] { [] }
    }
    // Whether the next batch gets as far as to wait is chance.
    for _ in 0..<500 {
      let ran = await run(Clientless(inputs: [try Template("{place}")]), (0..<8).map { _ in ["a"] })
      #expect(ran.error is Trouble)
    }
  }

  static let clashes = [["id", "geo_status"], ["id", "answer"]]

  @Test(arguments: clashes)
  func `a column that the rows have already is not added again`(names: [String]) async throws {
    let ran = await run(try Asking("{id}"), [["a"]], names: names)
    let message = (ran.error as? RunFailure)?.message ?? ""
    #expect(message.hasPrefix("step 'geo' adds a column '\(names[1])', but its rows have one of that name already"))
  }

  @Test func `a template that names no column of the rows says so`() async throws {
    let ran = await run(try Asking("{plcae}"), [["a"]])
    #expect(
      (ran.error as? RunFailure)?.message
        == "the template \"{plcae}\" names a column 'plcae' that the rows do not have; did you mean 'place'?")
  }

  @Test func `carried inputs take no part in the key`() async throws {
    struct Rates: Lookup {
      var inputs: [Template]
      var carried: [Template]
      let answerColumns = [LookupColumn("rate")]
      let addedColumns = [LookupColumn("sum"), LookupColumn("twice")]
      let asked = Shared(0)
      func ask(_ keys: [LookupKey], _ context: NodeContext) async -> [LookupAnswer] {
        asked.change { $0 += keys.count }
        return keys.map { _ in LookupAnswer(.ok, cells: [.integer(2)]) }
      }
      func cells(_ answer: LookupAnswer, carried: [String?]) -> [Cell] {
        [.text(carried[0] ?? "none"), .text("\(answer.cells[0].text ?? "")\(carried[0] ?? "")")]
      }
    }
    let rates = Rates(inputs: [try Template("{place}")], carried: [try Template("{id}")])
    let ran = await run(rates, [["EUR", "EUR", nil], ["EUR"]])
    #expect(rates.asked.value == 1)
    #expect(ran.rows.map { $0[2] } == ["0", "1", nil, "3"])
    #expect(ran.rows.map { $0[3] } == ["20", "21", nil, "23"])
    #expect(ran.rows.map { $0[4] } == ["ok", "ok", "skipped", "ok"])
  }
}
