import Crypto

/// Names the requests of one sender, so that a service that sees one twice can tell: equal requests of one scope have the
/// same key each time they are made, and are told apart by their order.
///
/// Requests are equal by method, URL and body, without credentials. Memory grows by 16 bytes and the set's slack with each
/// distinct request. Keys look like UUIDs (RFC 9562, version 8), begin with a letter, and hold nothing of the request that
/// could be read.
package struct IdempotencyKeys: Sendable {
  private struct Digest: Hashable {
    var high: UInt64
    var low: UInt64
  }

  private let scope: String
  private var seen: Set<Digest> = []
  /// How often those came that came more than once.
  private var repeats: [Digest: Int] = [:]

  /// - Parameter scope: What requests belong to; keys of different scopes differ.
  package init(scope: String) { self.scope = scope }

  /// The key of the next request. O(body).
  package mutating func next(for request: HTTPRequest) -> String {
    var hash = SHA256()
    hash.update(data: Array("\(request.method.rawValue)\n\(request.url)\n".utf8))
    hash.update(data: request.body)
    let content = Array(hash.finalize())
    let digest = Digest(high: Self.word(content[0..<8]), low: Self.word(content[8..<16]))
    var number = 1
    if !seen.insert(digest).inserted {
      number = (repeats[digest] ?? 1) + 1
      repeats[digest] = number
    }
    var named = SHA256()
    named.update(data: Array("\(scope)\n\(number)\n".utf8))
    named.update(data: content)
    return Self.text(Array(named.finalize().prefix(16)))
  }

  private static func word(_ bytes: ArraySlice<UInt8>) -> UInt64 { bytes.reduce(0) { $0 << 8 | UInt64($1) } }

  /// As a UUID of version 8. The first digit is one of the letters, so that the key is a token where header fields are
  /// structured (RFC 9651, section 3.3.4).
  private static func text(_ digest: [UInt8]) -> String {
    var bytes = digest
    let letters: [UInt8] = [0xA0, 0xB0, 0xC0, 0xD0, 0xE0, 0xF0]
    bytes[0] = letters[Int(bytes[0] >> 4) % letters.count] | bytes[0] & 0x0F
    bytes[6] = 0x80 | bytes[6] & 0x0F
    bytes[8] = 0x80 | bytes[8] & 0x3F
    let digits = Array(hexText(bytes))
    return [0..<8, 8..<12, 12..<16, 16..<20, 20..<32].map { String(digits[$0]) }.joined(separator: "-")
  }
}
