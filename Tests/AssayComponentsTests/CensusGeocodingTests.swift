import AssayColumns
import AssayComponents
import AssayEngine
import AssayHTTP
import Testing

/// The Census geocoder's requests and answers, in the forms that the service is known to use.
@Suite struct CensusGeocodingTests {
  private static let census = CensusGeocoding()
  private static let places = GeocodeTask()
  private static let tracts = GeocodeTask("tract", "block")
  private static let single = GeocodeTask(inParts: false)
  private static let singleTracts = GeocodeTask("tract", inParts: false)

  /// As the service answers: not in the order of the file.
  private static let gramercy =
    #""3","3 Gramercy Park West, New York, NY, 10003","Match","Exact","3 GRAMERCY PARK W, NEW YORK, NY, 10003","-73.98658,40.738323","59653655","R""#
  private static let wistful = #""2","79 Wistful Vista, Wistful Vista, IL, ","No_Match""#
  private static let tie = #""1","4600 Silver Hill Rd, SUITLAND, MD, 20746","Tie""#
  private static let codes = #","36","061","005000","0012""#

  private static func lines(_ lines: String...) -> String { lines.map { $0 + "\n" }.joined() }

  // MARK: Requests

  private func body(_ keys: [[String]], _ task: GeocodeTask = places) throws -> (request: HTTPRequest, text: String) {
    let request = try Self.census.request(keys.map { LookupKey($0) }, task, idleClient())
    return (request, String(decoding: request.body, as: UTF8.self))
  }

