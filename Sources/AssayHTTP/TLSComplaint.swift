import NIOSSL

/// Why a TLS connection did not come about, in words that tell what to do.
struct TLSComplaint {
  var reason: String
  var hint: String?

  private init(_ reason: String, hint: String? = nil) {
    self.reason = reason
    self.hint = hint
  }

  var failure: TransportFailure { TransportFailure(.tls, "no secure connection: \(reason)", hint: hint) }

  /// Whether it is the server's certificate that was refused here.
  static func isAboutCertificate(_ error: any Error) -> Bool {
    let text = String(reflecting: error)
    return text.contains("CERTIFICATE_VERIFY_FAILED") || text.contains("failedToValidateHostname")
      || text.contains("unableToValidateCertificate")
  }

  /// What a server's certificates, as a second look saw them, say of a refusal. `now` is in Unix seconds.
  static func about(_ certificates: [NIOSSLCertificate], of origin: Origin, error: any Error, now: Int64)
    -> TLSComplaint
  {
    if String(reflecting: error).contains("failedToValidateHostname") {
      let names = certificates.first.map(hosts) ?? []
      let rest = names.count > 5 ? " and \(names.count - 5) more" : ""
      let known = names.isEmpty ? "" : ", but for " + names.prefix(5).joined(separator: ", ") + rest
      return TLSComplaint(
        "the server's certificate is not for '\(origin.host)'\(known)", hint: "check the host in base_url")
    }
    for (index, certificate) in certificates.enumerated() {
      let whose = index == 0 ? "the server's certificate" : "a certificate in the server's chain"
      let (from, until) = (Int64(certificate.notValidBefore), Int64(certificate.notValidAfter))
      if now > until {
        return TLSComplaint(
          "\(whose) expired on \(HTTPDate.text(until).prefix(10))",
          hint: "the service must renew it; check this machine's clock too")
      }
      if now < from {
        return TLSComplaint(
          "\(whose) is valid from \(HTTPDate.text(from).prefix(10)) on", hint: "check this machine's clock")
      }
    }
    let trust = "if you trust it, name its file in the api's tls.ca_file"
    guard let last = certificates.last, let names = (try? last.toDERBytes()).flatMap({ CertificateNames($0) }) else {
      return TLSComplaint(
        "the server's certificate has expired, or is signed by nobody this machine trusts",
        hint: "check this machine's clock, or name the authority's file in the api's tls.ca_file")
    }
    if certificates.count == 1, names.isSelfSigned {
      return TLSComplaint("the server's certificate is self-signed", hint: trust)
    }
    let issuer = names.issuerName.map { "'\($0)', " } ?? ""
    return TLSComplaint(
      "the server's certificate is signed by \(issuer)an authority that this machine does not know",
      hint: "\(trust); for a public site, install the system's ca-certificates")
  }

  /// What an error of the handshake means.
  /// - Parameter hasIdentity: Whether a client certificate was at hand.
  init(_ error: any Error, hasIdentity: Bool) {
    let word = TLSSettings.reason(in: error) ?? ""
    switch word {
    case "WRONG_VERSION_NUMBER", "HTTP_REQUEST", "HTTPS_PROXY_REQUEST":
      self.init("the server does not speak TLS on this port (http:// instead?)", hint: "check base_url")
    case "UNSUPPORTED_PROTOCOL", "TLSV1_ALERT_PROTOCOL_VERSION":
      self.init("the server speaks no TLS of version 1.2 or later")
    case "TLSV1_ALERT_UNKNOWN_CA", "SSLV3_ALERT_BAD_CERTIFICATE", "SSLV3_ALERT_CERTIFICATE_UNKNOWN",
      "SSLV3_ALERT_CERTIFICATE_EXPIRED", "SSLV3_ALERT_CERTIFICATE_REVOKED", "SSLV3_ALERT_UNSUPPORTED_CERTIFICATE",
      "TLSV1_ALERT_ACCESS_DENIED", "TLSV1_ALERT_DECRYPT_ERROR":
      self =
        hasIdentity
        ? TLSComplaint("the server refused the client certificate (\(word))", hint: "check the api's tls")
        : Self.wanted
    case "TLSV1_ALERT_CERTIFICATE_REQUIRED", "SSLV3_ALERT_NO_CERTIFICATE": self = Self.wanted
    case "SSLV3_ALERT_HANDSHAKE_FAILURE":
      self.init(
        "the server broke off the handshake: it speaks no cipher that is safe"
          + (hasIdentity ? "" : ", or wants a client certificate"))
    case "": self.init("the TLS handshake failed")
    default: self.init("the TLS handshake failed (\(word))")
    }
  }

  private static let wanted = TLSComplaint(
    "the server wants a client certificate", hint: "name it in the api's tls: client_certificate and client_key")

  /// The hosts and addresses that a certificate is for.
  private static func hosts(_ certificate: NIOSSLCertificate) -> [String] {
    certificate._subjectAlternativeNames().compactMap { name in
      switch name.nameType {
      case .dnsName: return "'\(String(decoding: name.contents, as: UTF8.self))'"
      case .ipAddress where name.contents.count == 4: return name.contents.map { String($0) }.joined(separator: ".")
      default: return nil
      }
    }
  }
}
