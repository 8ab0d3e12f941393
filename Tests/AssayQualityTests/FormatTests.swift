import AssayQuality
import AssayTestSupport
import Testing

private func matches(_ format: Format, _ text: String) -> Bool { format.matches(text.utf8.span) }

@Suite struct FormatTests {
  struct Table: CustomTestStringConvertible {
    var format: Format
    var good: [String]
    var bad: [String]
    var testDescription: String { format.rawValue }
  }

  static let tables: [Table] = [
    Table(
      format: .email, good: ["a@b.co", "first.last+tag@sub-domain.example.org", "A_%-9@x1.y2.ZZ", ".@-.aa"],
      bad: [
        "", "@", "a@", "@b.co", "a@b", "a@b.c", "a@b.c1", "a@.co", "a@b..co", "a b@c.de", "a@b.co ", " a@b.co",
        "a@b@c.de",
        "a@b.co\n", "é@b.co", "a@é.co", "a@b_c.de", "a@b.co.", "\"a b\"@c.de",
      ]),
    Table(
      format: .url,
      good: [
        "http://example.org", "HTTPS://example.org/", "https://a.b-c.de:8443/p/a/t/h;x=1?q=%20a&b=c#frag/?",
        "http://user:pw@host/", "http://localhost:3000", "http://127.0.0.1/", "http://[::1]:80/x",
        "http://example.org.",
        "http://x_y.example/~me/(a)*!'$,", "http://h?x", "http://h#",
      ],
      bad: [
        "", "http", "http:", "http://", "http:///path", "example.org", "ftp://example.org", "//example.org",
        "http:/x.org",
        "http://ex ample.org", "http://example.org/a b", "http://example.org/%2", "http://example.org/%zz",
        "http://-a.org",
        "http://a-.org", "http://a..b", "http://.a", "http://a:65536", "http://a:x", "http://[::1", "http://[1]/",
        "http://a/#b#c", "http://é.org", "http://a/é", "http://a/\u{7F}", "http://a\\b", "http://.", "mailto:a@b.co",
        "http://a b@c/", "http://a/[x]",
      ]),
    Table(
      format: .uuid, good: ["123e4567-e89b-12d3-a456-426614174000", "FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF"],
      bad: [
        "", "123e4567e89b12d3a456426614174000", "123e4567-e89b-12d3-a456-42661417400",
        "g23e4567-e89b-12d3-a456-426614174000",
        "{123e4567-e89b-12d3-a456-426614174000}", "123e4567-e89b-12d3-a456-4266141740000",
        "123e4567_e89b-12d3-a456-426614174000",
      ]),
    Table(
      format: .ipv4, good: ["0.0.0.0", "255.255.255.255", "192.168.1.10"],
      bad: [
        "", "1.2.3", "1.2.3.4.5", "256.1.1.1", "01.2.3.4", "00.0.0.0", "1.2.3.", ".1.2.3", "1..2.3", "a.b.c.d",
        "1.2.3.4 ",
      ]),
    Table(
      format: .ipv6,
      good: [
        "::", "::1", "1::", "1:2:3:4:5:6:7:8", "2001:db8::8a2e:370:7334", "::ffff:192.0.2.1", "1:2:3:4:5:6:1.2.3.4",
        "1::8",
        "FE80::0202:B3FF:FE1E:8329", "1:2:3:4:5:6:7::", "::2:3:4:5:6:7:8",
      ],
      bad: [
        "", ":", ":::", "1", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "1::2::3", "12345::", "g::", ":1::",
        "1:2:3:4:5:6:7:", "::1%eth0",
        "1:2:3:4:5:6:7:1.2.3.4", "1.2.3.4", "::1.2.3", "1:2:3:4:5:6:7:8::", "::1/64", "1::2:3:4:5:6:7:8",
      ]),
    Table(
      format: .date, good: ["2026-11-24", "2024-02-29", "0001-01-01", "9999-12-31"],
      bad: [
        "", "2026-2-3", "2026-02-30", "2025-02-29", "0000-01-01", "2026-13-01", "2026-00-10", "2026-11-24T10:00Z",
        "24.11.2026",
      ]),
    Table(
      format: .datetime,
      good: ["2026-11-24T10:00:00Z", "2026-11-24 10:00", "2026-11-24T10:00:00.123+05:30", "2026-11-24T23:59-00:00"],
      bad: [
        "", "2026-11-24", "2026-11-24T24:00", "2026-11-24T10:60", "2026-11-24T10", "2026-11-24T10:00:00+5",
        "2026-02-30T10:00",
      ]),
    Table(
      format: .phoneE164, good: ["+14155552671", "+442071838750", "+1234567", "+123456789012345"],
      bad: ["", "+", "14155552671", "+0123456789", "+1 415 555 2671", "+1234567890123456", "+123456", "+1415555267a"]),
    Table(
      format: .zipUS, good: ["00501", "94105", "94105-1234"],
      bad: ["", "9410", "941055", "94105-", "94105-123", "941051234", "94105 1234", "9410a", "-9410"]),
    Table(
      format: .creditCard,
      good: [
        "4111111111111111", "4111 1111 1111 1111", "4111-1111-1111-1111", "378282246310005", "6011111111111117",
        "5555555555554444", "4222222222222", "6304000000000000000",
      ],
      bad: [
        "", "4111111111111112", "4111  1111 1111 1111", " 4111111111111111", "4111111111111111-", "411111111111",
        "0000000000000000",
        "4111a111111111111", "41111111111111111111111",
      ]),
    Table(
      format: .iban,
      good: [
        "DE89370400440532013000", "GB82WEST12345698765432", "NO9386011117947", "FR1420041010050500013M02606",
        "DE89 3704 0044 0532 0130 00", "MT84MALT011000012345MTLCAST001S",
      ],
      bad: [
        "", "DE88370400440532013000", "de89370400440532013000", "DE89370400440532013", "DE8937040044053201300O",
        "89DE370400440532013000",
        "DE89 37040044 0532013000", "DE89 3704 0044 0532 0130 00 ", "GB82WEST1234569876543",
        "DE89-3704-0044-0532-0130-00",
      ]),
    Table(
      format: .countryISO2, good: ["US", "DE", "GB", "AD", "ZW", "NO"],
      bad: ["", "us", "UK", "EU", "XX", "USA", "U", "A ", " A", "D D"]),
    Table(
      format: .currencyISO4217, good: ["USD", "EUR", "AED", "ZWG", "CHF", "XAU"],
      bad: ["", "usd", "US", "XYZ", "EURO", "D A", "DEM", "ED "]),
  ]

