import CXML

/// The parser's events: libxml2 calls the functions of `handler()`, they find this object in the context.
final class XMLEvents {
  var rows: XMLRowBuilder
  /// The first fault; nothing is taken after it.
  var fault: FormatFault?
  /// Runs of text so far.
  private(set) var textCount = 0
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

  init(rows: XMLRowBuilder) { self.rows = rows }

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
      guard let name else { return }
      XMLEvents.with(context) { $0.start(XMLName(pointer: name), attributes, Int(attributeCount), context) }
    }
    handler.endElementNs = { context, _, _, _ in
      XMLEvents.with(context) { $0.rows.end() }
    }
    let text: charactersSAXFunc = { context, bytes, count in
      guard let bytes else { return }
      XMLEvents.with(context) { $0.text(UnsafeBufferPointer(start: bytes, count: Int(count)), context) }
    }
    handler.characters = text
    handler.ignorableWhitespace = text
    handler.cdataBlock = text
    handler.serror = { context, error in
      guard let error, error.pointee.level == XML_ERR_FATAL else { return }
      XMLEvents.with(context) { $0.refuse(XMLEvents.message(of: error.pointee), line: Int(error.pointee.line)) }
    }
    return handler
  }

  private func start(
    _ name: XMLName, _ attributes: UnsafeMutablePointer<UnsafePointer<UInt8>?>?, _ attributeCount: Int,
    _ context: UnsafeMutableRawPointer?
  ) {
    for index in 0..<(attributes == nil ? 0 : attributeCount) {
      guard let start = attributes?[index * 5 + 3], let end = attributes?[index * 5 + 4] else { continue }
      textSize += end - start
    }
    // Stopping frees what the parser handed over: nothing of it may be read afterwards.
    if let message = rows.start(name, attributes, attributeCount) ?? growthProblem {
      XMLEvents.stop(context, message)
    }
  }

  private func text(_ bytes: UnsafeBufferPointer<UInt8>, _ context: UnsafeMutableRawPointer?) {
    textCount += 1
    textSize += bytes.count
    if let message = rows.text(bytes) ?? growthProblem { XMLEvents.stop(context, message) }
  }

  /// The object behind a context.
  private static func of(_ context: UnsafeMutableRawPointer?) -> Unmanaged<XMLEvents>? {
    guard let parser = context?.assumingMemoryBound(to: xmlParserCtxt.self),
      let place = parser.pointee._private
    else { return nil }
    return Unmanaged<XMLEvents>.fromOpaque(place)
  }

  /// Runs `body` with the object behind a context, unless a fault has been found.
  ///
  /// The parser's owner keeps the object alive for as long as it parses, so that it need not be retained each time.
  @inline(__always)
  private static func with(_ context: UnsafeMutableRawPointer?, _ body: (XMLEvents) -> Void) {
    of(context)?._withUnsafeGuaranteedRef { events in
      if events.fault == nil { body(events) }
    }
  }

  private static func stop(_ context: UnsafeMutableRawPointer?, _ message: String) {
    guard let parser = context?.assumingMemoryBound(to: xmlParserCtxt.self),
      let events = of(context)?.takeUnretainedValue(), events.fault == nil
    else { return }
    let place = events.document ?? parser
    events.refuse(message, line: place.pointee.input.map { Int($0.pointee.line) })
    xmlStopParser(parser)
    if let document = events.document, document != parser {
      // Within an entity: the document itself must not go on to the next one.
      document.pointee.wellFormed = 0
      document.pointee.disableSAX = 1
    }
  }

  /// What is wrong where entities make far more text than there are bytes, or nil: libxml2 lets one long entity be
  /// used ever again.
  private var growthProblem: String? {
    textSize > XMLEvents.growthAllowance + XMLEvents.growthLimit * inputSize ? XMLEvents.tooMuchGrowth : nil
  }

  private static let tooMuchGrowth = "entities refer to themselves or expand to far more than the document holds"

  private func refuse(_ message: String, line: Int?) {
    fault = FormatFault(message, line: line.flatMap { $0 > 0 ? $0 : nil }, record: rows.recordCount + 1)
  }

  private static func message(of error: xmlError) -> String {
    if error.code == Int32(XML_ERR_ENTITY_LOOP.rawValue) {
      return tooMuchGrowth
    }
    if error.code == Int32(XML_ERR_DOCUMENT_EMPTY.rawValue) { return "the document has no XML in it" }
    guard let text = error.message else { return "the document is not well-formed XML" }
    var message = String(cString: text)
    while message.last?.isWhitespace == true { message.removeLast() }
    return "malformed XML: \(message)"
  }
}
