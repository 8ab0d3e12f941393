import AssayColumns
import AssayDefinition
import AssayEngine
import AssayTestSupport
import Testing

extension LookupStageTests {
  @Test func `keys are gathered over batches until a request is full`() async throws {
    var lookup = try Asking("{place}")
    lookup.keysPerRequest = 5
    let places = (0..<6).map { batch in (0..<2).map { Optional("p\(batch * 2 + $0)") } }
    let ran = await run(lookup, places)
    #expect(
      Set(lookup.asked.value) == [["p0", "p1", "p2", "p3", "p4"], ["p5", "p6", "p7", "p8", "p9"], ["p10", "p11"]])
    #expect(ran.rows.map { $0[2] } == (0..<12).map { "<p\($0)>" })
  }

  @Test func `keys do not wait for more than sixteen batches`() async throws {
    var lookup = try Asking("{place}")
    lookup.keysPerRequest = 1000
    let ran = await run(lookup, (0..<40).map { ["p\($0)"] })
    #expect(lookup.asked.value.map(\.count) == [16, 16, 8])
    #expect(ran.rows.count == 40 && ran.error == nil)
  }

  @Test func `a provider may divide gathered keys as it likes, and may not lose any`() async throws {
    struct Dividing: Lookup {
      let inputs: [Template]
      let answerColumns = [LookupColumn("answer")]
      let keysGathered = 100
      let asked = Shared([[String]]())
      var loses = false
      func requests(for keys: [LookupKey]) -> [[LookupKey]] {
        let groups = Dictionary(grouping: keys) { $0.parts[0].prefix(1) }
        return groups.sorted { $0.key < $1.key }.map { loses ? Array($0.value.dropFirst()) : $0.value.reversed() }
      }
      func ask(_ keys: [LookupKey], _ context: NodeContext) async -> [LookupAnswer] {
        asked.change { $0.append(keys.map { $0.parts[0] }) }
        return keys.map { LookupAnswer(.ok, cells: [.text("<\($0.parts[0])>")]) }
      }
    }
    var lookup = Dividing(inputs: [try Template("{place}")])
    let ran = await run(lookup, [["b1", "a1"], ["a2", "b2"]])
    #expect(Set(lookup.asked.value) == [["a2", "a1"], ["b2", "b1"]])
    #expect(ran.rows.map { $0[2] } == ["<b1>", "<a1>", "<a2>", "<b2>"])
    lookup.loses = true
    let lost = await run(lookup, [["b1", "a1"], ["a2", "b2"]])
    #expect("\(lost.error.map { "\($0)" } ?? "")".contains("divides 4 keys into requests for others"))
  }

  @Test func `each further provider is asked only for what those before it have not found`() async throws {
    func provider(_ name: String, width: Int, _ status: @escaping @Sendable (Int) -> LookupStatus) throws -> Asking {
      var lookup = try Asking("{place}")
      lookup.provider = name
      lookup.keysPerRequest = width
      lookup.settings.provenance = [.provider]
      lookup.answer = { keys in
        keys.map { key in
          let found = status(Int(key.parts[0]) ?? 0)
          return LookupAnswer(found, cells: [found == .ok ? .text("\(name) \(key.parts[0])") : .null])
        }
      }
      return lookup
    }
    let first = try provider("one", width: 4) { $0 % 3 == 0 ? .ok : $0 % 3 == 1 ? .notFound : .ambiguous }
    let second = try provider("two", width: 3) { $0 % 2 == 0 ? .ok : .notFound }
    let places = (0..<30).map { batch in (0..<4).map { Optional(String((batch + $0) % 24)) } }
    let ran = await run(first, fallbacks: [second], places)
    #expect(ran.error == nil)
    let asked = second.asked.value.flatMap { $0 }.compactMap { Int($0) }
    #expect(asked.sorted() == (0..<24).filter { $0 % 3 != 0 })
    let expected = places.joined().compactMap { $0.flatMap { Int($0) } }.map { key -> [String?] in
      switch (key % 3, key % 2) {
      case (0, _): ["one \(key)", "ok", "one"]
      case (_, 0): ["two \(key)", "ok", "two"]
      case (1, _): [nil, "not_found", "two"]
      // What fits several places is more than what is not there.
      default: [nil, "ambiguous", "one"]
      }
    }
    #expect(ran.rows.map { Array($0[2...]) } == expected)
    let summary = try #require(ran.summary)
    #expect(summary.rows == 120 && summary.keys == 24)
    #expect(summary.found + summary.notFound + summary.ambiguous == 24)
    #expect(summary.providers.map(\.keys) == [24, 16])
    #expect(summary.providers.map(\.found) == [8, 8])
  }

  @Test(arguments: [OnLookupError.fail, .null])
  func `a provider that breaks is followed by the next where errors are null`(onError: OnLookupError) async throws {
    var (first, second) = (try Asking("{place}"), try Asking("{place}"))
    first.onError = onError
    second.onError = onError
    first.answer = { keys in
      if keys[0].parts == ["bad"] { throw Trouble() }
      return keys.map { _ in LookupAnswer(.ok, cells: [.text("one")]) }
    }
    let ran = await run(first, fallbacks: [second], [["a", "bad"], ["bad"]])
    switch onError {
    case .fail: #expect(ran.error is Trouble)
    case .null:
      #expect(ran.rows.map { $0[2] } == ["one", "<bad>", "<bad>"])
      #expect(ran.rows.map { $0[3] } == ["ok", "ok", "ok"])
      #expect(ran.warnings == [])
    }
  }

  @Test func `keys are read ahead of the rows, so that two look-ups ask at the same time`() async throws {
    let context = NodeContext(name: "geo", run: testContext(), counters: NodeCounters())
    let (both, later) = (Shared(Set<String>()), Shared(0))
    func asking(_ name: String) throws -> Asking {
      var lookup = try Asking("{place}")
      lookup.answerColumns = [LookupColumn(name)]
      // Neither goes on before both have asked.
      lookup.wait = { _ in
        both.change { _ = $0.insert(name) }
        while both.value.count < 2 { await Task.yield() }
        later.change { $0 += 1 }
      }
      return lookup
    }
    let schema = DatasetSchema([Field("place", reading: .own)])
    let (input, middle) = (DatasetLog(dataset: "in", readers: 2), DatasetLog(dataset: "one", readers: 1))
    let output = DatasetLog(dataset: "two", readers: 1)
    let (one, two) = (
      LookupStage(name: "one", lookup: try asking("first"), context: context),
      LookupStage(name: "two", lookup: try asking("second"), context: context)
    )
    try await input.write(Batch(schema: schema, columns: [.texts(["a", "b", "a"])], rowCount: 3))
    input.finish(schema)
    async let first: Void = one.run(DatasetReader(input, index: 0), middle)
    async let second: Void = two.run(
      DatasetReader(middle, index: 0), keysFrom: DatasetReader(input, index: 1), output)
    let reader = DatasetReader(output, index: 0)
    let batch = try #require(try await reader.next())
    try await first
    try await second
    #expect(batch.schema.names == ["place", "first", "one_status", "second", "two_status"])
    #expect(batch.columns.map { $0[2].text } == ["a", "<a>", "ok", "<a>", "ok"])
    #expect(later.value == 4)
  }
}
