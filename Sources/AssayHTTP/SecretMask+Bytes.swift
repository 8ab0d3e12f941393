extension SecretMask {
  /// The bytes with every secret replaced.
  package func masked(_ bytes: [UInt8]) -> [UInt8] {
    guard let text = String(validating: bytes, as: UTF8.self) else { return bytes }
    return reveals(text) ? Array(apply(to: text).utf8) : bytes
  }
}
