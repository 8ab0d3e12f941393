import AssayTestSupport
import FormatTwins

extension SeededRandom {
  /// Bytes that are the given parts, some of them, in any order.
  mutating func document(of parts: [[UInt8]], atMost count: Int) -> [UInt8] {
    var bytes: [UInt8] = []
    for _ in 0..<next(below: count + 1) { bytes += pick(parts) }
    return bytes
  }

  /// Changes bytes in a few places: one is replaced, put in, taken out, or a run is repeated, moved or cut off.
  mutating func mutate(_ bytes: inout [UInt8], marks: [UInt8], times: Int) {
    for _ in 0..<times {
      guard !bytes.isEmpty else {
        bytes.append(pick(marks))
        continue
      }
      let place = next(below: bytes.count)
      let byte = once(in: 8) ? UInt8(truncatingIfNeeded: next()) : pick(marks)
      switch next(below: 10) {
      case 0...2: bytes[place] = byte
      case 3...5: bytes.insert(byte, at: place)
      case 6, 7: bytes.remove(at: place)
      case 8:
        let run = bytes[place..<min(bytes.count, place + 1 + next(below: 12))]
        bytes.insert(contentsOf: Array(run), at: next(below: bytes.count + 1))
      default:
        if once(in: 4) { bytes.removeLast(bytes.count - place) } else { bytes[place] ^= 1 << UInt8(next(below: 8)) }
      }
    }
  }

  /// Ways to hand bytes over: every size from 1 for short inputs, some sizes and random parts for longer ones.
  mutating func pushes(of bytes: [UInt8]) -> [[[UInt8]]] {
    if bytes.count <= 48 { return [[bytes]] + (1..<max(bytes.count, 2)).map { Self.chunks(of: bytes, $0) } }
    return [[bytes], Self.chunks(of: bytes, 1), Self.chunks(of: bytes, 1 + next(below: bytes.count))] + [
      parts(of: bytes)
    ]
  }

  /// The bytes in chunks of one size.
  static func chunks(of bytes: [UInt8], _ size: Int) -> [[UInt8]] {
    stride(from: 0, to: bytes.count, by: size).map { Array(bytes[$0..<min($0 + size, bytes.count)]) }
  }

  /// The bytes in parts of random sizes, some of them empty.
  mutating func parts(of bytes: [UInt8]) -> [[UInt8]] {
    var parts: [[UInt8]] = []
    var at = 0
    let largest = 1 + next(below: max(bytes.count, 1))
    while at < bytes.count {
      let size = min(next(below: largest + 1), bytes.count - at)
      parts.append(Array(bytes[at..<(at + size)]))
      at += size
    }
    return parts
  }
}
