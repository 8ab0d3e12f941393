import AssayColumns
import AssayTestSupport
import Testing

@Suite struct ClassificationTests {
  static let table: [(String, CellClass)] = [
    ("0", .integer), ("-0", .integer), ("7", .integer), ("-7", .integer), ("1234567890", .integer),
    ("9223372036854775807", .integer), ("9223372036854775808", .decimal), ("-9223372036854775808", .integer),
    ("-9223372036854775809", .decimal), ("99999999999999999999999", .decimal), ("999999999999999999", .integer),
    ("-999999999999999999", .integer), ("1000000000000000000", .integer),
    ("+7", .text), ("+1.5", .text), (" 7", .text), ("7 ", .text), ("1 000", .text), ("1,000", .text), ("-", .text),
    ("--1", .text), ("1-", .text), ("0x1F", .text), ("1_000", .text), ("٣", .text), ("１", .text),
    ("00", .code), ("007", .code), ("00501", .code), ("0000000000000000000000000000001", .code), ("-007", .text),
    ("-00", .text), ("00.5", .text), ("00e5", .text), ("01a", .text), ("0-1", .text),
    ("1.5", .decimal), ("-1.5", .decimal), (".5", .decimal), ("-.5", .decimal), ("5.", .decimal), ("-5.", .decimal),
    ("0.", .decimal), ("-0.0", .decimal), (".", .text), ("-.", .text), ("1.5.2", .text), ("1..2", .text),
    (".5.", .text), ("1.e5", .decimal), (".5e1", .decimal), (".e5", .text), ("-.e5", .text),
    ("1e5", .decimal), ("1E5", .decimal), ("1e+5", .decimal), ("1e-5", .decimal), ("-1e5", .decimal),
    ("1e05", .decimal), ("0e0", .decimal), ("1e", .text), ("1E+", .text), ("1e-", .text), ("1e5.0", .text),
    ("1e5 ", .text), ("e5", .text), ("1ee5", .text), ("1e400", .decimal), ("1f5", .text), ("1\u{5}5", .text),
    ("inf", .text), ("nan", .text), ("NaN", .text), ("Infinity", .text), ("-inf", .text),
    ("true", .boolean), ("false", .boolean), ("True", .boolean), ("False", .boolean), ("TRUE", .boolean),
    ("FALSE", .boolean), ("tRUE", .text), ("TRue", .text), ("truE", .text), ("FalsE", .text), ("t", .text),
    ("yes", .text), ("true ", .text), (" true", .text), ("truee", .text), ("fals", .text), ("True\u{0}", .text),
    ("2024-02-29", .date), ("2023-02-29", .text), ("1900-02-29", .text), ("2000-02-29", .date), ("2024-02-30", .text),
    ("2024-04-31", .text), ("2024-12-31", .date), ("2024-13-01", .text), ("2024-00-10", .text), ("2024-01-00", .text),
    ("2024-01-32", .text), ("0001-01-01", .date), ("0000-01-01", .text), ("9999-12-31", .date), ("10000-01-01", .text),
    ("2024-1-1", .text), ("2024/01/01", .text), ("20240101", .integer), ("2024-01-01 ", .text), (" 2024-01-01", .text),
    ("2024-01-01x", .text), ("-2024-01-01", .text), ("2024-01-0a", .text), ("0a24-01-01", .text),
    ("2024-01-01T00:00", .datetime), ("2024-01-01 00:00", .datetime), ("2024-01-01t00:00", .text),
    ("2024-01-01T23:59:59", .datetime), ("2024-01-01T24:00", .text), ("2024-01-01T23:60", .text),
    ("2024-01-01T23:59:60", .text), ("2024-01-01T23:59:59.123456789012", .datetime),
    ("2024-01-01T23:59:59.", .text), ("2024-01-01T23:59.5", .text), ("2024-01-01T23:59Z", .datetime),
    ("2024-01-01T23:59z", .text), ("2024-01-01T23:59:59Z", .datetime), ("2024-01-01T23:59:59+02:00", .datetime),
    ("2024-01-01T23:59:59-99:99", .datetime), ("2024-01-01T23:59:59+0200", .text),
    ("2024-01-01T23:59:59+02", .text), ("2024-01-01T23:59:59 +02:00", .text), ("2024-01-01T23:59:59Z ", .text),
    ("2024-01-01T23:59:59.5Z", .datetime), ("2024-01-01T23:59:59.5+01:30", .datetime), ("2024-01-01T9:00", .text),
    ("2024-01-01T", .text), ("2024-01-01T09", .text), ("2024-01-01T09:0", .text), ("2024-01-01  09:00", .text),
    ("2023-02-29T00:00", .text), ("2024-01-01T23:59:", .text), ("2024-01-01T23:59:5", .text),
    ("2024-01-01T23:59ZZ", .text), ("2024-01-01T23:59+01:0", .text), ("2024-01-01T2a:59", .text),
    ("", .text), (" ", .text), ("abc", .text), ("1\n", .text), ("true\n", .text), ("2024-01-01\n", .text),
    ("2024-01-01T00:00\n", .text), ("\u{FEFF}1", .text), ("é", .text),
  ]