  @Test func `a batch is a form with a file, an address a line`() throws {
    let (request, text) = try body([
      ["1 MAIN ST", "BOSTON", "MA", "02108"], ["5, \"THE\" MEWS", "", "", "10001"], ["1 A\nST", "X", "", ""],
    ])
    #expect(request.method == .post && request.url.target == "/geocoder/locations/addressbatch")
    #expect(
      text.contains(
        "1,1 MAIN ST,BOSTON,MA,02108\n2,\"5, \"\"THE\"\" MEWS\",,,10001\n3,1 A ST,X,,\n\r\n--assay-"), "\(text)")
    #expect(text.contains("name=\"benchmark\"\r\n\r\nPublic_AR_Current\r\n"))
    #expect(!text.contains("vintage"))
    let (geographies, form) = try body([["1 MAIN ST", "", "", ""]], Self.tracts)
    #expect(geographies.url.target == "/geocoder/geographies/addressbatch")
    #expect(form.contains("name=\"vintage\"\r\n\r\nCurrent_Current\r\n"))
  }

  @Test func `the same batch is the same bytes, and its boundary stands in no part of it`() throws {
    let key = ["1 MAIN ST", "BOSTON", "MA", "02108"]
    let (first, text) = try body([key])
    #expect(try body([key]).request == first)
    #expect(try body([key, key]).request.headers != first.headers)
    let boundary = try #require(first.headers["Content-Type"]?.split(separator: "boundary=").last.map(String.init))
    #expect(boundary.utf8.count <= 70)
    #expect(text.ranges(of: "--\(boundary)").count == 3 && text.hasSuffix("--\(boundary)--\r\n"))
    // An address that happens to hold the boundary of its own form cannot be made; one of another's does no harm.
    let (odd, other) = try body([[boundary, "", "", ""]])
    let own = try #require(odd.headers["Content-Type"]?.split(separator: "boundary=").last.map(String.init))
    #expect(own != boundary && other.ranges(of: "--\(own)").count == 3)
  }

  @Test func `an address by itself is asked for in one line, or in its parts`() throws {
    func target(_ parts: [String], _ task: GeocodeTask, _ provider: String = "census") throws -> String {
      try geocoder(provider).request([LookupKey(parts)], task, idleClient()).url.target
    }
    #expect(
      try target(["1 MAIN ST, BOSTON"], Self.single)
        == "/geocoder/locations/onelineaddress?address=1%20MAIN%20ST%2C%20BOSTON&benchmark=Public_AR_Current&format=json"
    )
    #expect(
      try target(["1 MAIN ST"], Self.singleTracts, "{type: census, vintage: ACS2024_Current, benchmark: \"4\"}")
        == "/geocoder/geographies/onelineaddress?address=1%20MAIN%20ST&benchmark=4&vintage=ACS2024_Current&format=json")
    let one = "{type: census, batch_size: 1}"
    #expect(
      try target(["1 MAIN ST", "", "MA", "02108"], Self.places, one)
        == "/geocoder/locations/address?street=1%20MAIN%20ST&state=MA&zip=02108&benchmark=Public_AR_Current&format=json"
    )
    #expect(
      try target(["", "BOSTON", "", "02108"], Self.places, one).hasPrefix(
        "/geocoder/locations/onelineaddress?address=BOSTON%2C%2002108&"))
    #expect(try geocoder(one).keysPerRequest(for: Self.places) == 1)
    #expect(try geocoder("{type: census, batch_size: 10000}").keysPerRequest(for: Self.places) == 10_000)
    #expect(Self.census.keysPerRequest(for: Self.single) == 1)
  }

  @Test func `the service is given the time that it takes, and a batch may be sent again`() {
    let batch = Self.census.defaults(for: Self.places)
    #expect(batch.timeouts?.read == .seconds(300) && batch.timeouts.map { $0.total >= $0.read } == true)
    #expect(batch.retriesPosts)
    #expect(Self.census.defaults(for: Self.single).timeouts.map { $0.read >= .seconds(60) } == true)
  }

  @Test func `what shapes an answer keeps remembered ones apart`() throws {
    let scopes = try [
      "census", "{type: census, vintage: ACS2024_Current}", "{type: census, benchmark: \"4\"}",
      "{type: census, batch_size: 1}",
    ].map { try geocoder($0).scope(of: Self.places) }
    #expect(Set(scopes).count == 4)
    #expect(Self.census.scope(of: Self.places) == Self.census.scope(of: Self.tracts))
    #expect(try geocoder("{type: census, batch_size: 7}").scope(of: Self.places) == scopes[0])
  }

  // MARK: Batches

  @Test func `lines come in any order, and each goes to its address`() async throws {
    let answers = try await Self.census.answers(
      Self.places, to: 3, response(Self.lines(Self.gramercy, Self.wistful, Self.tie)))
    #expect(answers.map(\.status) == [.ambiguous, .notFound, .ok])
    #expect(answers.map(\.quality) == [nil, nil, "Exact"])
    #expect(answers[0].cells.allSatisfy { $0 == .null } && answers[1].cells.allSatisfy { $0 == .null })
    let told = Self.census.fields.map { Self.census.cell($0.name, of: answers[2]) }
    #expect(
      told == [
        "40.738323", "-73.98658", "3 GRAMERCY PARK W, NEW YORK, NY, 10003", "Exact", "R", "59653655", nil, nil, nil,
        nil,
      ])
    #expect(String(decoding: answers[2].origin?.payload ?? [], as: UTF8.self) == Self.gramercy)
  }

  @Test func `codes are text with their zeros, and what was remembered with them serves without`() async throws {
    let text = Self.lines(Self.gramercy + Self.codes, Self.wistful, Self.tie)
    let answer = try await Self.census.answers(Self.tracts, to: 3, response(text))[2]
    #expect(
      ["state_fips", "county_fips", "tract", "block"].map { Self.census.cell($0, of: answer) }
        == ["36", "061", "005000", "0012"])
    let rich = RememberedAnswer(status: 200, payload: try #require(answer.origin?.payload))
    #expect(try Self.census.recall(rich, Self.places).status == .ok)
    // The other way round the line does not say enough, so the address is asked for again.
    let poor = RememberedAnswer(status: 200, payload: Array(Self.gramercy.utf8))
    #expect(throws: (any Error).self) { try Self.census.recall(poor, Self.tracts) }
    let none = RememberedAnswer(status: 200, payload: Array(Self.wistful.utf8))
    #expect(try Self.census.recall(none, Self.tracts).status == .notFound)
  }

  @Test func `a batch is read as ISO-8859-1, with any line ends and quotes`() async throws {
    var latin = Array(#"1,"1 PE"#.utf8) + [0xD1] + Array("A \"\"B\"\" ST\",Match,Non_Exact,\"1 PE".utf8)
    latin += [0xD1] + Array("A ST, SAN JUAN, PR, 00901\",\"-66.1,18.4\",1,L".utf8)
    var answer = try response("")
    answer.body = latin
    let answers = try await Self.census.answers(Self.places, answer)
    #expect(Self.census.cell("matched_address", of: answers.first) == "1 PEÑA ST, SAN JUAN, PR, 00901")
    #expect(answers.first?.quality == "Non_Exact")
    let crlf = try response("\r\n1,x,No_Match\r\n\r\n")
    #expect(try await Self.census.answers(Self.places, crlf).map(\.status) == [.notFound])
  }

  static let malformed: [(name: String, body: String, tracts: Bool, says: String)] = [
    ("nothing", "", false, "answered to 0 of 3 addresses"),
    ("a missing id", lines(gramercy, wistful), false, "answered to 2 of 3 addresses"),
    ("an unknown id", lines(gramercy, wistful, tie, #""4","x","No_Match""#), false, "unknown id '4'"),
    ("an id that is none", lines(gramercy, wistful, #""a","x","No_Match""#), false, "unknown id 'a'"),
    ("an id twice", lines(gramercy, wistful, wistful), false, "answered twice to the id 2"),
    ("HTML", "\n <!DOCTYPE html><title>Sorry</title>", false, "answered an HTML page"),
    ("HTML of another kind", "<TITLE>Sorry</TITLE>", false, "answered an HTML page"),
    ("JSON", #"{"errors":["no"]}"#, false, "neither Match, No_Match nor Tie"),
    ("a quote that stays open", lines(wistful, tie) + #""3","3 Gram"#, false, "break off in a quoted field"),
    ("a cut outcome", lines(wistful, tie) + "3,3 Gramercy,No_Ma", false, "neither Match, No_Match nor Tie"),
    ("a cut line", lines(wistful, tie) + #""3","3 Gramercy","Match","Exact""#, false, "4 fields, where 8 belong"),
    ("no geographies", lines(gramercy, wistful, tie), true, "8 fields, where 12 belong"),
    ("a cut code", lines(wistful, tie, gramercy + ",36,061,005000,10"), true, "broken FIPS code"),
    ("no place", lines(wistful, tie, #"3,x,Match,Exact,X,"",1,L"#), false, "a match without its place"),
    ("half a place", lines(wistful, tie, #"3,x,Match,Exact,X,"-73.9",1,L"#), false, "a match without its place"),
    ("a place off the globe", lines(wistful, tie, #"3,x,Match,Exact,X,"-73.9,140",1,L"#), false, "without its place"),
    ("text behind quotes", lines(#""1"x,y,No_Match"#), false, "goes on behind its quotes"),
  ]

  @Test(arguments: malformed)
  func `a batch that is not one whole line for each address is asked for again`(
    _ name: String, _ body: String, _ tracts: Bool, _ says: String
  ) async throws {
    let task = tracts ? Self.tracts : Self.places
    let keys = (0..<3).map { LookupKey(["\($0)", "", "", ""]) }
    let verdict = await Self.census.expectation(of: keys, task).judgement(of: try response(body))
    guard case .retry(.data, let reason, _)? = verdict else {
      Issue.record("\(name): \(String(describing: verdict))")
      return
    }
    #expect(reason.contains(says), "\(reason)")
  }

  @Test(arguments: [false, true])
  func `wherever a batch breaks off, it is asked for again`(_ tracts: Bool) async throws {
    let text = Self.lines(Self.wistful, Self.tie, Self.gramercy + (tracts ? Self.codes : ""))
    let expectation = Self.census.expectation(
      of: (0..<3).map { LookupKey(["\($0)", "", "", ""]) }, tracts ? Self.tracts : Self.places)
    let whole = text.utf8.count
    for length in 0...whole {
      let verdict = await expectation.judgement(
        of: try response(String(decoding: text.utf8.prefix(length), as: UTF8.self)))
      // Only the last line's end says nothing.
      #expect((verdict == .accept) == (length >= whole - 1), "\(length) of \(whole) bytes")
    }
  }

  // MARK: Single addresses

  private static let match =
    #"{"matchedAddress":"1 MAIN ST, BOSTON, MA, 02108","coordinates":{"x":-71.06,"y":42.36},"tigerLine":{"tigerLineId":"76225813","side":"L"}"#
  private static let block = #""2020 Census Blocks":[{"STATE":"25","COUNTY":"025","TRACT":"020101","BLOCK":"1002"}]"#

  private static func json(_ matches: String...) -> String {
    #"{"result":{"input":{},"addressMatches":[\#(matches.joined(separator: ","))]}}"#
  }

  @Test func `one match is found, none is not, and of several none is taken`() async throws {
    let one = try await Self.census.answers(Self.single, response(Self.json(Self.match + "}")))
    #expect(one.map(\.status) == [.ok])
    let told = Self.census.fields.prefix(6).map { Self.census.cell($0.name, of: one.first) }
    #expect(told == ["42.36", "-71.06", "1 MAIN ST, BOSTON, MA, 02108", nil, "L", "76225813"])
    #expect(try await Self.census.answers(Self.single, response(Self.json())).map(\.status) == [.notFound])
    let several = try await Self.census.answers(Self.single, response(Self.json(Self.match + "}", Self.match + "}")))
    #expect(several.map(\.status) == [.ambiguous])
    #expect(several.first?.cells.allSatisfy { $0 == .null } == true)
  }

  @Test(arguments: [
    (block, ["25", "025", "020101", "1002"]),
    (
      #""Census Tracts":[{"STATE":"25","COUNTY":"025","TRACT":"020101"}],"2020 Census Blocks":[]"#,
      ["25", "025", "020101", nil]
    ),
    ("", [nil, nil, nil, nil]),
  ])
  func `codes come from the block, whatever its year`(_ layers: String, _ codes: [String?]) async throws {
    let body = Self.json(Self.match + #","geographies":{\#(layers)}}"#)
    let answers = try await Self.census.answers(Self.singleTracts, response(body))
    #expect(["state_fips", "county_fips", "tract", "block"].map { Self.census.cell($0, of: answers.first) } == codes)
  }

  static let unusable: [(body: String, says: String)] = [
    ("<html>Sorry</html>", "not JSON"), ("", "not JSON"), (#"{"result":{"addressMatches":["#, "not JSON"),
    (#"{"errors":["no"],"status":"500"}"#, "without 'result.addressMatches'"),
    (json(#"{"coordinates":{"x":-71.06}}"#), "without its place"),
    (json(match + "}"), "without its geographies"),
    (
      json(match + #","geographies":{"2020 Census Blocks":[{"status":"Layer query encountered an error"}]}}"#),
      "without its geographies: Layer query encountered an error"
    ),
  ]

  @Test(arguments: unusable)
  func `an answer that does not say what was asked for is asked for again`(_ body: String, _ says: String) async throws
  {
    let expectation = Self.census.expectation(of: [LookupKey(["A"])], Self.singleTracts)
    guard case .retry(.data, let reason, _)? = await expectation.judgement(of: try response(body)) else {
      Issue.record("\(body) passed")
      return
    }
    #expect(reason.contains(says), "\(reason)")
  }
}
