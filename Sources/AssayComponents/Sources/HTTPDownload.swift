internal import AssayColumns
internal import AssayEngine
internal import AssayFormats
internal import AssayHTTP
internal import AssayStore
internal import Dispatch
internal import Synchronization

/// Brings the body of an answer into a file, as it is. The file belongs to the run: it is written beside the old one and
/// takes its place when the run is published.
struct HTTPDownload: Sendable {
  /// The file as the pipeline file has it.
  let path: String
  let client: APIClient
  let request: HTTPRequest

  /// Downloads the file, and writes a row that tells of it.
  func run(into rows: SourceWriter, _ context: NodeContext) async throws {
    let shown = "the answer to " + client.mask.apply(to: "\(request.method.rawValue) \(request.url)")
    let target = context.run.path(path)
    try makeFolders(for: target, shown: path)
    let sink = DownloadSink(target, context.run.files)
    var request = request
    if request.headers["Accept-Encoding"] == nil { request.headers["Accept-Encoding"] = "identity" }
    // What is recorded or replayed is in memory.
    if !context.run.hasTape { request.target = BodyTarget(sink) }
    let exchange = try await client.send(request, expecting: Self.expectation(for: path))
    let response = exchange.response
    var size = response.written
    if context.run.hasTape, response.status != 204 {
      try await sink.begin()
      try await sink.write(response.body)
      size = response.body.count
    }
    guard let written = size, exchange.isFound else { throw RunFailure("\(shown) has no body to be downloaded") }
    try await sink.finish()
    let cells: [(name: String, cell: Cell)] = [
      ("path", .text(path)), ("bytes", .integer(Int64(written))), ("sha256", .text(sink.sha256)),
      ("content_type", response.headers.mediaType.map { .text($0) } ?? .null),
      ("url", .text(client.mask.apply(to: "\(response.finalURL)"))),
    ]
    try await rows.write(
      DecodedRows(names: cells.map(\.name), columns: cells.map { Column.cells([$0.cell]) }, rowCount: 1),
      reading: .own)
  }

  /// Anything but a web page, which says that something is wrong, unless a page is what is asked for.
  private static func expectation(for path: String) -> BodyExpectation {
    let name = path.lowercased()
    if [".html", ".htm", ".xhtml"].contains(where: name.hasSuffix) { return BodyExpectation(.any) }
    return BodyExpectation(.any) { response in
      response.headers.mediaType == "text/html"
        ? .fail(
          .data, reason: "answered an HTML page, not a file",
          hint: "check the URL and the api's auth; a page is downloaded to a name that ends in .html") : .accept
    }
  }
}

/// Writes a body to a staged file, on a queue of its own.
private final class DownloadSink: BodySink {
  private struct State {
    var file: StagedFile?
    var digest = RunningSHA256()
  }

  private let target: String
  private let files: RunFiles
  private let queue = DispatchQueue(label: "assay.download")
  private let state = Mutex(State())

  /// All of it goes into the file, as it was sent: what is named .gz is to be gzipped, and sums are to be those that
  /// others compute.
  var memoryLimit: Int { -1 }
  var takesRawBytes: Bool { true }

  init(_ target: String, _ files: RunFiles) {
    self.target = target
    self.files = files
  }

  func begin() async throws(TransportFailure) {
    // An earlier attempt's file is closed before its name is taken anew.
    state.withLock { $0 = State() }
    do {
      let file = try await files.begin(target)
      state.withLock { $0.file = file }
    } catch {
      throw Self.failure(error)
    }
  }

  func write(_ bytes: [UInt8]) async throws(TransportFailure) {
    do {
      try await onQueue { state in
        try state.file?.write(bytes)
        state.digest.update(bytes)
      }
    } catch {
      throw Self.failure(error)
    }
  }

  /// Syncs the file and hands it to the run.
  func finish() async throws {
    let files = files
    try await onQueue { state in
      if let file = try state.file?.finish() { files.complete(file) }
    }
  }

  /// Of all bytes.
  var sha256: String { state.withLock { $0.digest.hex } }

  private func onQueue(_ work: @escaping @Sendable (inout State) throws -> Void) async throws {
    try await withCheckedThrowingContinuation { continuation in
      queue.async { continuation.resume(with: Result { try self.state.withLock { try work(&$0) } }) }
    }
  }

  private static func failure(_ error: any Error) -> TransportFailure {
    TransportFailure(.client, "the file cannot be written: \(error)")
  }
}
