/// A request as the routes see it: decoded, and without what asks for a fault.
struct SandboxRequest: Sendable {
  var method: String
  /// Percent-decoded, from the root, without the fault prefix.
  var path: String
  /// Decoded pairs in the order in which they were sent.
  var query: [(name: String, value: String)]
  /// Path and query as they were sent, without the fault prefix.
  var target: String
  /// Names in lower case.
  var headers: [(name: String, value: String)]
  var body: String = ""
  /// The host and port that the client used, for absolute links.
  var authority: String
  /// The fault prefix as it was sent (`/fault/latency=5`), so that absolute links keep it.
  var linkPrefix: String = ""
  var faults = FaultPlan()
  /// What the sandbox's locks remember.
  var issued = IssuedTokens()
  /// What was sent to be kept.
  var received = ReceivedRecords()

  subscript(name: String) -> String? { query.first { $0.name == name }?.value }

  func header(_ name: String) -> String? { headers.first { $0.name == name }?.value }

  /// Path parts without empty ones.
  var segments: [Substring] { path.split(separator: "/") }

  /// A whole number from the query: the default if absent, an error answer if it is none or out of range.
  func integer(_ name: String, default standard: Int, in range: ClosedRange<Int>) throws(Refusal) -> Int {
    guard let text = self[name] else { return standard }
    guard let value = Int(text), range.contains(value) else {
      throw Refusal(.error(400, "bad_parameter", "\(name) must be a whole number from \(range.lowerBound)"))
    }
    return value
  }
}

/// An answer that a route gives instead of the one that was asked for.
struct Refusal: Error {
  let answer: Answer

  init(_ answer: Answer) { self.answer = answer }
}

extension SandboxRequest {
  /// Splits a request target; faults come from `/fault/SPEC/…`, `_fault=SPEC` and `X-Sandbox-Fault: SPEC` together.
  init(method: String, target: String, headers: [(name: String, value: String)]) throws(Refusal) {
    var specs: [String] = []
    var rest = target[...]
    var linkPrefix = ""
    while rest.hasPrefix("/fault/") {
      let tail = rest.dropFirst("/fault/".count)
      let spec = tail.prefix { $0 != "/" && $0 != "?" }
      linkPrefix += "/fault/" + spec
      specs.append(percentDecoded(spec))
      rest = tail.dropFirst(spec.count)
    }
    let rawPath = rest.prefix { $0 != "?" }
    let rawQuery = rest.dropFirst(rawPath.count + 1).prefix { $0 != "#" }
    var query: [(name: String, value: String)] = []
    for pair in rawQuery.split(separator: "&") {
      let name = pair.prefix { $0 != "=" }
      query.append(
        (percentDecoded(name, form: true), percentDecoded(pair.dropFirst(name.count + 1), form: true)))
    }
    specs += query.filter { $0.name == "_fault" }.map(\.value)
    specs += headers.filter { $0.name == "x-sandbox-fault" }.map(\.value)
    query.removeAll { $0.name == "_fault" }

    self.init(
      method: method, path: rawPath.isEmpty ? "/" : percentDecoded(rawPath), query: query, target: String(rest),
      headers: headers, authority: headers.first { $0.name == "host" }?.value ?? "127.0.0.1",
      linkPrefix: linkPrefix)
    do {
      for spec in specs { try faults.add(spec) }
    } catch {
      throw Refusal(.error(400, "bad_fault", error.message))
    }
  }
}

/// Decodes `%41`, and `+` as a space in form data; a broken escape stays as it is.
func percentDecoded(_ text: Substring, form: Bool = false) -> String {
  var bytes: [UInt8] = []
  let source = Array(text.utf8)
  var index = 0
  while index < source.count {
    let byte = source[index]
    if byte == UInt8(ascii: "%"), index + 2 < source.count,
      let high = hexValue(source[index + 1]), let low = hexValue(source[index + 2])
    {
      bytes.append(high << 4 | low)
      index += 3
    } else {
      bytes.append(form && byte == UInt8(ascii: "+") ? UInt8(ascii: " ") : byte)
      index += 1
    }
  }
  return String(decoding: bytes, as: UTF8.self)
}

/// Encodes everything but the characters that RFC 3986 leaves unreserved.
func percentEncoded(_ text: String) -> String {
  var result = ""
  for byte in text.utf8 {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
      UInt8(ascii: "~"):
      result.unicodeScalars.append(Unicode.Scalar(byte))
    default:
      let hex = String(byte, radix: 16, uppercase: true)
      result += hex.utf8.count == 1 ? "%0" + hex : "%" + hex
    }
  }
  return result
}

private func hexValue(_ byte: UInt8) -> UInt8? {
  switch byte {
  case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
  case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
  case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
  default: nil
  }
}
