/// Names and values as `application/x-www-form-urlencoded` (WHATWG URL, section 5.2).
package enum FormEncoding {
  package static let contentType = "application/x-www-form-urlencoded"

  /// A text as a name or value: percent-encoded, with `+` for spaces.
  package static func text(_ text: String) -> String {
    PercentEncoding.query(text).split(separator: "%20", omittingEmptySubsequences: false).joined(separator: "+")
  }

  /// Pairs as a body, in their order.
  package static func body(_ fields: [(name: String, value: String)]) -> [UInt8] {
    Array(fields.map { "\(text($0.name))=\(text($0.value))" }.joined(separator: "&").utf8)
  }
}
