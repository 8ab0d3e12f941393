import Crypto
import FoundationEssentials

/// The CRM behind signatures: access key `assay`, secret `sandbox-hmac-secret`, HMAC-SHA256 in base64.
///
/// `X-Signature` signs method, path, query, `X-Timestamp` (within 5 minutes), `X-Nonce` (never twice) and the SHA-256
/// of the body in hex, one a line; path and query as they were sent.
enum CRMHMAC {
  private static let key = SymmetricKey(data: Data("sandbox-hmac-secret".utf8))

  static let lock = CRMAuth(prefix: "crm-hmac", challenge: nil) { request in
    let target = request.linkPrefix + request.target
    let path = target.prefix { $0 != "?" }
    guard request.header("x-access-key") == "assay", let timestamp = request.header("x-timestamp"),
      let time = Int(timestamp), abs(time - Int(Date().timeIntervalSince1970)) <= 300,
      let nonce = request.header("x-nonce"), nonce.utf8.count >= 8,
      let signature = request.header("x-signature").flatMap({ Data(base64Encoded: $0) })
    else { return false }
    let hash = SHA256.hash(data: Data(request.body.utf8)).map { byte in
      (byte < 16 ? "0" : "") + String(byte, radix: 16)
    }.joined()
    let signed = [request.method, String(path), String(target.dropFirst(path.count + 1)), timestamp, nonce, hash]
    return HMAC<SHA256>.isValidAuthenticationCode(
      signature, authenticating: Data(signed.joined(separator: "\n").utf8), using: key)
      && request.issued.isNew(nonce: nonce)
  }
}
