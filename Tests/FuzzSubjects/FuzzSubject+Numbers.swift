import AssayColumns
import AssayFormats
import FormatTwins
import AssayTestSupport
import Glibc

extension FuzzSubject {
  static let number = FuzzSubject(
    "number", "numbers and classes of texts against strtod, Int64 and regular expressions"
  ) {
    round in
    for _ in 0..<16 {
      var bytes = Array(round.random.numberText().utf8)
      if round.random.once(in: 3) {
        round.random.mutate(&bytes, marks: Array("0123456789-+.eEtTZ: f".utf8), times: 1 + round.random.next(below: 2))
      }
      let text = String(decoding: bytes, as: UTF8.self)
      guard text.utf8.elementsEqual(bytes), !text.utf8.contains(0) else { continue }
      round.expect(parseDecimal(bytes.span)?.bitPattern, PlainNumber.decimal(text)?.bitPattern, "decimal", bytes)
      round.expect(parseInteger(bytes.span), PlainNumber.integer(text), "integer", bytes)
      round.expect(parseBoolean(bytes.span), PlainNumber.boolean(text), "boolean", bytes)
      round.expect(classify(bytes.span), PlainNumber.cellClass(text), "class", bytes)
      let json = try? JSONParser.parse(bytes)
      round.expect(json.map { JSONWriterCell($0) }, PlainJSON(bytes).map { JSONWriterCell($0) }, "JSON number", bytes)
    }
    let value = Double(bitPattern: round.random.next())
    if value.isFinite {
      let spelled = JSONValue.decimal(value).text
      round.expect(spelled, PlainJSON.shortest(value), "shortest spelling", Array(spelled.utf8))
      round.expect(
        parseDecimal(Array(spelled.utf8).span)?.bitPattern, value.bitPattern, "way back", Array(spelled.utf8))
    }
  }

  /// A number with its kind, for comparing.
  private struct JSONWriterCell: Equatable {
    var text: String
    init(_ value: JSONValue) { text = value.text }
    init(_ value: PlainJSON) { text = value.text }
  }
}

/// What texts are, by the grammar as written down.
enum PlainNumber {
  static func decimal(_ text: String) -> Double? {
    text.wholeMatch(of: /-?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?/) == nil ? nil : strtod(text, nil)
  }

  static func integer(_ text: String) -> Int64? { text.wholeMatch(of: /-?[0-9]+/) == nil ? nil : Int64(text) }

  static func boolean(_ text: String) -> Bool? {
    if ["true", "True", "TRUE"].contains(text) { return true }
    return ["false", "False", "FALSE"].contains(text) ? false : nil
  }

  static func cellClass(_ text: String) -> CellClass {
    if text.wholeMatch(of: /-?(0|[1-9][0-9]*)/) != nil { return Int64(text) == nil ? .decimal : .integer }
    if text.wholeMatch(of: /-?((0|[1-9][0-9]*)(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?/) != nil { return .decimal }
    if text.wholeMatch(of: /0[0-9]+/) != nil { return .code }
    if boolean(text) != nil { return .boolean }
    let date = /([0-9]{4})-([0-9]{2})-([0-9]{2})/
    let time = /([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9](\.[0-9]+)?)?(Z|[+-][0-9]{2}:[0-9]{2})?/
    guard let found = text.prefixMatch(of: date), let year = Int(found.1), let month = Int(found.2),
      let day = Int(found.3), year > 0, (1...12).contains(month), day > 0
    else { return .text }
    let isLeap = year % 400 == 0 || year % 4 == 0 && year % 100 != 0
    guard day <= [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1] else { return .text }
    let rest = text[found.range.upperBound...]
    if rest.isEmpty { return .date }
    guard rest.first == "T" || rest.first == " " else { return .text }
    return rest.dropFirst().wholeMatch(of: time) == nil ? .text : .datetime
  }
}

extension SeededRandom {
  fileprivate mutating func numberText() -> String {
    switch next(below: 8) {
    case 0:
      let zone = pick(["", "", "Z", "+02:00", "-99:99"])
      let time = pick(["", "T23:59", " 00:00:59", "T12:30:00.123", "T24:00"])
      return two(next(below: 40)) + two(next(below: 100)) + "-" + two(next(below: 14)) + "-" + two(next(below: 33))
        + time + zone
    case 1: return pick(["true", "True", "TRUE", "false", "False", "FALSE", "tRUE", "inf", "nan", "0x1p3", "+1", " 1"])
    case 2:
      let value = Double(bitPattern: next())
      return value.isFinite ? "\(value)" : "0"
    case 3:
      // Halfway between two doubles, or next to it: where rounding is hard.
      let value = Double(bitPattern: next() & 0x7FEF_FFFF_FFFF_FFFF)
      return exact((value + value.nextUp) / 2 == value ? value : value.nextUp)
    case 4: return (once(in: 3) ? "-" : "") + String(repeating: "0", count: next(below: 30)) + jsonNumber()
    default: return jsonNumber()
    }
  }

  private func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }

  private mutating func exact(_ value: Double) -> String {
    var buffer = [CChar](repeating: 0, count: 900)
    _ = withVaList([Int32(14 + next(below: 12)), value]) { vsnprintf(&buffer, 900, "%.*e", $0) }
    return String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}