  @Test(arguments: table)
  func `a text has the class that the reference's expressions give it`(text: String, expected: CellClass) {
    #expect(classify(Array(text.utf8).span) == expected)
  }

  @Test func `random texts of the alphabet of numbers and dates are classed as by a plain reading of the grammar`() {
    var random = SeededRandom(seed: 7)
    let alphabet = Array("0012345-+.eET: Z")
    for _ in 0..<12_000 {
      let text = String((0..<random.next(below: 9)).map { _ in alphabet[random.next(below: alphabet.count)] })
      #expect(classify(Array(text.utf8).span) == plainClass(text), "\(text)")
    }
  }

  @Test func `a column is classed as each of its texts is, wherever they stand in its bytes`() {
    var random = SeededRandom(seed: 17)
    let alphabet = Array("0012345-+.eET: Ztrufals")
    var texts: [String?] = Self.table.map { $0.0 } + [nil, "", nil]
    for _ in 0..<20_000 {
      if random.next(below: 20) == 0 {
        texts.append(nil)
        continue
      }
      texts.append(
        random.next(below: 3) == 0
          ? String(random.next() >> UInt64(random.next(below: 64)))
          : String((0..<random.next(below: 20)).map { _ in alphabet[random.next(below: alphabet.count)] }))
    }
    // The last text of all ends where the bytes end.
    for _ in 0..<30 {
      texts.removeLast()
      let (classes, counts) = Column.texts(texts).countedClasses(under: Field("c", reading: .fromText))
      var expected = ClassCounts()
      for (text, found) in zip(texts, classes) {
        let plain = text.map { classify(Array($0.utf8).span) } ?? .null
        #expect(found == plain, "\(text ?? "null")")
        expected[plain] += 1
      }
      #expect(counts == expected)
    }
  }

  @Test func `dates are those of the Gregorian calendar over all years`() {
    for year in [1, 4, 100, 399, 400, 1582, 1700, 1999, 2000, 2023, 2024, 2100, 9999] {
      for month in 1...12 {
        let days = lastDay(of: month, year: year)
        for day in 1...31 {
          let text = "\(padded(year, 4))-\(padded(month, 2))-\(padded(day, 2))"
          #expect(classify(Array(text.utf8).span) == (day <= days ? .date : .text), "\(text)")
        }
      }
    }
  }
}

private func padded(_ number: Int, _ width: Int) -> String {
  let text = String(number)
  return String(repeating: "0", count: max(0, width - text.count)) + text
}

private func lastDay(of month: Int, year: Int) -> Int {
  let isLeap = year % 400 == 0 || year % 4 == 0 && year % 100 != 0
  return [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1]
}

/// The reference's INTEGER, DECIMAL and CODE over texts that are too short for a date with its time.
private func plainClass(_ text: String) -> CellClass {
  let isInteger = text.wholeMatch(of: /-?(0|[1-9][0-9]*)/) != nil
  if isInteger { return Int64(text) == nil ? .decimal : .integer }
  if text.wholeMatch(of: /-?((0|[1-9][0-9]*)(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?/) != nil { return .decimal }
  return text.wholeMatch(of: /0[0-9]+/) != nil ? .code : .text
}
