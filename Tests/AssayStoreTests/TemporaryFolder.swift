import AssayColumns
import AssayStore
import Glibc

/// A folder of a test's own, removed with it.
final class TemporaryFolder {
  let path: String

  init() {
    var template = Array("/tmp/assay-store-XXXXXX".utf8CString)
    path = mkdtemp(&template).map { String(cString: $0) } ?? "/tmp"
  }

  deinit { run("/bin/rm", "-rf", path) }

  func file(_ name: String) -> String { path + "/" + name }
}

/// A file of a folder, spelled from the folder in which the tests run.
func fromHere(_ folder: String, _ name: String) -> String {
  let here = getcwd(nil, 0)
  defer { free(here) }
  let depth = here.map { String(cString: $0).split(separator: "/").count } ?? 0
  return String(repeating: "../", count: depth) + folder.dropFirst() + "/" + name
}

/// Runs a program and waits for its exit code; -1 where it could not be started.
@discardableResult
func run(_ program: String, _ arguments: String...) -> Int32 {
  var process: pid_t = 0
  var words = ([program] + arguments).map { strdup($0) } + [nil]
  defer { for word in words { free(word) } }
  guard posix_spawn(&process, program, nil, nil, &words, nil) == 0 else { return -1 }
  var status: Int32 = 0
  while waitpid(process, &status, 0) < 0, errno == EINTR {}
  return status & 0x7F == 0 ? status >> 8 & 0xFF : -1
}

/// A process of this machine that has ended.
func deadProcess() -> ProcessIdentity {
  var process: pid_t = 0
  var words = [strdup("/bin/sleep"), strdup("100"), nil]
  defer { for word in words { free(word) } }
  guard posix_spawn(&process, "/bin/sleep", nil, nil, &words, nil) == 0 else { return .current }
  let identity = ProcessIdentity(pid: Int(process))
  kill(process, SIGKILL)
  var status: Int32 = 0
  while waitpid(process, &status, 0) < 0, errno == EINTR {}
  return identity
}

func contents(_ path: String) -> String? {
  guard let file = fopen(path, "r") else { return nil }
  defer { fclose(file) }
  var bytes = [UInt8](repeating: 0, count: 1 << 16)
  let count = fread(&bytes, 1, bytes.count, file)
  return String(decoding: bytes[..<count], as: UTF8.self)
}

func fileNames(_ folder: String) -> [String] {
  guard let directory = opendir(folder) else { return [] }
  defer { closedir(directory) }
  var names: [String] = []
  while let entry = readdir(directory) {
    let name = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
      String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    }
    if name != "." && name != ".." { names.append(name) }
  }
  return names.sorted()
}

/// A batch of columns given by their fields and cells.
func batch(_ columns: (Field, Column)..., firstRow: Int = 0) -> Batch {
  Batch(
    schema: DatasetSchema(columns.map(\.0)), columns: columns.map(\.1), rowCount: columns.first?.1.count ?? 0,
    firstRow: firstRow)
}

func people(_ rows: [(Int64, String?)]) -> Batch {
  batch(
    (Field("id", reading: .own, type: .integer), Column(.integers(rows.map(\.0)))),
    (Field("name", reading: .fromText, type: .text), .texts(rows.map(\.1))))
}

func run(_ id: String, pipeline: String = "p", process: ProcessIdentity = .current, lease: Duration = .seconds(60))
  -> RunRecord
{
  RunRecord(
    id: id, pipeline: pipeline, definitionSHA256: "0", process: process, assayVersion: "1", lease: lease)
}

extension RunResult {
  static let passed = RunResult(outcome: "passed", exitCode: 0)
}

extension Store {
  /// Stages batches of one dataset.
  func staged(_ batches: [Batch], run: String, in path: String? = nil) async throws -> Stage {
    let writer = try await stage(run: run, schema: batches[0].schema, in: path)
    for batch in batches { try await writer.append(batch) }
    return try await writer.finish()
  }

  /// Does a whole run with one table.
  func publishRun(
    _ id: String, _ batches: [Batch], to table: String, mode: PublishMode = .replace, in path: String? = nil
  ) async throws {
    try await begin(AssayStoreTests.run(id))
    let stage = try await staged(batches, run: id, in: path)
    let pending = try await publish(
      PublishPlan(run: id, tables: [TablePublish(stage, to: table, mode: mode)], files: [], result: .passed))
    if let first = pending.first { throw first }
  }
}

func failure(_ body: () async throws -> Void) async -> StoreFailure? {
  do {
    try await body()
    return nil
  } catch {
    return error as? StoreFailure
  }
}
