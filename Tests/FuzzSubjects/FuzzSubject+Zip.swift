import AssayFormats
import AssayTestSupport
import FormatTwins

extension FuzzSubject {
  static let zipArchive = FuzzSubject("zip", "zip archives against what was packed, and what damage they stand") {
    round in
    var members: [PlainZip.Member] = []
    for number in 0..<round.random.next(below: 4) {
      var text = round.random.document(
        of: [[0x61], Array("line 12\n".utf8), [0, 0xFF], [0x50, 0x4B, 5, 6]], atMost: 40)
      if round.random.once(in: 8) { text = [UInt8](repeating: 0x62, count: round.random.next(below: 700_000)) }
      var member = PlainZip.Member(
        "\(number)\(round.random.pick(["", ".csv", "é", "/"]))", text, level: round.random.pick([nil, 0, 6]),
        hasDescriptor: round.random.once(in: 3))
      if round.random.once(in: 3) { member.extra = [1, 2, 3, 4] }
      members.append(member)
    }
    var packed = PlainZip.archive(
      members, comment: round.random.pick([[], [0x50, 0x4B], Array("PK\u{5}\u{6} no".utf8)]))
    let isDamaged = round.random.once(in: 2)
    if isDamaged {
      round.random.mutate(&packed, marks: [0, 1, 0x50, 0x4B, 8, 0xFF], times: 1 + round.random.next(below: 3))
    }
    let largest = members.map(\.bytes.count).max() ?? 0
    let found = read(packed)
    if let texts = found.texts, !isDamaged {
      round.claim(texts == members.filter { $0.name.last != 0x2F }.map(\.bytes), "the members are others", packed)
    } else {
      round.claim(isDamaged, "a whole archive is refused: \(found.said)", packed)
    }
    // Damage is found, or nothing of it is seen: no member holds what none held.
    let isKnown = found.texts?.allSatisfy { text in members.contains { $0.bytes == text } || text.isEmpty } ?? true
    round.claim(isKnown, "a member holds what was not packed", packed)
    round.claim(found.mostMade <= max(largest, 1) << 11, "\(found.mostMade) bytes came out", packed)
  }

  private static func read(_ bytes: [UInt8]) -> (texts: [[UInt8]]?, said: String, mostMade: Int) {
    var most = 0
    do throws(FormatFault) {
      let archive = try ZipArchive(bytes)
      var texts: [[UInt8]] = []
      for entry in archive.entries where !entry.isFolder {
        var reader = try archive.reader(of: entry)
        var text: [UInt8] = []
        while let piece = try reader.next() {
          text += piece
          most = max(most, text.count)
        }
        if text.count != entry.size { return (nil, "a size that was not declared", .max) }
        texts.append(text)
      }
      return (texts, "no fault", most)
    } catch {
      return (nil, error.message, most)
    }
  }
}
