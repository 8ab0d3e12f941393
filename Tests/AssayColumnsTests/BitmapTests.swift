import AssayColumns
import AssayTestSupport
import Testing

@Suite struct BitmapTests {
  static let counts = [0, 1, 63, 64, 65, 127, 128, 129, 1000]

  @Test(arguments: counts)
  func `a bitmap is what an array of booleans is`(count: Int) {
    var random = SeededRandom(seed: UInt64(count))
    var bits = Bitmap(count: count)
    var appended = Bitmap(count: 0)
    var plain = [Bool](repeating: false, count: count)
    for index in 0..<count {
      plain[index] = Bool.random(using: &random)
      bits[index] = plain[index]
      appended.append(plain[index])
    }
    #expect(bits == appended)
    #expect(bits.words.count == (count + 63) / 64)
    #expect((0..<count).map { bits[$0] } == plain)
    #expect(bits.setCount == plain.count { $0 })
    #expect(bits.setIndices() == plain.indices.filter { plain[$0] })
    #expect(bits.setIndices(limit: 3) == Array(plain.indices.filter { plain[$0] }.prefix(3)))
    #expect(bits.setIndices(limit: 0) == [])
    #expect((0..<count).map { bits.inverted()[$0] } == plain.map { !$0 })
    #expect(bits.inverted().inverted() == bits)
    #expect(bits.setCount + bits.inverted().setCount == count)
    #expect(Bitmap(words: bits.words, count: count) == bits)
  }

  @Test(arguments: counts)
  func `bits past the count are never set`(count: Int) {
    let all = Bitmap(repeating: true, count: count)
    #expect(all.setCount == count)
    #expect(Bitmap(repeating: false, count: count).inverted() == all)
    #expect(Bitmap(words: [UInt64](repeating: .max, count: (count + 63) / 64), count: count) == all)
  }

  @Test(arguments: counts, counts)
  func `appending another bitmap appends its bits at any offset`(first: Int, second: Int) {
    var random = SeededRandom(seed: UInt64(first * 10_000 + second))
    let left = (0..<first).map { _ in Bool.random(using: &random) }
    let right = (0..<second).map { _ in Bool.random(using: &random) }
    var bits = bitmap(left)
    bits.append(contentsOf: bitmap(right))
    #expect(bits == bitmap(left + right))
    bits.append(true)
    #expect(bits == bitmap(left + right + [true]))
  }

  @Test(arguments: counts)
  func `intersection and union are bitwise`(count: Int) {
    var random = SeededRandom(seed: UInt64(count) + 99)
    let left = (0..<count).map { _ in Bool.random(using: &random) }
    let right = (0..<count).map { _ in Bool.random(using: &random) }
    var both = bitmap(left)
    both.formIntersection(bitmap(right))
    var either = bitmap(left)
    either.formUnion(bitmap(right))
    #expect(both == bitmap(zip(left, right).map { $0 && $1 }))
    #expect(either == bitmap(zip(left, right).map { $0 || $1 }))
  }

  private func bitmap(_ bits: [Bool]) -> Bitmap {
    var bitmap = Bitmap(count: 0)
    for bit in bits { bitmap.append(bit) }
    return bitmap
  }
}
