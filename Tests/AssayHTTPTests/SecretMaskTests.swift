import AssayHTTP
import Testing

struct SecretMaskTests {
  static let secret = "p/s w+\"ü&%\\"

  @Test(arguments: [
    ("plain", "x p/s w+\"ü&%\\ y", "x *** y"),
    ("percent-encoded", "?k=p%2Fs%20w%2B%22%C3%BC%26%25%5C&z", "?k=***&z"),
    ("percent-encoded in lower case", "?k=p%2fs%20w%2b%22%c3%bc%26%25%5c&z", "?k=***&z"),
    ("form-encoded", "?k=p%2Fs+w%2B%22%C3%BC%26%25%5C", "?k=***"),
    ("base64", "Basic cC9zIHcrIsO8JiVc", "Basic ***"),
    ("JSON", #"{"k":"p/s w+\"ü&%\\"}"#, #"{"k":"***"}"#),
    ("JSON with an escaped slash", #"{"k":"p\/s w+\"ü&%\\"}"#, #"{"k":"***"}"#),
    ("JSON in ASCII", #"{"k":"p/s w+\"\u00fc&%\\"}"#, #"{"k":"***"}"#),
    ("HTML", "<p>p/s w+&quot;ü&amp;%\\</p>", "<p>***</p>"),
    ("twice", "p/s w+\"ü&%\\p/s w+\"ü&%\\", "******"),
    ("none", "p/s w", "p/s w"),
    ("empty", "", ""),
  ])
  func `a secret is masked in every encoding`(name: String, text: String, masked: String) {
    #expect(SecretMask([Self.secret]).apply(to: text) == masked)
  }

  @Test(arguments: [
    ("ab", "ab, (ab) x=ab&y", "***, (***) x=***&y"), ("ab", "abc cab a_ab_", "abc cab a_ab_"),
    ("a", "a ba aä", "*** ba aä"),
    ("abcd", "xabcdx", "x***x"), ("", "anything", "anything"),
  ])
  func `a short secret is masked as a whole word only`(secret: String, text: String, masked: String) {
    #expect(SecretMask([secret]).apply(to: text) == masked)
  }

  @Test
  func `secrets that overlap leave nothing of either`() {
    let mask = SecretMask(["abcXYZ", "XYZdef", "abcX"])
    #expect(mask.apply(to: "-abcXYZdef-abcX-XYZdef-") == "-***-***-***-")
  }

  @Test
  func `the base64 of user and password is masked`() async throws {
    let auth = BasicAuth(username: "ann", password: "geheim")
    let mask = SecretMask(auth.secrets)
    var request = HTTPRequest(.get, try RequestURL("http://h/"))
    auth.authorize(&request)
    #expect(request.headers["authorization"] == "Basic YW5uOmdlaGVpbQ==")
    #expect(mask.apply(to: "sent Basic YW5uOmdlaGVpbQ== for ann") == "sent Basic *** for ann")
  }

  @Test
  func `an excerpt shows no half of a secret that its end would split`() {
    let mask = SecretMask(["0123456789abcdef"])
    for start in 180...205 {
      let body = String(repeating: "-", count: start) + "0123456789abcdef" + String(repeating: "+", count: 300)
      let excerpt = mask.excerpt(of: Array(body.utf8))
      #expect(!excerpt.contains("0"), "the secret starts at \(start)")
      #expect(excerpt.utf8.count <= 203)
    }
  }

  @Test
  func `an excerpt is printable`() {
    let bytes: [UInt8] = [0, 27, 91, 65, 10, 10, 9, 0xC3, 0xBC, 0xFF, 13, 66, 32]
    #expect(SecretMask().excerpt(of: bytes) == "[A ü\u{FFFD} B")
  }

  @Test(arguments: [
    ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("fooba", "Zm9vYmE="),
    ("foobar", "Zm9vYmFy"), ("\u{FB}\u{FF}", "w7vDvw=="),
  ])
  func `base64 is that of RFC 4648`(plain: String, encoded: String) {
    #expect(base64(Array(plain.utf8)) == encoded)
  }
}
