import AssayDefinition
import AssayEngine
import AssayHTTP
import Glibc
import Testing

/// A pipeline that is run in a folder of its own.
final class TestRun {
  let folder: String

  init() {
    var template = Array("/tmp/assay-engine-XXXXXX".utf8CString)
    folder = mkdtemp(&template).map { String(cString: $0) } ?? "/tmp"
  }

  deinit {
    for name in ["store.db", "store.db-wal", "store.db-shm", "store.db-journal"] + written {
      unlink("\(folder)/\(name)")
    }
    rmdir(folder)
  }

  private var written: [String] { (1...40).map { "\($0).txt" } + ["report.json"] }

  /// The definition of a file; its faults are the test's.
  static func definition(_ text: String) throws -> PipelineDefinition {
    let result = PipelineDecoder(catalogue: testCatalogue, variables: Variables()).decode(text)
    let errors = result.diagnostics.filter { $0.severity == .error }
    return try #require(result.definition, "\(errors)")
  }

  func pipeline(
    _ text: String, storing: Bool = true, _ change: (inout RunOptions) -> Void = { _ in }
  ) throws -> PipelineRun {
    var options = RunOptions()
    options.directory = folder
    options.storePath = storing ? "\(folder)/store.db" : nil
    change(&options)
    return PipelineRun(
      try Self.definition(text), options: options, mask: SecretMask(), makeTransport: { NoTransport() })
  }

  /// Runs a pipeline to its end.
  func run(_ text: String, storing: Bool = true, _ change: (inout RunOptions) -> Void = { _ in }) async throws
    -> RunReport
  {
    try await pipeline(text, storing: storing, change).run()
  }

  /// The text of a file of the folder, or nil.
  func contents(_ name: String) -> String? {
    guard let file = fopen("\(folder)/\(name)", "r") else { return nil }
    defer { fclose(file) }
    var text: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = fread(&buffer, 1, buffer.count, file)
      if count == 0 { return String(decoding: text, as: UTF8.self) }
      text += buffer[..<count]
    }
  }
}
