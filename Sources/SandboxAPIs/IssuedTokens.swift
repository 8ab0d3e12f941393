import Synchronization

/// What one sandbox's locks remember: access tokens that it gave out, and nonces that it has seen.
final class IssuedTokens: Sendable {
  private struct Token {
    var ends: ContinuousClock.Instant
    /// Requests that it still lets in; nil for any number.
    var uses: Int?
  }

  private struct State {
    var tokens: [String: Token] = [:]
    var texts: [String] = []
    var nonces: Set<String> = []
  }

  private let state = Mutex(State())

  /// All tokens so far, in order.
  var texts: [String] { state.withLock { $0.texts } }

  /// A new token, good for so many seconds and so many requests.
  func issue(seconds: Int, uses: Int?) -> String {
    state.withLock { state in
      let random = String(UInt64.random(in: .min ... .max), radix: 36)
      let text = "sandbox-token-\(state.texts.count + 1)-\(random)"
      state.tokens[text] = Token(ends: .now + .seconds(seconds), uses: uses)
      state.texts.append(text)
      return text
    }
  }

  /// Whether a token is good, and one use less of it.
  func admits(_ text: String) -> Bool {
    state.withLock { state in
      guard var token = state.tokens[text], token.ends > .now, token.uses != 0 else { return false }
      token.uses = token.uses.map { $0 - 1 }
      state.tokens[text] = token
      return true
    }
  }

  /// Whether a nonce has not been seen before.
  func isNew(nonce: String) -> Bool { state.withLock { $0.nonces.insert(nonce).inserted } }
}
