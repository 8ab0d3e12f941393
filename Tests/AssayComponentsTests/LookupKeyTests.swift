import AssayComponents
import AssayEngine
import AssayStore
import Testing

/// How the keys of a `lookup` are made equal, and asked for together.
@Suite struct LookupKeyTests {
  @Test(arguments: [
    ("", " a  b\tc ", "a b c"), ("normalize: trim", " a  b ", "a  b"), ("normalize: [trim, upper]", " ab ", "AB"),
    ("normalize: [collapse, lower]", " Ä  B ", "ä b"), ("normalize: []", " a  b", " a  b"),
    ("normalize: digits", "+43 (1) 58-99", "4315899"), ("normalize: zip5", " 50014-1234", "50014"),
    ("normalize: zip5", "500141234", "50014"), ("normalize: zip5", "50014", "50014"),
    ("normalize: zip5", "00501-1", "00501-1"), ("normalize: zip5", "5001A-1234", "5001A-1234"),
    ("normalize: zip5", "123456789012", "123456789012"), ("normalize: {k: upper}", "ab  c", "AB  C"),
    ("normalize: {j: upper}", "ab  c", "ab c"),
  ])
  func `inputs are normalised as the file says, from left to right`(keys: String, input: String, part: String) throws {
    let more = keys.isEmpty ? "" : ", " + keys
    let lookup = try lookups("type: lookup, path: \"http://h/{k}/{j?}\", columns: {c: $.c}\(more)")[0]
    #expect(lookup.key([input, ""])?.parts.first == part)
  }

  @Test(arguments: [("", ""), ("", " \t"), (", normalize: []", "  "), (", normalize: digits", "none")])
  func `an input that is empty then skips the row`(more: String, input: String) throws {
    let lookup = try lookups("type: lookup, path: \"http://h/{k}\", columns: {c: $.c}\(more)")[0]
    #expect(lookup.key([input]) == nil)
  }

  private func parts(_ requests: [[LookupKey]]) -> [String] {
    requests.map { $0.map { $0.parts.joined(separator: "/") }.joined(separator: " ") }
  }

  @Test func `as many keys as a batch holds stand in a request, in their order`() throws {
    let lookup = try lookups(
      "type: lookup, path: \"http://h/{k}\", columns: {c: $.c}, matches: \"$[*]\", batch: {size: 3, key: $.k}")[0]
    let keys = ["d", "a", "c", "b"].map { LookupKey([$0]) }
    #expect(parts(lookup.requests(for: keys)) == ["d a c", "b"])
    #expect(lookup.keysPerRequest == 3 && lookup.keysGathered == 3)
    #expect(lookup.requests(for: []) == [])
  }

  @Test func `keys that share the other columns stand together`() throws {
    let lookup = try lookups(
      "type: lookup, path: \"http://h/{land}/{k}\", columns: {c: $.c}, matches: \"$[*]\", batch: {size: 2, key: $.k, column: k}"
    )[0]
    let keys = [["at", "1"], ["de", "2"], ["at", "3"], ["at", "4"], ["de", "5"]].map { LookupKey($0) }
    #expect(parts(lookup.requests(for: keys)) == ["at/1 at/3", "de/2 de/5", "at/4"])
    #expect(lookup.keysGathered == 20)
  }

  @Test func `a key with the separator is not asked for, unless keys are a list of JSON`() throws {
    let keys = ["a,b", "c", "d"].map { LookupKey([$0]) }
    let more = "columns: {c: $.c}, matches: \"$[*]\", batch: {key: $.k}"
    let joined = try lookups("type: lookup, path: \"http://h/\", query: {k: \"{k}\"}, \(more)")[0]
    #expect(keys.map { joined.knownAnswer($0, at: .now)?.status } == [.notFound, nil, nil])
    let listed = try lookups(
      "type: lookup, path: \"http://h/\", method: POST, body: {json: {k: \"{k}\"}}, \(more)")[0]
    #expect(keys.allSatisfy { listed.knownAnswer($0, at: .now) == nil })
    #expect(parts(listed.requests(for: keys)) == ["a,b c d"])
  }
}
