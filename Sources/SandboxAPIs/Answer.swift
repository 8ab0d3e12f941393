/// An answer before any fault is applied to it.
struct Answer: Sendable {
  var status: Int
  var contentType: String
  var headers: [(name: String, value: String)] = []
  var body: String
  /// In place of the text, for what is none.
  var packed: [UInt8]?

  /// The body as it is sent.
  var bytes: [UInt8] { packed ?? Array(body.utf8) }

  static func json(_ value: JSONText, status: Int = 200) -> Answer {
    Answer(status: status, contentType: "application/json", body: value.text)
  }

  static func text(_ body: String, status: Int = 200) -> Answer {
    Answer(status: status, contentType: "text/plain; charset=utf-8", body: body)
  }

  static func html(_ title: String, _ paragraph: String, status: Int = 200) -> Answer {
    Answer(
      status: status, contentType: "text/html; charset=utf-8",
      body: """
        <!DOCTYPE html>
        <html><head><title>\(title)</title></head>
        <body><h1>\(title)</h1><p>\(paragraph)</p></body></html>

        """)
  }

  static func error(_ status: Int, _ code: String, _ message: String) -> Answer {
    .json(["error": ["code": .string(code), "message": .string(message)]], status: status)
  }

  func with(header name: String, _ value: String) -> Answer {
    var copy = self
    copy.headers.append((name, value))
    return copy
  }
}
