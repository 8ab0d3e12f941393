/// A packed array of bits, 64 to a word, lowest bit first. Bits at and after `count` are zero.
package struct Bitmap: Sendable, Hashable {
  /// The words; ⌈count / 64⌉ of them.
  package private(set) var words: [UInt64]
  /// How many bits there are.
  package private(set) var count: Int

  /// An array of `count` equal bits. O(count / 64).
  package init(repeating bit: Bool = false, count: Int) {
    self.count = count
    words = [UInt64](repeating: bit ? .max : 0, count: (count + 63) / 64)
    clearTail()
  }

  /// An array over ready words, for decoding. Bits past `count` are cleared; there must be ⌈count / 64⌉ words.
  package init(words: [UInt64], count: Int) {
    precondition(words.count == (count + 63) / 64, "a bitmap's words must match its count")
    self.words = words
    self.count = count
    clearTail()
  }

  private mutating func clearTail() {
    let used = count & 63
    if used != 0 { words[words.count - 1] &= (1 << UInt64(used)) - 1 }
  }

  /// The bit at a place from 0 to `count` − 1.
  package subscript(_ index: Int) -> Bool {
    @inline(__always) get { words[index &>> 6] &>> UInt64(index & 63) & 1 == 1 }
    @inline(__always) set {
      let mask: UInt64 = 1 &<< UInt64(index & 63)
      if newValue { words[index &>> 6] |= mask } else { words[index &>> 6] &= ~mask }
    }
  }

  /// Appends one bit. Amortised O(1).
  package mutating func append(_ bit: Bool) {
    if count & 63 == 0 { words.append(0) }
    if bit { words[count &>> 6] |= 1 &<< UInt64(count & 63) }
    count += 1
  }

  /// Appends all bits of another array. O(count of the other).
  package mutating func append(contentsOf other: Bitmap) {
    if count & 63 == 0 {
      words.append(contentsOf: other.words)
      count += other.count
      return
    }
    for index in 0..<other.count { append(other[index]) }
  }

  /// How many bits are set. O(count / 64).
  package var setCount: Int { words.reduce(0) { $0 + $1.nonzeroBitCount } }

  /// Clears every bit that the other array, of the same count, has clear.
  package mutating func formIntersection(_ other: Bitmap) {
    precondition(count == other.count, "bitmaps of unequal counts")
    for index in words.indices { words[index] &= other.words[index] }
  }

  /// Sets every bit that the other array, of the same count, has set.
  package mutating func formUnion(_ other: Bitmap) {
    precondition(count == other.count, "bitmaps of unequal counts")
    for index in words.indices { words[index] |= other.words[index] }
  }

  /// The same bits, each turned over.
  package func inverted() -> Bitmap { Bitmap(words: words.map { ~$0 }, count: count) }

  /// The places of set bits in order, at most `limit` of them.
  package func setIndices(limit: Int = .max) -> [Int] {
    var found: [Int] = []
    for (place, word) in words.enumerated() {
      var rest = word
      while rest != 0, found.count < limit {
        found.append(place * 64 + rest.trailingZeroBitCount)
        rest &= rest - 1
      }
      if found.count >= limit { break }
    }
    return found
  }
}
