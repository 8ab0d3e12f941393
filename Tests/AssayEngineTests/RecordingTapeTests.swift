import AssayEngine
import AssayHTTP
import AssayStore
import Dispatch
import Foundation
import Synchronization
import Testing

/// What a recording keeps of exchanges as they come.
struct RecordingTapeTests {
  /// A tape over a folder of its own, which is removed afterwards.
  private func withTape<T>(_ body: (RecordingTape, _ folder: String) throws -> T) throws -> T {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("tape-\(UUID().uuidString)").path
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let recording = Recording(
      folder: folder, pipeline: "p", definitionSHA256: "", startedAt: StoreTime(milliseconds: 0), params: [:],
      environment: [:])
    return try body(try RecordingTape(recording, mask: SecretMask()), folder)
  }

  private func end(_ url: RequestURL) -> RecordedExchange.End {
    .answered(HTTPResponse(status: 200, body: Array("[]".utf8), finalURL: url), attempts: 1)
  }

  @Test func `exchanges that end at once are all kept, those of a sender's beginning too`() throws {
    try withTape { tape, folder in
      let failures = Mutex<[String]>([])
      let urls = try (0..<4000).map { try RequestURL("http://h/\($0)") }
      DispatchQueue.concurrentPerform(iterations: urls.count) { number in
        do {
          // Two at a time are the first ones of their sender.
          try tape.record(HTTPRequest(.get, urls[number]), end(urls[number]), for: "s\(number / 2)")
        } catch {
          failures.withLock { $0.append("\(error)") }
        }
      }
      #expect(failures.withLock { $0 } == [])
      #expect(try Recording(reading: folder).exchanges.count == urls.count)
    }
  }

  @Test func `headers that hold credentials are left out`() throws {
    try withTape { tape, folder in
      let url = try RequestURL("http://h/x")
      let request = HTTPRequest(
        .get, url, headers: ["Authorization": "Bearer open", "Cookie": "sid=1", "X-Tenant": "t"])
      try tape.record(request, end(url), for: "s")
      let kept = try #require(try Recording(reading: folder).exchanges.values.first?.first)
      #expect(kept.headers.fields.map(\.name) == ["X-Tenant"])
    }
  }
}
