internal import AssayColumns
internal import AssayEngine
internal import AssayFormats
internal import Glibc
internal import Synchronization

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
      var isFirst = true
      let hasText = try await forEachPiece(of: file, context) {
        $0
      } deliver: { decoded in
        if hasHeader, isFirst {
          if let hint = delimiterHint(decoded.names) { context.warn("\(shown(file, context)): \(hint)") }
          try rows.requireDeclared(in: decoded.names)
        }
        isFirst = false
        try await rows.write(decoded, reading: format.reading)
      }
      // A file without rows is one of many, or a dataset without rows: the writer tells in the end.
      if !hasText { rows.noteEmpty("\(shown(file, context)): the file is empty") }
    }
  }

  /// What a file of one column whose name holds another usual delimiter is told: it reads well, and means something else.
  private func delimiterHint(_ names: [String]) -> String? {
    guard names.count == 1, let csv = format as? CSVFormat, csv.dialect.header else { return nil }
    let others: [(character: Character, written: String)] = [(";", ";"), ("\t", "\\t"), ("|", "|"), (",", ",")]
    return others.first { names[0].contains($0.character) && $0.character.asciiValue != csv.dialect.delimiter }.map {
      "the header is one column and holds '\($0.written)'; is that the delimiter? (delimiter: \"\($0.written)\")"
    }
  }

  /// Decodes a file's pieces and makes something of each on the workers; takes what was made in the order of the file.
  ///
  /// Returns false for a file that is empty.
  private func forEachPiece<Made: Sendable>(
    of file: String, _ context: NodeContext,
    make: @escaping @Sendable (DecodedRows) -> Made, deliver: (Made) async throws -> Void
  ) async throws -> Bool {
    let shown = shown(file, context)
    let reader = PieceReader(file, shown: shown, format: format, encoding: encoding)
    let format = format
    let workers = context.run.workers
    do {
      try await orderedWindow(
        width: workers.width + 1,
        next: { try await reader.next() },
        job: { piece in
          try await workers.run {
            do throws(FormatFault) { return make(try format.decode(piece)) } catch { throw error.failure(in: shown) }
          }
        },
        deliver: deliver)
      return true
    } catch is EmptyFile {
      return false
    }
  }

  /// A file's name for messages: one that the author wrote is named so.
  private func shown(_ file: String, _ context: NodeContext) -> String { file == context.run.path(path) ? path : file }

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
  ///
  /// A column that holds a text or a code is text, whatever else it holds, and is looked at no further.
  private func scanTypes(_ files: [String], _ rows: SourceWriter, _ context: NodeContext) async throws {
    var counts: [String: ClassCounts] = [:]
    let settled = Mutex(Set(rows.declaredTypes.keys))
    for file in files {
      _ = try await forEachPiece(of: file, context) { decoded in
        let settled = settled.withLock { $0 }
        return zip(decoded.names, decoded.columns).compactMap { name, column -> (String, ClassCounts)? in
          if settled.contains(name) { return nil }
          return (name, column.classCounts(under: Field(name, reading: .fromText)))
        }
      } deliver: { found in
        for (name, count) in found {
          counts[name, default: ClassCounts()].merge(count)
          if count[.text] + count[.code] > 0 { settled.withLock { _ = $0.insert(name) } }
        }
      }
    }
    rows.know(types: counts.compactMapValues(\.narrowestType))
  }
}
