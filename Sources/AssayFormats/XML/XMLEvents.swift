import CXML
import Glibc

/// The parser's events: libxml2 calls the functions of `handler()`, they find this value in the context.
///
/// No event comes while another one is being handled, and no method stops the parser itself, which might bring one: the
/// functions do so afterwards.
struct XMLEvents: ~Copyable {
  var rows: XMLRowBuilder
  /// The first fault; nothing is taken after it.
  private(set) var fault: FormatFault?
  /// Whether there is a fault.
  private var isStopped = false
  /// Runs of text so far.
  private(set) var textCount = 0
  /// Whether the CDATA so far ends with a carriage return, of which a line feed may be a part.
  private var isAfterReturn = false
  /// Bytes of text and attributes so far.
  private var textSize = 0
  /// Bytes of the document so far.
  var inputSize = 0
  /// The parser of the document, unlike those that libxml2 makes for the contents of entities.
  var document: xmlParserCtxtPtr?

  /// Bytes of text that a document may have beyond `growthLimit` times its own.
  private static let growthAllowance = 8 << 20
  /// How much text a document may have for its size. Only entities make more of it than about two.
  private static let growthLimit = 10

  init(rows: consuming XMLRowBuilder) { self.rows = rows }

  /// The SAX2 functions: libxml2's own for the declarations of entities, ours for what makes rows.
  static func handler() -> xmlSAXHandler {
    var handler = xmlSAXHandler()
    xmlSAXVersion(&handler, 2)
    handler.externalSubset = nil
    handler.resolveEntity = nil
    handler.comment = nil
    handler.processingInstruction = nil
    handler.reference = nil
    handler.warning = nil
    handler.error = nil
    handler.fatalError = nil
    handler.getEntity = { context, name in
      let entity = xmlSAX2GetEntity(context, name)
      let isExternal = entity.map { $0.pointee.etype == XML_EXTERNAL_GENERAL_PARSED_ENTITY } ?? false
      if let entity, !isExternal { return entity }
      // An entity that is not known would vanish from the text when the document names a DTD.
      let spelled = name.map { String(cString: $0) } ?? ""
      XMLEvents.stop(
        context,
        isExternal
          ? "the entity &\(spelled); is outside the document; external entities are not read"
          : "the entity &\(spelled); is not declared in the document; DTDs are not read")
      return nil
    }
    handler.getParameterEntity = { context, name in
      let entity = xmlSAX2GetParameterEntity(context, name)
      if let entity, entity.pointee.etype == XML_INTERNAL_PARAMETER_ENTITY { return entity }
      let spelled = name.map { String(cString: $0) } ?? ""
      XMLEvents.stop(
        context, "the parameter entity %\(spelled); is outside the document; external entities are not read")
      return nil
    }
    handler.startElementNs = { context, name, _, _, _, _, attributeCount, _, attributes in
      guard let name, let events = XMLEvents.of(context) else { return }
      // Stopping frees what the parser handed over: nothing of it may be read afterwards.
      if let mistake = events.pointee.start(XMLName(pointer: name), attributes, Int(attributeCount)) {
        XMLEvents.stop(context, mistake.message)
      }
    }
    handler.endElementNs = { context, _, _, _ in
      guard let events = XMLEvents.of(context), !events.pointee.isStopped else { return }
      events.pointee.rows.end()
    }
    let text: charactersSAXFunc = { context, bytes, count in
      guard let bytes, let events = XMLEvents.of(context) else { return }
      if let mistake = events.pointee.text(bytes, Int(count)) { XMLEvents.stop(context, mistake.message) }
    }
    handler.characters = text
    handler.ignorableWhitespace = text
    handler.cdataBlock = { context, bytes, count in
      guard let bytes, let events = XMLEvents.of(context) else { return }
      let input = context?.assumingMemoryBound(to: xmlParserCtxt.self).pointee.input
      if let mistake = events.pointee.cdata(bytes, Int(count), input) { XMLEvents.stop(context, mistake.message) }
    }
    handler.serror = { context, error in
      guard let error, error.pointee.level == XML_ERR_FATAL, let events = XMLEvents.of(context) else { return }
      if events.pointee.isStopped { return }
      events.pointee.refuse(XMLEvents.message(of: error.pointee), line: Int(error.pointee.line))
    }
    return handler
  }

