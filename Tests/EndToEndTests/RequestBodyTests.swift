import AssayFormats
import AssayTestServers
import Testing

/// Methods and bodies of requests, as a server sees them.
@Suite struct RequestBodyTests {
  @Test(
    arguments: [
      ("POST", "body: {json: {a: [1, true, null], b: \"5\"}}", "application/json", #"{"a":[1,true,null],"b":"5"}"#),
      ("PUT", "body: {form: {a: 'x y', b: 2}}", "application/x-www-form-urlencoded", "a=x+y&b=2"),
      ("PATCH", "body: {text: 'ü {x}'}", "text/plain; charset=utf-8", "ü {x}"),
      ("POST", "body: {text: '<a/>', content_type: text/xml}", "text/xml", "<a/>"),
      ("POST", "headers: {content-type: application/vnd.api+json}, body: {json: {}}", "application/vnd.api+json", "{}"),
      ("DELETE", "query: {all: 1}", nil, ""), ("DELETE", "body: {json: [1]}", "application/json", "[1]"),
      ("POST", "query: {a: 1}", nil, ""),
    ] as [(String, String, String?, String)])
  func `a source sends its method and body`(_ method: String, _ keys: String, _ type: String?, _ body: String)
    async throws
  {
    try await withServer({ _ in [reply(200, [("Content-Type", "application/json")], "[{\"a\":1}]")] }) { server in
      let (run, rows) = try await Workspace().rows(
        of: "{type: http, path: \(server.url)/x, method: \(method), \(keys)}")
      try #require(run.code == 0, "\(run.errors)")
      #expect(rows == [#"{"a":1}"#])
      let request = try #require(server.received.first)
      #expect(request.method == method)
      #expect(request.headers["content-type"] == type)
      #expect(String(decoding: request.body, as: UTF8.self) == body)
    }
  }

  @Test func `an api's own content type counts too`() async throws {
    try await withServer({ _ in [reply(200, [("Content-Type", "application/json")], "[{\"a\":1}]")] }) { server in
      let run = try await Workspace().run(
        """
        apis: {a: {base_url: "\(server.url)", headers: {Content-Type: application/x-own}}}
        sources: {s: {type: http, api: a, path: /x, method: POST, body: {json: {a: 1}}}}
        outputs: [{type: csv, from: s, path: out.csv}]
        """)
      #expect(run.code == 0, "\(run.errors)")
      #expect(server.received.first?.headers["content-type"] == "application/x-own")
    }
  }

  private static let hostile = [
    #"x","admin":true,"y":""#, "\\", "\\\"", "a\u{1}b", "😀é", "{y}", "&b=2", "a=b&c", "%22", "</x>",
  ]

  @Test(arguments: ["json: {name: \"{t}\", more: [\"<{t}>\"], id: 5}", "form: {name: \"{t}\", more: \"<{t}>\", id: 5}"])
  func `what a row holds stays within its text in the body of a look-up`(_ body: String) async throws {
    try await withServer({ _ in [reply(200, [("Content-Type", "application/json")], "{\"v\": 1}")] }) { server in
      let workspace = try Workspace()
      let lines = Self.hostile.map { JSONValue.object(["t": .string($0)]).text + "\n" }.joined()
      try workspace.write(lines, to: "in.jsonl")
      let run = try await workspace.run(
        """
        sources: {s: {type: json, path: in.jsonl}}
        steps: {l: {type: lookup, from: s, path: \(server.url)/x, method: POST, body: {\(body)}, columns: {v: $.v}}}
        outputs: [{type: jsonl, from: l, path: out.jsonl}]
        """)
      try #require(run.code == 0, "\(run.errors)")
      #expect(run.step("l")?["rows_out"]?.int == Self.hostile.count)
      var seen: [String] = []
      for request in server.received {
        if body.hasPrefix("json") {
          let root = try JSONParser.parse(request.body)
          let name = root["name"]?.string ?? ""
          #expect(root == ["name": .string(name), "more": [.string("<\(name)>")], "id": 5])
          seen.append(name)
        } else {
          let fields = String(decoding: request.body, as: UTF8.self).split(separator: "&")
          #expect(fields.count == 3)
          #expect(fields.last == "id=5")
        }
      }
      #expect(server.received.count == Self.hostile.count)
      if body.hasPrefix("json") { #expect(Set(seen) == Set(Self.hostile)) }
    }
  }

  @Test func `rows that differ in the body alone are asked for apart, and a null skips its row`() async throws {
    try await withServer({ request in
      let name = (try? JSONParser.parse(request.body))?["name"]?.string ?? ""
      return [reply(200, [("Content-Type", "application/json")], "{\"v\": \"\(name)!\"}")]
    }) { server in
      let workspace = try Workspace()
      try workspace.write("t\na\nb\na\n\"\"\nb\n", to: "in.csv")
      let run = try await workspace.run(
        """
        sources: {s: {type: csv, path: in.csv}}
        steps: {l: {type: lookup, from: s, path: \(server.url)/x, method: POST, body: {json: {name: "{t}"}}, columns: {v: $.v}}}
        outputs: [{type: csv, from: l, path: out.csv}]
        """)
      try #require(run.code == 0, "\(run.errors)")
      #expect(workspace.text("out.csv") == "t,v,l_status\na,a!,ok\nb,b!,ok\na,a!,ok\n,,skipped\nb,b!,ok\n")
      #expect(server.received.count == 2)
    }
  }

  @Test func `a body with a secret is not carried to another host`() async throws {
    try await withServer({ _ in [reply(200, [("Content-Type", "application/json")], "[]")] }) { elsewhere in
      try await withServer({ _ in
        [reply(307, [("Location", elsewhere.url.replacing("127.0.0.1", with: "localhost") + "/y")])]
      }) {
        server in
        let (run, _) = try await Workspace().rows(
          of: "{type: http, path: \(server.url)/x, method: POST, body: {json: {key: \"${secret:S}\"}}}",
          environment: ["S": "hidden-value"])
        #expect(run.code == 3)
        #expect(run.error("s").contains("the body holds a secret"), "\(run.error("s"))")
        #expect(elsewhere.received.isEmpty)
        #expect(!run.everything.contains("hidden-value"))
      }
    }
  }
}
