/// Finds all places of a set of byte patterns in a text, in one pass whatever their number.
///
/// Four bytes at a time are hashed into a small table of flags; only where a flag is set are patterns compared. Patterns
/// of 7 bytes and more are entered under each of their first four places, so that every fourth place of the text is
/// looked at and none is missed. Patterns of fewer than 4 bytes are found by their first byte in a pass of their own.
package struct PatternSearch: Sendable {
  package struct Pattern: Sendable, Hashable {
    package var bytes: [UInt8]
    /// Found only where no letter or digit stands beside it.
    package var isWholeWord: Bool
    /// Whether the base64 digit before it, or behind it, holds some bits of the same value: it belongs to the place too,
    /// and so does the padding after it.
    package var takesDigitBefore: Bool
    package var takesDigitAfter: Bool

    package init(
      _ bytes: [UInt8], isWholeWord: Bool = false, takesDigitBefore: Bool = false, takesDigitAfter: Bool = false
    ) {
      self.bytes = bytes
      self.isWholeWord = isWholeWord
      self.takesDigitBefore = takesDigitBefore
      self.takesDigitAfter = takesDigitAfter
    }
  }

  private struct Candidate {
    var pattern: Int32
    /// Where in the pattern the hashed bytes stand.
    var offset: Int32
  }

  private let patterns: [Pattern]
  private let short: [Int]
  private let isShortStart: [Bool]
  /// Which hashes occur, one byte each.
  private var flags: [UInt8] = []
  /// Where a hash's candidates begin in `candidates`; one more than there are hashes.
  private var starts: [Int32] = []
  private var candidates: [Candidate] = []
  private let shift: UInt32
  private let stride: Int

  /// Empty patterns are left out. O(bytes of all patterns).
  package init(_ patterns: [Pattern]) {
    let patterns = patterns.filter { !$0.bytes.isEmpty }
    self.patterns = patterns
    short = patterns.indices.filter { patterns[$0].bytes.count < 4 }
    var isStart = [Bool](repeating: false, count: 256)
    for index in short { isStart[Int(patterns[index].bytes[0])] = true }
    isShortStart = isStart
    let long = patterns.indices.filter { patterns[$0].bytes.count >= 4 }
    let shortest = long.map { patterns[$0].bytes.count }.min() ?? 4
    stride = min(4, shortest - 3)
    var bits: UInt32 = 12
    while bits < 16, long.count * stride * 32 > 1 << bits { bits += 1 }
    shift = 32 - bits
    if long.isEmpty { return }
    var entries: [(hash: Int, candidate: Candidate)] = []
    for index in long {
      for offset in 0..<stride {
        let bytes = patterns[index].bytes
        let word = (0..<4).reduce(UInt32(0)) { $0 | UInt32(bytes[offset + $1]) << UInt32(8 * $1) }
        entries.append((Self.hash(word, shift), Candidate(pattern: Int32(index), offset: Int32(offset))))
      }
    }
    entries.sort { $0.hash < $1.hash }
    flags = [UInt8](repeating: 0, count: 1 << Int(bits))
    starts = [Int32](repeating: 0, count: flags.count + 1)
    for entry in entries {
      flags[entry.hash] = 1
      starts[entry.hash + 1] += 1
    }
    for index in 1..<starts.count { starts[index] += starts[index - 1] }
    candidates = entries.map(\.candidate)
  }

  /// The places of the patterns in order; those that overlap are one, those that only touch are not. O(bytes + places).
  package func ranges(in text: UnsafeRawBufferPointer) -> [Range<Int>] {
    var found: [Range<Int>] = []
    scan(text) { range in
      found.append(range)
      return true
    }
    if found.count < 2 { return found }
    found.sort { $0.lowerBound < $1.lowerBound }
    var merged = [found[0]]
    for range in found.dropFirst() {
      let last = merged[merged.count - 1]
      if range.lowerBound < last.upperBound {
        merged[merged.count - 1] = last.lowerBound..<max(last.upperBound, range.upperBound)
      } else {
        merged.append(range)
      }
    }
    return merged
  }

  /// Whether a pattern occurs at all.
  package func isFound(in text: UnsafeRawBufferPointer) -> Bool {
    var isFound = false
    scan(text) { _ in
      isFound = true
      return false
    }
    return isFound
  }

  private static func hash(_ word: UInt32, _ shift: UInt32) -> Int {
    Int(truncatingIfNeeded: (word &* 0x9E37_79B1) &>> shift)
  }

  /// Hands over each place until the body answers false.
  private func scan(_ text: UnsafeRawBufferPointer, _ found: (Range<Int>) -> Bool) {
    if !short.isEmpty, !scanShort(text, found) { return }
    if candidates.isEmpty || text.count < 4 { return }
    let last = text.count - 4
    let (shift, stride) = (shift, stride)
    flags.withUnsafeBufferPointer { flags in
      func flag(_ at: Int) -> UInt8 {
        flags[Self.hash(UInt32(littleEndian: text.loadUnaligned(fromByteOffset: at, as: UInt32.self)), shift)]
      }
      var at = 0
      // Four look-ups that do not wait for each other.
      while at + 3 * stride <= last {
        let places = (at, at + stride, at + 2 * stride, at + 3 * stride)
        if flag(places.0) | flag(places.1) | flag(places.2) | flag(places.3) != 0 {
          for place in [places.0, places.1, places.2, places.3] where flag(place) != 0 {
            if !compare(text, place, found) { return }
          }
        }
        at += 4 * stride
      }
      while at <= last {
        if flag(at) != 0, !compare(text, at, found) { return }
        at += stride
      }
    }
  }

  /// Compares the patterns whose hash is that of the bytes here; false if the search is over.
  private func compare(_ text: UnsafeRawBufferPointer, _ at: Int, _ found: (Range<Int>) -> Bool) -> Bool {
    let hash = Self.hash(UInt32(littleEndian: text.loadUnaligned(fromByteOffset: at, as: UInt32.self)), shift)
    for candidate in candidates[Int(starts[hash])..<Int(starts[hash + 1])] {
      let start = at - Int(candidate.offset)
      guard start >= 0, let range = place(of: patterns[Int(candidate.pattern)], text, start) else { continue }
      if !found(range) { return false }
    }
    return true
  }

  private func scanShort(_ text: UnsafeRawBufferPointer, _ found: (Range<Int>) -> Bool) -> Bool {
    for at in 0..<text.count where isShortStart[Int(text[at])] {
      for index in short {
        guard let range = place(of: patterns[index], text, at) else { continue }
        if !found(range) { return false }
      }
    }
    return true
  }

  /// The place of a pattern that begins here, with the digits that belong to it; nil if it does not.
  private func place(of pattern: Pattern, _ text: UnsafeRawBufferPointer, _ start: Int) -> Range<Int>? {
    var (lower, upper) = (start, start + pattern.bytes.count)
    guard upper <= text.count else { return nil }
    for index in 0..<pattern.bytes.count where text[start + index] != pattern.bytes[index] { return nil }
    if pattern.isWholeWord {
      guard lower == 0 || !Self.isWordByte(text[lower - 1]) else { return nil }
      guard upper == text.count || !Self.isWordByte(text[upper]) else { return nil }
    }
    if pattern.takesDigitBefore, lower > 0, Self.isBase64Digit(text[lower - 1]) { lower -= 1 }
    if pattern.takesDigitAfter, upper < text.count, Self.isBase64Digit(text[upper]) {
      upper += 1
      while upper < text.count, text[upper] == UInt8(ascii: "=") { upper += 1 }
    }
    return lower..<upper
  }

  private static func isWordByte(_ byte: UInt8) -> Bool {
    isAlphanumeric(byte) || byte == UInt8(ascii: "_") || byte >= 0x80
  }

  private static func isBase64Digit(_ byte: UInt8) -> Bool {
    isAlphanumeric(byte) || [UInt8(ascii: "+"), UInt8(ascii: "/"), UInt8(ascii: "-"), UInt8(ascii: "_")].contains(byte)
  }

  private static func isAlphanumeric(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"):
      true
    default: false
    }
  }
}
