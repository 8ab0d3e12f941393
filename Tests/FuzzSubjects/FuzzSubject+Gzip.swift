import AssayFormats
import AssayTestSupport
import FormatTwins

extension FuzzSubject {
  static let gzip = FuzzSubject("gzip", "gzip in chunks and outputs of all sizes against zlib in one go") { round in
    var packed: [UInt8] = []
    for _ in 0..<(1 + round.random.next(below: 3)) {
      var text = round.random.document(of: [[0x61], Array("line 12\n".utf8), [0, 0xFF]], atMost: 200)
      if round.random.once(in: 6) { text = [UInt8](repeating: 0x62, count: round.random.next(below: 70_000)) }
      packed += PlainGzip.deflate(text, level: Int32(round.random.next(below: 10)))
    }
    if round.random.once(in: 3) { packed += round.random.pick([[0], [0x1F], [0x1F, 0x8B], Array("garbage".utf8)]) }
    if round.random.once(in: 2) {
      round.random.mutate(&packed, marks: [0, 1, 0x1F, 0x8B, 8, 0xFF], times: 1 + round.random.next(below: 2))
    }
    let expected = PlainGzip.inflate(packed)
    for pushes in round.random.pushes(of: packed) {
      let size = round.random.pick([1, 7, 100, 100_000])
      var inflater = GzipInflater(outputSize: size)
      var text: [UInt8]? = []
      var said = "no fault"
      do throws(FormatFault) {
        for part in pushes {
          inflater.push(part)
          while let output = try inflater.next() { text?.append(contentsOf: output) }
        }
        inflater.finish()
        while let output = try inflater.next() { text?.append(contentsOf: output) }
      } catch {
        text = nil
        said = "\(error)"
      }
      round.claim(
        text == expected,
        "outputs of \(size), pushes of \(pushes.map(\.count)): "
          + "\(text?.count ?? -1) bytes for \(expected?.count ?? -1), \(said)",
        packed)
    }
  }
}
