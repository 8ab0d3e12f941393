import AssayHTTP
import Testing

struct RequestKeyTests {
  @Test
  func `a key is the same for the same request and differs by method, URL and body`() throws {
    let url = try RequestURL("https://h/x?a=1")
    let request = HTTPRequest(.get, url)
    #expect(RequestKey(request).description == "abbc49ec60b0ef0576279d869105d2019ffeb7a29658e1af93eb2d7f07adb245")
    #expect(RequestKey(request) == RequestKey(HTTPRequest(.get, url, headers: ["X": "1"])))
    #expect(RequestKey(request) != RequestKey(HTTPRequest(.post, url)))
    #expect(RequestKey(request) != RequestKey(HTTPRequest(.get, url, body: [1])))
    #expect(RequestKey(request) != RequestKey(HTTPRequest(.get, try RequestURL("https://h/x?a=2"))))
    #expect(RequestKey(HTTPRequest(.post, url, body: [0xFF])) != RequestKey(HTTPRequest(.post, url, body: [0xFE])))
  }

  @Test
  func `a secret that changes does not change the key`() throws {
    func key(_ secret: String) throws -> RequestKey {
      let url = try RequestURL("https://h/v6/\(secret)/latest?q=\(secret)")
      return RequestKey(HTTPRequest(.post, url, body: Array("s=\(secret)".utf8)), mask: SecretMask([secret]))
    }
    #expect(try key("first-secret") == key("second"))
  }
}
