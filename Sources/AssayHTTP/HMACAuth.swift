internal import Crypto

/// A signature over each request with a shared secret (HMAC, RFC 2104), in headers of the service's own form.
///
/// What is signed is the request as it goes out, redirects within the host included; time and nonce are new each time.
package struct HMACAuth: Auth {
  package enum Algorithm: String, Sendable, Hashable, CaseIterable {
    case sha256
    case sha512
  }

  package enum Encoding: String, Sendable, Hashable, CaseIterable {
    case base64
    /// Lower case.
    case hex
  }

  package struct Settings: Sendable {
    package var accessKey: String
    /// As it was given, so that it is masked.
    package var secretText: String
    /// The bytes that the secret's text stands for.
    package var secret: [UInt8]
    package var algorithm: Algorithm
    package var encoding: Encoding
    package var stringToSign: SignatureTemplate
    package var headers: [(name: String, value: SignatureTemplate)]

    package init(
      accessKey: String, secretText: String, secret: [UInt8]? = nil, algorithm: Algorithm = .sha256,
      encoding: Encoding = .base64, stringToSign: SignatureTemplate, headers: [(name: String, value: SignatureTemplate)]
    ) {
      self.accessKey = accessKey
      self.secretText = secretText
      self.secret = secret ?? Array(secretText.utf8)
      self.algorithm = algorithm
      self.encoding = encoding
      self.stringToSign = stringToSign
      self.headers = headers
    }
  }

  private let settings: Settings
  private let clock: any RetryClock

  package init(_ settings: Settings, _ context: AuthContext) {
    self.settings = settings
    clock = context.clock
  }

  package var secrets: [String] { [settings.secretText] }

  package func authorize(_ request: inout HTTPRequest) {
    var signed = SignedRequest(
      request: request, milliseconds: clock.unixMilliseconds, nonce: Self.nonce(), accessKey: settings.accessKey)
    let message = settings.stringToSign.fill { signed.bytes(of: $0) }
    let code = settings.algorithm.code(over: message, key: settings.secret)
    signed.signature = settings.encoding == .hex ? hexText(code) : base64(code)
    for header in settings.headers {
      request.headers[header.name] = String(decoding: header.value.fill { signed.bytes(of: $0) }, as: UTF8.self)
    }
  }

  /// 128 random bits in hex.
  private static func nonce() -> String {
    var source = SystemRandomNumberGenerator()
    return hexText((0..<16).map { _ in UInt8.random(in: .min ... .max, using: &source) })
  }
}

extension HMACAuth.Algorithm {
  /// The message's authentication code. O(message).
  package func code(over message: [UInt8], key: [UInt8]) -> [UInt8] {
    let key = SymmetricKey(data: key)
    return switch self {
    case .sha256: Array(HMAC<SHA256>.authenticationCode(for: message, using: key))
    case .sha512: Array(HMAC<SHA512>.authenticationCode(for: message, using: key))
    }
  }
}

/// A request with the moment of its signing.
private struct SignedRequest {
  let request: HTTPRequest
  let milliseconds: Int64
  let nonce: String
  let accessKey: String
  var signature = ""

  func bytes(of placeholder: SignatureTemplate.Placeholder) -> [UInt8] {
    placeholder == .body ? request.body : Array(text(of: placeholder).utf8)
  }

  private var seconds: Int64 { milliseconds / 1000 }

  private func text(of placeholder: SignatureTemplate.Placeholder) -> String {
    let url = request.url
    return switch placeholder {
    case .method: request.method.rawValue
    case .url: url.description
    case .host: String(url.originText.dropFirst(url.origin.scheme.count + "://".count))
    case .path: url.path
    case .query: String(url.target.dropFirst(url.path.count + 1))
    case .target: url.target
    case .body: String(decoding: request.body, as: UTF8.self)
    case .bodySHA256: sha256Hex(request.body)
    case .bodySHA256Base64: base64(Array(SHA256.hash(data: request.body)))
    case .timestamp: String(seconds)
    case .timestampMS: String(milliseconds)
    case .timestampISO: HTTPDate.text(seconds)
    case .timestampHTTP: HTTPDate.headerText(seconds)
    case .nonce: nonce
    case .accessKey: accessKey
    case .signature: signature
    }
  }
}
