extension Duration: ConfigValue {
  package static var shape: Shape { .duration }

  /// `500ms`, `10s`, `5m`, `2h`, `1d`, and sums such as `1h30m`. Never negative.
  package static func decode(_ node: YAMLNode, _ context: Decoding) -> Duration? {
    guard let text = context.text(node, expecting: "a duration") else { return nil }
    if let value = Duration(text: text) { return value }
    context.fault(
      .wrongType, at: node.location, "expected a duration such as 500ms, 10s, 5m, 2h or 1d, not '\(text)'")
    return nil
  }

  package static func display(_ value: Duration) -> String? { value.text }

  /// The duration that a text spells, or nil. A number without a unit is none.
  package init?(text: String) {
    let units: [(name: String, milliseconds: Double)] = [
      ("ms", 1), ("s", 1000), ("m", 60_000), ("h", 3_600_000), ("d", 86_400_000),
    ]
    var rest = text[...]
    var total = 0.0
    guard !rest.isEmpty else { return nil }
    while !rest.isEmpty {
      let digits = rest.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
      rest = rest.dropFirst(digits.count)
      let name = rest.prefix { $0.isASCII && $0.isLetter }
      rest = rest.dropFirst(name.count)
      guard let number = Double(digits), let unit = units.first(where: { $0.name == name }) else { return nil }
      total += number * unit.milliseconds
    }
    guard total < 1e15 else { return nil }
    self = .milliseconds(Int64(total.rounded()))
  }

  /// The shortest spelling in the file's units: `1m`, `1500ms`.
  package var text: String {
    let milliseconds = Int(components.seconds) * 1000 + Int(components.attoseconds / 1_000_000_000_000_000)
    for (size, unit) in [(86_400_000, "d"), (3_600_000, "h"), (60_000, "m"), (1000, "s")]
    where milliseconds != 0 && milliseconds % size == 0 {
      return "\(milliseconds / size)\(unit)"
    }
    return milliseconds == 0 ? "0s" : "\(milliseconds)ms"
  }

  /// In seconds, with fractions.
  package var seconds: Double { Double(components.seconds) + Double(components.attoseconds) / 1e18 }
}

/// A part of a whole, from 0 to 1, written `95%`.
package struct Share: ConfigValue, Hashable {
  /// From 0 to 1.
  package var fraction: Double

  package init(_ fraction: Double) { self.fraction = fraction }

  package static var shape: Shape { .share }

  package static func decode(_ node: YAMLNode, _ context: Decoding) -> Share? {
    guard let text = context.text(node, expecting: "a share") else { return nil }
    if let value = Share(text: text) { return value }
    context.fault(.wrongType, at: node.location, "expected a share from 0% to 100%, not '\(text)'")
    return nil
  }

  package static func display(_ value: Share) -> String? { value.text }

  /// The share that a text such as `99.5%` spells, or nil.
  package init?(text: String) {
    guard text.hasSuffix("%"), let percent = Double(text.dropLast()), percent >= 0, percent <= 100 else { return nil }
    fraction = percent / 100
  }

  /// `95%`, `99.5%`.
  package var text: String { "\(Double.display((fraction * 1e6).rounded() / 1e4) ?? "")%" }
}

/// A number of bytes, written `16MiB` or `500kB`.
package struct ByteCount: ConfigValue, Hashable {
  package var bytes: Int

  package init(_ bytes: Int) { self.bytes = bytes }

  private static let units: [(name: String, size: Int)] = [
    ("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10), ("GB", 1_000_000_000), ("MB", 1_000_000), ("kB", 1000),
    ("B", 1),
  ]

  package static var shape: Shape { .byteCount }

  package static func decode(_ node: YAMLNode, _ context: Decoding) -> ByteCount? {
    guard let text = context.text(node, expecting: "a number of bytes") else { return nil }
    if let unit = units.first(where: { text.hasSuffix($0.name) }),
      let number = Double(text.dropLast(unit.name.count)), number >= 0, number * Double(unit.size) < 1e15
    {
      return ByteCount(Int(number * Double(unit.size)))
    }
    context.fault(.wrongType, at: node.location, "expected bytes such as 16MiB or 500kB, not '\(text)'")
    return nil
  }

  package static func display(_ value: ByteCount) -> String? {
    let unit = units.first { value.bytes != 0 && value.bytes % $0.size == 0 }
    return unit.map { "\(value.bytes / $0.size)\($0.name)" } ?? "0B"
  }
}
