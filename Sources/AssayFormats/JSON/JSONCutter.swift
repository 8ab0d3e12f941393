/// Cuts a JSON document into pieces of whole records as its bytes come in.
///
/// What is around the records is checked here, what is inside of them by the decoder. Commas between records become
/// spaces in the pieces, so that a piece is a run of values separated by white space, whatever it was cut from.
struct JSONCutter: PieceCutter {
  private enum Phase: Sendable {
    /// The first bytes, which may be a byte order mark.
    case start
    case outline
    /// Inside the list of records: a record or the list's end may come, or only a record, or only a comma or the end.
    case listStart, listElement, listComma
    /// Between the values of JSON Lines.
    case lines
    case record(JSONRecordScan)
  }

  private let format: JSONFormat
  private var outline: JSONOutline
  private var phase = Phase.start
  /// Whether records are elements of a list; else the value at the path's end is the one record.
  private var isInList = false
  /// Whether the value at the path's end is no list, though only some elements of one are asked for.
  private var isInsteadOfList = false
  private var insteadOfList: [UInt8]?
  /// Where the elements of the list of records begin in the document, and where they end.
  private var listStart = 0
  private(set) var listBytes: Range<Int>?
  private var mark: [UInt8] = []
  private var piece: [UInt8] = []
  private var expectedBytes = 0
  /// Where in the piece the current record begins.
  private var recordStart = 0
  private var pieceLine = 1
  private var pieceByte = 0
  private var pieceRecord = 0
  private var records = 0
  /// How many bytes and line feeds came before the current bytes.
  private var byte = 0
  private var line = 1
  /// Up to where the line feeds of the current bytes are counted.
  private var counted = 0

  init(format: JSONFormat) {
    self.format = format
    outline = JSONOutline(names: format.streamNames ?? [], tokenLimit: format.documentLimit)
  }

  mutating func push(_ bytes: [UInt8]) throws(FormatFault) -> [Piece] {
    guard case .start = phase else { return try scan(bytes) }
    mark += bytes
    let order: [UInt8] = [0xEF, 0xBB, 0xBF]
    // Fewer than three bytes may yet become a byte order mark.
    if mark.count < 3, order.starts(with: mark) { return [] }
    return try begin(order)
  }

  private mutating func begin(_ order: [UInt8]) throws(FormatFault) -> [Piece] {
    phase = format.lines ? .lines : .outline
    var bytes = mark
    mark = []
    if bytes.starts(with: order) {
      bytes.removeFirst(3)
      byte = 3
    }
    return try scan(bytes)
  }

  mutating func finish() throws(FormatFault) -> [Piece] {
    var pieces: [Piece] = []
    if case .start = phase { pieces += try begin([0xEF, 0xBB, 0xBF]) }
    if case .record(let scan) = phase, scan.mayEndAnywhere, !isInList, outline.depth == 0 { endRecord() }
    let isBegun = format.lines ? records > 0 || phaseIsRecord : outline.hasBegun
    guard isBegun else { throw .emptyDocument }
    if format.lines {
      guard case .lines = phase else { throw truncated }
    } else {
      if outline.isInOuterScalar {
        do throws(JSONStop) {
          try outline.endScalar(at: byte, isAtEnd: true)
        } catch {
          throw FormatFault(error.mistake.message, byte: error.at, line: line)
        }
      }
      guard case .outline = phase, outline.isComplete else { throw truncated }
      guard outline.hasFoundTarget || format.allowEmpty else { throw format.missing }
    }
    if !piece.isEmpty { pieces.append(cut()) }
    if let insteadOfList {
      pieces.append(.rows(try format.rows(insteadOfList: insteadOfList, line: pieceLine, byte: pieceByte)))
    } else if case .index(let index)? = format.selector, outline.hasFoundTarget, index >= records, !format.allowEmpty {
      throw format.missing
    }
    return pieces
  }

  private var phaseIsRecord: Bool {
    if case .record = phase { return true }
    return false
  }

  private var truncated: FormatFault {
    FormatFault(JSONMistake.truncated.message, byte: byte, line: line, record: phaseIsRecord ? records + 1 : nil)
  }

  private mutating func scan(_ bytes: [UInt8]) throws(FormatFault) -> [Piece] {
    var pieces: [Piece] = []
    let result = bytes.withUnsafeBufferPointer { buffer -> Result<Void, FormatFault> in
      counted = 0
      do throws(FormatFault) {
        try scan(buffer, &pieces)
        line = lineNumber(at: buffer.count, in: buffer)
        byte += buffer.count
        return .success(())
      } catch {
        return .failure(error)
      }
    }
    try result.get()
    return pieces
  }

