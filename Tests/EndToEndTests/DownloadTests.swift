import AssayFormats
import AssayTestServers
import FoundationEssentials
import Glibc
import SandboxAPIs
import Testing

/// Bodies that go to a file.
@Suite struct DownloadTests {
  private func pipeline(_ address: String, _ more: String = "", api: String = "retry: {max_attempts: 1}") -> String {
    """
    apis: {a: {base_url: "\(address)", \(api)}}
    sources: {s: {type: http, api: a, path: /data.bin, download: got/data.bin}}
    outputs: [{type: jsonl, from: s, path: rows.jsonl}]
    \(more)
    """
  }

  private static let bytes = (0..<3_000_000).map { UInt8(truncatingIfNeeded: $0 &* 37 >> 4) }

  @Test func `a body becomes a file, and a row that tells of it`() async throws {
    try await withServer({ _ in [reply(200, [("Content-Type", "image/png; x=y")], body: Self.bytes)] }) { server in
      let workspace = try Workspace()
      let run = try await workspace.run(pipeline(server.url))
      try #require(run.code == 0, "\(run.errors)")
      #expect(workspace.bytes("got/data.bin") == Self.bytes)
      let row = try JSONParser.parse(workspace.text("rows.jsonl") ?? "")
      #expect(row["path"] == "got/data.bin")
      #expect(row["bytes"] == .integer(Int64(Self.bytes.count)))
      #expect(row["content_type"] == "image/png")
      #expect(row["url"] == .string(server.url + "/data.bin"))
      #expect(row["sha256"]?.string?.count == 64)
      #expect(try await workspace.leftovers() == [])
      // The same again takes the place of the old file, and has the same sum.
      let again = try await workspace.run(pipeline(server.url))
      #expect(again.code == 0, "\(again.errors)")
      #expect(try JSONParser.parse(workspace.text("rows.jsonl") ?? "")["sha256"] == row["sha256"])
    }
  }

  @Test func `the sum is that of other programs`() async throws {
    try await withServer({ _ in [reply(200, body: Array("abc".utf8))] }) { server in
      let workspace = try Workspace()
      #expect(try await workspace.run(pipeline(server.url)).code == 0)
      let row = try JSONParser.parse(workspace.text("rows.jsonl") ?? "")
      #expect(row["sha256"] == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
      #expect(row["content_type"] == .null)
    }
  }

