import AssayColumns

/// A hash of 128 bits.
///
/// Among n distinct values the chance that any two share a hash is about n² / 2¹²⁹: under 10⁻²⁰ for a billion rows.
struct Hash128: Sendable, Hashable {
  var low: UInt64
  var high: UInt64

  /// What a row of nulls hashes to.
  static let start = Hash128(low: 0x243F_6A88_85A3_08D3, high: 0x1319_8A2E_0370_7344)
}

private enum Key {
  // Odd constants from the fractional digits of π and e; any fixed values with mixed bits would do.
  static let a: UInt64 = 0xA409_3822_299F_31D1
  static let b: UInt64 = 0x082E_FA98_EC4E_6C89
  static let c: UInt64 = 0x4528_21E6_38D0_1377
  static let d: UInt64 = 0xBE54_66CF_34E9_0C6D
  static let text: UInt64 = 0xB7E1_5162_8AED_2A6B
  static let number: UInt64 = 0xC0AC_29B7_C97C_50DD
  static let boolean: UInt64 = 0x3F84_D5B5_B547_0917
}

/// The two halves of a 128-bit product, folded: the mixing step of wyhash.
@inline(__always)
private func fold(_ left: UInt64, _ right: UInt64) -> UInt64 {
  let product = left.multipliedFullWidth(by: right)
  return product.high ^ product.low
}

/// Two mixes of the same words under different keys.
@inline(__always)
private func mix(_ first: UInt64, _ second: UInt64, _ seed: UInt64) -> Hash128 {
  let low = fold(first ^ Key.a ^ seed, second ^ Key.b)
  let high = fold(first ^ Key.c, second ^ Key.d ^ seed)
  return Hash128(low: fold(low ^ Key.d, seed ^ Key.c), high: fold(high ^ Key.b, seed ^ Key.a))
}

@inline(__always)
private func word(_ bytes: UnsafeRawPointer, _ at: Int) -> UInt64 {
  UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: at, as: UInt64.self))
}

/// The hash of a text's bytes: sixteen at a time, the last ones overlapping, and the length.
///
/// `room` is how many bytes may be read from the text's start: up to 16 bytes are hashed without a branch on their number.
@inline(__always)
func hashText(_ bytes: UnsafeRawPointer, _ count: Int, room: Int, _ seed: UInt64) -> Hash128 {
  let seed = seed ^ Key.text &+ UInt64(truncatingIfNeeded: count) &* Key.d
  if count <= 16 {
    if room >= 16 { return mix(masked(word(bytes, 0), count), masked(word(bytes, 8), count - 8), seed) }
    // Near the end of the bytes, the same words byte by byte.
    var (first, second): (UInt64, UInt64) = (0, 0)
    for index in 0..<count {
      let byte = UInt64(bytes.load(fromByteOffset: index, as: UInt8.self))
      if index < 8 { first |= byte << UInt64(8 * index) } else { second |= byte << UInt64(8 * (index - 8)) }
    }
    return mix(first, second, seed)
  }
  var chain = Hash128(low: seed, high: ~seed)
  var at = 0
  while at + 16 < count {
    let (first, second) = (word(bytes, at), word(bytes, at + 8))
    chain.low = fold(first ^ Key.a, second ^ chain.low)
    chain.high = fold(first ^ chain.high, second ^ Key.c)
    at += 16
  }
  let tail = mix(word(bytes, count - 16), word(bytes, count - 8), seed)
  return Hash128(
    low: fold(tail.low ^ chain.low, Key.a ^ tail.high), high: fold(tail.high ^ chain.high, Key.b ^ tail.low))
}

/// The lowest `count` bytes of a word: all from eight on, none up to zero.
@inline(__always)
private func masked(_ word: UInt64, _ count: Int) -> UInt64 {
  // Shifts past either end of the word give zero.
  word & ~(UInt64.max << (8 * max(count, 0)))
}

@inline(__always)
func hashInteger(_ value: Int64, _ seed: UInt64) -> Hash128 {
  mix(UInt64(bitPattern: value), 1, seed ^ Key.number)
}

