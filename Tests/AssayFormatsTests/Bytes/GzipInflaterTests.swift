import AssayFormats
import FormatTwins
import Testing

@Suite struct `Gzip inflater` {
  /// The bytes as one gzip member.
  private func gzip(_ bytes: [UInt8]) -> [UInt8] { PlainGzip.deflate(bytes, level: 6) }

  private func inflate(
    _ pushes: [[UInt8]], _ limits: GzipInflater.Limits = .init(), outputSize: Int = 1000
  ) throws(FormatFault) -> [UInt8] {
    var inflater = GzipInflater(limits: limits, outputSize: outputSize)
    var text: [UInt8] = []
    for bytes in pushes {
      inflater.push(bytes)
      while let part = try inflater.next() { text += part }
    }
    inflater.finish()
    while let part = try inflater.next() { text += part }
    return text
  }

  private let text = Array((0..<300).map { "line \($0 * 7919 % 1000)\n" }.joined().utf8)

  @Test func `inflates at every split, whatever the size of the output`() throws {
    let packed = gzip(text)
    for pushes in splits(packed) + [packed.map { [$0] }] { #expect(try inflate(pushes) == text) }
    for size in [1, 7, 100_000] { #expect(try inflate([packed], outputSize: size) == text) }
  }

  @Test func `members in a row are one text, and what follows them is left out`() throws {
    let packed = gzip(text) + gzip([]) + gzip(Array("end".utf8))
    for trailer in [[], [0, 0, 0], Array("garbage".utf8), [0x1F], [0x1F, 0x00]] {
      for pushes in splits(packed + trailer) { #expect(try inflate(pushes) == text + Array("end".utf8)) }
    }
  }

  @Test func `a cut-off file is a fault wherever it is cut`() {
    let packed = gzip(text)
    for count in 2..<packed.count {
      #expect(throws: FormatFault("the gzip data is cut off", byte: count)) {
        try inflate([Array(packed[..<count])])
      }
    }
  }

  @Test func `damage is a fault`() {
    var packed = gzip(text)
    packed[packed.count - 6] ^= 0xFF
    let fault = #expect(throws: FormatFault.self) { try inflate([packed]) }
    #expect(fault?.message.contains("damaged") == true)
    #expect(throws: FormatFault("the file is not gzip", byte: 0)) { try inflate([Array("plain".utf8)]) }
    #expect(throws: FormatFault("the file is not gzip", byte: 0)) { try inflate([]) }
  }

  @Test func `gzip is known by its first bytes`() {
    #expect(GzipInflater.isGzip(gzip([])))
    #expect(!GzipInflater.isGzip(Array("a,b".utf8)))
    #expect(!GzipInflater.isGzip([0x1F, 0x8B]))
  }

  @Test func `a bomb is refused by its ratio or its size`() {
    let packed = gzip([UInt8](repeating: 0, count: 4 << 20))
    let ratio = #expect(throws: FormatFault.self) {
      try inflate([packed], .init(ratio: 100, ratioFrom: 1 << 20), outputSize: 65_536)
    }
    #expect(ratio?.message.contains("bomb") == true)
    let size = #expect(throws: FormatFault.self) {
      try inflate([packed], .init(byteCount: 1 << 20, ratio: nil), outputSize: 65_536)
    }
    #expect(size?.message.contains("limit of 1048576 bytes") == true)
    #expect(throws: Never.self) { try inflate([packed], outputSize: 65_536) }
  }
}
