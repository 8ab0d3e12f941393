import CAssay

/// Cuts delimited text behind rows, knowing what is quoted. Each byte is looked at once, however it is handed over.
struct CSVCutter: PieceCutter {
  private enum Stage {
    /// Before the byte order mark, if there is one.
    case mark
    /// In the first row that is not blank: it says how many columns there are, and what they are called.
    case firstRow
    case rows
  }

  private let dialect: CSVDialect
  private let pieceSize: Int
  private let rowLimit: Int
  private var stage = Stage.mark
  private var scan = assay_csv_rows(
    quoted: 0, held: 0, previous: UInt8(ascii: "\n"), ended: 0, lines: 0, rows: 0, blanks: 0)
  private var names: [String] = []
  /// The bytes since the last cut.
  private var pending: [UInt8] = []
  /// How many of them are blank lines before the first row.
  private var blankCount = 0
  private var place = CSVPlace(line: 1, byte: 0, record: 0)
  private var hasGivenPiece = false

  init(dialect: CSVDialect, pieceSize: Int, rowLimit: Int = CSVFormat.rowLimit) {
    self.dialect = dialect
    self.pieceSize = pieceSize
    self.rowLimit = rowLimit
  }

  mutating func push(_ bytes: [UInt8]) throws(FormatFault) -> [Piece] {
    var pieces: [Piece] = []
    if stage == .mark {
      pending.append(contentsOf: bytes)
      guard pending.count >= 3 || !byteOrderMark.starts(with: pending) else { return [] }
      let rest = pending
      pending = []
      try start(rest, &pieces)
    } else {
      try take(bytes[...], &pieces)
    }
    return pieces
  }

  mutating func finish() throws(FormatFault) -> [Piece] {
    var pieces: [Piece] = []
    if stage == .mark {
      let rest = pending
      pending = []
      try start(rest, &pieces)
    }
    if stage == .firstRow {
      try readFirstRow(isWhole: false)
      if names.isEmpty { throw .emptyDocument }
    }
    if !pending.isEmpty || !hasGivenPiece { pieces.append(cut()) }
    return pieces
  }

  private mutating func start(_ bytes: [UInt8], _ pieces: inout [Piece]) throws(FormatFault) {
    stage = .firstRow
    let hasMark = bytes.starts(with: byteOrderMark)
    if hasMark { place.byte = byteOrderMark.count }
    try take(bytes.dropFirst(hasMark ? byteOrderMark.count : 0), &pieces)
  }

  private mutating func take(_ bytes: ArraySlice<UInt8>, _ pieces: inout [Piece]) throws(FormatFault) {
    var rest = bytes
    while !rest.isEmpty {
      let wanted = stage == .firstRow ? 1 : pieceSize
      let end = rowEnd(in: rest, target: max(wanted - pending.count, 0))
      guard let end else {
        if pending.isEmpty, stage == .rows { pending.reserveCapacity(pieceSize + pieceSize / 8) }
        pending.append(contentsOf: rest)
        if pending.count > rowLimit { throw tooLong() }
        return
      }
      pending.append(contentsOf: rest.prefix(end))
      rest = rest.dropFirst(end)
      if stage == .firstRow {
        try readFirstRow(isWhole: true)
      } else {
        pieces.append(cut())
      }
    }
  }

  private mutating func rowEnd(in bytes: ArraySlice<UInt8>, target: Int) -> Int? {
    let end = bytes.withUnsafeBufferPointer { [dialect] bytes in
      assay_csv_row_end(&scan, bytes.baseAddress, bytes.count, target, dialect.delimiter, dialect.quoteCode)
    }
    return end == assay_csv_none() ? nil : end
  }

  /// Reads the names from the first row, once it is there. A blank one is passed over.
  private mutating func readFirstRow(isWhole: Bool) throws(FormatFault) {
    let isBlank = pending[blankCount...].allSatisfy { $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r") }
    if isBlank {
      // Without a header, blank lines are rows if there turns out to be one column.
      if dialect.header { skipPending() } else { blankCount = pending.count }
      return
    }
    let cells = try CSVPieceDecoder.firstRow(of: pending, dialect: dialect, place: place)
    if dialect.header {
      names = CSVNames.unique(cells)
      skipPending()
    } else {
      names = (1...max(cells.count, 1)).map { "column_\($0)" }
    }
    if isWhole { stage = .rows }
  }

  private mutating func skipPending() {
    place.byte += pending.count
    place.line = Int(scan.lines) + 1
    pending = []
    scan.rows = 0
    scan.blanks = 0
  }

  private mutating func cut() -> Piece {
    let piece = Piece.bytes(pending, header: names, line: place.line, byte: place.byte, record: place.record)
    place.byte += pending.count
    place.line = Int(scan.lines) + 1
    place.record = Int(scan.rows + (names.count == 1 ? scan.blanks : 0))
    pending = []
    hasGivenPiece = true
    return piece
  }

  private func tooLong() -> FormatFault {
    let fault = CSVPieceDecoder.unclosedQuote(in: pending, dialect: dialect, place: place)
    return fault
      ?? FormatFault(
        "a row is longer than \(rowLimit >> 20) MiB", byte: place.byte, line: place.line, record: place.record + 1)
  }
}

let byteOrderMark: [UInt8] = [0xEF, 0xBB, 0xBF]