  @Test func `a file comes as it was sent, whatever is said of its encoding`() async throws {
    let packed: [UInt8] = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3, 0x4B, 4, 0, 0x43, 0xBE, 0xB7, 0xE8, 1, 0, 0, 0]
    try await withServer({ _ in [reply(200, [("Content-Encoding", "gzip")], body: packed)] }) { server in
      let workspace = try Workspace()
      let run = try await workspace.run(pipeline(server.url))
      try #require(run.code == 0, "\(run.errors)")
      #expect(workspace.bytes("got/data.bin") == packed)
      #expect(server.received.first?.headers["accept-encoding"] == "identity")
    }
  }

  @Test func `a gate that fails publishes what is always published, and no download`() async throws {
    try await withServer({ _ in [reply(body: [1, 2])] }) { server in
      let workspace = try Workspace()
      let text = pipeline(server.url, "checks: {s: {columns: {bytes: [{range: {min: 3}}]}}}")
      let run = try await workspace.run(text.replacing("rows.jsonl}", with: "rows.jsonl, publish: always}"))
      #expect(run.code == 1, "\(run.errors)")
      #expect(run.published == [true])
      #expect(workspace.exists("rows.jsonl"))
      #expect(!workspace.exists("got/data.bin"))
      #expect(try await workspace.leftovers() == [])
    }
  }

  @Test(
    arguments: [
      ("a gate that fails", [reply(body: [1, 2])], "checks: {s: {columns: {bytes: [{range: {min: 3}}]}}}", 1, ""),
      (
        "a connection that breaks", [raw("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n1234"), .close], "", 3,
        "the server closed the connection"
      ),
      ("an error", [reply(500, body: [1])], "", 3, "500"),
      (
        "a web page", [reply(200, [("Content-Type", "text/html")], "<html>")], "", 3,
        "answered an HTML page, not a file"
      ),
      ("no body", [reply(204)], "", 3, "has no body to be downloaded"),
      (
        "a body that is too large", [reply(body: [UInt8](repeating: 1, count: 2_000_000))], "", 3,
        "max_body (1000000 bytes)"
      ),
      ("another source that fails", [reply(body: [1, 2])], "", 3, "there is no file 'nowhere.csv'"),
    ] as [(String, [HostileServer.Step], String, Int32, String)])
  func `a run that is not published leaves the old file, and nothing beside it`(
    _ name: String, _ steps: [HostileServer.Step], _ more: String, _ code: Int32, _ words: String
  ) async throws {
    try await withServer({ _ in steps }) { server in
      let workspace = try Workspace()
      try workspace.write("old", to: "got/data.bin")
      var text = pipeline(server.url, more, api: "retry: {max_attempts: 1}, max_body: 1MB")
      if name.hasPrefix("another") {
        text = text.replacing("sources: {", with: "sources: {b: {type: csv, path: nowhere.csv}, ")
          .replacing("outputs: [", with: "outputs: [{type: csv, from: b, path: b.csv}, ")
      }
      let run = try await workspace.run(text)
      #expect(run.code == code, "\(run.errors)")
      #expect(run.errors.contains(words) || run.report.text.contains(words), "\(run.errors)")
      #expect(workspace.text("got/data.bin") == "old")
      #expect(try await workspace.leftovers() == [])
    }
  }

  @Test func `an attempt that broke leaves nothing in the file`() async throws {
    try await withServer({ request in
      request.number == 1
        ? [.send(Array("HTTP/1.1 200 OK\r\nContent-Length: 5000000\r\n\r\n".utf8) + Self.bytes), .close]
        : [reply(body: Array("whole".utf8))]
    }) { server in
      let workspace = try Workspace()
      let run = try await workspace.run(pipeline(server.url, api: "retry: {initial: 1ms}"))
      try #require(run.code == 0, "\(run.errors)")
      #expect(workspace.text("got/data.bin") == "whole")
      #expect(run.step("s")?["retries"]?.int == 1)
      #expect(try await workspace.leftovers() == [])
    }
  }

  @Test(arguments: [(SIGINT, 130), (SIGKILL, -9)] as [(Int32, Int32)])
  func `a run that is stopped while a file comes leaves the old one`(_ signal: Int32, _ code: Int32) async throws {
    let gate = Gate()
    try await withServer({ request in
      if request.number > 1 { return [reply(body: Array("new".utf8))] }
      let head = Array("HTTP/1.1 200 OK\r\nContent-Length: 9000000\r\n\r\n".utf8)
      return [.send(head + Self.bytes), .run { gate.open() }, .silence]
    }) { server in
      let workspace = try Workspace()
      try workspace.write("old", to: "got/data.bin")
      try workspace.write("version: 1\nname: p\n" + pipeline(server.url), to: "p.yaml")
      let process = try workspace.start(["run", "p.yaml", "--json"])
      await gate.wait()
      process.signal(signal)
      #expect(await process.end().code == code)
      #expect(workspace.text("got/data.bin") == "old")
      if signal == SIGINT { #expect(try await workspace.leftovers() == []) }
      // The next run clears away what a killed one left.
      let next = try await workspace.run(pipeline(server.url), "--wait")
      #expect(next.code == 0, "\(next.errors)")
      #expect(workspace.text("got/data.bin") == "new")
      #expect(try await workspace.leftovers() == [])
    }
  }

  @Test(arguments: [["--until", "s"], ["--limit", "1"]])
  func `a part of a pipeline leaves the old file as it was`(_ arguments: [String]) async throws {
    try await withServer({ _ in [reply(body: [1])] }) { server in
      let workspace = try Workspace()
      try workspace.write("old", to: "got/data.bin")
      try workspace.write("version: 1\nname: p\n" + pipeline(server.url), to: "p.yaml")
      let ending = try await workspace.start(["run", "p.yaml"] + arguments).end()
      #expect(ending.code == 0, "\(ending.errors)")
      #expect(workspace.text("got/data.bin") == "old")
      #expect(try await workspace.leftovers() == [])
    }
  }

  @Test func `a download does not write over what the run uses`() async throws {
    let workspace = try Workspace()
    let run = try await workspace.run(
      pipeline("http://127.0.0.1:1").replacing("rows.jsonl", with: "./got/../got/data.bin"))
    #expect(run.code == 2)
    #expect(run.errors.contains("would write over the download of 's'"), "\(run.errors)")
    let own = try await workspace.run(pipeline("http://127.0.0.1:1").replacing("got/data.bin", with: "p.yaml"))
    #expect(own.code == 2)
    #expect(own.errors.contains("would write over the pipeline file"), "\(own.errors)")
    let ends = try await workspace.run(pipeline("http://127.0.0.1:1").replacing("got/data.bin", with: "assay.db-wal"))
    #expect(ends.code == 2)
    #expect(ends.errors.contains("would write over a file of the store"), "\(ends.errors)")
    // The store of a first run is not there yet.
    try FileManager.default.createSymbolicLink(atPath: workspace.file("link"), withDestinationPath: "./assay.db")
    let link = try await workspace.run(pipeline("http://127.0.0.1:1").replacing("got/data.bin", with: "link"))
    #expect(link.code == 2)
    #expect(link.errors.contains("would write over the store"), "\(link.errors)")
  }

  @Test func `secrets of the address are not in the row`() async throws {
    try await withServer({ _ in [reply(body: [1])] }) { server in
      let workspace = try Workspace()
      let text = pipeline(server.url).replacing("/data.bin,", with: "/data.bin, query: {sig: \"${secret:S}\"},")
      let run = try await workspace.run(text, environment: ["S": "hidden-value"])
      #expect(run.code == 0, "\(run.errors)")
      #expect(server.received.first?.target == "/data.bin?sig=hidden-value")
      #expect(workspace.text("rows.jsonl")?.contains("sig=***") == true)
    }
  }
}
