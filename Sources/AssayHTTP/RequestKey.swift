import Crypto

/// What makes two requests the same: method, URL and body, without credentials and with secrets masked.
///
/// Make it from the request before it is authorised. SHA-256 in lower-case hex; stable across runs and machines.
package struct RequestKey: Sendable, Hashable, CustomStringConvertible {
  package let description: String

  package init(_ request: HTTPRequest, mask: SecretMask = SecretMask()) {
    var hash = SHA256()
    hash.update(data: Array("\(request.method.rawValue)\n\(mask.apply(to: request.url.description))\n".utf8))
    if let text = String(validating: request.body, as: UTF8.self) {
      hash.update(data: Array(mask.apply(to: text).utf8))
    } else {
      hash.update(data: request.body)
    }
    description = hexText(hash.finalize())
  }
}

/// SHA-256 of bytes in lower-case hex: tells whether two bodies are the same.
package func sha256Hex(_ bytes: [UInt8]) -> String { hexText(SHA256.hash(data: bytes)) }

private func hexText(_ bytes: some Sequence<UInt8>) -> String {
  let digits: StaticString = "0123456789abcdef"
  var text: [UInt8] = []
  for byte in bytes {
    text.append(digits.utf8Start[Int(byte >> 4)])
    text.append(digits.utf8Start[Int(byte & 15)])
  }
  return String(decoding: text, as: UTF8.self)
}
