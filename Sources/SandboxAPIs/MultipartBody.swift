/// A form as it was sent: `multipart/form-data` (RFC 7578).
struct MultipartBody: Sendable {
  private var fields: [(name: String, value: String)] = []

  /// Nil for a body of another type, and for one that does not end with its boundary.
  init?(_ request: SandboxRequest) {
    guard let type = request.header("content-type"), type.hasPrefix("multipart/form-data"),
      let mark = type.ranges(of: "boundary=").first
    else { return nil }
    let boundary = "--" + type[mark.upperBound...].filter { $0 != "\"" }
    // Swift takes CR LF for one character; as bytes both are there.
    let parts = "\r\n\(request.body)".split(separator: "\r\n\(boundary)", omittingEmptySubsequences: false)
    guard parts.count > 2, parts.last?.hasPrefix("--") == true else { return nil }
    for part in parts.dropFirst().dropLast() {
      guard let end = part.ranges(of: "\r\n\r\n").first, let name = Self.name(in: part[..<end.lowerBound]) else {
        return nil
      }
      fields.append((name, String(part[end.upperBound...])))
    }
  }

  subscript(name: String) -> String? { fields.first { $0.name == name }?.value }

  private static func name(in head: Substring) -> String? {
    head.ranges(of: " name=\"").first.map { String(head[$0.upperBound...].prefix { $0 != "\"" }) }
  }
}
