package import AssayDefinition

/// The `timeout` of an API: none is ever infinite. What the file does not say is as the provider has it.
package struct TimeoutDeclaration: ConfigObject {
  package var connect: Duration?
  package var read: Duration?
  package var total: Duration?

  package static let schema = Schema(
    "timeout", TimeoutDeclaration(), summary: "How long a request may take.",
    keys: [
      Key("connect", \.connect, shown: "10s", "Until the connection stands."),
      Key("read", \.read, shown: "1m, or as the provider has it", "Without a byte arriving."),
      Key("total", \.total, shown: "2m, or as the provider has it", "For one attempt, redirects included."),
    ],
    rules: [
      Rule("connect") { complaint($0.connect) }, Rule("read") { complaint($0.read) },
      Rule("total") { complaint($0.total) },
    ])

  private static func complaint(_ limit: Duration?) -> String? {
    limit.map { $0 <= .zero } == true ? "a time-out is longer than 0s" : nil
  }
}

/// How the random part of a wait is drawn.
package enum Jitter: String, ConfigChoice {
  /// Anything from nothing to the whole wait.
  case full
  /// No random part.
  case none
}

/// The `retry` of an API.
package struct RetryDeclaration: ConfigObject {
  package var maxAttempts = 5
  package var initial = Duration.seconds(1)
  package var factor = 2.0
  package var max = Duration.seconds(60)
  package var jitter = Jitter.full
  package var maxElapsed = Duration.seconds(600)
  package var maxWait = Duration.seconds(300)
  package var nonIdempotent = false

  package static let schema = Schema(
    "retry", RetryDeclaration(), summary: "What happens after a passing fault.",
    details: """
      Retried are 408, 425, 429, 500, 502, 503, 504, broken connections and time-outs; and a 403 that says that a rate limit
      is used up.
      """,
    keys: [
      Key("max_attempts", \.maxAttempts, range: 1...100, "How often a request is sent at the most."),
      Key("initial", \.initial, "The first wait."),
      Key("factor", \.factor, "By what each further wait is longer."),
      Key("max", \.max, "The longest wait that is chosen here."),
      Key("jitter", \.jitter, "`full`: each wait is drawn between nothing and its length; `none`: as it is."),
      Key("max_elapsed", \.maxElapsed, "After that long no further attempt starts."),
      Key(
        "max_wait", \.maxWait,
        "A server that asks for a longer wait fails the request at once: by `Retry-After`, or by the reset in `RateLimit`, `RateLimit-*` or `X-RateLimit-*` once nothing remains. A shorter one holds all requests to the API."
      ),
      Key(
        "non_idempotent", \.nonIdempotent,
        "Whether `POST` and `PATCH` are sent again too, though the first may have been done: right for searches."),
    ],
    rules: [Rule("factor") { $0.factor < 1 ? "a factor is at least 1" : nil }])
}

/// One entry under `apis`: an HTTP service with its auth and limits, shared by all that call it.
package struct APIDeclaration: ConfigObject {
  package var baseURL: String?
  package var auth: Choice<AuthFamily>?
  package var headers = Named<String>()
  package var concurrency: Int?
  package var rateLimit: RateLimitDeclaration?
  package var budget: BudgetDeclaration?
  package var circuitBreaker = CircuitBreakerSetting()
  package var timeout = TimeoutDeclaration()
  package var retry = RetryDeclaration()
  package var maxBody = ByteCount(256 << 20)
  package var tls: TLSDeclaration?
  package var expect = ExpectDeclaration()
  package var responses: [ResponseRuleDeclaration] = []

  package static let schema = Schema(
    "api", APIDeclaration(), summary: "An HTTP service: its address, auth and limits, shared by all that call it.",
    keys: [
      Key("base_url", \.baseURL, "What paths are joined to. A look-up's provider brings its own, which this replaces."),
      Key("auth", \.auth, "How requests prove who asks."),
      Key("headers", \.headers, "Headers sent with each request."),
      Key(
        "concurrency", \.concurrency, shown: "8", range: 1...1000,
        "How many requests are under way at once. Fewer for a while after 429, 503, 504, resets and time-outs."),
      Key("rate_limit", \.rateLimit, "How many requests start in a time, over all steps and sources that use the API."),
      Key(
        "budget", \.budget,
        "How many requests are sent at the most. Where it runs out, a source ends and nothing is published; a look-up skips its remaining keys, checks run, and outputs with `publish: always` are published. The exit code is 4."
      ),
      Key(
        "circuit_breaker", \.circuitBreaker, shown: "{failures: 20, cool_down: 30s}",
        "When an API that fails again and again is left alone; `off` for never."),
      Key("timeout", \.timeout, "How long a request may take."),
      Key("retry", \.retry, "What happens after a passing fault."),
      Key("max_body", \.maxBody, "The largest body that is accepted, decompressed."),
      Key("tls", \.tls, "Whom https:// connections trust, and how they prove who asks."),
      Key("expect", \.expect, "What an answer must be before its body is used or remembered."),
      Key(
        "responses", \.responses,
        "What answers mean, judged before a body is used or remembered, for every status: the first rule that holds decides."
      ),
    ],
    rules: [
      Rule("base_url") { api in
        api.baseURL.flatMap { $0.hasPrefix("http://") || $0.hasPrefix("https://") ? nil : $0 }
          .map { "'\($0)' is no address; it begins with http:// or https://" }
      }
    ])
}
