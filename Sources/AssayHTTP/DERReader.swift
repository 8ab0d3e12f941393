/// Reads the outermost structure of DER (X.690): tags, lengths, contents. Enough to find names in a certificate.
struct DERReader {
  /// What is left to read.
  private(set) var rest: ArraySlice<UInt8>

  init(_ bytes: some Collection<UInt8>) { rest = ArraySlice(bytes) }

  /// The next value with its tag, or nil where none can be read. `whole` includes tag and length.
  mutating func next() -> (tag: UInt8, contents: ArraySlice<UInt8>, whole: ArraySlice<UInt8>)? {
    let start = rest
    guard let tag = rest.popFirst(), let first = rest.popFirst() else { return nil }
    var length = Int(first)
    if first >= 0x80 {
      length = 0
      for _ in 0..<min(Int(first & 0x7F), 4) {
        guard let byte = rest.popFirst() else { return nil }
        length = length << 8 | Int(byte)
      }
    }
    guard length <= rest.count else { return nil }
    let contents = rest.prefix(length)
    rest = rest.dropFirst(length)
    return (tag, contents, start[start.startIndex..<contents.endIndex])
  }
}

/// Who signed a certificate, and for whom: the parts that BoringSSL does not tell.
struct CertificateNames {
  /// As they are encoded.
  let issuer: ArraySlice<UInt8>
  let subject: ArraySlice<UInt8>

  /// The names in a certificate in DER (RFC 5280, section 4.1); nil if it cannot be read.
  init?(_ certificate: [UInt8]) {
    var outer = DERReader(certificate)
    guard let whole = outer.next() else { return nil }
    var inner = DERReader(whole.contents)
    guard let signed = inner.next() else { return nil }
    var fields = DERReader(signed.contents)
    // The version is optional, and stands first.
    if fields.rest.first == 0xA0, fields.next() == nil { return nil }
    // Serial number, algorithm, issuer, validity, subject.
    guard fields.next() != nil, fields.next() != nil, let issuer = fields.next(), fields.next() != nil,
      let subject = fields.next()
    else { return nil }
    self.issuer = issuer.contents
    self.subject = subject.contents
  }

  /// Whether the holder of the certificate signed it.
  var isSelfSigned: Bool { issuer.elementsEqual(subject) }

  /// The issuer's common name, or its organisation; nil where it has neither.
  var issuerName: String? { Self.attribute([0x55, 4, 3], in: issuer) ?? Self.attribute([0x55, 4, 10], in: issuer) }

  private static func attribute(_ id: [UInt8], in name: ArraySlice<UInt8>) -> String? {
    var sets = DERReader(name)
    while let set = sets.next() {
      var pairs = DERReader(set.contents)
      while let pair = pairs.next() {
        var parts = DERReader(pair.contents)
        guard let key = parts.next(), let value = parts.next(), key.contents.elementsEqual(id) else { continue }
        return String(decoding: value.contents, as: UTF8.self)
      }
    }
    return nil
  }
}