  private mutating func scan(
    _ buffer: UnsafeBufferPointer<UInt8>, _ pieces: inout [Piece]
  ) throws(FormatFault) {
    var at = 0
    do throws(JSONStop) {
      while at < buffer.count {
        if case .record(var scan) = phase {
          let end = try scan.end(in: buffer, from: at)
          let stop = end ?? buffer.count
          guard piece.count - recordStart + stop - at <= format.documentLimit else {
            throw JSONStop(.recordSize, at: at)
          }
          piece.append(contentsOf: UnsafeBufferPointer(rebasing: buffer[at..<stop]))
          at = stop
          if end == nil {
            phase = .record(scan)
          } else {
            endRecord()
            if piece.count >= format.pieceBytes { pieces.append(cut()) }
          }
        } else if try step(buffer[at], at: at, in: buffer) {
          at += 1
        }
        if case .outline = phase, !piece.isEmpty, isInList {
          isInList = false
          pieces.append(cut())
        }
      }
    } catch {
      let isInRecord = phaseIsRecord
      var fault = FormatFault(
        error.mistake.message, byte: byte + error.at, record: isInRecord ? records + 1 : nil)
      if error.mistake == .noList { fault = format.notList(buffer[error.at], byte: byte + error.at) }
      if error.mistake == .recordSize { fault.message = format.sizeMessage }
      fault.line = lineNumber(at: min(max(error.at, counted), buffer.count), in: buffer)
      throw fault
    }
  }

  /// Takes one byte outside of records; false if it must be looked at again in the phase that was entered.
  private mutating func step(
    _ value: UInt8, at place: Int, in buffer: UnsafeBufferPointer<UInt8>
  ) throws(JSONStop) -> Bool {
    if case .outline = phase {
      let event: JSONOutline.Event
      do throws(JSONStop) {
        event = try outline.take(value, at: byte + place)
      } catch {
        // The outline counts bytes of the document; a token may have begun in earlier bytes.
        throw JSONStop(error.mistake, at: error.at - byte)
      }
      if event == .nothing { return true }
      if value == UInt8(ascii: "[") {
        isInList = true
        listStart = byte + place + 1
        phase = .listStart
        return true
      }
      if format.needsList {
        guard format.allowEmpty else { throw JSONStop(.noList, at: place) }
        return false
      }
      isInsteadOfList = format.selector != nil
      try beginRecord(value, at: place, in: buffer, depth: outline.depth)
      return false
    }
    if value == 0x20 || value == 0x0A || value == 0x0D || value == 0x09 {
      if !piece.isEmpty { piece.append(value) }
      return true
    }
    switch phase {
    case .listStart, .listComma:
      if value == UInt8(ascii: "]") {
        listBytes = listStart..<(byte + place)
        outline.targetEnded()
        phase = .outline
        return true
      }
      if case .listStart = phase { break }
      guard value == UInt8(ascii: ",") else { throw JSONStop(.comma, at: place) }
      if !piece.isEmpty { piece.append(0x20) }
      phase = .listElement
      return true
    default: break
    }
    try beginRecord(value, at: place, in: buffer, depth: format.lines ? 0 : outline.depth + 1)
    return false
  }

  private mutating func beginRecord(
    _ value: UInt8, at place: Int, in buffer: UnsafeBufferPointer<UInt8>, depth: Int
  ) throws(JSONStop) {
    switch value {
    case UInt8(ascii: ","), UInt8(ascii: ":"), UInt8(ascii: "]"), UInt8(ascii: "}"):
      throw JSONStop(.value, at: place)
    default: break
    }
    if piece.isEmpty {
      pieceLine = lineNumber(at: place, in: buffer)
      pieceByte = byte + place
      pieceRecord = records
      piece.reserveCapacity(expectedBytes)
    }
    recordStart = piece.count
    phase = .record(JSONRecordScan(first: value, depthLimit: JSONParser.depthLimit - depth))
  }

  private mutating func endRecord() {
    records += 1
    if isInsteadOfList {
      // It is read at the end, when the document has proved whole.
      isInsteadOfList = false
      insteadOfList = piece
      piece = []
    }
    if format.lines {
      phase = .lines
    } else if isInList {
      phase = .listComma
    } else {
      outline.targetEnded()
      phase = .outline
    }
  }

  private mutating func cut() -> Piece {
    // Pieces are of about one size, so the next one need not grow step by step.
    expectedBytes = piece.count + piece.count / 16
    defer { piece = [] }
    return .bytes(piece, header: [], line: pieceLine, byte: pieceByte, record: pieceRecord)
  }

  /// The line of a place, which must not lie before one that was asked for earlier.
  private mutating func lineNumber(at place: Int, in buffer: UnsafeBufferPointer<UInt8>) -> Int {
    guard place > counted else { return line }
    line += lineBreaks(in: UnsafeBufferPointer(rebasing: buffer[counted..<place]))
    counted = place
    return line
  }
}
