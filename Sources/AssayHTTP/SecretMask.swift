import Synchronization

/// Replaces secret values by `***` wherever a text shows them, in every encoding in which they are sent.
///
/// Masked are the value itself, percent-encoded (as we send it, with `+` for spaces, with lower-case digits, and twice),
/// in base64 (plain and URL-safe, padded or not, and as a part of a longer text such as the `user:password` of Basic
/// credentials), JSON-escaped, and HTML-escaped, as services echo it. A value of fewer than 4 characters is masked only
/// where no letter or digit stands beside it. Empty values are ignored. Values that overlap in a text are masked
/// together. Thread-safe; registering the same value again costs nothing.
package final class SecretMask: Sendable {
  private struct State {
    var values: Set<String> = []
    var patterns: Set<PatternSearch.Pattern> = []
    /// Made when it is first needed after a value was registered.
    var search: PatternSearch?
    var longest = 0
  }

  /// What stands in a secret's place.
  package static let replacement = "***"

  private let state = Mutex(State())

  package init(_ secrets: [String] = []) {
    for secret in secrets { register(secret) }
  }

  /// Masks a value from now on.
  package func register(_ secret: String) {
    guard !secret.isEmpty, !state.withLock({ $0.values.contains(secret) }) else { return }
    let patterns = SecretForms.patterns(of: secret)
    state.withLock { state in
      guard state.values.insert(secret).inserted else { return }
      state.patterns.formUnion(patterns)
      state.longest = max(state.longest, patterns.map(\.bytes.count).max() ?? 0)
      state.search = nil
    }
  }

  /// The text with every secret replaced. O(length + secrets found).
  package func apply(to text: String) -> String {
    guard let search = search() else { return text }
    var text = text
    return text.withUTF8 { bytes in
      Self.masked(UnsafeRawBufferPointer(bytes), search).map { String(decoding: $0, as: UTF8.self) }
    } ?? text
  }

  /// The bytes with every secret replaced; the same array where there is none. O(length + secrets found).
  package func masked(_ bytes: [UInt8]) -> [UInt8] {
    guard let search = search() else { return bytes }
    return bytes.withUnsafeBytes { Self.masked($0, search) } ?? bytes
  }

  /// Whether a text shows a secret.
  package func reveals(_ text: String) -> Bool {
    guard let search = search() else { return false }
    var text = text
    return text.withUTF8 { search.isFound(in: UnsafeRawBufferPointer($0)) }
  }

  /// Whether bytes show a secret. O(length).
  package func reveals(_ bytes: [UInt8]) -> Bool {
    guard let search = search() else { return false }
    return bytes.withUnsafeBytes { search.isFound(in: $0) }
  }

  /// The first bytes of a body for a message: masked before it is cut, control characters as spaces.
  package func excerpt(of body: some Collection<UInt8>, limit: Int = 200) -> String {
    let longest = state.withLock { $0.longest }
    // A secret that the cut would split is still whole here, so no half of it is shown.
    let masked = apply(to: String(decoding: body.prefix(limit + longest), as: UTF8.self))
    var text = ""
    var size = 0
    var isAfterSpace = true
    for scalar in masked.unicodeScalars {
      let isBlank = scalar.properties.isWhitespace || scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value)
      if isBlank, isAfterSpace { continue }
      size += isBlank ? 1 : String(scalar).utf8.count
      if size > limit {
        text += "…"
        break
      }
      text.unicodeScalars.append(isBlank ? " " : scalar)
      isAfterSpace = isBlank
    }
    return text.trimmingBlanks()
  }

  /// Nil where nothing is secret.
  private func search() -> PatternSearch? {
    state.withLock { state in
      if state.patterns.isEmpty { return nil }
      if let search = state.search { return search }
      let search = PatternSearch(Array(state.patterns))
      state.search = search
      return search
    }
  }

  /// Nil where nothing is to be replaced.
  private static func masked(_ text: UnsafeRawBufferPointer, _ search: PatternSearch) -> [UInt8]? {
    let ranges = search.ranges(in: text)
    if ranges.isEmpty { return nil }
    var result: [UInt8] = []
    result.reserveCapacity(text.count)
    var done = 0
    for range in ranges {
      result += text[done..<range.lowerBound]
      result += replacement.utf8
      done = range.upperBound
    }
    result += text[done...]
    return result
  }
}
