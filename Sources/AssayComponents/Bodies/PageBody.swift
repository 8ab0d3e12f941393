internal import AssayColumns
internal import AssayFormats
internal import AssayHTTP

/// How the body of an answer becomes rows.
struct PageBody: Sendable {
  let kind: HTTPSource.BodyFormat
  let expectation: BodyExpectation
  /// Set for JSON bodies, which also hold the paginator's values.
  let json: JSONFormat?
  /// Which members of a zip archive are read, as a pattern; nil for those whose names fit the format.
  let members: String?
  /// The encoding that the pipeline file names, whatever an answer says.
  private let encoding: TextEncoding?
  private let records: String?
  private let dialect: CSVDialect
  private let lines: JSONFormat?

  init(
    _ kind: HTTPSource.BodyFormat, records: String? = nil, allowEmpty: Bool = false,
    dialect: CSVDialect = CSVDialect(), encoding: TextEncoding? = nil, members: String? = nil
  ) throws {
    self.kind = kind
    self.records = records
    self.dialect = dialect
    self.encoding = encoding
    self.members = members
    let format: JSONFormat? =
      switch kind {
      case .json, .jsonl:
        JSONFormat(
          records: try records.map { text throws(JSONPathFault) in try JSONPath(text) }, lines: kind == .jsonl,
          allowEmpty: allowEmpty)
      case .csv, .xml: nil
      }
    json = kind == .json ? format : nil
    lines = kind == .jsonl ? format : nil
    expectation =
      switch kind {
      case .json: BodyExpectation(.json)
      case .jsonl: BodyExpectation(.jsonLines)
      case .csv: BodyExpectation(.csv)
      case .xml: BodyExpectation(.xml)
      }
  }

  var reading: Field.Reading { kind == .csv || kind == .xml ? .fromText : .own }

  /// Whether a body that is too large for memory can be read from a file: JSON is looked into as a whole.
  var isStreamed: Bool { kind != .json }

  /// The encoding that an answer is said to have: by the pipeline file, or else by its `charset`.
  /// - Throws: a fault where the answer names an encoding that is not known.
  func namedEncoding(of response: HTTPResponse) throws(FormatFault) -> TextEncoding? {
    if let encoding { return encoding }
    guard let charset = response.headers.contentTypeParameter("charset"), !charset.isEmpty else { return nil }
    // ASCII is UTF-8 too.
    if ["us-ascii", "ascii"].contains(charset.lowercased()) { return .utf8 }
    do throws(FormatFault) {
      return try TextEncoding(named: charset)
    } catch {
      if kind == .json { return nil }
      throw FormatFault("\(error.message); the answer names it, and 'encoding' of the source can say otherwise")
    }
  }

  /// The encoding of a document that begins with these bytes; nil where the format finds out by itself.
  ///
  /// A byte order mark is surer than what a server says (RFC 7303, section 3); the pipeline file is surer than both.
  func encoding(of document: [UInt8], named: TextEncoding?) -> TextEncoding? {
    if encoding != nil { return encoding }
    // XML looks for a mark itself, unless it is told an encoding.
    if kind == .xml, named == nil { return nil }
    let marks: [([UInt8], TextEncoding)] = [
      ([0xEF, 0xBB, 0xBF], .utf8), ([0xFF, 0xFE], .utf16LittleEndian), ([0xFE, 0xFF], .utf16BigEndian),
    ]
    return marks.first { document.starts(with: $0.0) }?.1 ?? named
  }

  /// Whether a document is read as UTF-8 although its answer names another encoding: JSON is UTF-8 (RFC 8259, section
  /// 8.1), so what a server says of it counts only for bytes that are none.
  func isUTF8(_ document: [UInt8], named: TextEncoding) -> Bool {
    // UTF-16 is full of NUL bytes, which are UTF-8 as well.
    kind == .json && encoding == nil && !named.rawValue.hasPrefix("utf-16")
      && String(validating: document, as: UTF8.self) != nil
  }

  /// The format for documents; `isTranscoded` says that their bytes were made UTF-8 already.
  func format(isTranscoded: Bool) -> any RowFormat {
    switch kind {
    case .csv: CSVFormat(dialect)
    case .xml: XMLFormat(records: records, isTranscoded: isTranscoded)
    case .json, .jsonl: json ?? lines ?? JSONFormat()
    }
  }

  /// Whether a member of a zip archive has the format, by its name.
  func fits(_ name: String) -> Bool {
    let endings =
      switch kind {
      case .json: ["json"]
      case .jsonl: ["jsonl", "ndjson"]
      case .csv: ["csv", "tsv", "txt"]
      case .xml: ["xml"]
      }
    let name = name.lowercased()
    let plain = name.hasSuffix(".gz") ? name.dropLast(3) : name[...]
    return endings.contains { plain.hasSuffix("." + $0) }
  }
}

extension HeaderFields {
  /// The value of a parameter of `Content-Type`, without quotes; nil where it is not there.
  func contentTypeParameter(_ name: String) -> String? {
    guard let type = self["content-type"] else { return nil }
    for part in type.split(separator: ";").dropFirst() {
      let pair = part.split(separator: "=", maxSplits: 1)
      guard pair.count == 2, trimmed(pair[0]).lowercased() == name else { continue }
      return trimmed(pair[1]).filter { $0 != "\"" && $0 != "'" }
    }
    return nil
  }

  private func trimmed(_ text: Substring) -> String { String(text.filter { $0 != " " && $0 != "\t" }) }
}
