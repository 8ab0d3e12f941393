/// What an auth may use of the API that it serves.
package struct AuthContext: Sendable {
  /// The way out for token requests. They do not pass the API's gate: whoever waits for a token holds a place there.
  package var transport: any Transport
  package var timeouts: Timeouts
  package var retry: RetryPolicy
  /// Where tokens are registered as soon as they are there.
  package var mask: SecretMask
  package var clock: any RetryClock
  /// Whom to trust where a token is asked for.
  package var tls: TLSSettings?

  package init(
    transport: any Transport, timeouts: Timeouts = Timeouts(), retry: RetryPolicy = RetryPolicy(), mask: SecretMask,
    clock: any RetryClock = SystemClock()
  ) {
    self.transport = transport
    self.timeouts = timeouts
    self.retry = retry
    self.mask = mask
    self.clock = clock
  }
}

extension APIClient {
  /// What an auth of this client may use.
  package var authContext: AuthContext {
    var context = AuthContext(transport: transport, timeouts: timeouts, retry: retry, mask: mask, clock: clock)
    context.tls = tls
    return context
  }

  /// Sets the auth and registers its secrets with the mask.
  package mutating func use(_ auth: any Auth) {
    self.auth = auth
    for secret in auth.secrets { mask.register(secret) }
  }
}
