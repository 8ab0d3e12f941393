/// One block of PEM (RFC 7468).
struct PEMText {
  /// The block with its lines as they should be.
  let text: String

  init(privateKeyIn written: String) throws(AuthFailure) {
    let begin = "-----BEGIN "
    var rest = written.split(separator: "\\n", omittingEmptySubsequences: false).joined(separator: "\n")[...]
    var labels: [String] = []
    while let start = rest.firstRange(of: begin) {
      rest = rest[start.upperBound...]
      guard let labelEnd = rest.firstRange(of: "-----") else { break }
      let label = String(rest[..<labelEnd.lowerBound])
      labels.append(label)
      rest = rest[labelEnd.upperBound...]
      guard label == "PRIVATE KEY" || label == "RSA PRIVATE KEY" || label == "EC PRIVATE KEY" else { continue }
      guard let end = rest.firstRange(of: "-----END \(label)-----") else {
        throw AuthFailure("the PEM text has no '-----END \(label)-----'")
      }
      let body = rest[..<end.lowerBound]
      if body.contains("ENCRYPTED") { throw Self.encrypted }
      var lines = ["\(begin)\(label)-----"]
      var digits = body.filter { !$0.isWhitespace }[...]
      while !digits.isEmpty {
        lines.append(String(digits.prefix(64)))
        digits = digits.dropFirst(64)
      }
      text = lines.joined(separator: "\n") + "\n-----END \(label)-----\n"
      return
    }
    throw Self.failure(labels.first)
  }

  private static let encrypted = AuthFailure(
    "the private key is encrypted; take one without a passphrase ('openssl pkey' writes one)")

  private static func failure(_ label: String?) -> AuthFailure {
    switch label {
    case "ENCRYPTED PRIVATE KEY": encrypted
    case "PUBLIC KEY", "RSA PUBLIC KEY": AuthFailure("this is a public key, and signing takes the private one")
    case "CERTIFICATE": AuthFailure("this is a certificate, and signing takes the private key")
    case "OPENSSH PRIVATE KEY": AuthFailure("this is a key in OpenSSH's form; 'ssh-keygen -p -m PEM' rewrites it")
    case let label?: AuthFailure("this is PEM of '\(label)', and signing takes a PRIVATE KEY")
    case nil: AuthFailure("this is no PEM text, which begins with '-----BEGIN PRIVATE KEY-----'")
    }
  }
}
