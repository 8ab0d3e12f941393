import Crypto

/// What makes two requests the same: method, URL and body, without credentials and with secrets masked.
///
/// Make it from the request before it is authorised. SHA-256 in lower-case hex; stable across runs and machines.
package struct RequestKey: Sendable, Hashable, CustomStringConvertible {
  package let description: String

  package init(_ request: HTTPRequest, mask: SecretMask = SecretMask()) {
    self.init(request.method, url: mask.apply(to: request.url.description), body: mask.masked(request.body))
  }

  /// The key of a request whose texts are masked already.
  package init(_ method: HTTPMethod, url: String, body: [UInt8]) {
    var hash = SHA256()
    hash.update(data: Array("\(method.rawValue)\n\(url)\n".utf8))
    hash.update(data: body)
    description = hexText(hash.finalize())
  }
}

/// SHA-256 of bytes in lower-case hex: tells whether two bodies are the same.
package func sha256Hex(_ bytes: [UInt8]) -> String { hexText(SHA256.hash(data: bytes)) }

/// The SHA-256 of bytes that come in parts.
package struct RunningSHA256: Sendable {
  private var hash = SHA256()

  package init() {}

  package mutating func update(_ bytes: [UInt8]) { hash.update(data: bytes) }

  /// In lower-case hex, of all bytes so far.
  package var hex: String { hexText(hash.finalize()) }
}

/// Bytes as lower-case hex digits.
func hexText(_ bytes: some Sequence<UInt8>) -> String {
  let digits: StaticString = "0123456789abcdef"
  var text: [UInt8] = []
  for byte in bytes {
    text.append(digits.utf8Start[Int(byte >> 4)])
    text.append(digits.utf8Start[Int(byte & 15)])
  }
  return String(decoding: text, as: UTF8.self)
}
