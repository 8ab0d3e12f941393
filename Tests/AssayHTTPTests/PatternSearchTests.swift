import AssayHTTP
import AssayTestSupport
import Testing

/// The search for secrets, held against a plain one.
struct PatternSearchTests {
  /// Every pattern compared at every place, then joined where places overlap.
  private static func plainRanges(_ patterns: [PatternSearch.Pattern], in text: [UInt8]) -> [Range<Int>] {
    func isWord(_ byte: UInt8) -> Bool { isAlphanumeric(byte) || byte == UInt8(ascii: "_") || byte >= 0x80 }
    func isDigit(_ byte: UInt8) -> Bool { isAlphanumeric(byte) || Array("+/-_".utf8).contains(byte) }
    func isAlphanumeric(_ byte: UInt8) -> Bool {
      (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte)
    }
    var covered: [Range<Int>] = []
    for pattern in patterns where !pattern.bytes.isEmpty {
      for start in text.indices where text[start...].starts(with: pattern.bytes) {
        var range = start..<start + pattern.bytes.count
        if pattern.isWholeWord {
          if start > 0, isWord(text[start - 1]) { continue }
          if range.upperBound < text.count, isWord(text[range.upperBound]) { continue }
        }
        if pattern.takesDigitBefore, start > 0, isDigit(text[start - 1]) { range = start - 1..<range.upperBound }
        if pattern.takesDigitAfter, range.upperBound < text.count, isDigit(text[range.upperBound]) {
          let padding = text[(range.upperBound + 1)...].prefix { $0 == UInt8(ascii: "=") }.count
          range = range.lowerBound..<range.upperBound + 1 + padding
        }
        covered.append(range)
      }
    }
    covered.sort { ($0.lowerBound, $0.upperBound) < ($1.lowerBound, $1.upperBound) }
    return covered.reduce(into: []) { ranges, range in
      if let last = ranges.last, range.lowerBound < last.upperBound {
        ranges[ranges.count - 1] = last.lowerBound..<max(last.upperBound, range.upperBound)
      } else {
        ranges.append(range)
      }
    }
  }

  @Test(arguments: 0..<40)
  func `the fast search finds what the plain one finds`(seed: Int) {
    var random = SeededRandom(seed: UInt64(seed))
    // Few letters, so that there are many places, overlaps and near misses.
    let letters = Array("ab1=+ ".utf8) + [0xC3]
    func bytes(_ count: Int) -> [UInt8] {
      (0..<count).map { _ in letters[Int.random(in: 0..<letters.count, using: &random)] }
    }
    for _ in 0..<50 {
      let shortest = Int.random(in: 1...8, using: &random)
      let patterns = (0..<Int.random(in: 1...6, using: &random)).map { _ in
        PatternSearch.Pattern(
          bytes(Int.random(in: shortest...(shortest + 6), using: &random)), isWholeWord: Bool.random(using: &random),
          takesDigitBefore: Bool.random(using: &random), takesDigitAfter: Bool.random(using: &random))
      }
      var text = bytes(Int.random(in: 0...80, using: &random))
      for pattern in patterns {
        text.insert(contentsOf: pattern.bytes, at: Int.random(in: 0...text.count, using: &random))
      }
      let search = PatternSearch(patterns)
      let expected = Self.plainRanges(patterns, in: text)
      #expect(text.withUnsafeBytes { search.ranges(in: $0) } == expected, "\(patterns) in \(text)")
      #expect(text.withUnsafeBytes { search.isFound(in: $0) } == !expected.isEmpty)
      // At the very start and end, where four bytes may not be left.
      for length in 0...min(12, text.count) {
        for part in [Array(text.prefix(length)), Array(text.suffix(length))] {
          #expect(part.withUnsafeBytes { search.ranges(in: $0) } == Self.plainRanges(patterns, in: part))
        }
      }
    }
  }

  @Test
  func `no patterns, and empty ones, are found nowhere`() {
    for patterns in [[], [PatternSearch.Pattern([])]] {
      let search = PatternSearch(patterns)
      for text in [[], Array("some text".utf8)] {
        #expect(text.withUnsafeBytes { search.ranges(in: $0) }.isEmpty)
        #expect(!text.withUnsafeBytes { search.isFound(in: $0) })
      }
    }
  }
}
