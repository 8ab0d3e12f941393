import NIOSSL

/// Whom an API's connections trust, and how they prove who asks. Certificates are always verified; nothing here can
/// switch that off.
///
/// A class, and equal to itself only: connections are pooled by it, and comparing keys and certificates would cost more
/// than a request.
package final class TLSSettings: Sendable, Hashable {
  /// Text in PEM form, and what to call it in messages.
  package struct PEM: Sendable, Hashable {
    package var name: String
    package var bytes: [UInt8]

    package init(name: String, bytes: [UInt8]) {
      self.name = name
      self.bytes = bytes
    }
  }

  /// Why settings cannot be used: a sentence without a full stop that names the file.
  package struct Fault: Error, CustomStringConvertible {
    package var description: String

    package init(_ description: String) { self.description = description }
  }

  let configuration: TLSConfiguration
  /// The same trust without the client certificate, for hosts that are not the API's.
  package let withoutIdentity: TLSSettings?
  /// Whether a client certificate is shown to servers that ask for one.
  package var hasIdentity: Bool { withoutIdentity != nil }

  private init(_ configuration: TLSConfiguration, withoutIdentity: TLSSettings?) {
    self.configuration = configuration
    self.withoutIdentity = withoutIdentity
  }

  /// What every client starts with: TLS 1.2 at least, the system's authorities, full verification.
  static var standardConfiguration: TLSConfiguration {
    var configuration = TLSConfiguration.makeClientConfiguration()
    configuration.minimumTLSVersion = .tlsv12
    return configuration
  }

  /// Reads and checks everything at once: certificates, key, and that they belong together.
  /// - Parameters:
  ///   - authorities: Certificates of authorities that are trusted.
  ///   - systemRoots: Whether the system's authorities are trusted too.
  ///   - certificate: The client certificate, with those of its issuers behind it.
  ///   - key: Its private key; nil where it stands in `certificate`.
  package static func make(
    authorities: PEM? = nil, systemRoots: Bool = true, certificate: PEM? = nil, key: PEM? = nil,
    passphrase: String? = nil
  ) throws(Fault) -> TLSSettings {
    var configuration = standardConfiguration
    if let authorities {
      let roots = try certificates(in: authorities)
      if systemRoots {
        configuration.additionalTrustRoots = [.certificates(roots)]
      } else {
        configuration.trustRoots = .certificates(roots)
      }
    }
    var anonymous: TLSSettings?
    if let certificate {
      anonymous = TLSSettings(configuration, withoutIdentity: nil)
      configuration.certificateChain = try certificates(in: certificate).map { .certificate($0) }
      configuration.privateKey = .privateKey(try privateKey(in: key ?? certificate, passphrase: passphrase))
    }
    do {
      _ = try NIOSSLContext(configuration: configuration)
    } catch NIOSSLError.failedToLoadPrivateKey {
      // The key could be read, so it is another certificate's.
      let names = [certificate, key].compactMap { $0?.name }.joined(separator: " and ")
      throw Fault("the private key does not belong to the client certificate (\(names))")
    } catch {
      throw Fault("the certificates cannot be used (\(reason(in: error) ?? "\(error)"))")
    }
    return TLSSettings(configuration, withoutIdentity: anonymous)
  }

  package static func == (left: TLSSettings, right: TLSSettings) -> Bool { left === right }

  package func hash(into hasher: inout Hasher) { hasher.combine(ObjectIdentifier(self)) }

  private static func certificates(in pem: PEM) throws(Fault) -> [NIOSSLCertificate] {
    do {
      return try NIOSSLCertificate.fromPEMBytes(pem.bytes)
    } catch {
      throw Fault("\(pem.name) holds no certificate in PEM form (-----BEGIN CERTIFICATE-----)")
    }
  }

  private static func privateKey(in pem: PEM, passphrase: String?) throws(Fault) -> NIOSSLPrivateKey {
    let text = String(decoding: pem.bytes, as: UTF8.self)
    let isEncrypted = text.contains("BEGIN ENCRYPTED PRIVATE KEY") || text.contains("Proc-Type: 4,ENCRYPTED")
    if isEncrypted, passphrase == nil {
      throw Fault("the private key in \(pem.name) is encrypted, and there is no client_key_passphrase")
    }
    do {
      // Without a callback BoringSSL would ask on the terminal.
      return try NIOSSLPrivateKey(bytes: pem.bytes, format: .pem) { $0(Array((passphrase ?? "").utf8)) }
    } catch {
      throw Fault(
        isEncrypted
          ? "the client_key_passphrase does not open the private key in \(pem.name)"
          : "\(pem.name) holds no private key in PEM form (-----BEGIN PRIVATE KEY-----)")
    }
  }

  /// BoringSSL's own word for what went wrong: `SSLV3_ALERT_HANDSHAKE_FAILURE`.
  static func reason(in error: any Error) -> String? {
    let text = String(reflecting: error)
    guard let mark = text.ranges(of: "OPENSSL_internal:").last else { return nil }
    let word = text[mark.upperBound...].prefix { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") }
    return word.isEmpty ? nil : String(word)
  }
}
