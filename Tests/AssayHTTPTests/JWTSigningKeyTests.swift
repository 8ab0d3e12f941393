import AssayHTTP
import Crypto
import CryptoExtras
import Foundation
import Testing

struct JWTSigningKeyTests {
  private static let payload =
    "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ"

  /// Signatures that are the same each time.
  @Test(arguments: [
    (
      "RFC 7515 A.1", JWTSigningAlgorithm.hs256,
      "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow",
      "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.\(payload)", "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
    ),
    (
      "RFC 7515 A.2", .rs256, SigningKeys.rsa, "eyJhbGciOiJSUzI1NiJ9.\(payload)",
      "cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9uJdbF9CU"
        + "Ar7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO"
        + "--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN"
        + "_IoypGlUPQGe77Rw"
    ),
    (
      "RFC 8037 A.4", .edDSA, SigningKeys.ed25519, "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc",
      "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg"
    ),
  ])
  func `an RFC's example has the RFC's signature`(
    name: String, algorithm: JWTSigningAlgorithm, key: String, input: String, signature: String
  ) async throws {
    let key = try JWTSigningKey(algorithm, key, encoding: algorithm.isSymmetric ? .base64 : .text)
    #expect(base64URL(try await key.sign(Array(input.utf8))) == signature)
  }

  @Test(arguments: ["k", "a key of 27 characters only", String(repeating: "long ", count: 40)])
  func `a secret of any length signs as it does in HMAC`(secret: String) async throws {
    let (input, key) = (Data("a.b".utf8), SymmetricKey(data: Data(secret.utf8)))
    for (algorithm, code) in [
      (JWTSigningAlgorithm.hs256, Array(HMAC<SHA256>.authenticationCode(for: input, using: key))),
      (.hs384, Array(HMAC<SHA384>.authenticationCode(for: input, using: key))),
      (.hs512, Array(HMAC<SHA512>.authenticationCode(for: input, using: key))),
    ] {
      #expect(try await JWTSigningKey(algorithm, secret).sign(Array(input)) == code)
    }
  }

  @Test
  func `RSA signatures are verified with the public key`() async throws {
    let input = Data("header.payload".utf8)
    let key = try _RSA.Signing.PrivateKey(pemRepresentation: SigningKeys.rsa).publicKey
    for (algorithm, padding, digest) in [
      (JWTSigningAlgorithm.rs256, _RSA.Signing.Padding.insecurePKCS1v1_5, Array(SHA256.hash(data: input))),
      (.rs384, .insecurePKCS1v1_5, Array(SHA384.hash(data: input))),
      (.rs512, .insecurePKCS1v1_5, Array(SHA512.hash(data: input))), (.ps256, .PSS, Array(SHA256.hash(data: input))),
      (.ps384, .PSS, Array(SHA384.hash(data: input))), (.ps512, .PSS, Array(SHA512.hash(data: input))),
    ] {
      let bytes = try await JWTSigningKey(algorithm, SigningKeys.rsa).sign(Array(input))
      let signature = _RSA.Signing.RSASignature(rawRepresentation: bytes)
      let isValid =
        switch digest.count {
        case 32: key.isValidSignature(signature, for: SHA256.hash(data: input), padding: padding)
        case 48: key.isValidSignature(signature, for: SHA384.hash(data: input), padding: padding)
        default: key.isValidSignature(signature, for: SHA512.hash(data: input), padding: padding)
        }
      #expect(isValid, "\(algorithm)")
    }
  }

