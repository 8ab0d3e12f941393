import AssayTestServers
import AssayHTTP
import Testing

/// An answer, what was expected, and what is said of it (nil: accepted).
struct Judgement: Sendable, CustomTestStringConvertible {
  var format: BodyExpectation.Format
  var type: String?
  var body: String
  var complaint: String?
  var contentType: String?
  var status = 200

  var testDescription: String { "\(format) \(type ?? "-") \(body.prefix(30))" }
}

struct BodyExpectationTests {
  static let html = "<!DOCTYPE html>\n<html><title>Invalid Key</title></html>"
  static let judgements: [Judgement] = [
    Judgement(format: .json, type: "application/json", body: " \n{\"a\":1}"),
    Judgement(format: .json, type: "text/html; charset=utf-8", body: "[1]"),
    Judgement(format: .json, type: nil, body: "\u{FEFF}[]"),
    Judgement(format: .json, type: "application/json", body: html, complaint: "answered an HTML page, not JSON"),
    Judgement(format: .json, type: "text/html", body: "  <HTML>", complaint: "answered an HTML page, not JSON"),
    Judgement(format: .json, type: nil, body: "<!-- hi --><html>", complaint: "answered an HTML page, not JSON"),
    Judgement(format: .json, type: nil, body: "There was an error", complaint: "answered text that is not JSON"),
    Judgement(format: .json, type: nil, body: "404 page not found", complaint: "answered text that is not JSON"),
    Judgement(format: .json, type: nil, body: "null and void", complaint: "answered text that is not JSON"),
    Judgement(format: .json, type: nil, body: " -1.5e+3\n"),
    Judgement(format: .json, type: nil, body: "null"),
    Judgement(format: .json, type: nil, body: "\"a\""),
    Judgement(format: .json, type: nil, body: "<a/>", complaint: "answered text that is not JSON"),
    Judgement(format: .json, type: nil, body: "", complaint: "answered an empty body, not JSON"),
    Judgement(format: .json, type: nil, body: "", status: 204),
    Judgement(format: .jsonLines, type: nil, body: ""),
    Judgement(format: .jsonLines, type: nil, body: html, complaint: "answered an HTML page, not JSON Lines"),
    Judgement(format: .csv, type: "text/csv", body: "a,b\n1,2\n"),
    Judgement(format: .csv, type: "text/csv", body: ""),
    Judgement(format: .csv, type: "text/csv", body: html, complaint: "answered an HTML page, not CSV"),
    Judgement(format: .csv, type: "text/html", body: "a,b", complaint: "answered an HTML page, not CSV"),
    Judgement(
      format: .csv, type: "application/json", body: "{\"error\":1}",
      complaint: "answered content of type application/json, not CSV"),
    Judgement(format: .xml, type: "text/xml", body: "<?xml version=\"1.0\"?><rows/>"),
    Judgement(
      format: .xml, type: "text/xml", body: "<?xml version=\"1.0\"?>\n<!DOCTYPE html PUBLIC \"x\"><html/>",
      complaint: "answered an HTML page, not XML"),
    Judgement(format: .xml, type: "text/xml", body: "{}", complaint: "answered text that is not XML"),
    Judgement(format: .any, type: "text/html", body: html),
    Judgement(
      format: .any, type: "text/html", body: html,
      complaint: "answered content of type text/html, not application/json",
      contentType: "application/json"),
    Judgement(
      format: .any, type: nil, body: "{}", complaint: "answered content without a type, not application/json",
      contentType: "application/json"),
    Judgement(
      format: .json, type: "application/vnd.api+json", body: "{}", contentType: "Application/JSON; charset=utf-8"),
  ]

