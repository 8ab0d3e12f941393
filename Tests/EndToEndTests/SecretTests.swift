import AssayTestServers
import AssayFormats
import FoundationEssentials
import Testing

/// No secret in anything that a run writes, in no form in which it was sent.
@Suite struct SecretTests {
  private static let secret = "s3cr3t/k+ey &=?pq"

  /// The secret as it may show up: plain, percent-encoded in both ways, in base64 at each alignment, escaped in JSON.
  private static let forms: [String] = {
    let bytes = Array(secret.utf8)
    let percent = bytes.map { byte in
      let isPlain = UInt8(ascii: "a")...UInt8(ascii: "z") ~= byte || UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte
      return isPlain ? String(UnicodeScalar(byte)) : "%" + String(byte, radix: 16, uppercase: true)
    }.joined()
    let base64 = [secret, "assay:" + secret].map { Data($0.utf8).base64EncodedString() }
    return [secret, percent, percent.replacing("%20", with: "+"), secret.replacing("/", with: "\\/")]
      + base64
  }()

  @Test(arguments: [
    "{type: bearer, token: \"${secret:KEY}\"}", "{type: basic, username: assay, password: \"${secret:KEY}\"}",
    "{type: api_key, name: X-Key, value: \"${secret:KEY}\"}",
    "{type: api_key, in: query, name: key, value: \"${secret:KEY}\"}",
    "{type: api_key, in: query, name: key, value: \"${env:KEY}\"}",
  ])
  func `a refused secret gives a hint, and is nowhere to be seen`(_ auth: String) async throws {
    // A server as unkind as can be: it sends back what it was sent.
    try await withServer({ request in
      let echo =
        request.target + " " + (request.headers["authorization"] ?? "") + " " + (request.headers["x-key"] ?? "")
      return [reply(401, [("Content-Type", "text/plain"), ("X-Echo", echo)], "not for \(echo)")]
    }) { server in
      let workspace = try Workspace()
      let run = try await workspace.run(
        """
        apis: {a: {base_url: "\(server.url)", auth: \(auth)}}
        sources: {s: {type: http, api: a, path: /x}}
        outputs: [{type: jsonl, from: s, path: out.jsonl}]
        report: {json: report.json}
        """, environment: ["KEY": Self.secret])
      #expect(run.code == 3)
      #expect(run.error("s").contains("401"), "\(run.error("s"))")
      #expect(run.error("s").contains("auth") || run.error("s").contains("credentials"), "\(run.error("s"))")
      try check(workspace, run)
    }
  }

  @Test func `a secret that comes back as data is masked in samples, failed rows and warnings`() async throws {
    try await withServer({ request in
      [reply(200, [("Content-Type", "application/json")], #"[{"id":1,"token":"\#(Self.secret)"}]"#)]
    }) { server in
      let workspace = try Workspace()
      let run = try await workspace.run(
        """
        apis: {a: {base_url: "\(server.url)", auth: {type: bearer, token: "${secret:KEY}"}}}
        sources: {s: {type: http, api: a, path: /x, columns: {token: integer}}}
        checks: {s: {columns: {token: [{length: {max: 3}, severity: warn}], id: [{range: {max: 0}}]}}}
        outputs: [{type: jsonl, from: s, path: out.jsonl}]
        report: {json: report.json}
        """, "--fail-on", "never", environment: ["KEY": Self.secret])
      #expect(run.code == 0, "\(run.errors)")
      try check(workspace, run)
    }
  }

  @Test func `a param that holds a secret is masked in the report`() async throws {
    try await withServer({ _ in [reply(200, [("Content-Type", "application/json")], "[{\"a\":1}]")] }) { server in
      let workspace = try Workspace()
      let run = try await workspace.run(
        """
        params: {word: {type: text, default: "x"}}
        apis: {a: {base_url: "\(server.url)", auth: {type: bearer, token: "${secret:KEY}"}}}
        sources: {s: {type: http, api: a, path: /x, query: {q: "${param:word}"}}}
        outputs: [{type: jsonl, from: s, path: out.jsonl}]
        """, "--param", "word=\(Self.secret)", environment: ["KEY": Self.secret])
      #expect(run.code == 0, "\(run.errors)")
      try check(workspace, run)
    }
  }

  private func check(_ workspace: Workspace, _ run: RunOutcome) throws {
    // The command line's own text is the tests' alone; all else below the folder was written by the program.
    for file in workspace.files where file != "p.yaml" {
      let text = String(decoding: workspace.bytes(file) ?? [], as: UTF8.self)
      for form in Self.forms { #expect(!text.contains(form), "\(form) is in \(file)") }
    }
    for form in Self.forms { #expect(!run.everything.contains(form), "\(form) is in \(run.everything)") }
  }
}
