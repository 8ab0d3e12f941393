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

  @Test(arguments: 0..<9)
  func `a password is masked within the base64 of a longer text, whatever stands around it`(before: Int) {
    for secret in ["geheim", "päss", "x/+y", "0123456789abcdefghij"] {
      for after in 0..<4 {
        let prefix = String(repeating: "u", count: before)
        let suffix = String(repeating: "z", count: after)
        let text = base64(Array((prefix + secret + suffix).utf8))
        // What is left are the digits that hold nothing of the secret.
        let first = before * 8 / 6
        let end = ((before + secret.utf8.count) * 8 + 5) / 6
        let rest = text.dropFirst(end).drop { $0 == "=" }
        let masked = "<\(text.prefix(first))***\(rest)>"
        let mask = SecretMask([secret])
        #expect(mask.apply(to: "<\(text)>") == masked)
        func urlSafe(_ text: String) -> String { text.replacing("+", with: "-").replacing("/", with: "_") }
        #expect(mask.apply(to: urlSafe("<\(text)>")) == urlSafe(masked))
        #expect(mask.reveals(text.replacing("/", with: "\\/")))
        #expect(mask.reveals(PercentEncoding.query(text)))
      }
    }
  }

  @Test
  func `bytes are masked as text is, whether they are text or not`() {
    let mask = SecretMask(["geheim"])
    let bytes: [UInt8] = [0xFF, 0, 0xC3] + Array("geheim".utf8) + [0x80]
    #expect(mask.masked(bytes) == [0xFF, 0, 0xC3] + Array("***".utf8) + [0x80])
    #expect(mask.reveals(bytes))
    #expect(!mask.reveals(Array("gehei m".utf8)))
    #expect(mask.masked(Array("gehei".utf8)) == Array("gehei".utf8))
    #expect(SecretMask().masked(bytes) == bytes)
    #expect(!SecretMask().reveals(bytes))
  }

  @Test
  func `a value that is registered later is masked from then on`() {
    let mask = SecretMask(["first-one"])
    #expect(mask.apply(to: "first-one second-one") == "*** second-one")
    mask.register("second-one")
    #expect(mask.apply(to: "first-one second-one") == "*** ***")
  }

  @Test(arguments: [
    ("twice percent-encoded", "?next=%2Fx%3Fk%3Dp%252Fs%2520w%252B%2522%25C3%25BC%2526%2525%255C"),
    ("JSON in capital hex", #""p/s w+\"\u00FC&%\\""#), ("JSON that is safe in HTML", #""p/s w+\"ü\u0026%\\""#),
    ("HTML with a numbered quote", "p/s w+&#34;ü&amp;%\\"),
    ("base64 in a query", "k=cC9zIHcrIsO8JiVc"),
  ])
  func `less usual encodings are masked too`(name: String, text: String) {
    #expect(SecretMask([Self.secret]).reveals(text), "\(text)")
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
