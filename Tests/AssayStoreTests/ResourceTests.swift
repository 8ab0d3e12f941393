import AssayStore
import Testing

/// Resources that nodes of several runs share.
@Suite struct ResourceTests {
  let folder = TemporaryFolder()

  private func begin(_ store: Store, _ runs: String...) async throws {
    for run in runs {
      try await store.begin(
        RunRecord(id: run, pipeline: run, definitionSHA256: "", assayVersion: "1", logicalTime: .now))
    }
  }

  private func claim(_ run: String, _ node: String, _ uses: (String, Int)..., limit: Int = 2) -> ResourceClaim {
    ResourceClaim(run: run, node: node, uses: uses.map { ResourceClaim.Use($0.0, amount: $0.1, limit: limit) })
  }

  @Test func `what is used up is waited for, over two stores of one file`() async throws {
    let first = try await Store.open(folder.file("a.db"))
    let second = try await Store.open(folder.file("a.db"))
    try await begin(first, "r1", "r2", "r3")
    #expect(try await first.acquire(claim("r1", "a", ("w", 1))))
    #expect(try await second.acquire(claim("r2", "a", ("w", 1))))
    #expect(try await second.acquire(claim("r2", "a", ("w", 1))), "asked again it still holds")
    #expect(try await first.acquire(claim("r3", "a", ("w", 1))) == false)
    #expect(try await first.acquire(claim("r3", "b", ("v", 2))))
    #expect(
      try await first.resourceHolds().map { "\($0.run) \($0.node) \($0.resource) \($0.since != nil)" } == [
        "r1 a w true", "r2 a w true", "r3 a w false", "r3 b v true",
      ])
    try await second.release(run: "r2", node: "a")
    #expect(try await first.acquire(claim("r3", "a", ("w", 1))))
    await first.close()
    await second.close()
  }

  @Test func `claims are served in the order of asking, all of a claim or nothing`() async throws {
    let store = try await Store.open(folder.file("a.db"))
    try await begin(store, "r1", "r2", "r3", "r4")
    #expect(try await store.acquire(claim("r1", "a", ("w", 1))))
    #expect(try await store.acquire(claim("r2", "a", ("w", 2), ("v", 1))) == false)
    // There is one left of it, but an earlier claim waits for it.
    #expect(try await store.acquire(claim("r3", "a", ("w", 1))) == false)
    // Of the other resource the one that waits is reserved, and one is left.
    #expect(try await store.acquire(claim("r4", "a", ("v", 1))))
    #expect(try await store.acquire(claim("r4", "b", ("v", 1))) == false)
    try await store.release(run: "r1")
    #expect(try await store.acquire(claim("r3", "a", ("w", 1))) == false)
    #expect(try await store.acquire(claim("r2", "a", ("w", 2), ("v", 1))))
    #expect(try await store.acquire(claim("r3", "a", ("w", 1))) == false)
    try await store.release(run: "r2", node: "a")
    #expect(try await store.acquire(claim("r3", "a", ("w", 1))))
    #expect(try await store.acquire(claim("r4", "b", ("v", 1))))
    await store.close()
  }

  @Test func `what ended or dead runs hold is free`() async throws {
    let store = try await Store.open(folder.file("a.db"))
    let now = StoreTime.now
    try await begin(store, "r1", "r2", "r3")
    #expect(try await store.acquire(claim("r1", "a", ("w", 2))))
    #expect(try await store.acquire(claim("r2", "a", ("w", 1))) == false)
    #expect(try await store.acquire(claim("r3", "a", ("w", 2))) == false)
    try await store.finish("r1", RunResult(outcome: "failed", exitCode: 1))
    // The earlier one that waits has an end as well.
    try await store.finish("r2", RunResult(outcome: "interrupted", exitCode: 130))
    #expect(try await store.acquire(claim("r3", "a", ("w", 2))))
    #expect(try await store.resourceHolds(now: now.adding(.seconds(3600))) == [])
    await store.close()
  }
}
