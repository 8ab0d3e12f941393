import AssayDefinition
import Testing

@Suite struct QuantityTests {
  static let durations: [(String, Int?)] = [
    ("500ms", 500), ("10s", 10_000), ("5m", 300_000), ("2h", 7_200_000), ("1d", 86_400_000), ("1h30m", 5_400_000),
    ("1.5h", 5_400_000), ("0s", 0), ("0.5s", 500), ("1d2h3m4s5ms", 93_784_005), ("36500d", 3_153_600_000_000),
    ("", nil), ("10", nil), ("s", nil), ("10 s", nil), ("-1s", nil), ("+1s", nil), ("1e3s", nil), ("1.2.3s", nil),
    ("10S", nil),
    ("10sec", nil), ("1h30", nil), ("1w", nil), ("infs", nil), ("nanms", nil), ("99999999999d", nil), ("٣s", nil),
    (".s", nil),
  ]

  @Test(arguments: durations)
  func `a duration is read`(text: String, milliseconds: Int?) {
    #expect(Duration(text: text) == milliseconds.map { .milliseconds($0) })
  }

  @Test(arguments: ["0s", "1ms", "500ms", "1500ms", "10s", "90s", "5m", "2h", "25h", "1d", "365d"])
  func `a duration is shown as it would be written`(text: String) {
    #expect(Duration(text: text)?.text == text)
  }

  static let shares: [(String, Double?)] = [
    ("0%", 0), ("100%", 1), ("95%", 0.95), ("99.5%", 0.995), ("0.1%", 0.001), ("95", nil), ("0.95", nil), ("", nil),
    ("%", nil),
    ("101%", nil), ("-1%", nil), ("95 %", nil), ("nan%", nil), ("inf%", nil), ("95%%", nil), ("x%", nil),
  ]

  @Test(arguments: shares)
  func `a share is read`(text: String, fraction: Double?) {
    #expect(Share(text: text)?.fraction == fraction)
  }

  @Test(arguments: ["0%", "100%", "95%", "99.5%", "0.1%", "33.33%", "66.6667%"])
  func `a share is shown as it would be written`(text: String) {
    #expect(Share(text: text)?.text == text)
  }

  static let bytes: [(String, Int?)] = [
    ("0B", 0), ("1B", 1), ("500kB", 500_000), ("16MiB", 16 << 20), ("2GiB", 2 << 30), ("1.5KiB", 1536),
    ("1MB", 1_000_000),
    ("3GB", 3_000_000_000), ("16", nil), ("16M", nil), ("16mib", nil), ("-1B", nil), ("16 MiB", nil), ("B", nil),
    ("", nil), ("nanB", nil),
    ("infB", nil), ("1e30GiB", nil), ("1KB", nil),
  ]

  @Test(arguments: bytes)
  func `a number of bytes is read`(text: String, expected: Int?) {
    let (widget, context) = Widget.read("name: x\nbytes: \"\(text)\"")
    #expect(context.hasErrors == (expected == nil))
    if let expected { #expect(widget?.bytes == ByteCount(expected)) }
  }

  static let shown: [(Int, String)] = [
    (0, "0B"), (1, "1B"), (1000, "1kB"), (1024, "1KiB"), (16 << 20, "16MiB"), (1 << 30, "1GiB"), (1_000_000, "1MB"),
    (1025, "1025B"),
  ]

  @Test(arguments: shown)
  func `a number of bytes is shown as it would be written`(bytes: Int, text: String) {
    #expect(ByteCount.display(ByteCount(bytes)) == text)
  }
}
