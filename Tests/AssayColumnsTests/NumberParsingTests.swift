import AssayColumns
import AssayTestSupport
import Glibc
import Testing

@Suite struct NumberParsingTests {
  static let integers: [(String, Int64?)] = [
    ("0", 0), ("-0", 0), ("007", 7), ("-007", -7), ("9223372036854775807", .max), ("9223372036854775808", nil),
    ("-9223372036854775808", .min), ("-9223372036854775809", nil), ("0000000000000000000000000042", 42),
    ("-0000000000000000000000000042", -42), ("999999999999999999", 999_999_999_999_999_999),
    ("1000000000000000000", 1_000_000_000_000_000_000), ("99999999999999999999", nil), ("", nil), ("-", nil),
    ("+1", nil), (" 1", nil), ("1 ", nil), ("1.0", nil), ("1e2", nil), ("12a", nil), ("1234567890123456789a", nil),
    ("--1", nil), ("1-", nil), ("0000000000000000000a", nil),
  ]

  @Test(arguments: integers)
  func `an integer is read within 64 bits and not beyond`(text: String, expected: Int64?) {
    #expect(parseInteger(Array(text.utf8).span) == expected)
  }

  @Test func `random integers around every power of ten are read as the standard library reads them`() {
    var random = SeededRandom(seed: 11)
    for _ in 0..<20_000 {
      let digits = 1 + random.next(below: 21)
      let sign = random.next(below: 2) == 0 ? "" : "-"
      let text = sign + String((0..<digits).map { _ in Array("0123456789")[random.next(below: 10)] })
      #expect(parseInteger(Array(text.utf8).span) == Int64(text), "\(text)")
    }
  }

  static let noDecimals = [
    "", "-", ".", "-.", "e5", ".e5", "1e", "1e+", "1e-", "1.5.2", "+1", " 1", "1 ", "0x10", "inf", "nan", "1,5", "1e5.",
    "1ee5", "--1",
    "1\0", "\01",
  ]

  @Test(arguments: noDecimals)
  func `a text that spells no number is none`(text: String) {
    #expect(parseDecimal(Array(text.utf8).span) == nil)
  }

  static let hard = [
    "0", "-0", "0.0", "-0.0", "5.", ".5", "-.5", "007.25", "1e22", "1e23", "9007199254740993", "9007199254740992",
    "9007199254740991", "123456789012345", "1234567890123456", "0.1", "0.2", "0.3", "1e-22", "1e-23",
    "2.2250738585072011e-308",
    "2.2250738585072014e-308", "4.9e-324", "2e-324", "1.7976931348623157e308", "1.7976931348623159e308", "1e309",
    "-1e400", "1e-400", "1e99999999999999999999", "1e-99999999999999999999", "0e99999999999999999999",
    "0.000000000000000000000000000000000000001", "100000000000000000000000000000000000000000",
    "8.589934592", "6.02214076e23", "1.00000000000000011102230246251565404236316680908203125",
    "0.500000000000000166533453693773481063544750213623046875",
    String(repeating: "9", count: 400), "0." + String(repeating: "0", count: 400) + "1",
    String(repeating: "0", count: 300) + "1.5",
  ]

  @Test(arguments: hard)
  func `hard decimals are those of the C library, bit for bit`(text: String) {
    #expect(parseDecimal(Array(text.utf8).span)?.bitPattern == strtod(text, nil).bitPattern)
  }

  @Test func `random decimals are those of the C library, bit for bit`() {
    var random = SeededRandom(seed: 3)
    let digits = Array("0123456789")
    func run(_ most: Int) -> String {
      String((0..<random.next(below: most + 1)).map { _ in digits[random.next(below: 10)] })
    }
    for round in 0..<30_000 {
      let most = round % 3 == 0 ? 25 : 9
      var text = (random.next(below: 3) == 0 ? "-" : "") + run(most)
      if random.next(below: 3) > 0 { text += "." + run(most) }
      guard text.contains(where: \.isNumber) else { continue }
      if random.next(below: 2) == 0 {
        text +=
          ["e", "E"][random.next(below: 2)] + ["", "-", "+"][random.next(below: 3)] + "\(random.next(below: 330))"
      }
      #expect(parseDecimal(Array(text.utf8).span)?.bitPattern == strtod(text, nil).bitPattern, "\(text)")
    }
  }

  @Test func `the shortest text of any double reads back as that double`() {
    var random = SeededRandom(seed: 5)
    for _ in 0..<20_000 {
      let value = Double(bitPattern: random.next())
      guard value.isFinite else { continue }
      #expect(parseDecimal(Array(decimalText(value).utf8).span)?.bitPattern == value.bitPattern)
    }
  }

  @Test func `a number whose digits are not ASCII is none`() {
    #expect(parseInteger(Array("٣".utf8).span) == nil)
    #expect(parseDecimal(Array("１.５".utf8).span) == nil)
  }
}
