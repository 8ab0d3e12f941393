internal import AssayFormats
internal import Glibc

/// The text of a body as it comes, document by document: what is gzipped is inflated, and of a zip archive the members
/// that are wanted are read one after the other, in the order of their names.
///
/// All that comes out counts towards one limit, and so does what an archive declares, before anything is inflated: at no
/// time is there more in memory than the body itself and one piece. What is compressed more than twice is a fault.
struct BodyText: Sendable {
  enum Part: Sendable {
    case bytes([UInt8])
    /// The document has ended; the next one, if there is one, begins.
    case end
  }

  /// Bytes of the body that are read at once.
  private static let pieceSize = 1 << 20

  private let body: any RandomAccessBytes
  private let limit: Int
  private var members: ArraySlice<ZipMember>?
  /// The next byte to be read of a body that is no archive.
  private var offset = 0
  private var reader: ZipMemberReader?
  private var inflater: GzipInflater?
  private var isAtStart = true
  private var isInflatedAtStart = true
  /// Whether the bytes of a gzipped document have all been pushed.
  private var isRawAtEnd = false
  private var hasEnded = false
  /// Bytes that came out of the archive, and of all.
  private var unzipped = 0
  private(set) var count = 0
  /// The member that is read, for messages.
  private(set) var document: String?

  private struct ZipMember: Sendable {
    var entry: ZipArchive.Entry
    var archive: ZipArchive
  }

  /// - Parameters:
  ///   - limit: How many bytes may come out at the most.
  ///   - wanted: The members of an archive that are read, from all of its files.
  init(
    _ body: any RandomAccessBytes, limit: Int,
    wanted: ([ZipArchive.Entry]) throws(FormatFault) -> [ZipArchive.Entry]
  ) throws(FormatFault) {
    self.body = body
    self.limit = limit
    guard ZipArchive.isZip(try body.bytes(in: 0..<min(4, body.count))) else { return }
    let archive = try ZipArchive(body)
    let chosen = try wanted(archive.entries.filter { !$0.isFolder })
    let declared = chosen.reduce(0) { $0 + $1.size }
    guard declared <= limit else {
      throw FormatFault(
        "the zip archive inflates to \(declared) bytes, more than max_body (\(limit) bytes)")
    }
    members = chosen.map { ZipMember(entry: $0, archive: archive) }[...]
  }

  /// The next part, or nil at the end of the body.
  mutating func next() throws(FormatFault) -> Part? {
    while !hasEnded {
      if let text = try inflater?.next() { return .bytes(try counted(text)) }
      guard let bytes = try raw() else {
        if inflater != nil, !isRawAtEnd {
          isRawAtEnd = true
          inflater?.finish()
          continue
        }
        try endDocument()
        return .end
      }
      if isAtStart {
        isAtStart = false
        try begin(with: bytes)
      }
      if inflater == nil { return .bytes(try counted(bytes)) }
      inflater?.push(bytes)
    }
    return nil
  }

  private mutating func raw() throws(FormatFault) -> [UInt8]? {
    if isRawAtEnd { return nil }
    if members == nil {
      guard offset < body.count else { return nil }
      let range = offset..<min(body.count, offset + Self.pieceSize)
      offset = range.upperBound
      return try body.bytes(in: range)
    }
    if reader == nil, let member = members?.first {
      document = member.entry.shownName
      reader = try member.archive.reader(of: member.entry)
    }
    guard let piece = try reader?.next() else { return nil }
    unzipped += piece.count
    guard unzipped <= limit else { throw tooLarge }
    return piece
  }

  private mutating func begin(with bytes: [UInt8]) throws(FormatFault) {
    if members != nil, ZipArchive.isZip(bytes) {
      throw FormatFault("a zip archive within a zip archive is not read")
    }
    if GzipInflater.isGzip(bytes) {
      inflater = GzipInflater(limits: GzipInflater.Limits(byteCount: nil, ratio: nil))
      isInflatedAtStart = true
    }
  }

  /// Counts what comes out, and looks at the beginning of what was inflated.
  private mutating func counted(_ text: [UInt8]) throws(FormatFault) -> [UInt8] {
    count += text.count
    guard count <= limit else { throw tooLarge }
    if inflater != nil, isInflatedAtStart {
      isInflatedAtStart = false
      if GzipInflater.isGzip(text) { throw FormatFault("the body is gzipped twice, which is not read") }
      if ZipArchive.isZip(text) { throw FormatFault("a zip archive within gzip is not read") }
    }
    return text
  }

  private mutating func endDocument() throws(FormatFault) {
    inflater = nil
    isAtStart = true
    isRawAtEnd = false
    members = members?.dropFirst()
    reader = nil
    hasEnded = members?.isEmpty ?? true
  }

  private var tooLarge: FormatFault {
    FormatFault("the body inflates to more than max_body (\(limit) bytes)")
  }
}

extension PageBody {
  /// The members of an archive that are read, in the order of their names: those that fit the pattern, or the format; a
  /// file that is alone is taken whatever its name.
  func wanted(of files: [ZipArchive.Entry]) throws(FormatFault) -> [ZipArchive.Entry] {
    let files = files.filter { !Self.isSystemFile($0.name) }
    let chosen: [ZipArchive.Entry] =
      if let members {
        files.filter { fnmatch(members, $0.name, 0) == 0 }
      } else {
        files.count == 1 ? files : files.filter { fits($0.name) }
      }
    guard !chosen.isEmpty else {
      let names = files.prefix(5).map { "'\($0.shownName)'" }.joined(separator: ", ")
      let held = files.isEmpty ? "no files" : names + (files.count > 5 ? " and \(files.count - 5) more" : "")
      let sought = members.map { "member '\($0)'" } ?? "member for format \(kind.rawValue)"
      throw FormatFault("the zip archive has no \(sought); it holds \(held)")
    }
    let sorted = chosen.sorted { $0.nameBytes.lexicographicallyPrecedes($1.nameBytes) }
    for (entry, next) in zip(sorted, sorted.dropFirst()) where entry.nameBytes == next.nameBytes {
      throw FormatFault("the zip archive has two members '\(entry.shownName)'")
    }
    return sorted
  }

  /// What archivers of macOS put beside the files.
  private static func isSystemFile(_ name: String) -> Bool {
    name.hasPrefix("__MACOSX/") || name == ".DS_Store" || name.hasSuffix("/.DS_Store")
  }
}
