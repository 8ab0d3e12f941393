import AssayColumns
import AssayStore
import Glibc
import Testing

/// A small file system in memory, mounted for a test; nil where mounting is not permitted.
final class SmallDisk {
  let folder = TemporaryFolder()
  var path: String { folder.path + "/disk" }

  init?(kilobytes: Int) {
    mkdir(folder.path + "/disk", 0o755)
    guard geteuid() == 0, mount("tmpfs", folder.path + "/disk", "tmpfs", 0, "size=\(kilobytes)k") == 0 else {
      return nil
    }
  }

  deinit { umount2(path, Int32(MNT_DETACH)) }

  /// A program that another test starts at this moment may hold a copy of an open file for an instant.
  func makeReadOnly() -> Bool {
    for _ in 0..<5000 {
      if mount("tmpfs", path, "tmpfs", UInt(MS_REMOUNT | MS_RDONLY), nil) == 0 { return true }
      guard errno == EBUSY else { return false }
      usleep(1000)
    }
    return false
  }

  static var isPermitted: Bool { SmallDisk(kilobytes: 64) != nil }
}

@Suite(.enabled("mounting a small file system is not permitted here") { SmallDisk.isPermitted })
struct FullDiskTests {
  private func rows(_ count: Int) -> Batch {
    people((0..<count).map { (Int64($0), String(repeating: "x", count: 200)) })
  }

  @Test func `a disk that fills while staging ends in a clear error, and the published table stays`() async throws {
    let disk = try #require(SmallDisk(kilobytes: 3_000))
    let store = try await Store.open(disk.path + "/a.db")
    try await store.publishRun("r1", [people([(1, "Ann")])], to: "t")
    try await store.begin(run("r2"))
    let found = await failure {
      let writer = try await store.stage(run: "r2", schema: rows(1).schema)
      for _ in 0..<50 { try await writer.append(rows(2_000)) }
    }
    #expect(found?.code == .diskFull, "\(found.debugDescription)")
    #expect(found?.description.contains(store.path) == true)
    await store.close()
    #expect(try query(disk.path + "/a.db", "SELECT * FROM t") == ["1|Ann"])
  }

  @Test func `a disk that fills while publishing publishes nothing`() async throws {
    let disk = try #require(SmallDisk(kilobytes: 6_000))
    let store = try await Store.open(disk.path + "/a.db")
    try await store.publishRun("r1", [people([(-1, "Ann")])], to: "t")
    try await store.begin(run("r2"))
    let stage = try await store.staged([rows(8_000)], run: "r2")
    let found = await failure {
      _ = try await store.publish(
        PublishPlan(run: "r2", tables: [TablePublish(stage, to: "t", mode: .append)], files: [], result: .passed))
      _ = try await store.staged([rows(12_000)], run: "r2")
    }
    #expect(found?.code == .diskFull, "\(found.debugDescription)")
    #expect(["1", "8001"].contains(try query(store.path, "SELECT count(*) FROM t").first))
    await store.close()
  }

  @Test func `a disk without any room does not open a store`() async throws {
    let disk = try #require(SmallDisk(kilobytes: 16))
    #expect(await failure { _ = try await Store.open(disk.path + "/a.db") }?.code == .diskFull)
  }

  @Test func `a file output on a full disk fails clearly`() async throws {
    let disk = try #require(SmallDisk(kilobytes: 512))
    let found = await failure {
      let file = try StagedFile(target: disk.path + "/out.csv", run: "r")
      for _ in 0..<20 { try file.write([UInt8](repeating: 65, count: 100_000)) }
      _ = try file.finish()
    }
    #expect(found?.code == .diskFull)
    #expect(found?.subject == disk.path + "/out.csv")
  }

  @Test func `kept rows on a full disk fail clearly`() async throws {
    let disk = try #require(SmallDisk(kilobytes: 512))
    let kept = KeptRows(memory: 0, folder: disk.path)
    #expect(await failure { for _ in 0..<20 { try kept.append(rows(1_000)) } }?.code == .diskFull)
  }

  @Test func `a read-only file system is told apart`() async throws {
    let disk = try #require(SmallDisk(kilobytes: 4_000))
    await (try Store.open(disk.path + "/a.db")).close()
    try #require(disk.makeReadOnly())
    let found = await failure { _ = try await Store.open(disk.path + "/a.db") }
    #expect(found?.code == .readOnly)
    #expect(found?.description.contains("--store") == true)
    #expect(await failure { _ = try await Store.open(disk.path + "/new.db") }?.code == .readOnly)
    #expect(await failure { _ = try StagedFile(target: disk.path + "/out.csv", run: "r") }?.code == .readOnly)
  }
}