  @Test
  func `ES signatures are verified with the public key`() async throws {
    let input = Data("header.payload".utf8)
    let p256 = try P256.Signing.PrivateKey(pemRepresentation: SigningKeys.p256)
    let (p384, p521) = (P384.Signing.PrivateKey(), P521.Signing.PrivateKey())
    let es256 = try await JWTSigningKey(.es256, SigningKeys.p256).sign(Array(input))
    let es384 = try await JWTSigningKey(.es384, p384.pemRepresentation).sign(Array(input))
    let es512 = try await JWTSigningKey(.es512, p521.pemRepresentation).sign(Array(input))
    #expect(p256.publicKey.isValidSignature(try .init(rawRepresentation: es256), for: SHA256.hash(data: input)))
    #expect(p384.publicKey.isValidSignature(try .init(rawRepresentation: es384), for: SHA384.hash(data: input)))
    #expect(p521.publicKey.isValidSignature(try .init(rawRepresentation: es512), for: SHA512.hash(data: input)))
  }

  @Test(arguments: [
    ("PKCS#1", JWTSigningAlgorithm.rs256, SigningKeys.rsaPKCS1), ("SEC 1", .es256, SigningKeys.p256SEC1),
    ("written line ends", .rs256, SigningKeys.rsa.replacing("\n", with: "\\n")),
    ("blanks for line ends", .rs256, SigningKeys.rsa.replacing("\n", with: " ")),
    ("no line ends", .rs256, SigningKeys.rsa.replacing("\n", with: "")),
    ("line ends of Windows", .es256, SigningKeys.p256.replacing("\n", with: "\r\n")),
    (
      "parameters before it", .es256,
      "-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n" + SigningKeys.p256SEC1
    ),
    ("text around it", .es256, "my key:\n\(SigningKeys.p256)\nthe end"),
  ])
  func `a private key is read in each form in which it is handed over`(
    name: String, algorithm: JWTSigningAlgorithm, pem: String
  ) async throws {
    let signature = try await JWTSigningKey(algorithm, pem).sign(Array("a.b".utf8))
    if algorithm == .rs256 {
      #expect(try await signature == JWTSigningKey(algorithm, SigningKeys.rsa).sign(Array("a.b".utf8)))
    } else {
      let key = try P256.Signing.PrivateKey(pemRepresentation: SigningKeys.p256).publicKey
      #expect(key.isValidSignature(try .init(rawRepresentation: signature), for: SHA256.hash(data: Data("a.b".utf8))))
    }
  }

  @Test(arguments: [
    (JWTSigningAlgorithm.rs256, "hello", "this is no PEM text, which begins with '-----BEGIN PRIVATE KEY-----'"),
    (.rs256, SigningKeys.p256, "this is no RSA private key of at least 2048 bits in PEM, which RS256 needs"),
    (.es384, SigningKeys.p256, "this is no private key on the curve P-384 in PEM, which ES384 needs"),
    (.edDSA, SigningKeys.p256, "this is no Ed25519 private key in PEM, which EdDSA needs"),
    (
      .es256, "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----",
      "this is no private key on the curve P-256"
    ),
    (.es256, "-----BEGIN PRIVATE KEY-----\nAAAA", "the PEM text has no '-----END PRIVATE KEY-----'"),
    (.es256, "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----", "this is a public key, and signing takes"),
    (
      .rs256, "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----", "this is a certificate, and signing takes"
    ),
    (.rs256, "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAA\n-----END", "the private key is encrypted"),
    (
      .rs256, "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n\nAA\n-----END RSA PRIVATE KEY-----",
      "the private key is encrypted"
    ),
    (.edDSA, "-----BEGIN OPENSSH PRIVATE KEY-----\nAA\n-----END OPENSSH PRIVATE KEY-----", "OpenSSH's form"),
    (.hs256, SigningKeys.rsa, "HS256 signs with a secret text, and this is a key in PEM"),
  ])
  func `a key that cannot be used is told by what it is, and not shown`(
    algorithm: JWTSigningAlgorithm, key: String, message: String
  ) {
    let failure = #expect(throws: AuthFailure.self) { try JWTSigningKey(algorithm, key) }
    #expect(failure?.message.contains(message) == true, "\(failure?.message ?? "")")
    #expect(failure?.kind == .config)
    #expect(failure?.description.contains("AAAA") == false)
  }
}
