internal import AssayEngine
package import AssayFormats
internal import Dispatch
internal import Glibc

/// Reads a file and cuts it into pieces, ahead of nobody: each call reads until there are pieces.
///
/// Reading blocks, so it has a queue of its own. Of gzip, no more is inflated at once than one output of the inflater.
// `@unchecked Sendable`, since the compiler cannot see that all of the state is touched on `queue` alone.
package final class PieceReader: @unchecked Sendable {
  private let queue = DispatchQueue(label: "assay.file")
  private let file: String
  private let shown: String
  private let format: any RowFormat
  private let encoding: TextEncoding?
  private var descriptor: Int32 = -1
  private var cutter: any PieceCutter
  private var inflater: GzipInflater?
  private var decoding: TextDecoding?
  private var hasStarted = false
  /// Whether all bytes of the file are read; what they inflate to may still be to come.
  private var isRead = false
  private var hasEnded = false
  private var ready: [Piece] = []

  /// How many bytes are read at once.
  private static let chunk = 1 << 20

  /// - Parameter shown: The file's name for messages.
  package init(_ file: String, shown: String, format: any RowFormat, encoding: TextEncoding?) {
    self.file = file
    self.shown = shown
    self.format = format
    self.encoding = encoding
    cutter = format.makeCutter()
  }

  deinit {
    if descriptor >= 0 { close(descriptor) }
  }

  /// The next piece, or nil at the end of the file. Throws `EmptyFile` for a file that holds nothing.
  package func next() async throws -> Piece? {
    try await withCheckedThrowingContinuation { continuation in
      queue.async { continuation.resume(with: Result { try self.nextPiece() }) }
    }
  }

  private func nextPiece() throws -> Piece? {
    do {
      while ready.isEmpty, !hasEnded { try readMore() }
    } catch let fault as FormatFault {
      if fault.isEmptyDocument { throw EmptyFile() }
      throw fault.failure(in: shown)
    }
    return ready.isEmpty ? nil : ready.removeFirst()
  }

  private func readMore() throws {
    if descriptor < 0 {
      descriptor = open(file, O_RDONLY | O_CLOEXEC)
      guard descriptor >= 0 else { throw RunFailure("'\(shown)' cannot be opened: \(errorText(errno))") }
    }
    if let text = try inflater?.next() { return try push(text) }
    if isRead { return try finish() }
    let bytes = try read()
    if !hasStarted {
      hasStarted = true
      if GzipInflater.isGzip(bytes) { inflater = GzipInflater() }
      if let encoding { decoding = TextDecoding(encoding) }
    }
    if bytes.isEmpty {
      isRead = true
      inflater?.finish()
    } else if inflater != nil {
      inflater?.push(bytes)
    } else {
      try push(bytes)
    }
  }

  private func finish() throws {
    hasEnded = true
    if let rest = try decoding?.finish() { ready += try cutter.push(rest) }
    ready += try cutter.finish()
  }

  private func push(_ bytes: [UInt8]) throws {
    let text = try decoding?.push(bytes) ?? bytes
    if !text.isEmpty { ready += try cutter.push(text) }
  }

  private func read() throws -> [UInt8] {
    var failure: Int32 = 0
    let bytes = [UInt8](unsafeUninitializedCapacity: Self.chunk) { buffer, filled in
      var count: Int
      repeat { count = Glibc.read(descriptor, buffer.baseAddress, Self.chunk) } while count < 0 && errno == EINTR
      if count < 0 { failure = errno }
      filled = max(0, count)
    }
    if failure != 0 { throw RunFailure("'\(shown)' cannot be read: \(errorText(failure))") }
    return bytes
  }
}

/// A file that holds nothing, or nothing but blanks.
package struct EmptyFile: Error {}

extension FormatFault {
  /// The fault as the reason why a run broke: `orders.csv:12: …`.
  func failure(in file: String) -> RunFailure {
    let line = line.map { ":\($0)" } ?? ""
    let place =
      line.isEmpty
      ? record.map { " (record \($0))" } ?? byte.map { " (byte \($0))" } ?? "" : record.map { " (row \($0))" } ?? ""
    return RunFailure("\(file)\(line): \(message)\(place)")
  }
}
