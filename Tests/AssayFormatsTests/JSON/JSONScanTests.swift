import CAssay
import FormatTwins
import AssayTestSupport
import Testing

@Suite struct JSONScanTests {
  /// The end of the value that the bytes begin with, scanned in parts.
  private static func end(
    of bytes: [UInt8], parts: [Int], limit: Int64,
    _ scan: (UnsafeMutablePointer<assay_json_scan>, UnsafePointer<UInt8>, Int, Int64) -> Int
  ) -> [Int] {
    var state = assay_json_scan()
    var start = 0
    for part in parts {
      let end = bytes[start..<(start + part)].withUnsafeBufferPointer { part -> Int in
        guard let base = part.baseAddress else { return assay_json_none() }
        return scan(&state, base, part.count, limit)
      }
      if end != assay_json_none() { return [start + end, Int(state.too_deep)] }
      start += part
    }
    return [-1, Int(state.depth), Int(state.quoted), Int(state.escaped)]
  }

  @Test(arguments: [
    ("{\"a\":[1,{\"b\":\"}\"}]} ", 19), ("\"a\\\"b\" ", 6), ("\"a\\\\\" ", 5), ("[[]] ]", 4),
  ])
  func `finds the end of a value`(text: String, end: Int) {
    let bytes = Array(text.utf8)
    #expect(Self.end(of: bytes, parts: [bytes.count], limit: 9, assay_json_value_end) == [end, 0])
    #expect(Self.end(of: bytes, parts: bytes.map { _ in 1 }, limit: 9, assay_json_value_end) == [end, 0])
  }

  @Test func `the block scan equals the portable one for any bytes in any parts`() {
    var random = SeededRandom(seed: 5)
    let dense = Array("{}[]\"\"\\\\a,".utf8)
    let sparse = Array("{}\"\\".utf8) + [UInt8](repeating: UInt8(ascii: "a"), count: 40)
    for round in 0..<20_000 {
      let letters = round % 2 == 0 ? dense : sparse
      var bytes = (0..<Int(1 + random.next() % 500)).map { _ in letters[Int(random.next() % UInt64(letters.count))] }
      bytes[0] = Array("{[\"".utf8)[round % 3]
      let limit: Int64 = random.next() % 4 == 0 ? Int64(1 + random.next() % 5) : 512
      var parts: [Int] = []
      var rest = bytes.count
      while rest > 0 {
        let part = random.next() % 2 == 0 ? rest : 1 + Int(random.next() % UInt64(rest))
        parts.append(part)
        rest -= part
      }
      let plain = Self.end(of: bytes, parts: [bytes.count], limit: limit, assay_json_value_end_portable)
      #expect(Self.end(of: bytes, parts: parts, limit: limit, assay_json_value_end) == plain, "round \(round)")
    }
  }
}
