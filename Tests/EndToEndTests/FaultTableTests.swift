import AssayTestServers
import Glibc
import Testing

/// One way in which an API fails, and what a run says of it.
struct FaultCase: Sendable, CustomTestStringConvertible {
  var name: String
  var script: [HostileServer.Step]
  /// All of these stand in the error.
  var says: [String]
  var api = ""
  var source = ""
  /// How often it is asked; nil where that is left to chance.
  var requests: Int? = 2

  var testDescription: String { name }
}

/// What goes wrong between a run and its API: each ends with exit code 3 within the time-outs, an error that names address,
/// cause and remedy, and nothing published.
@Suite struct FaultTableTests {
  private static let json: [(String, String)] = [("Content-Type", "application/json")]
  private static let head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
  private static let rows = #"[{"a":1},{"a":2}]"#

  static let faults: [FaultCase] = [
    FaultCase(name: "closed before the headers", script: [.close], says: ["the server closed the connection"]),
    FaultCase(name: "reset before the headers", script: [.reset], says: ["the server", "the connection"]),
    FaultCase(
      name: "closed in the headers", script: [raw("HTTP/1.1 200 OK\r\nConte"), .close], says: ["within its answer"]),
    FaultCase(
      name: "reset in the headers", script: [raw("HTTP/1.1 200 OK\r\nConte"), .reset], says: ["the connection"]),
    FaultCase(
      name: "closed in the body", script: [raw(head + "Content-Length: 99\r\n\r\n[{\"a\":1}"), .close],
      says: ["within its answer"]),
    FaultCase(
      name: "reset in the body", script: [raw(head + "Content-Length: 99\r\n\r\n[{\"a\":1}"), .reset],
      says: ["the connection"]),
    FaultCase(
      name: "closed between chunks",
      script: [raw(head + "Transfer-Encoding: chunked\r\n\r\n4\r\n[{}]\r\n"), .close], says: ["within its answer"]),
    FaultCase(
      name: "a body that is longer than its length", script: [raw(head + "Content-Length: 9\r\n\r\n" + rows), .close],
      says: ["the answer to GET", "the document ends in the middle of a value"], requests: 1),
    FaultCase(
      name: "a negative length", script: [raw(head + "Content-Length: -1\r\n\r\n" + rows), .close],
      says: ["no valid HTTP"]),
    FaultCase(
      name: "two lengths", script: [raw(head + "Content-Length: 17\r\nContent-Length: 4\r\n\r\n" + rows), .close],
      says: ["no valid HTTP"]),
    FaultCase(
      name: "a length beside chunks",
      script: [raw(head + "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n4\r\n[{}]\r\n0\r\n\r\n"), .close],
      says: ["no valid HTTP"]),
    FaultCase(
      name: "chunks that are none",
      script: [raw(head + "Transfer-Encoding: chunked\r\n\r\nxyz\r\n[{}]\r\n0\r\n\r\n"), .close],
      says: ["no valid HTTP"]),
    FaultCase(
      name: "a body that never ends",
      script: [raw("HTTP/1.1 200 OK\r\n\r\n[")]
        + [HostileServer.Step](repeating: .send([UInt8](repeating: 0x20, count: 65536)), count: 64),
      says: ["answered too much: the body has", "more than max_body (1048576 bytes)", "raise max_body"],
      api: "max_body: 1MiB", requests: 1),
    FaultCase(
      name: "an endless drip",
      script: [raw(head + "Content-Length: 100000\r\n\r\n[")]
        + (0..<2000).flatMap { _ in [HostileServer.Step.send([0x20]), .run { usleep(10_000) }] },
      says: ["no complete answer within the total time-out (300ms)", "raise timeout.total"],
      api: "timeout: {read: 10s, total: 300ms}"),
    FaultCase(
      name: "silence", script: [.silence], says: ["nothing within the read time-out", "raise timeout.read"],
      api: "timeout: {read: 150ms}"),
    FaultCase(
      name: "silence in the body", script: [raw(head + "Content-Length: 99\r\n\r\n["), .silence],
      says: ["nothing within the read time-out", "raise timeout.read"], api: "timeout: {read: 150ms}"),
    FaultCase(
      name: "headers of a megabyte",
      script: [raw(head + "X: " + String(repeating: "x", count: 1 << 20) + "\r\n\r\n[]"), .close],
      says: ["the headers of the answer have more than 80 KiB"], requests: 1),
    FaultCase(
      name: "status 000", script: [raw("HTTP/1.1 000 x\r\nContent-Length: 2\r\n\r\n[]"), .close],
      says: ["no valid HTTP"]),
    FaultCase(
      name: "status 099", script: [raw("HTTP/1.1 099 x\r\nContent-Length: 2\r\n\r\n[]"), .close],
      says: ["no valid HTTP"]),
    FaultCase(name: "status 600", script: [reply(600, json, "[]")], says: ["answered 600"], requests: 1),
    FaultCase(
      name: "a loop of redirects", script: [reply(302, [("Location", "/x")])], says: ["redirects more than 5 times"],
      requests: 6),
    FaultCase(
      name: "429 for ever", script: [reply(429, [], "slow down")],
      says: [
        "answered 429 Too Many Requests, after 2 attempts: \"slow down\"", "lower the api's rate_limit or concurrency",
      ]),
    FaultCase(
      name: "429 with an absurd wait", script: [reply(429, [("Retry-After", "999999999999999999999")])],
      says: ["429", "asks to wait until", "longer than max_wait (5m) allows"], requests: 1),
    FaultCase(
      name: "429 until a date in a thousand years",
      script: [reply(429, [("Retry-After", "Fri, 31 Dec 3026 23:59:59 GMT")])],
      says: ["429", "asks to wait until 3026-12-31", "longer than max_wait (5m) allows"], requests: 1),
    FaultCase(
      name: "200 with HTML",
      script: [reply(200, [("Content-Type", "text/html")], "<!DOCTYPE html><title>Sign in</title>")],
      says: ["answered an HTML page, not JSON: \"<!DOCTYPE html><title>Sign in</title>\""], requests: 1),
    FaultCase(
      name: "200 with an error", script: [reply(200, json, #"{"status":"ERROR","reason":"no such month"}"#)],
      says: ["answered 200 with $.status 'ERROR': the service refuses", "no such month", "the rule in line 3"],
      api: "responses: [{when: {path: $.status, in: [ERROR]}, action: fail, message: the service refuses}]", requests: 1
    ),
    FaultCase(
      name: "200 that says to come again", script: [reply(200, json, #"{"status":"BUSY","seconds":0.001}"#)],
      says: ["answered 200 with $.status 'BUSY', after 2 attempts"],
      source: "responses: [{when: {path: $.status, in: [BUSY]}, action: retry, retry_after_path: $.seconds}]"),
    FaultCase(
      name: "a 500 that is final", script: [reply(500, [], "the month is closed")],
      says: ["answered 500: \"the month is closed\""],
      source: "responses: [{when: {status: 500}, action: fail}]", requests: 1),
    FaultCase(
      name: "204 where an answer is expected", script: [reply(204)],
      says: ["answered 204, where 200 is expected"], api: "expect: {status: 200}", requests: 1),
    FaultCase(
      name: "a wrong content type", script: [reply(200, [("Content-Type", "text/plain")], rows)],
      says: ["answered content of type text/plain, not application/json"],
      api: "expect: {content_type: application/json}",
      requests: 1),
    FaultCase(
      name: "a gzip body that ends early",
      script: [reply(200, [("Content-Encoding", "gzip")], body: Array(gzippedRows.dropLast(12)))],
      says: ["the compressed body ended before its end"]),
    FaultCase(
      name: "a gzip body that is none", script: [reply(200, [("Content-Encoding", "gzip")], rows)],
      says: ["the compressed body is broken"]),
    FaultCase(
      name: "an answer of another protocol", script: [raw("SSH-2.0-OpenSSH_9.2\r\n"), .close], says: ["no valid HTTP"]),
  ]

  @Test(arguments: faults)
  func `a fault ends the run with its address, cause and remedy, and publishes nothing`(_ fault: FaultCase) async throws
  {
    try await withServer({ _ in fault.script }) { server in
      let run = try await fetch(server.url, api: fault.api, source: fault.source)
      for part in fault.says { #expect(run.error("s").contains(part), "\(part): \(run.error("s"))") }
      #expect(run.error("s").contains("/x"), "\(run.error("s"))")
      if let requests = fault.requests { #expect(server.received.count == requests, "\(run.error("s"))") }
    }
  }

  @Test func `a service that is not there is told by its name or place`() async throws {
    let closed = try ClosedPort()
    defer { closed.free() }
    let refused = try await fetch(closed.url)
    #expect(refused.error("s").contains("the connection was refused"), "\(refused.error("s"))")
    #expect(refused.error("s").contains("check base_url, and that the service runs"))
    let unknown = try await fetch("http://no-such-host.invalid")
    #expect(unknown.error("s").contains("the host 'no-such-host.invalid' was not found"), "\(unknown.error("s"))")
    #expect(unknown.error("s").contains("check the host in the URL"))
  }

  @Test(arguments: [
    ("expired", "expired on 2021-01-01"), ("elsewhere", "is not for 'localhost', but for 'other.example'"),
    ("selfsigned", "is self-signed"),
    ("untrusted", "signed by 'Unknown test authority', an authority that this machine does not know"),
  ])
  func `a certificate that does not hold ends the run before anything is sent`(
    certificate: String, says: String
  ) async throws {
    try await withServer({ _ in [reply(200, Self.json, Self.rows)] }) { server in
      let front = try await TLSServer(certificate, before: server)
      defer { front.stop() }
      let run = try await fetch(front.url, api: "tls: {ca_file: \"\(certificateFile("authority"))\"}")
      #expect(run.error("s").contains(says), "\(run.error("s"))")
      #expect(run.error("s").contains(front.url), "\(run.error("s"))")
      #expect(server.received.isEmpty)
    }
  }

  @Test(arguments: [
    ([HostileServer.Step.close], "closed the connection during the TLS handshake"), ([.reset], "the connection"),
    ([raw("HTTP/1.1 400 Bad Request\r\n\r\n"), .close], "does not speak TLS on this port (http:// instead?)"),
  ])
  func `a handshake that fails ends the run`(script: [HostileServer.Step], says: String) async throws {
    try await withServer({ _ in script }) { server in
      let run = try await fetch("https://localhost:\(server.port)")
      #expect(run.error("s").contains(says), "\(run.error("s"))")
    }
  }

  /// Runs a source over the address, which must fail, and holds the run against what every fault asks for.
  private func fetch(_ base: String, api: String = "", source: String = "") async throws -> RunOutcome {
    let workspace = try Workspace()
    try workspace.write("old", to: "out.jsonl")
    let (api, source) = (api.isEmpty ? "" : ", " + api, source.isEmpty ? "" : ", " + source)
    let run = try await workspace.run(
      """
      apis: {a: {base_url: "\(base)", retry: {max_attempts: 2, initial: 1ms}\(api)}}
      sources: {s: {type: http, api: a, path: /x\(source)}}
      outputs: [{type: jsonl, from: s, path: out.jsonl}, {type: sqlite, from: s, table: t}]
      """)
    #expect(run.code == 3, "\(run.everything)")
    #expect(run.published == [false, false])
    #expect(workspace.text("out.jsonl") == "old")
    #expect(try await workspace.query("SELECT name FROM sqlite_master WHERE name = 't'") == [])
    #expect(try await workspace.leftovers() == [])
    // A cause comes with a remedy.
    #expect(run.error("s").contains("; ") || run.error("s").contains("the answer to"), "\(run.error("s"))")
    return run
  }
}

/// `[{"a":1}]`
private let gzippedRows: [UInt8] = [
  0x1F, 0x8B, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0x03, 0x8B, 0xAE, 0x56, 0x4A, 0x54, 0xB2, 0x32, 0xAC, 0x8D,
  0x05,
  0x00, 0x7D, 0x73, 0xCB, 0xF2, 0x09, 0x00, 0x00, 0x00,
]
