import AssayFormats
import FoundationEssentials
import Glibc
import Testing

/// A small file system in memory, mounted for a test; nil where mounting is not permitted.
final class SmallDisk {
  let path: String

  init?(kilobytes: Int) {
    var template = Array((FileManager.default.temporaryDirectory.path + "/assay-disk-XXXXXX").utf8CString)
    guard let path = mkdtemp(&template).map({ String(cString: $0) }) else { return nil }
    self.path = path
    guard geteuid() == 0, mount("tmpfs", path, "tmpfs", 0, "size=\(kilobytes)k") == 0 else {
      rmdir(path)
      return nil
    }
  }

  deinit {
    umount2(path, Int32(MNT_DETACH))
    rmdir(path)
  }

  /// Frees space, as a person would.
  func grow(kilobytes: Int) -> Bool { mount("tmpfs", path, "tmpfs", UInt(MS_REMOUNT), "size=\(kilobytes)k") == 0 }

  func makeReadOnly() -> Bool { mount("tmpfs", path, "tmpfs", UInt(MS_REMOUNT | MS_RDONLY), nil) == 0 }

  static let isPermitted = SmallDisk(kilobytes: 64) != nil
}

@Suite(.enabled("mounting a small file system is not permitted here") { SmallDisk.isPermitted })
struct DiskTests {
  private func run(_ workspace: Workspace, _ disk: SmallDisk, rows: Int, _ outputs: String) async throws -> RunOutcome {
    let line = String(repeating: "x", count: 200)
    try workspace.write("id,t\n" + (0..<rows).map { "\($0),\(line)\n" }.joined(), to: "in.csv")
    return try await workspace.run(
      "sources: {s: {type: csv, path: in.csv}}\noutputs: [\(outputs)]", "--store", disk.path + "/a.db")
  }

  private func rows(_ workspace: Workspace, _ disk: SmallDisk) async throws -> [String] {
    // The disk may be too full, or read-only, for the files that a reader needs beside the database.
    for name in ["a.db", "a.db-wal"] {
      let bytes = FileManager.default.contents(atPath: disk.path + "/" + name) ?? Data()
      try bytes.write(to: URL(fileURLWithPath: workspace.file("copy" + name.dropFirst())))
    }
    return try await workspace.query("SELECT count(*) FROM t", in: "copy.db")
  }

  @Test func `a disk that fills ends the run with a clear error, and the old table stays`() async throws {
    let disk = try #require(SmallDisk(kilobytes: 6_000))
    let workspace = try Workspace()
    #expect(try await run(workspace, disk, rows: 10, "{type: sqlite, from: s, table: t}").code == 0)
    let full = try await run(workspace, disk, rows: 50_000, "{type: sqlite, from: s, table: t}")
    #expect(full.code == 3)
    #expect(full.errors.contains("no space is left"), "\(full.errors)")
    #expect(full.published == [false])
    #expect(try await rows(workspace, disk) == ["10"])
  }

  @Test func `after a full disk, a run publishes once there is space again`() async throws {
    let disk = try #require(SmallDisk(kilobytes: 8_000))
    let workspace = try Workspace()
    #expect(try await run(workspace, disk, rows: 10, "{type: sqlite, from: s, table: t}").code == 0)
    #expect(try await run(workspace, disk, rows: 50_000, "{type: sqlite, from: s, table: t}").code == 3)
    try #require(disk.grow(kilobytes: 64_000))
    let next = try await run(workspace, disk, rows: 20, "{type: sqlite, from: s, table: t}")
    #expect(next.code == 0, "\(next.errors)")
    #expect(try await rows(workspace, disk) == ["20"])
    #expect(try await workspace.query("SELECT name FROM sqlite_master WHERE name LIKE '%assay%'", in: "copy.db") == [])
    #expect(try await workspace.query("SELECT count(*) FROM runs WHERE outcome IS NULL", in: "copy.db") == ["0"])
  }

  @Test func `a full disk keeps the old file of an output`() async throws {
    let disk = try #require(SmallDisk(kilobytes: 2_000))
    let workspace = try Workspace()
    try Data("old".utf8).write(to: URL(fileURLWithPath: disk.path + "/out.csv"))
    try workspace.write(
      "id,t\n" + (0..<50_000).map { "\($0),\(String(repeating: "x", count: 200))\n" }.joined(), to: "in.csv")
    let run = try await workspace.run(
      "sources: {s: {type: csv, path: in.csv}}\noutputs: [{type: csv, from: s, path: \(disk.path)/out.csv}]")
    #expect(run.code == 3)
    #expect(run.errors.contains("no space is left"), "\(run.errors)")
    #expect(
      FileManager.default.contents(atPath: disk.path + "/out.csv").map { String(decoding: $0, as: UTF8.self) } == "old")
    #expect(try FileManager.default.contentsOfDirectory(atPath: disk.path) == ["out.csv"])
  }

  @Test func `a read-only store is said to be one`() async throws {
    let disk = try #require(SmallDisk(kilobytes: 6_000))
    let workspace = try Workspace()
    #expect(try await run(workspace, disk, rows: 10, "{type: sqlite, from: s, table: t}").code == 0)
    try #require(disk.makeReadOnly())
    let run = try await run(workspace, disk, rows: 20, "{type: sqlite, from: s, table: t}")
    #expect(run.code == 3)
    #expect(run.errors.contains(disk.path + "/a.db") && run.errors.contains("read-only"), "\(run.errors)")
    #expect(try await rows(workspace, disk) == ["10"])
  }

  @Test func `a store that is another program's file is refused, and left alone`() async throws {
    let workspace = try Workspace()
    try workspace.write("a\n1\n", to: "in.csv")
    try workspace.write("no database at all, but a text of some length that must survive", to: "a.db")
    let before = workspace.bytes("a.db")
    let run = try await workspace.run(
      "sources: {s: {type: csv, path: in.csv}}\noutputs: [{type: sqlite, from: s, table: t}]", "--store", "a.db")
    #expect(run.code == 3)
    #expect(run.errors.contains("a.db"), "\(run.errors)")
    #expect(workspace.bytes("a.db") == before)
  }
}
