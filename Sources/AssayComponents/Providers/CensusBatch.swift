internal import AssayFormats

/// A batch of the Census geocoder: CSV without a header, an address a line, and an answer a line in any order.
enum CensusBatch {
  /// One line of an answer.
  struct Line: Sendable, Hashable {
    var fields: [String]
    /// As it was sent.
    var text: String

    var id: Int? { fields.first.flatMap { Int($0) } }
    var outcome: Outcome? { fields.count > 2 ? Outcome(rawValue: fields[2]) : nil }
  }

  /// The third field of a line.
  enum Outcome: String, Sendable {
    case match = "Match"
    case noMatch = "No_Match"
    /// Several places fit; none of them is told.
    case tie = "Tie"
  }

  /// Why an answer cannot be used, as words that follow the name of the service.
  struct Malformed: Error, Sendable, CustomStringConvertible {
    var message: String
    var description: String { "the service \(message)" }
  }

  /// Fields of a matched line: id, input, outcome, exactness, address, place, TIGER line, side; then the geographies.
  static let placeFields = 8
  static let geographyFields = 12

  /// Addresses with their numbers from 1: `1,street,city,state,zip`.
  static func file(_ addresses: [[String]]) -> [UInt8] {
    var text = ""
    for (place, parts) in addresses.enumerated() {
      text += (["\(place + 1)"] + parts).map(quoted).joined(separator: ",") + "\n"
    }
    return Array(text.utf8)
  }

  private static func quoted(_ cell: String) -> String {
    // A line end would begin another address.
    let line = cell.contains(where: \.isNewline) ? String(cell.map { $0.isNewline ? " " : $0 }) : cell
    guard line.utf8.contains(where: { $0 == UInt8(ascii: ",") || $0 == UInt8(ascii: "\"") }) else { return line }
    return "\"" + line.replacing("\"", with: "\"\"") + "\""
  }

  /// The lines that answer to the numbers from 1 up to a count, in the order of the numbers.
  ///
  /// Throws for anything that is not one whole line for each: an answer that breaks off, is mixed up or is a page for
  /// people must not lend a place to the wrong address.
  static func lines(in answer: [UInt8], count: Int, geographies: Bool) throws(Malformed) -> [Line] {
    if answer.first(where: { !isBlank($0) }) == UInt8(ascii: "<") {
      throw Malformed(message: "answered an HTML page, not the lines of a batch")
    }
    var found = [Line?](repeating: nil, count: count)
    let read = try self.read(utf8(fromLatin1: answer))
    // Where there is no line end, an empty field may be one that is not there yet.
    if let last = read.last, last.fields.last == "", answer.last != 0x0A {
      throw Malformed(message: "answered lines that break off behind a comma")
    }
    for line in read {
      if let complaint = complaint(about: line, geographies: geographies) {
        throw Malformed(message: "answered \(complaint)")
      }
      guard let id = line.id, (1...count).contains(id) else {
        throw Malformed(message: "answered to the unknown id '\(line.fields[0].prefix(40))'")
      }
      guard found[id - 1] == nil else { throw Malformed(message: "answered twice to the id \(id)") }
      found[id - 1] = line
    }
    let lines = found.compactMap(\.self)
    guard lines.count == count else {
      throw Malformed(message: "answered to \(lines.count) of \(count) addresses")
    }
    return lines
  }

  /// What is wrong with an answer; nil where it can be used.
  static func complaint(about answer: [UInt8], count: Int, geographies: Bool) -> String? {
    do throws(Malformed) {
      _ = try lines(in: answer, count: count, geographies: geographies)
      return nil
    } catch {
      return error.message
    }
  }

  /// A remembered line.
  static func line(_ payload: [UInt8]) throws(Malformed) -> Line {
    let lines = try read(payload)
    guard lines.count == 1, lines[0].outcome != nil else { throw Malformed(message: "is not one line") }
    return lines[0]
  }

  private static func complaint(about line: Line, geographies: Bool) -> String? {
    guard let outcome = line.outcome else { return "a line that is neither Match, No_Match nor Tie" }
    guard outcome == .match else { return nil }
    let width = geographies ? geographyFields : placeFields
    if line.fields.count < width { return "a line of \(line.fields.count) fields, where \(width) belong" }
    if place(line.fields[5]) == nil { return "a match without its place" }
    guard geographies else { return nil }
    // FIPS codes have fixed lengths, so a code that was cut off shows.
    let lengths = [2, 3, 6, 4]
    let isWhole = zip(line.fields[8..<geographyFields], lengths).allSatisfy { code, length in
      code.isEmpty || code.utf8.count >= length && code.utf8.prefix(length).allSatisfy { $0 >= 48 && $0 <= 57 }
    }
    return isWhole ? nil : "a match with a broken FIPS code"
  }

  /// Longitude and latitude of `-73.98658,40.738323`; nil for what is no place.
  static func place(_ text: String) -> (longitude: Double, latitude: Double)? {
    let halves = text.split(separator: ",", omittingEmptySubsequences: false)
    guard halves.count == 2, let longitude = degrees(.string(String(halves[0])), within: 180),
      let latitude = degrees(.string(String(halves[1])), within: 90)
    else { return nil }
    return (longitude, latitude)
  }

  /// ISO-8859-1, in which the service answers, as UTF-8.
  private static func utf8(fromLatin1 bytes: [UInt8]) -> [UInt8] {
    guard bytes.contains(where: { $0 >= 0x80 }) else { return bytes }
    return bytes.flatMap { $0 < 0x80 ? [$0] : [0xC0 | $0 >> 6, 0x80 | $0 & 0x3F] }
  }

  private static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }

  /// The lines of a text, empty ones left out.
  private static func read(_ bytes: [UInt8]) throws(Malformed) -> [Line] {
    let quote = UInt8(ascii: "\"")
    var lines: [Line] = []
    var fields: [String] = []
    var field: [UInt8] = []
    var start = 0
    var at = 0
    while at < bytes.count {
      if field.isEmpty, bytes[at] == quote {
        at += 1
        while true {
          guard at < bytes.count else { throw Malformed(message: "answered lines that break off in a quoted field") }
          if bytes[at] == quote {
            at += 1
            guard at < bytes.count, bytes[at] == quote else { break }
          }
          field.append(bytes[at])
          at += 1
        }
        guard at == bytes.count || [0x2C, 0x0A, 0x0D].contains(bytes[at]) else {
          throw Malformed(message: "answered a quoted field that goes on behind its quotes")
        }
      }
      let byte = at < bytes.count ? bytes[at] : 0x0A
      switch byte {
      case 0x2C, 0x0A:
        fields.append(String(decoding: field, as: UTF8.self))
        field = []
        if byte == 0x0A {
          if fields != [""] {
            lines.append(Line(fields: fields, text: text(bytes[start..<min(at, bytes.count)])))
          }
          fields = []
          start = at + 1
        }
      case 0x0D: break
      default: field.append(byte)
      }
      at += 1
    }
    if start < bytes.count {
      fields.append(String(decoding: field, as: UTF8.self))
      if fields != [""] { lines.append(Line(fields: fields, text: text(bytes[start...]))) }
    }
    return lines
  }

  private static func text(_ line: ArraySlice<UInt8>) -> String {
    String(decoding: line.last == 0x0D ? line.dropLast() : line, as: UTF8.self)
  }
}
