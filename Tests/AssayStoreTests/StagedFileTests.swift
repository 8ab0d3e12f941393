import AssayStore
import Glibc
import Testing

@Suite struct StagedFileTests {
  let folder = TemporaryFolder()

  /// All bytes that a descriptor gives.
  private func read(_ descriptor: Int32) -> [UInt8] {
    var found: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 4_096)
    while true {
      let count = Glibc.read(descriptor, &buffer, buffer.count)
      if count <= 0 { return found }
      found += buffer[..<count]
    }
  }

  @Test(arguments: [10, 1_000_000])
  func `a file is written anew under its one name`(size: Int) throws {
    let file = try StagedFile(target: folder.file("out.csv"), run: "r1")
    let old = (0..<size).map { UInt8(truncatingIfNeeded: $0) }
    try file.write(old)
    try file.rewrite { descriptor in
      #expect(fileNames(folder.path) == [".out.csv.assay-r1.tmp"])
      let found = read(descriptor)
      #expect(found == old)
      try file.write(Array("new\n".utf8))
      try file.write(Array(found.prefix(3)))
    }
    #expect(file.byteCount == 7)
    try file.finish().publish()
    #expect(contents(folder.file("out.csv")) == "new\n\u{0}\u{1}\u{2}")
    #expect(fileNames(folder.path) == ["out.csv"])
  }

  @Test func `a process that dies while it writes a file anew leaves none`() async throws {
    let store = try await Store.open(folder.file("a.db"))
    try await store.begin(run("r1", process: deadProcess()))
    let file = try await store.stageFile(target: folder.file("out.csv"), run: "r1")
    try file.write([65])
    struct Stop: Error {}
    #expect(throws: Stop.self) { try file.rewrite { _ in throw Stop() } }
    await store.close()
    #expect(fileNames(folder.path).contains(".out.csv.assay-r1.tmp"))
    await (try Store.open(folder.file("a.db"))).close()
    #expect(!fileNames(folder.path).contains { $0.contains("out.csv") })
  }

  @Test func `a file that cannot be made anew is not published`() throws {
    let file = try StagedFile(target: folder.file("out.csv"), run: "r1")
    try file.write([65])
    unlink(file.temporary)
    let found = #expect(throws: StoreFailure.self) { try file.rewrite { _ in } }
    #expect(found?.subject == folder.file("out.csv"))
    #expect(throws: StoreFailure.self) {
      let other = try StagedFile(target: folder.file("b.csv"), run: "r1")
      try other.rewrite { _ in
        unlink(other.temporary)
        run("/bin/mkdir", other.temporary)
      }
      try other.rewrite { _ in }
    }
  }

  @Test func `a file that is slow to open holds up its own store alone`() async throws {
    // More files than there are threads for tasks: pipes, which open once somebody reads them.
    let count = sysconf(Int32(_SC_NPROCESSORS_ONLN)) + 1
    let targets = (0..<count).map { folder.file("out\($0)") }
    let pipes = targets.map { StagedFile.temporaryName(for: $0, run: "r1") }
    var stores: [Store] = []
    for (number, pipe) in pipes.enumerated() {
      stores.append(try await Store.open(folder.file("\(number).db")))
      try #require(mkfifo(pipe, 0o600) == 0)
    }
    let idle = try await Store.open(folder.file("idle.db"))
    let readers = try await withThrowingTaskGroup(of: [Int32].self) { group in
      for (target, store) in zip(targets, stores) {
        group.addTask {
          _ = try await store.stageFile(target: target, run: "r1")
          return []
        }
      }
      group.addTask {
        // Time for all of them to start, taken as turns of a store that has nothing to do with pipes.
        for _ in 0..<200 { _ = try await idle.runs() }
        return pipes.map { open($0, O_RDONLY | O_NONBLOCK) }
      }
      return try await group.reduce(into: []) { $0 += $1 }
    }
    for store in stores + [idle] { await store.close() }
    for reader in readers { close(reader) }
    #expect(readers.count == count && readers.allSatisfy { $0 >= 0 })
  }
}
