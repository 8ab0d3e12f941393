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

/// The hash of a text's bytes: eight at a time, the last ones overlapping, and the length.
@inline(__always)
func hashText(_ bytes: UnsafeRawPointer, _ count: Int, _ seed: UInt64) -> Hash128 {
  let seed = seed ^ Key.text &+ UInt64(truncatingIfNeeded: count) &* Key.d
  if count >= 8 {
    var chain = Hash128(low: seed, high: ~seed)
    var at = 0
    while at + 16 < count {
      let (first, second) = (word(bytes, at), word(bytes, at + 8))
      chain.low = fold(first ^ Key.a, second ^ chain.low)
      chain.high = fold(first ^ chain.high, second ^ Key.c)
      at += 16
    }
    // What is left is 1 to 16 bytes, or 8 to 16 where nothing was chained: two words that cover it.
    let first = count >= 16 ? word(bytes, count - 16) : word(bytes, 0)
    let tail = mix(first, word(bytes, count - 8), seed)
    return Hash128(
      low: fold(tail.low ^ chain.low, Key.a ^ tail.high), high: fold(tail.high ^ chain.high, Key.b ^ tail.low))
  }
  var first: UInt64 = 0
  var second: UInt64 = 0
  if count >= 4 {
    first = UInt64(UInt32(littleEndian: bytes.loadUnaligned(as: UInt32.self)))
    second = UInt64(UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: count - 4, as: UInt32.self)))
  } else if count > 0 {
    first = UInt64(bytes.load(as: UInt8.self))
    second =
      UInt64(bytes.load(fromByteOffset: count >> 1, as: UInt8.self)) << 8
      | UInt64(bytes.load(fromByteOffset: count - 1, as: UInt8.self))
  }
  return mix(first, second, seed)
}

@inline(__always)
private func hashInteger(_ value: Int64, _ seed: UInt64) -> Hash128 {
  mix(UInt64(bitPattern: value), 1, seed ^ Key.number)
}

/// A decimal that is an integer hashes like it, so that 1 equals 1.0.
@inline(__always)
private func hashDecimal(_ value: Double, _ seed: UInt64) -> Hash128 {
  if let integer = Int64(exactly: value) { return hashInteger(integer, seed) }
  return mix(value.bitPattern, 2, seed ^ Key.number)
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
          for row in sums.indices where !isNull(row) { add(row, hashText([0], 0, seed)) }
          return
        }
        for row in sums.indices where !isNull(row) {
          add(row, hashText(base + Int(texts.starts[row]), Int(texts.lengths[row]), seed))
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
              add(row, hashText(base + range.lowerBound, range.count, seed))
            } else {
              add(row, hashText([0], 0, seed))
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
