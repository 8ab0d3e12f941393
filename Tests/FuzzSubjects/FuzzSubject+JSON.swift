import AssayFormats
import AssayTestSupport
import FormatTwins

extension FuzzSubject {
  static let json = FuzzSubject("json", "JSON, JSON Lines and streamed paths against a recursive-descent reader") {
    round in
    let marks = Array("{}[],:\"\\ 0123e-.+ntu\n\u{00}".utf8) + [0xFF, 0xC3, 0xA9]
    switch round.random.next(below: 4) {
    case 0: jsonLines(marks, &round)
    case 1: jsonPath(marks, &round)
    default:
      var bytes = Array(round.random.jsonDocument().utf8)
      if round.random.once(in: 2) { round.random.mutate(&bytes, marks: marks, times: 1 + round.random.next(below: 3)) }
      jsonDocument(bytes, &round)
    }
  }

  private static func jsonDocument(_ bytes: [UInt8], _ round: inout Round) {
    let plain = PlainJSON(bytes)
    let parsed = try? JSONParser.parse(bytes)
    round.expect(parsed?.text, plain?.text, "the whole document", bytes)
    var records: [PlainJSON]?
    if let plain { if case .array(let elements) = plain { records = elements } else { records = [plain] } }
    compare(bytes, records.map { PlainRows($0) }, &round) { JSONFormat(pieceBytes: $0) }
  }

  private static func jsonLines(_ marks: [UInt8], _ round: inout Round) {
    let values = (0...round.random.next(below: 6)).map { _ in round.random.jsonValue(depth: 3) }
    var bytes = Array(values.joined(separator: round.random.pick(["\n", "\r\n", " ", "\n\n", ""])).utf8)
    if round.random.once(in: 2) { round.random.mutate(&bytes, marks: marks, times: 1 + round.random.next(below: 3)) }
    let records = PlainJSON.lines(bytes)
    let expected = records.flatMap { $0.isEmpty ? nil : PlainRows($0) }
    compare(bytes, expected, &round) { JSONFormat(lines: true, pieceBytes: $0) }
  }

  /// Paths that are followed in the stream: members by name, with a list at the end.
  private static func jsonPath(_ marks: [UInt8], _ round: inout Round) {
    let names = round.random.pick([["items"], ["a", "items"], ["a"], ["a", "b", "c"]])
    let isList = !round.random.once(in: 3)
    var text = round.random.once(in: 4) ? round.random.jsonValue(depth: 3) : "[" + round.random.jsonRecords() + "]"
    for name in names.reversed() {
      let others = (0...2).map {
        "\"\(round.random.pick(["x", "y", "b", name]))\($0)\":\(round.random.jsonValue(depth: 2))"
      }
      var members = ["\"\(name)\":\(text)"] + others.prefix(round.random.next(below: 3))
      if round.random.once(in: 12) { members.append("\"\(name)\":\(round.random.jsonValue(depth: 1))") }
      text = "{" + members.shuffled(using: &round.random).joined(separator: ",") + "}"
    }
    var bytes = Array(text.utf8)
    if round.random.once(in: 2) { round.random.mutate(&bytes, marks: marks, times: 1 + round.random.next(below: 3)) }
    let spelled = "$" + names.map { ".\($0)" }.joined() + (isList ? "[*]" : "")
    guard let path = try? JSONPath(spelled) else { return round.claim(false, "the path \(spelled) is refused", bytes) }
    let expected = PlainJSON(bytes).flatMap { records(in: $0, names[...], isList: isList) }.map { PlainRows($0) }
    compare(bytes, expected, &round) { JSONFormat(records: path, pieceBytes: $0) }
  }

  /// The records at a path; nil where there is no list, or where a name on the way occurs twice.
  private static func records(in value: PlainJSON, _ names: ArraySlice<String>, isList: Bool) -> [PlainJSON]? {
    guard let name = names.first else {
      if case .array(let elements) = value { return elements }
      return isList ? nil : [value]
    }
    guard case .object(let members) = value else { return nil }
    let found = members.filter { $0.name.utf8.elementsEqual(name.utf8) }
    return found.count == 1 ? records(in: found[0].value, names.dropFirst(), isList: isList) : nil
  }

