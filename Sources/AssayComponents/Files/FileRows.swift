internal import AssayColumns
internal import AssayEngine
internal import AssayFormats
internal import Glibc

/// Reads the files of a path into a source's rows: pieces are decoded concurrently and delivered in order.
struct FileRows {
  /// The path or pattern as the file has it.
  let path: String
  let format: any RowFormat
  let encoding: TextEncoding?

  func read(into rows: SourceWriter, _ context: NodeContext) async throws {
    let files = try FilePattern.files(path, context.run)
    let hasHeader = format.reading == .fromText && format is CSVFormat
    if hasHeader, rows.wantsTypes, files.allSatisfy(isPlain) { try await scanTypes(files, rows, context) }
    for file in files {
      do {
        try await read(file, files.count == 1 ? path : file, context) { decoded in
          if hasHeader { try rows.requireDeclared(in: decoded.names) }
          try await rows.write(decoded, reading: format.reading)
        }
      } catch let failure as EmptyFile {
        // An empty file is a dataset without rows, where the author says that this is fine.
        if rows.failsOnEmpty { throw RunFailure("\(failure.file): the file is empty") }
        context.warn("\(failure.file): the file is empty")
      }
    }
  }

  private func read(
    _ file: String, _ shown: String, _ context: NodeContext, deliver: (DecodedRows) async throws -> Void
  ) async throws {
    let reader = PieceReader(file, shown: shown, format: format, encoding: encoding)
    let format = format
    let workers = context.run.workers
    do {
      try await orderedWindow(
        width: workers.width + 1,
        next: { try await reader.next() },
        job: { piece in
          try await workers.run {
            do throws(FormatFault) { return try format.decode(piece) } catch { throw error.failure(in: shown) }
          }
        },
        deliver: deliver)
    } catch let failure as RunFailure where failure.message == FormatFault.emptyDocument.failure(in: shown).message {
      throw EmptyFile(file: shown)
    }
  }

  private struct EmptyFile: Error {
    var file: String
  }

  /// Whether a file can be read twice at little cost: a regular file that is not compressed.
  private func isPlain(_ file: String) -> Bool {
    var status = stat()
    guard stat(file, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return false }
    let descriptor = open(file, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return false }
    defer { close(descriptor) }
    var start = [UInt8](repeating: 0, count: 2)
    return Glibc.read(descriptor, &start, 2) < 2 || start != [0x1F, 0x8B]
  }

  /// Reads the files once for the classes of their cells, so that the rows then flow under their final types.
  private func scanTypes(_ files: [String], _ rows: SourceWriter, _ context: NodeContext) async throws {
    var counts: [String: ClassCounts] = [:]
    let declared = rows.declaredTypes
    for file in files {
      let reader = PieceReader(file, shown: files.count == 1 ? path : file, format: format, encoding: encoding)
      let format = format
      let workers = context.run.workers
      let shown = files.count == 1 ? path : file
      do {
        try await orderedWindow(
          width: workers.width + 1,
          next: { try await reader.next() },
          job: { piece in
            try await workers.run { () throws -> [(String, ClassCounts)] in
              let decoded: DecodedRows
              do throws(FormatFault) { decoded = try format.decode(piece) } catch { throw error.failure(in: shown) }
              return zip(decoded.names, decoded.columns).compactMap { name, column in
                if declared[name] != nil { return nil }
                return (name, column.classCounts(under: Field(name, reading: .fromText)))
              }
            }
          },
          deliver: { found in
            for (name, count) in found { counts[name, default: ClassCounts()].merge(count) }
          })
      } catch let failure as RunFailure where failure.message == FormatFault.emptyDocument.failure(in: shown).message {
        continue
      }
    }
    rows.know(types: counts.compactMapValues(\.narrowestType))
  }
}
