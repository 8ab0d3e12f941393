import Crypto
import FoundationEssentials

/// The CRM behind JWTs: HS256 with the key `sandbox-jwt-key-of-32-characters`, from the issuer `assay`, for at most 1 h.
enum CRMJWT {
  private static let key = SymmetricKey(data: Data("sandbox-jwt-key-of-32-characters".utf8))

  private struct Header: Decodable {
    let alg: String
  }

  private struct Claims: Decodable {
    let iss: String
    let iat: Int
    let exp: Int
  }

  static let lock = CRMAuth(prefix: "crm-jwt", challenge: #"Bearer realm="crm""#) { request in
    guard let header = request.header("authorization"), header.hasPrefix("Bearer ") else { return false }
    return admits(String(header.dropFirst("Bearer ".count)), now: Int(Date().timeIntervalSince1970))
  }

  private static func admits(_ token: String, now: Int) -> Bool {
    let parts = token.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count == 3, let header = try? JSONDecoder().decode(Header.self, from: bytes(parts[0])),
      let claims = try? JSONDecoder().decode(Claims.self, from: bytes(parts[1])), header.alg == "HS256"
    else { return false }
    let signed = Data("\(parts[0]).\(parts[1])".utf8)
    return HMAC<SHA256>.isValidAuthenticationCode(bytes(parts[2]), authenticating: signed, using: key)
      && claims.iss == "assay" && claims.iat <= now && claims.exp > now && claims.exp - claims.iat <= 3600
  }

  /// Base64 in the alphabet of URLs, without padding; nothing where it is none.
  private static func bytes(_ text: Substring) -> Data {
    let plain = text.map { $0 == "-" ? "+" : $0 == "_" ? "/" : $0 }
    let padding = String(repeating: "=", count: (4 - plain.count % 4) % 4)
    return Data(base64Encoded: String(plain) + padding) ?? Data()
  }
}
