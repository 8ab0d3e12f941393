package import AssayDefinition
internal import AssayHTTP

/// The `tls` of an API: whom to trust, and how to prove who asks. Verification is always on.
package struct TLSDeclaration: ConfigObject {
  package var caFile: String?
  package var systemRoots = true
  package var clientCertificate: String?
  package var clientKey: String?
  package var clientKeyPassphrase: String?

  package static let schema = Schema(
    "tls", TLSDeclaration(), summary: "Whom https:// connections trust, and how they prove who asks.",
    keys: [
      Key("ca_file", \.caFile, "A PEM file with certificates of authorities that are trusted beside the system's."),
      Key("system_roots", \.systemRoots, "Whether the system's authorities are trusted too."),
      Key(
        "client_certificate", \.clientCertificate,
        "The client certificate, with those of its issuers behind it. No host but the API's, and that of its token_url, gets to see it."
      ),
      Key(
        "client_key", \.clientKey, shown: "in client_certificate",
        "The client certificate's private key: a file, or the PEM text itself, as a secret gives it."),
      Key(
        "client_key_passphrase", \.clientKeyPassphrase, secret: true, "What opens the private key, if it is encrypted."),
    ],
    rules: [
      Rule("system_roots") {
        !$0.systemRoots && $0.caFile == nil
          ? "without the system's authorities nobody is trusted; name a 'ca_file'" : nil
      },
      Rule("client_key") {
        $0.clientKey != nil && $0.clientCertificate == nil ? "'client_key' needs its 'client_certificate'" : nil
      },
      Rule("client_key_passphrase") {
        $0.clientKeyPassphrase != nil && $0.clientCertificate == nil
          ? "'client_key_passphrase' needs a 'client_certificate'" : nil
      },
    ])

  /// The settings for connections, with every file read. Private keys that stand in the file itself are registered with
  /// the mask.
  func settings(in directory: String, _ mask: SecretMask) throws(TLSSettings.Fault) -> TLSSettings {
    let certificate = try pem(clientCertificate, "client_certificate", directory, mask)
    return try TLSSettings.make(
      authorities: try pem(caFile, "ca_file", directory, mask), systemRoots: systemRoots, certificate: certificate,
      key: try pem(clientKey, "client_key", directory, mask), passphrase: clientKeyPassphrase)
  }

  private func pem(
    _ value: String?, _ key: String, _ directory: String, _ mask: SecretMask
  ) throws(TLSSettings.Fault) -> TLSSettings.PEM? {
    guard let value else { return nil }
    if value.contains("-----BEGIN") {
      if value.contains("PRIVATE KEY") { mask.register(value) }
      return TLSSettings.PEM(name: "tls.\(key)", bytes: Array(value.utf8))
    }
    let path = value.hasPrefix("/") || directory.isEmpty ? value : "\(directory)/\(value)"
    return TLSSettings.PEM(name: "'\(value)' (tls.\(key))", bytes: try Self.contents(of: path, shown: value, key))
  }

  private static func contents(
    of path: String, shown: String, _ key: String
  ) throws(TLSSettings.Fault) -> [UInt8] {
    do throws(ReadFault) {
      // A file of certificates has some hundred kilobytes; what is longer by far is something else.
      return try AssayEngine.contents(of: path, limit: 64 << 20)
    } catch {
      throw TLSSettings.Fault("tls.\(key): the file '\(shown)' cannot be read: \(error.reason)")
    }
  }
}