  private static func compare(
    _ bytes: [UInt8], _ expected: PlainRows?, _ round: inout Round, _ format: (Int) -> JSONFormat
  ) {
    for pushes in round.random.pushes(of: bytes) {
      let size = round.random.pick([1, 2, 7, 64, 1 << 20])
      var found: PlainRows?
      var fault: FormatFault?
      do throws(FormatFault) {
        let format = format(size)
        var cutter = format.makeCutter()
        var rows: [DecodedRows] = []
        for part in pushes { for piece in try cutter.push(part) { rows.append(try format.decode(piece)) } }
        for piece in try cutter.finish() { rows.append(try format.decode(piece)) }
        found = PlainRows(JSONReference(rows))
      } catch {
        fault = error
      }
      let said = fault.map { "\($0)" } ?? "no fault"
      let path = format(size).path?.description ?? "no path"
      round.expect(
        found, expected, "\(path), pieces of \(size), pushes of \(pushes.map(\.count)), \(said)", bytes)
      if let place = fault?.byte { round.claim((0...bytes.count).contains(place), "a place outside: \(said)", bytes) }
    }
  }
}

extension SeededRandom {
  /// A document: mostly a list of objects.
  mutating func jsonDocument() -> String {
    once(in: 6) ? (once(in: 8) ? "\u{FEFF}" : "") + jsonValue(depth: 4) : " [" + jsonRecords() + "]\n"
  }

  mutating func jsonRecords() -> String {
    let records = (0..<next(below: 7)).map { _ in once(in: 8) ? jsonValue(depth: 2) : jsonObject(depth: 3) }
    return records.joined(separator: pick([",", ", ", " ,\n"]))
  }

  mutating func jsonValue(depth: Int) -> String {
    if depth > 0, once(in: 3) { return jsonObject(depth: depth) }
    if depth > 0, once(in: 4) {
      return "["
        + (0..<next(below: 4)).map { _ in jsonValue(depth: depth - 1) }.joined(separator: once(in: 2) ? "," : " , ")
        + "]"
    }
    switch next(below: 4) {
    case 0: return jsonNumber()
    case 1: return jsonString()
    default: return pick(["null", "true", "false", "1", "-2.50", "\"x\"", "\"00501\"", "1e5", "{}", "[]"])
    }
  }

  private mutating func jsonObject(depth: Int) -> String {
    // The same names mostly come in the same order, as in real files; sometimes one is missing, new, or there twice.
    let usual = ["a", "b", "c", "d\u{E9}", "e"]
    let rare = ["a", "b", "a.b", "b.c", "\\u0061", "", ".", "long name \u{E9}", "\\\"q", "de\u{301}", "value"]
    var members: [String] = []
    for name in usual where !once(in: 3) { members.append("\"\(name)\":" + jsonValue(depth: depth - 1)) }
    while once(in: 4) {
      members.insert("\"\(pick(rare))\" : " + jsonValue(depth: depth - 1), at: next(below: members.count + 1))
    }
    return "{" + members.joined(separator: once(in: 4) ? " ,\n " : ",") + "}"
  }

  mutating func jsonNumber() -> String {
    func run(_ most: Int, _ random: inout SeededRandom) -> String {
      String((0...random.next(below: most)).map { _ in random.pick(Array("0123456789")) })
    }
    let most = pick([2, 4, 9, 16, 17, 20, 25])
    var text = once(in: 3) ? "-" : ""
    text += once(in: 3) ? "0" : "\(1 + next(below: 9))" + (once(in: 2) ? run(most, &self) : "")
    if once(in: 2) { text += "." + run(most, &self) }
    if once(in: 3) { text += pick(["e", "E"]) + pick(["", "-", "+"]) + "\(next(below: once(in: 2) ? 30 : 330))" }
    return text
  }

  private mutating func jsonString() -> String {
    let parts = [
      "a", "long enough for words", "\\n", "\\\"", "\\\\", "\\/", "\\u00e9", "\\ud83d\\ude00", "\\u0000", "é", "日", "😀",
      "\\ud83d", "{", "]", ",", "\u{7F}",
    ]
    return "\""
      + (0..<next(below: 6)).map { _ in pick(once(in: 30) ? parts : parts.filter { $0 != "\\ud83d" }) }.joined()
      + "\""
  }
}