/// A decimal that is an integer hashes like it, so that 1 equals 1.0.
@inline(__always)
func hashDecimal(_ value: Double, _ seed: UInt64) -> Hash128 {
  if let integer = Int64(exactly: value) { return hashInteger(integer, seed) }
  return mix(value.bitPattern, 2, seed ^ Key.number)
}

/// The sum that `addHashes` makes of a row of one integer: of its decimal digits where the column is text.
func hash(ofInteger value: Int64, isText: Bool, seed: Int) -> Hash128 {
  let seed = UInt64(seed) &* 0x9E37_79B9_7F4A_7C15
  let cell: Hash128
  if isText {
    var digits = InlineArray<24, UInt8>(repeating: 0)
    var count = 0
    var rest = value.magnitude
    repeat {
      digits[23 - count] = UInt8(ascii: "0") + UInt8(rest % 10)
      rest /= 10
      count += 1
    } while rest > 0
    if value < 0 {
      digits[23 - count] = UInt8(ascii: "-")
      count += 1
    }
    cell = digits.span.withUnsafeBytes { digits in
      digits.baseAddress.map { hashText($0 + (24 - count), count, room: count, seed) } ?? .start
    }
  } else {
    cell = hashInteger(value, seed)
  }
  return Hash128(low: Hash128.start.low &+ cell.low, high: Hash128.start.high &+ cell.high)
}

/// Adds the hash of each cell to its row's sum. A null adds nothing, so a row hashes alike before and after columns
/// appear in which it is null.
///
/// `seed` tells columns apart, so that a value counts in its own column only. Sums of well-mixed 128-bit words are as
/// good as the words. Cells hash by text, or by value where they carry kinds: 1 = 1.0, true ≠ 1, "1" ≠ 1.
/// - Complexity: O(bytes).
func addHashes(of column: Column, seed: Int, to sums: inout [Hash128]) {
  let seed = UInt64(seed) &* 0x9E37_79B9_7F4A_7C15
  let validity = column.validity
  sums.withUnsafeMutableBufferPointer { sums in
    @inline(__always) func add(_ row: Int, _ hash: Hash128) {
      sums[row].low &+= hash.low
      sums[row].high &+= hash.high
    }
    @inline(__always) func isNull(_ row: Int) -> Bool { validity.map { !$0[row] } ?? false }
    switch column.storage {
    case .text(let texts):
      texts.bytes.withUnsafeBytes { bytes in
        guard let base = bytes.baseAddress else {
          for row in sums.indices where !isNull(row) { add(row, hashText([0], 0, room: 0, seed)) }
          return
        }
        texts.starts.withUnsafeBufferPointer { starts in
          texts.lengths.withUnsafeBufferPointer { lengths in
            for row in sums.indices where !isNull(row) {
              let start = Int(starts[row])
              add(row, hashText(base + start, Int(lengths[row]), room: bytes.count - start, seed))
            }
          }
        }
      }
    case .integers(let values):
      for row in sums.indices where !isNull(row) { add(row, hashInteger(values[row], seed)) }
    case .decimals(let values):
      for row in sums.indices where !isNull(row) { add(row, hashDecimal(values[row], seed)) }
    case .booleans(let bits):
      for row in sums.indices where !isNull(row) { add(row, mix(bits[row] ? 1 : 0, 3, seed ^ Key.boolean)) }
    case .variant(let cells):
      cells.bytes.withUnsafeBytes { bytes in
        for row in sums.indices where !isNull(row) {
          let payload = cells.payloads[row]
          switch cells.tag(at: row) {
          case .null: break
          case .text:
            let range = cells.textRange(at: row)
            if let base = bytes.baseAddress {
              add(
                row, hashText(base + range.lowerBound, range.count, room: bytes.count - range.lowerBound, seed))
            } else {
              add(row, hashText([0], 0, room: 0, seed))
            }
          case .integer: add(row, hashInteger(Int64(bitPattern: payload), seed))
          case .decimal: add(row, hashDecimal(Double(bitPattern: payload), seed))
          case .no: add(row, mix(0, 3, seed ^ Key.boolean))
          case .yes: add(row, mix(1, 3, seed ^ Key.boolean))
          }
        }
      }
    }
  }
}