  /// An element begins. Returns what is wrong, or nil.
  private mutating func start(
    _ name: XMLName, _ attributes: UnsafeMutablePointer<UnsafePointer<UInt8>?>?, _ attributeCount: Int
  ) -> XMLMistake? {
    if isStopped { return nil }
    if attributeCount > 0, let attributes {
      for index in 0..<attributeCount {
        guard let start = attributes[index &* 5 &+ 3], let end = attributes[index &* 5 &+ 4] else { continue }
        textSize &+= end - start
      }
    }
    if let mistake = rows.start(name, attributes, attributeCount) { return mistake }
    return hasGrownTooMuch ? .growth : nil
  }

  /// A run of text. Returns what is wrong, or nil.
  private mutating func text(_ start: UnsafePointer<UInt8>, _ length: Int) -> XMLMistake? {
    if isStopped { return nil }
    textCount &+= 1
    textSize &+= length
    if let mistake = rows.text(start, length) { return mistake }
    return hasGrownTooMuch ? .growth : nil
  }

  /// A part of a CDATA section. Returns what is wrong, or nil.
  ///
  /// A push parser hands it over as it stands in the document, where all else has had its line ends made line feeds (XML
  /// 1.0, 2.11).
  private mutating func cdata(
    _ start: UnsafePointer<UInt8>, _ length: Int, _ input: xmlParserInputPtr?
  ) -> XMLMistake? {
    // Within an entity the text is a copy, whose line ends have been made so.
    guard let input, input.pointee.cur == start else { return text(start, length) }
    let opening: StaticString = "<![CDATA["
    if start - input.pointee.base >= 9, memcmp(start - 9, opening.utf8Start, 9) == 0 { isAfterReturn = false }
    if !isAfterReturn, memchr(start, 0x0D, length) == nil { return text(start, length) }
    var lines: [UInt8] = []
    for index in 0..<length {
      let byte = start[index]
      if byte != 0x0A || !isAfterReturn { lines.append(byte == 0x0D ? 0x0A : byte) }
      isAfterReturn = byte == 0x0D
    }
    return lines.withUnsafeBufferPointer { text($0.baseAddress ?? start, $0.count) }
  }

  /// The value behind a context. The parser's owner keeps it in place for as long as it parses.
  @inline(__always)
  private static func of(_ context: UnsafeMutableRawPointer?) -> UnsafeMutablePointer<XMLEvents>? {
    guard let parser = context?.assumingMemoryBound(to: xmlParserCtxt.self) else { return nil }
    return parser.pointee._private?.assumingMemoryBound(to: XMLEvents.self)
  }

  private static func stop(_ context: UnsafeMutableRawPointer?, _ message: String) {
    guard let parser = context?.assumingMemoryBound(to: xmlParserCtxt.self), let events = of(context),
      !events.pointee.isStopped
    else { return }
    let document = events.pointee.document
    let place = document ?? parser
    events.pointee.refuse(message, line: place.pointee.input.map { Int($0.pointee.line) })
    xmlStopParser(parser)
    if let document, document != parser {
      // Within an entity: the document itself must not go on to the next one.
      document.pointee.wellFormed = 0
      document.pointee.disableSAX = 1
    }
  }

  /// Whether entities make far more text than there are bytes: libxml2 lets one long entity be used ever again.
  @inline(__always)
  private var hasGrownTooMuch: Bool {
    textSize > Self.growthAllowance &+ Self.growthLimit &* inputSize
  }

  private mutating func refuse(_ message: String, line: Int?) {
    isStopped = true
    fault = FormatFault(message, line: line.flatMap { $0 > 0 ? $0 : nil }, record: rows.recordCount + 1)
  }

  private static func message(of error: xmlError) -> String {
    if error.code == Int32(XML_ERR_ENTITY_LOOP.rawValue) {
      return XMLMistake.growth.message
    }
    if error.code == Int32(XML_ERR_DOCUMENT_EMPTY.rawValue) { return "the document has no XML in it" }
    guard let text = error.message else { return "the document is not well-formed XML" }
    var message = String(cString: text)
    while message.last?.isWhitespace == true { message.removeLast() }
    return "malformed XML: \(message)"
  }
}