  @Test(arguments: judgements)
  func `a body is judged before it is used`(judgement: Judgement) async throws {
    var headers: HeaderFields = [:]
    headers["Content-Type"] = judgement.type
    let response = HTTPResponse(
      status: judgement.status, headers: headers, body: Array(judgement.body.utf8),
      finalURL: try RequestURL("http://h/"))
    let expectation = BodyExpectation(judgement.format, contentType: judgement.contentType)
    switch expectation.verdict(on: response) {
    case .accept: #expect(judgement.complaint == nil)
    case .fail(let kind, let reason, _):
      #expect(kind == .data)
      #expect(reason == judgement.complaint)
    case .retry: Issue.record("a body of the wrong kind was to be asked for again")
    case .notFound: Issue.record("a body of the wrong kind was taken for none")
    }
  }

  @Test
  func `a page that a redirect led to is told as one`() async throws {
    let server = try HostileServer { received in
      received.target == "/x" ? [reply(302, [("Location", "/missing_key.html")])] : [reply(200, [], Self.html)]
    }
    defer { server.stop() }
    try await withClient(server.url) { client in
      let failure = try await refusal(of: client, expecting: .init(.json))
      #expect(failure?.kind == .data)
      #expect(
        failure?.message == "answered an HTML page, not JSON (redirected to \(server.url)/missing_key.html)")
    }
  }

  @Test
  func `a part is no whole answer, unless it is asked for`() async throws {
    let server = try HostileServer(scripts: [[reply(206, [("Content-Range", "bytes 0-1/9")], "[]")]])
    defer { server.stop() }
    try await withClient(server.url) { client in
      let failure = try await refusal(of: client, expecting: .init(.json))
      #expect(failure?.kind == .data)
      #expect(failure?.status == 206)
      #expect(failure?.attempts == 1)
      #expect(failure?.message == "answered 206 Partial Content")
      let request = try client.request(path: "/x")
      let exchange = try await client.send(request, expecting: .init(.json, acceptedStatuses: [206]))
      #expect(exchange.response.status == 206)
    }
  }

  @Test(arguments: [
    (BodyExpectation(.json), "text/csv", "a,b", "or read it as CSV: a source has 'format: csv'"),
    (BodyExpectation(.json), "text/plain", "a,b", "check the URL and the api's auth"),
    (BodyExpectation(.csv), "application/json", "{}", "or read it as JSON: a source has 'format: json'"),
    (BodyExpectation(.json, contentType: "application/json"), "text/csv", "a", "or what 'expect' asks for"),
  ])
  func `the hint for another format says how it is read`(
    expectation: BodyExpectation, type: String, body: String, hint: String
  ) throws {
    let response = HTTPResponse(
      status: 200, headers: ["Content-Type": type], body: Array(body.utf8), finalURL: try RequestURL("http://h/"))
    guard case .fail(.data, _, let said?) = expectation.verdict(on: response) else {
      Issue.record("it was accepted")
      return
    }
    #expect(said.hasSuffix(hint), "\(said)")
  }

  @Test
  func `the hint for headers that are too large does not name max_body`() async throws {
    let server = try HostileServer(scripts: [
      [raw("HTTP/1.1 200 OK\r\nX: " + String(repeating: "x", count: 1 << 20) + "\r\n\r\n"), .close]
    ])
    defer { server.stop() }
    try await withClient(server.url) { client in
      let failure = try await refusal(of: client, expecting: .init(.json))
      #expect(failure?.kind == .data)
      #expect(failure?.transport == .headersTooLarge)
      #expect(failure?.description.contains("max_body") == false)
      #expect(failure?.description.contains("80 KiB") == true)
    }
  }

  @Test
  func `a status that counts as an answer comes through with its body`() async throws {
    let server = try HostileServer(scripts: [[reply(404, [], "<html>not there")], [reply(204)]])
    defer { server.stop() }
    try await withClient(server.url) { client in
      let request = try client.request(path: "/x")
      let exchange = try await client.send(request, expecting: .init(.json, acceptedStatuses: [404]))
      #expect(exchange.response.status == 404)
      let empty = try await client.send(request, expecting: .init(.json))
      #expect(empty.response.status == 204)
      #expect(empty.response.body.isEmpty)
    }
  }
}