  @Test func `each format has a table`() { #expect(Set(Self.tables.map(\.format)) == Set(Format.allCases)) }

  @Test(arguments: tables) func `good texts match and bad ones do not`(_ table: Table) {
    for text in table.good { #expect(matches(table.format, text), "\(table.format.rawValue) should hold for \(text)") }
    for text in table.bad {
      #expect(!matches(table.format, text), "\(table.format.rawValue) should not hold for \(text)")
    }
  }

  @Test func `the lists of codes have the length of their standards`() {
    let letters = (UInt8(ascii: "A")...UInt8(ascii: "Z")).map { String(UnicodeScalar($0)) }
    let pairs = letters.flatMap { first in letters.map { first + $0 } }
    #expect(pairs.count { matches(.countryISO2, $0) } == 249)
    let triples = pairs.flatMap { pair in letters.map { pair + $0 } }
    #expect(triples.count { matches(.currencyISO4217, $0) } == 178)
  }

  @Test func `the e-mail matcher agrees with its regular expression`() throws {
    let twin = try Pattern(#"^[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,}\z"#).makeMatcher()
    var random = SeededRandom(seed: 1)
    let alphabet = Array("aabZZ.-9")
    let spoilers = Array("@_ é%\n")
    var good = 0
    for _ in 0..<20_000 {
      var letters = (0..<Int.random(in: 2...9, using: &random)).map { _ in alphabet.randomElement(using: &random) ?? "a"
      }
      letters.insert("@", at: Int.random(in: 0...2, using: &random))
      if Int.random(in: 0..<4, using: &random) == 0 {
        letters.insert(
          spoilers.randomElement(using: &random) ?? "@", at: Int.random(in: 0..<letters.count, using: &random))
      }
      let text = String(letters)
      let expected = try twin.matches(text.utf8.span)
      #expect(matches(.email, text) == expected, "\(text)")
      if expected { good += 1 }
    }
    #expect(good > 100)
  }

  @Test func `any bytes end in an answer`() {
    var random = SeededRandom(seed: 2)
    let alphabet = Array("0123456789abcDE:./@-+[]%# \u{0}é")
    for format in Format.allCases {
      for _ in 0..<5_000 {
        let text = String(
          (0..<Int.random(in: 0...46, using: &random)).map { _ in alphabet.randomElement(using: &random) ?? "a" })
        _ = matches(format, text)
      }
    }
  }
}
