internal import AssayFormats
package import AssayHTTP
internal import Glibc
internal import Synchronization

/// Writes each exchange of a run into a recording's folder as it ends.
package final class RecordingTape: ExchangeTape {
  private let recording: Recording
  private let mask: SecretMask
  /// How often each request was sent, and the folders that are there.
  private let counts = Mutex<[String: Int]>([:])
  private let folders = Mutex<Set<String>>([])

  /// Begins the recording. Throws a `TapeFailure` where its folder cannot be used.
  package init(_ recording: Recording, mask: SecretMask) throws {
    self.recording = recording
    self.mask = mask
    try recording.begin()
  }

  package func recorded(_ request: HTTPRequest, for user: String) -> RecordedExchange? { nil }

  package func record(_ request: HTTPRequest, _ end: RecordedExchange.End, for user: String) throws {
    var exchange = RecordedExchange(
      method: request.method, url: mask.apply(to: request.url.description), headers: request.headers.kept(mask),
      body: mask.masked(request.body), end: end)
    if case .answered(let response, let attempts) = end {
      var kept = response
      kept.headers = response.headers.kept(mask)
      kept.body = brokenIntoLines(mask.masked(response.body))
      if let url = try? RequestURL(mask.apply(to: response.finalURL.description)) { kept.finalURL = url }
      exchange.end = .answered(kept, attempts: attempts)
    }
    let key = RequestKey(request, mask: mask).description
    let count = counts.withLock { counts in
      counts["\(user)/\(key)", default: 0] += 1
      return counts["\(user)/\(key)"] ?? 1
    }
    let folder = "\(recording.folder)/\(user)"
    // Under the lock: a second exchange of the same sender must find the folder there.
    folders.withLock { folders in
      guard folders.insert(folder).inserted else { return }
      // Where that fails, writing the file says why.
      mkdir(folder, 0o777)
    }
    let name = "\(request.method.rawValue.lowercased())-\(slug(request.url.path))-\(key.prefix(12))"
    try writeWhole(exchange.text, to: "\(folder)/\(name)\(count > 1 ? "-\(count)" : "").http")
  }

  /// The end of a path as part of a file's name: letters, digits and `-`; secrets in it are masked before.
  private func slug(_ path: String) -> String {
    let words = mask.apply(to: path).utf8.split {
      !(48...57).contains($0) && !(65...90).contains($0) && !(97...122).contains($0)
    }
    let text = words.suffix(3).map { String(decoding: $0, as: UTF8.self).lowercased() }.joined(separator: "-")
    return text.isEmpty ? "root" : String(text.suffix(40))
  }
}

/// Answers from a recording; what is not in it is an error that names the request.
package final class ReplayTape: ExchangeTape {
  private let recording: Recording
  private let mask: SecretMask
  private let counts = Mutex<[String: Int]>([:])

  package init(_ recording: Recording, mask: SecretMask) {
    self.recording = recording
    self.mask = mask
  }

  package func recorded(_ request: HTTPRequest, for user: String) throws(HTTPFailure) -> RecordedExchange? {
    let key = "\(user)/\(RequestKey(request, mask: mask))"
    let number = counts.withLock { counts in
      defer { counts[key, default: 0] += 1 }
      return counts[key] ?? 0
    }
    if let known = recording.exchanges[key], number < known.count { return known[number] }
    throw HTTPFailure(
      kind: .config, method: request.method, url: mask.apply(to: request.url.description),
      message: "is not in the recording '\(recording.folder)'", attempts: 0,
      hint: "record the pipeline again with --record \(recording.folder)")
  }

  package func record(_ request: HTTPRequest, _ end: RecordedExchange.End, for user: String) {}
}

/// A JSON body with a line for each element of its outer lists, so that recordings can be compared line by line.
///
/// Only blanks between values are added. What is not well nested, or is broken into lines already, stays as it is.
func brokenIntoLines(_ body: [UInt8]) -> [UInt8] {
  guard let first = body.first, first == UInt8(ascii: "{") || first == UInt8(ascii: "["),
    !body.contains(UInt8(ascii: "\n"))
  else { return body }
  var result: [UInt8] = []
  result.reserveCapacity(body.count + body.count / 32)
  var depth = 0
  var isInString = false
  var isEscaped = false
  for byte in body {
    result.append(byte)
    if isInString {
      if isEscaped {
        isEscaped = false
      } else if byte == UInt8(ascii: "\\") {
        isEscaped = true
      } else if byte == UInt8(ascii: "\"") {
        isInString = false
      }
      continue
    }
    switch byte {
    case UInt8(ascii: "\""): isInString = true
    case UInt8(ascii: "{"), UInt8(ascii: "["):
      depth += 1
      if byte == UInt8(ascii: "["), depth <= 2 { result.append(UInt8(ascii: "\n")) }
    case UInt8(ascii: "}"), UInt8(ascii: "]"): depth -= 1
    case UInt8(ascii: ","): if depth <= 2 { result.append(UInt8(ascii: "\n")) }
    default: break
    }
    if depth < 0 { return body }
  }
  return depth == 0 && !isInString ? result : body
}
