internal import AssayHTTP

/// A form as `multipart/form-data` (RFC 7578). The same parts make the same bytes: a recording knows a request by them.
struct MultipartForm: Sendable {
  private struct Part: Sendable {
    var head: String
    var body: [UInt8]
  }

  private var parts: [Part] = []

  /// Adds a field. Name and value are facts of a provider, or names that it has checked: neither has line ends or quotes.
  mutating func add(_ name: String, _ value: String) {
    parts.append(Part(head: "Content-Disposition: form-data; name=\"\(name)\"\r\n\r\n", body: Array(value.utf8)))
  }

  /// Adds a file.
  mutating func add(_ name: String, file: String, type: String, _ body: [UInt8]) {
    let head = "Content-Disposition: form-data; name=\"\(name)\"; filename=\"\(file)\"\r\nContent-Type: \(type)\r\n\r\n"
    parts.append(Part(head: head, body: body))
  }

  /// The media type, with the boundary, and the body.
  var encoded: (contentType: String, body: [UInt8]) {
    let boundary = boundary
    var body: [UInt8] = []
    for part in parts { body += Array("--\(boundary)\r\n\(part.head)".utf8) + part.body + Array("\r\n".utf8) }
    body += Array("--\(boundary)--\r\n".utf8)
    return ("multipart/form-data; boundary=\(boundary)", body)
  }

  /// A text that stands in no part, made from the parts.
  private var boundary: String {
    var hash = sha256Hex(parts.flatMap { Array($0.head.utf8) + $0.body })
    while true {
      let boundary = "assay-\(hash.prefix(32))"
      if !parts.contains(where: { Self.holds($0.body, boundary) }) { return boundary }
      hash = sha256Hex(Array(hash.utf8))
    }
  }

  private static func holds(_ body: [UInt8], _ text: String) -> Bool {
    let text = Array(text.utf8)
    guard let first = text.first, body.count >= text.count else { return false }
    return (0...(body.count - text.count)).contains { place in
      body[place] == first && body[place...].starts(with: text)
    }
  }
}
