import CXML

/// Feeds a document to libxml2 and hands out its records as they end.
struct XMLCutter: PieceCutter {
  /// Bytes handed to the parser at once. Fixed, so that what it does never depends on how bytes were pushed; small,
  /// since the parser looks through all it has at each step through a CDATA section.
  private static let chunkSize = 8 << 10

  private let parser: XMLPushParser
  private var pending: [UInt8] = []

  init(
    path: XMLRecordPath, isTranscoded: Bool, pieceSize: Int, recordLimit: Int = XMLFormat.pieceRecords
  ) {
    parser = XMLPushParser(
      rows: XMLRowBuilder(path: path, pieceSize: pieceSize, recordLimit: recordLimit), isTranscoded: isTranscoded)
  }

  mutating func push(_ bytes: [UInt8]) throws(FormatFault) -> [Piece] {
    var rest = bytes[...]
    if !pending.isEmpty || rest.count < XMLCutter.chunkSize {
      let taken = rest.prefix(XMLCutter.chunkSize - pending.count)
      pending.append(contentsOf: taken)
      rest = rest.dropFirst(taken.count)
      if pending.count < XMLCutter.chunkSize { return [] }
      try parser.parse(pending[...], isLast: false)
      pending.removeAll(keepingCapacity: true)
    }
    while rest.count >= XMLCutter.chunkSize {
      try parser.parse(rest.prefix(XMLCutter.chunkSize), isLast: false)
      rest = rest.dropFirst(XMLCutter.chunkSize)
    }
    pending.append(contentsOf: rest)
    return parser.takePieces()
  }

  mutating func finish() throws(FormatFault) -> [Piece] {
    try parser.parse(pending[...], isLast: true)
    pending = []
    return parser.takePieces()
  }
}

/// One libxml2 push parser and the rows that come out of it.
///
/// `@unchecked Sendable`: the context and everything it points to are reached through this object alone, it holds no
/// state of a thread, and the object is private to one cutter, whose mutating methods have exclusive access. A cutter
/// may move between tasks, but is never used by two at once, and a copy of it is never used beside the original.
final class XMLPushParser: @unchecked Sendable {
  private let context: xmlParserCtxtPtr?
  /// What libxml2's callbacks find in the context. At a fixed place and reached by pointer alone, so that an event costs
  /// neither reference counts nor checks for exclusive access.
  private let events: UnsafeMutablePointer<XMLEvents>

  init(rows: consuming XMLRowBuilder, isTranscoded: Bool) {
    XMLLibrary.prepare()
    events = .allocate(capacity: 1)
    events.initialize(to: XMLEvents(rows: rows))
    var handler = XMLEvents.handler()
    context = xmlCreatePushParserCtxt(&handler, nil, nil, 0, nil)
    guard let context else { return }
    // Without NOENT attribute values would keep `&#38;` for `&`. External entities are refused by the handlers.
    var options = XML_PARSE_NOENT.rawValue | XML_PARSE_NONET.rawValue
    if isTranscoded { options |= XML_PARSE_IGNORE_ENC.rawValue }
    xmlCtxtUseOptions(context, Int32(options))
    context.pointee._private = UnsafeMutableRawPointer(events)
    events.pointee.document = context
  }

  deinit {
    defer {
      events.deinitialize(count: 1)
      events.deallocate()
    }
    guard let context else { return }
    // The document holds the entities that were declared.
    xmlFreeDoc(context.pointee.myDoc)
    context.pointee.myDoc = nil
    xmlFreeParserCtxt(context)
  }

  func parse(_ bytes: ArraySlice<UInt8>, isLast: Bool) throws(FormatFault) {
    if let fault = events.pointee.fault { throw fault }
    guard let context else { throw FormatFault("the XML parser could not be made: out of memory") }
    events.pointee.inputSize += bytes.count
    if isLast, events.pointee.inputSize == 0 { throw .emptyDocument }
    // For this thread: what libxml2 finds wrong apart from a document, as in its encoding, it would print by itself.
    xmlSetStructuredErrorFunc(nil) { _, _ in }
    let status = bytes.withUnsafeBytes { bytes in
      let start = bytes.baseAddress?.assumingMemoryBound(to: CChar.self)
      let status = xmlParseChunk(context, start, Int32(bytes.count), isLast ? 1 : 0)
      // libxml2 before 2.11 takes 300 bytes of an open CDATA section for each call, and fails at 10 MB in waiting.
      var seen = -1
      while !isLast, context.pointee.instate == XML_PARSER_CDATA_SECTION, seen != events.pointee.textCount {
        seen = events.pointee.textCount
        _ = xmlParseChunk(context, start, 0, 0)
      }
      return status
    }
    if let fault = events.pointee.fault { throw fault }
    // Errors that do not stop the parser, as of an undeclared prefix, are no faults.
    if isLast, context.pointee.wellFormed == 0 {
      throw FormatFault("the document is not well-formed XML (libxml2 error \(status))")
    }
    if isLast { events.pointee.rows.endPiece() }
  }

  func takePieces() -> [Piece] {
    defer { events.pointee.rows.pieces = [] }
    return events.pointee.rows.pieces
  }
}

/// What is set up once for the process.
private enum XMLLibrary {
  private static let once: Void = {
    xmlInitParser()
    // Behind the handlers, which refuse them already: nothing is ever loaded, from wherever.
    xmlSetExternalEntityLoader { _, _, _ in nil }
  }()

  static func prepare() { _ = once }
}
