internal import Crypto
internal import JWTKit

/// How a JWT is signed (RFC 7518, section 3.1; EdDSA: RFC 8037).
package enum JWTSigningAlgorithm: String, Sendable, Hashable, CaseIterable {
  case hs256 = "HS256"
  case hs384 = "HS384"
  case hs512 = "HS512"
  case rs256 = "RS256"
  case rs384 = "RS384"
  case rs512 = "RS512"
  case ps256 = "PS256"
  case ps384 = "PS384"
  case ps512 = "PS512"
  case es256 = "ES256"
  case es384 = "ES384"
  case es512 = "ES512"
  case edDSA = "EdDSA"

  /// What its key is, for messages.
  var keyTitle: String {
    switch self {
    case .hs256, .hs384, .hs512: "secret text"
    case .rs256, .rs384, .rs512, .ps256, .ps384, .ps512: "RSA private key of at least 2048 bits"
    case .es256: "private key on the curve P-256"
    case .es384: "private key on the curve P-384"
    case .es512: "private key on the curve P-521"
    case .edDSA: "Ed25519 private key"
    }
  }

  /// Whether it signs with a secret that both sides know.
  package var isSymmetric: Bool { self == .hs256 || self == .hs384 || self == .hs512 }

  private var digest: DigestAlgorithm {
    switch self {
    case .hs256, .rs256, .ps256, .es256, .edDSA: .sha256
    case .hs384, .rs384, .ps384, .es384: .sha384
    case .hs512, .rs512, .ps512, .es512: .sha512
    }
  }

  /// Adds a secret to a collection.
  fileprivate func read(secret: [UInt8]) -> @Sendable (JWTKeyCollection) async -> Void {
    let digest = digest
    // HMAC fills a key with zeros to the block's size (RFC 2104), so these change nothing; JWTKit wants keys that are
    // as long as the hash, and services give out shorter ones.
    let key = HMACKey(from: secret + [UInt8](repeating: 0, count: max(0, 64 - secret.count)))
    return { await $0.add(hmac: key, digestAlgorithm: digest) }
  }

  /// Adds a private key to a collection.
  fileprivate func read(pem: String) throws -> @Sendable (JWTKeyCollection) async -> Void {
    let digest = digest
    switch self {
    case .hs256, .hs384, .hs512: return read(secret: Array(pem.utf8))
    case .rs256, .rs384, .rs512:
      let key = try Insecure.RSA.PrivateKey(pem: pem)
      return { await $0.add(rsa: key, digestAlgorithm: digest) }
    case .ps256, .ps384, .ps512:
      let key = try Insecure.RSA.PrivateKey(pem: pem)
      return { await $0.add(pss: key, digestAlgorithm: digest) }
    case .es256:
      let key = try ES256PrivateKey(pem: pem)
      return { await $0.add(ecdsa: key) }
    case .es384:
      let key = try ES384PrivateKey(pem: pem)
      return { await $0.add(ecdsa: key) }
    case .es512:
      let key = try ES512PrivateKey(pem: pem)
      return { await $0.add(ecdsa: key) }
    case .edDSA:
      let key = try EdDSA.PrivateKey(pem: pem)
      return { await $0.add(eddsa: key) }
    }
  }
}

/// A key that signs JWTs.
package struct JWTSigningKey: Sendable {
  package let algorithm: JWTSigningAlgorithm
  private let add: @Sendable (JWTKeyCollection) async -> Void

  /// Reads a key: for HS a secret in its encoding, else a private key in PEM (PKCS#8, PKCS#1 or SEC 1, not encrypted).
  ///
  /// A PEM text may have lost its line ends, or have `\n` in their place, as in environment variables; what stands
  /// before and after the key's block is ignored. The failure's message names no part of the key.
  package init(
    _ algorithm: JWTSigningAlgorithm, _ text: String, encoding: SecretEncoding = .text
  ) throws(AuthFailure) {
    self.algorithm = algorithm
    if algorithm.isSymmetric {
      if text.contains("-----BEGIN ") {
        throw AuthFailure("\(algorithm.rawValue) signs with a secret text, and this is a key in PEM")
      }
      guard let secret = encoding.bytes(of: text) else { throw AuthFailure("this is no \(encoding.rawValue)") }
      add = algorithm.read(secret: secret)
      return
    }
    let pem = try PEMText(privateKeyIn: text).text
    do {
      add = try algorithm.read(pem: pem)
    } catch {
      throw AuthFailure("this is no \(algorithm.keyTitle) in PEM, which \(algorithm.rawValue) needs")
    }
  }

  /// The signature of a JWS signing input (RFC 7515, section 5.1).
  package func sign(_ input: [UInt8]) async throws(AuthFailure) -> [UInt8] {
    do {
      let keys = JWTKeyCollection()
      await add(keys)
      return try await keys.getKey().sign(input)
    } catch {
      throw AuthFailure("the JWT could not be signed with \(algorithm.rawValue)")
    }
  }
}
