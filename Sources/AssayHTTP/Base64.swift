/// Bytes as base64 text (RFC 4648, section 4), padded.
package func base64(_ bytes: some Collection<UInt8>) -> String {
  let alphabet: StaticString = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
  var result: [UInt8] = []
  result.reserveCapacity((bytes.count + 2) / 3 * 4)
  var word: UInt32 = 0
  var pending = 0
  func digit(_ shift: UInt32) -> UInt8 { alphabet.utf8Start[Int(word >> shift & 63)] }
  for byte in bytes {
    word = word << 8 | UInt32(byte)
    pending += 1
    guard pending == 3 else { continue }
    for shift: UInt32 in [18, 12, 6, 0] { result.append(digit(shift)) }
    word = 0
    pending = 0
  }
  if pending > 0 {
    word <<= UInt32(8 * (3 - pending))
    result.append(digit(18))
    result.append(digit(12))
    result.append(pending == 2 ? digit(6) : UInt8(ascii: "="))
    result.append(UInt8(ascii: "="))
  }
  return String(decoding: result, as: UTF8.self)
}

/// Bytes in the alphabet that is safe in URLs (RFC 4648, section 5), without padding, as JWTs have it.
package func base64URL(_ bytes: some Collection<UInt8>) -> String {
  String(base64(bytes).prefix { $0 != "=" }.map { $0 == "+" ? "-" : $0 == "/" ? "_" : $0 })
}
