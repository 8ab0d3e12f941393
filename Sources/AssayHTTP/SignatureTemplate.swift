/// A text with parts that a request fills: what is signed, or the header that carries the signature.
package struct SignatureTemplate: Sendable, Hashable {
  /// What may stand in braces.
  package enum Placeholder: String, Sendable, Hashable, CaseIterable {
    case method
    case url
    case host
    case path
    case query
    case target
    case body
    case bodySHA256 = "body_sha256"
    case bodySHA256Base64 = "body_sha256_base64"
    case timestamp
    case timestampMS = "timestamp_ms"
    case timestampISO = "timestamp_iso"
    case timestampHTTP = "timestamp_http"
    case nonce
    case accessKey = "access_key"
    case signature
  }

  package enum Part: Sendable, Hashable {
    case literal(String)
    case value(Placeholder)
  }

  package var parts: [Part]

  package init(_ parts: [Part] = []) { self.parts = parts }

  package func has(_ placeholder: Placeholder) -> Bool { parts.contains(.value(placeholder)) }

  func fill(_ value: (Placeholder) -> [UInt8]) -> [UInt8] {
    parts.flatMap { part in
      switch part {
      case .literal(let text): Array(text.utf8)
      case .value(let placeholder): value(placeholder)
      }
    }
  }
}
