package import AssayDefinition
internal import AssayEngine
package import AssayHTTP

/// `auth: {type: hmac}`: a signature over each request.
package struct HMACAuthDeclaration: AuthDeclaration, Component {
  package enum Hash: String, ConfigChoice {
    case sha256, sha512
  }

  package enum Digits: String, ConfigChoice {
    case base64, hex
  }

  var accessKey = ""
  var secret = ""
  var secretEncoding = SecretEncoding.text
  var algorithm = Hash.sha256
  var encoding = Digits.base64
  var stringToSign = SignatureTemplate()
  var headers = Named<SignatureTemplate>()

  package static let schema = Schema(
    "hmac", HMACAuthDeclaration(), summary: "A signature over each request with a shared secret (HMAC, RFC 2104).",
    details: """
      `string_to_sign` and `headers` are templates, filled anew for each attempt and each redirect; requests to another host than
      the API's are never signed. Write a line end in `string_to_sign` as `\\n` in double quotes, or as a block with `|-`.

      What may stand in braces:

      - `{method}`: the method in upper case: `GET`
      - `{url}`: the whole address as sent: `https://host/path?query`
      - `{host}`: the host as the Host header has it: with a port where it is not the scheme's own
      - `{path}`: the path as sent, percent-encoded, from its first `/` on
      - `{query}`: the query as sent, percent-encoded and in the order of sending, without `?`; empty if there is none
      - `{target}`: path and query as they stand in the request line; no `?` where there is no query
      - `{body}`: the bytes of the body; not in `headers`
      - `{body_sha256}`: the SHA-256 of the body, also of an empty one, in lower-case hex
      - `{body_sha256_base64}`: the same in base64
      - `{timestamp}`: seconds since 1970
      - `{timestamp_ms}`: milliseconds since 1970
      - `{timestamp_iso}`: `2026-11-24T06:15:00Z`
      - `{timestamp_http}`: `Tue, 24 Nov 2026 06:15:00 GMT`
      - `{nonce}`: 32 random hex digits
      - `{access_key}`: the key `access_key`
      - `{signature}`: the signature, in `headers` only

      All times of one attempt are the same moment. `{{` and `}}` stand for the braces themselves.
      """,
    keys: [
      Key("access_key", \.accessKey, required: true, "The public name of the secret."),
      Key("secret", \.secret, required: true, secret: true, "The secret that signs."),
      Key(
        "secret_encoding", \.secretEncoding, "How the text of `secret` stands for its bytes: as it is, base64 or hex."),
      Key("algorithm", \.algorithm, "The hash."),
      Key("encoding", \.encoding, "How the signature is written: base64 (with padding), or lower-case hex."),
      Key("string_to_sign", \.stringToSign, required: true, "What is signed."),
      Key(
        "headers", \.headers, required: true,
        "The headers that carry the signature, and what else the service asks for."),
    ],
    rules: [
      Rule("secret", code: .badValue) { auth in
        // In a replay, where nothing is signed, a secret that is not set is its own mask.
        if auth.secret.isEmpty || auth.secret == SecretMask.replacement { return nil }
        return auth.secretBytes == nil ? "this is no \(auth.secretEncoding.rawValue)" : nil
      },
      Rule("string_to_sign", code: .badValue) { auth in
        auth.stringToSign.has(.signature) ? "{signature} cannot be a part of what is signed" : nil
      },
      Rule("headers", code: .badValue) { $0.headerFault },
    ],
    examples: [
      """
      type: hmac
      access_key: "${env:CRM_KEY}"
      secret: "${secret:CRM_SECRET}"
      string_to_sign: "{method}\\n{path}\\n{query}\\n{timestamp}\\n{nonce}\\n{body_sha256}"
      headers:
        X-Timestamp: "{timestamp}"
        X-Nonce: "{nonce}"
        Authorization: "HMAC-SHA256 {access_key}:{signature}"
      """,
      """
      type: hmac
      access_key: "${env:EXCHANGE_KEY}"
      secret: "${secret:EXCHANGE_SECRET}"
      secret_encoding: base64
      string_to_sign: "{timestamp}{method}{target}{body}"
      headers: {X-Access-Key: "{access_key}", X-Access-Sign: "{signature}", X-Access-Timestamp: "{timestamp}"}
      """,
    ],
    faults: [
      FaultExample(
        """
        type: hmac
        access_key: a
        secret: "${secret:CRM_SECRET}"
        string_to_sign: ⟪"{metod} {path}"
        headers: {X-Signature: "{signature}"}
        """, "nothing fills '{metod}'; did you mean 'method'?"),
      FaultExample(
        """
        type: hmac
        access_key: a
        secret: "${secret:CRM_SECRET}"
        string_to_sign: "{method} {path}"
        ⟪headers: {X-Key: "{access_key}"}
        """, "no header carries the {signature}"),
    ])

  private var headerFault: String? {
    if let item = headers.items.first(where: { !isHeaderName($0.name) }) {
      return "'\(item.name)' cannot be a header's name"
    }
    if headers.items.contains(where: { $0.value.has(.body) }) { return "a header cannot hold the {body}" }
    return headers.items.contains { $0.value.has(.signature) } ? nil : "no header carries the {signature}"
  }

  private var secretBytes: [UInt8]? { secretEncoding.bytes(of: secret) }

  package func makeAuth(_ context: AuthContext) throws -> any Auth {
    HMACAuth(
      .init(
        accessKey: accessKey, secretText: secret, secret: secretBytes,
        algorithm: algorithm == .sha256 ? .sha256 : .sha512, encoding: encoding == .hex ? .hex : .base64,
        stringToSign: stringToSign, headers: headers.items.map { ($0.name, $0.value) }), context)
  }
}

extension SecretEncoding: ConfigChoice {}

extension SignatureTemplate: ConfigValue {
  package static var shape: Shape { .text }

  package static func decode(_ node: YAMLNode, _ context: Decoding) -> SignatureTemplate? {
    guard let text = context.filledText(node, expecting: "a text, with what the request fills in braces") else {
      return nil
    }
    do {
      let template = try Template(text)
      var parts: [Part] = []
      for part in template.parts {
        switch part {
        case .literal(let text): parts.append(.literal(text))
        case .column(let name, let optional):
          guard let placeholder = Placeholder(rawValue: name), !optional else {
            let names = Placeholder.allCases.map(\.rawValue)
            context.fault(
              .badValue, at: node.location,
              "nothing fills '{\(name)\(optional ? "?" : "")}'"
                + suggestion(for: name, among: names, listing: names.count))
            return nil
          }
          parts.append(.value(placeholder))
        }
      }
      return SignatureTemplate(parts)
    } catch {
      context.fault(.badValue, at: node.location, error.message)
      return nil
    }
  }

  package static func display(_ value: SignatureTemplate) -> String? {
    let text = value.parts.map { part in
      switch part {
      case .literal(let text): text
      case .value(let placeholder): "{\(placeholder.rawValue)}"
      }
    }.joined()
    return text.isEmpty ? nil : text
  }
}
