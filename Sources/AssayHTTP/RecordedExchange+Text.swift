extension RecordedExchange {
  /// The exchange as a file that people read, compare and edit: lines of `name: value`, an empty line, the body of the
  /// request (as long as `request-body` says), and the body of the answer up to the end of the file.
  package var text: [UInt8] {
    var lines = ["assay-exchange: 1", "request: \(method.rawValue) \(url)"]
    for field in headers.fields { lines.append("request-header: \(field.name): \(Self.oneLine(field.value))") }
    if !body.isEmpty { lines.append("request-body: \(body.count) bytes") }
    var answer: [UInt8] = []
    switch end {
    case .answered(let response, let attempts):
      lines.append("attempts: \(attempts)")
      lines.append("status: \(response.status)")
      if response.finalURL.description != url { lines.append("final-url: \(response.finalURL)") }
      for field in response.headers.fields { lines.append("header: \(field.name): \(Self.oneLine(field.value))") }
      answer = response.body
    case .failed(let failure):
      lines.append("attempts: \(failure.attempts)")
      lines.append("failure: \(failure.kind.rawValue)")
      lines.append("message: \(Self.oneLine(failure.message))")
      if failure.isJudged { lines.append("judged-by: \(failure.isRule ? "rule" : "answer")") }
      if let status = failure.status { lines.append("status: \(status)") }
      if let transport = failure.transport { lines.append("transport: \(transport.rawValue)") }
      if let hint = failure.hint { lines.append("hint: \(Self.oneLine(hint))") }
      if let shortage = failure.shortage { lines.append("shortage: \(Self.oneLine(shortage))") }
      if let retryAt = failure.retryAt { lines.append("retry-at: \(retryAt)") }
      answer = Array((failure.excerpt ?? "").utf8)
    }
    var bytes = Array((lines.joined(separator: "\n") + "\n\n").utf8)
    bytes += body
    if !body.isEmpty { bytes.append(UInt8(ascii: "\n")) }
    return bytes + answer
  }

  /// Reads what `text` wrote. Throws a `TapeFailure` that says what is wrong, without naming the file.
  package init(text bytes: [UInt8]) throws(TapeFailure) {
    var at = 0
    var fields = Fields()
    while true {
      guard let end = bytes[at...].firstIndex(of: UInt8(ascii: "\n")) else {
        throw TapeFailure("it ends before the empty line that ends its head")
      }
      guard let line = String(validating: bytes[at..<end], as: UTF8.self) else {
        throw TapeFailure("its head is not UTF-8")
      }
      at = end + 1
      if line.isEmpty { break }
      try fields.add(line)
    }
    guard fields["assay-exchange"] == "1" else {
      throw TapeFailure("it is no recorded exchange of a form that this Assay knows (assay-exchange: 1)")
    }
    guard let request = fields["request"], let space = request.firstIndex(of: " "),
      let method = HTTPMethod(rawValue: String(request[..<space]))
    else { throw TapeFailure("it has no line 'request: METHOD URL'") }
    let url = String(request[request.index(after: space)...])
    var body: [UInt8] = []
    if let size = fields["request-body"] {
      guard let count = Int(size.prefix { $0 != " " }), count >= 0, count < bytes.count - at else {
        throw TapeFailure("its request-body is not as long as it says")
      }
      body = Array(bytes[at..<(at + count)])
      at += count + 1
    }
    // One that was recorded has 100 at the most, and each is counted anew in a replay.
    let attempts = try fields.number("attempts", in: 0...1_000) ?? 1
    self.init(
      method: method, url: url, headers: fields.requestHeaders, body: body,
      end: try Self.end(fields, Array(bytes[at...]), method: method, url: url, attempts: attempts))
  }

  private static func end(
    _ fields: Fields, _ answer: [UInt8], method: HTTPMethod, url: String, attempts: Int
  ) throws(TapeFailure) -> End {
    if let kind = fields["failure"] {
      guard let known = FailureClass(rawValue: kind) else { throw TapeFailure("'\(kind)' is no kind of failure") }
      let excerpt = String(decoding: answer, as: UTF8.self)
      var failure = HTTPFailure(
        kind: known, method: method, url: url, message: fields["message"] ?? "", attempts: attempts,
        status: try fields.number("status", in: 100...999), excerpt: excerpt.isEmpty ? nil : excerpt,
        hint: fields["hint"],
        retryAt: try fields.number("retry-at", in: 0...253_402_300_799).map { Int64($0) },
        transport: fields["transport"].flatMap { TransportFailure.Kind(rawValue: $0) })
      failure.shortage = fields["shortage"]
      failure.isJudged = fields["judged-by"] != nil
      failure.isRule = fields["judged-by"] == "rule"
      return .failed(failure)
    }
    guard let status = try fields.number("status"), (100...999).contains(status) else {
      throw TapeFailure("it has neither a 'status' nor a 'failure'")
    }
    let final: RequestURL
    do throws(TransportFailure) {
      final = try RequestURL(fields["final-url"] ?? url)
    } catch {
      throw TapeFailure(error.message)
    }
    return .answered(
      HTTPResponse(status: status, headers: fields.headers, body: answer, finalURL: final), attempts: attempts)
  }

  /// A value on one line: line ends, which no header has, become spaces.
  private static func oneLine(_ text: String) -> String {
    String(String.UnicodeScalarView(text.unicodeScalars.map { $0 == "\n" || $0 == "\r" ? " " : $0 }))
  }

  private struct Fields {
    private var values: [String: String] = [:]
    var requestHeaders = HeaderFields()
    var headers = HeaderFields()

    subscript(name: String) -> String? { values[name] }

    mutating func add(_ line: String) throws(TapeFailure) {
      guard let (name, value) = Self.split(line) else { throw TapeFailure("'\(line)' is no line 'name: value'") }
      switch name {
      case "request-header", "header":
        guard let (field, text) = Self.split(value) else { throw TapeFailure("'\(line)' names no header") }
        if name == "header" { headers.append(field, text) } else { requestHeaders.append(field, text) }
      default: values[name] = value
      }
    }

    func number(_ name: String, in range: ClosedRange<Int>? = nil) throws(TapeFailure) -> Int? {
      guard let text = values[name] else { return nil }
      guard let number = Int(text) else { throw TapeFailure("'\(name)' is '\(text)', no number") }
      if let range, !range.contains(number) {
        throw TapeFailure("'\(name)' is \(number), and can be \(range.lowerBound) to \(range.upperBound)")
      }
      return number
    }

    private static func split(_ line: String) -> (String, String)? {
      guard let colon = line.firstIndex(of: ":") else { return nil }
      let value = line[line.index(after: colon)...]
      return (String(line[..<colon]), String(value.first == " " ? value.dropFirst() : value))
    }
  }
}
