internal import AssayColumns
internal import AssayEngine
internal import AssayFormats
internal import AssayHTTP

/// The rows of one body, part by part: a part is decoded when it is asked for.
struct BodyRows: Sendable {
  private let body: PageBody
  /// What the answer is called in messages.
  private let shown: String
  /// JSONPaths whose values are wanted, with their texts.
  private let paths: [(text: String, path: JSONPath)]
  private let named: TextEncoding?
  private var text: BodyText?
  /// Whether a document has begun: the body, or a member of it.
  private var isOpen = false
  private var format: any RowFormat
  /// Nil for a document that is collected: the paginator looks into it, or its encoding shows only in the end.
  private var cutter: (any PieceCutter)?
  private var decoding: TextDecoding?
  private var whole: [UInt8] = []
  private var pieces: ArraySlice<Piece> = []
  /// Rows that were decoded and not yet handed on.
  private var ready: ArraySlice<DecodedRows> = []
  /// The values at `paths`, of the first document that has them.
  private(set) var values: [String: PageValue] = [:]

  /// - Parameters:
  ///   - bytes: The body; nil for an answer that has none.
  ///   - limit: How many bytes it may have, inflated.
  init(
    _ bytes: (any RandomAccessBytes)?, _ body: PageBody, _ response: HTTPResponse,
    paths: [(text: String, path: JSONPath)], limit: Int, shown: String
  ) throws {
    self.body = body
    self.paths = paths
    self.shown = shown
    format = body.format(isTranscoded: false)
    do throws(FormatFault) {
      named = try body.namedEncoding(of: response)
      text = try bytes.map { bytes throws(FormatFault) in
        try BodyText(bytes, limit: limit) { files throws(FormatFault) in try body.wanted(of: files) }
      }
    } catch {
      throw error.failure(in: shown)
    }
  }

  /// Bytes of text that were decoded so far, or are about to be.
  var byteCount: Int { text?.count ?? 0 }

  /// The rows of the next part, or nil at the end.
  mutating func next() throws -> DecodedRows? {
    do throws(FormatFault) {
      while true {
        if let rows = ready.popFirst() { return rows }
        if let piece = pieces.popFirst() { return try format.decode(piece) }
        guard let part = try text?.next() else { return nil }
        switch part {
        case .bytes(let bytes): try push(bytes)
        case .end: if let rows = try endDocument() { return rows }
        }
      }
    } catch {
      // What is wrong with a member as such names it already.
      let member = text?.document.map { "member '\($0)'" }
      let place = member.flatMap { error.message.contains($0) ? nil : "\(shown), \($0)" } ?? shown
      throw error.failure(in: place)
    }
  }

  private mutating func begin(with bytes: [UInt8]) {
    isOpen = true
    let encoding = body.encoding(of: bytes, named: named)
    let isDoubtful = encoding != nil && encoding != .utf8
    if body.json != nil, !paths.isEmpty || isDoubtful { return }
    format = body.format(isTranscoded: encoding != nil)
    cutter = format.makeCutter()
    decoding = encoding.map { TextDecoding($0) }
  }

  private mutating func push(_ bytes: [UInt8]) throws(FormatFault) {
    if !isOpen { begin(with: bytes) }
    if cutter == nil {
      if whole.isEmpty { whole = bytes } else { whole += bytes }
      return
    }
    let text = try decoding?.push(bytes) ?? bytes
    if !text.isEmpty { pieces += try cutter?.push(text) ?? [] }
  }

  private mutating func endDocument() throws(FormatFault) -> DecodedRows? {
    if !isOpen { begin(with: []) }
    isOpen = false
    if cutter == nil {
      defer { whole = [] }
      return try rows(of: whole)
    }
    do throws(FormatFault) {
      if let rest = try decoding?.finish(), !rest.isEmpty { pieces += try cutter?.push(rest) ?? [] }
      pieces += try cutter?.finish() ?? []
    } catch {
      // A page of nothing has no rows; no JSON or XML is nothing.
      guard error.isEmptyDocument, body.kind == .csv || body.kind == .jsonl else { throw error }
    }
    cutter = nil
    decoding = nil
    return nil
  }

  private mutating func rows(of whole: [UInt8]) throws(FormatFault) -> DecodedRows {
    var bytes = whole
    if let encoding = body.encoding(of: whole, named: named), encoding != .utf8, !body.isUTF8(whole, named: encoding) {
      var decoding = TextDecoding(encoding)
      let text = try decoding.push(whole)
      bytes = text + (try decoding.finish())
    }
    let json = body.json ?? JSONFormat()
    // Records are read as in a stream where what the paginator wants stands beside them.
    if json.isStreamed, paths.allSatisfy({ json.isBesideRecords($0.path) }) {
      let (parts, rest) = try json.readApart(bytes)
      note(rest)
      if parts.count == 1 { return parts[0] }
      ready = parts[...]
      return ready.popFirst() ?? DecodedRows(names: [], columns: [], rowCount: 0)
    }
    let root = try JSONParser.parse(bytes)
    note(root)
    return try JSONFormat.rows(of: try json.records(in: root))
  }

  private mutating func note(_ root: JSONValue) {
    for (text, path) in paths where values[text] == nil {
      if let value = path.first(in: root) { values[text] = PageValue(value) }
    }
  }
}

extension PageValue {
  /// A JSON value as a paginator reads it.
  init(_ value: JSONValue) {
    switch value {
    case .null: self = .null
    case .bool(let flag): self = .boolean(flag)
    case .integer(let number): self = .integer(number)
    case .decimal(let number): self = .decimal(number)
    case .string(let text): self = .text(text)
    case .array, .object: self = .structured
    }
  }
}
