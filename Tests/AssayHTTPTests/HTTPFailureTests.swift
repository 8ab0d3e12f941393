import AssayHTTP
import Testing

@Suite struct HTTPFailureTests {
  @Test(arguments: [
    ("https://h.example/a/b?email=x", "https://h.example/***"), ("https://h.example?email=x", "https://h.example/***"),
    ("https://h.example#x", "https://h.example/***"), ("https://h.example:8443/x", "https://h.example:8443/***"),
    ("https://h.example", "https://h.example"), ("h.example/x", "h.example/***"), ("", ""),
  ])
  func `without its request a failure tells the host alone`(_ url: String, _ told: String) {
    let failure = HTTPFailure(
      kind: .data, method: .get, url: url, message: "answered 400", attempts: 1, excerpt: "x@example.com")
    #expect(failure.withoutRequest.url == told && failure.withoutRequest.excerpt == nil)
  }
}
