import AssayColumns
import AssayComponents
import AssayEngine
import AssayFormats
import AssayHTTP
import Testing

/// What the Census Bureau's answers mean.
@Suite struct CensusACSTests {
  static let html = "<html><head><title>Invalid Key</title></head></html>"
  static let page = "<!DOCTYPE html><html><head><title>Missing Key</title></head></html>"
  static let sporadic = "There was an error while running your query.  We've logged the error"

  enum Meaning: Sendable, Equatable {
    case answer
    case again
    case fault(FailureClass, String)
  }

  static let answers: [(status: Int, body: String, meaning: Meaning)] = [
    (200, #"[["B01003_001E","zip code tabulation area"],["10","00501"]]"#, .answer),
    (204, "", .answer),
    (200, html, .fault(.config, "the key is invalid")), (200, page, .fault(.config, "the key is missing")),
    (200, "<html><title>Maintenance</title></html>", .fault(.data, "an HTML page, not JSON")),
    (200, sporadic, .again), (400, sporadic, .again),
    (200, "error: something", .fault(.data, "text that is not JSON")),
    (200, #"{"a":1}"#, .fault(.data, "no table")), (200, "", .fault(.data, "an empty body")),
    (400, "error: unknown variable 'B9_1E'", .fault(.config, "check 'columns' against")),
    (400, "error: unknown/unsupported geography heirarchy", .fault(.config, "check 'year', 'zip' and 'state'")),
    (404, "<html><title>404 Not Found</title></html>", .fault(.config, "no five-year survey of 2031")),
  ]

  @Test(arguments: answers)
  func `an answer is figures, or says what is wrong`(_ status: Int, _ body: String, _ meaning: Meaning) throws {
    let expectation = CensusACS().expectation(year: 2031)
    #expect(expectation.accepts(status: status))
    let response = HTTPResponse(status: status, body: Array(body.utf8), finalURL: try RequestURL("http://h/"))
    switch expectation.verdict(on: response) {
    case .accept: #expect(meaning == .answer)
    case .retry: #expect(meaning == .again)
    case .fail(let kind, let reason, let hint):
      guard case .fault(let expected, let part) = meaning else { break }
      #expect(kind == expected)
      #expect("\(reason); \(hint ?? "")".contains(part))
    case .notFound: Issue.record("no judge says so")
    }
  }

  @Test(
    arguments: [
      (["Location": "/data/missing_key.html", "X-DataWebAPI-KeyError": "1"], "missing"),
      (["Location": "/data/invalid_key.html"], "invalid"),
      (["Location": "/page", "X-DataWebAPI-KeyError": "1"], "missing"),
      (["Location": "https://api.census.gov/data/2023/acs/acs5"], nil),
    ] as [(HeaderFields, String?)])
  func `a redirect to a page about keys is not followed, others are`(_ headers: HeaderFields, _ what: String?) throws {
    let response = HTTPResponse(status: 302, headers: headers, finalURL: try RequestURL("http://h/"))
    let verdict = CensusACS().expectation(year: 2023).redirectJudge?(response)
    guard case .fail(.config, let reason, let hint)? = verdict else {
      #expect(what == nil && verdict == nil)
      return
    }
    #expect(reason == "answered 302 Found: the key is \(what ?? "good")")
    #expect(hint?.contains("auth of the api") == true)
  }

  static let figures: [(value: JSONValue, variable: String, cell: Cell, mark: Int?)] = [
    ("42", "B01003_001E", .integer(42), nil), ("38.5", "B01002_001E", .decimal(38.5), nil),
    ("250001", "B19013_001E", .integer(250_001), nil), (.null, "B19013_001E", .null, nil),
    ("-666666666", "B19013_001E", .null, -666_666_666), ("-555555555.0", "B19013_001M", .null, -555_555_555),
    (.integer(-111_111_111), "B19013_001M", .null, -111_111_111), ("-999999999", "B19013_001E", .null, -999_999_999),
    ("-666666665", "B19013_001E", .integer(-666_666_665), nil),
    ("111111111", "B19013_001E", .integer(111_111_111), nil),
    ("-1111111110", "B19013_001E", .integer(-1_111_111_110), nil), ("many", "B19013_001E", .null, nil),
    ("-666666666", "B19013_001EA", .text("-666666666"), nil), ("ZCTA5 00501", "NAME", .text("ZCTA5 00501"), nil),
  ]

  @Test(arguments: figures)
  func `figures are numbers, marks are null and say what they mean`(
    _ value: JSONValue, _ variable: String, _ cell: Cell, _ mark: Int?
  ) {
    let figure = CensusACS().figure(value, of: variable)
    #expect(figure.cell == cell)
    #expect(figure.mark?.value == mark)
    if let mark = figure.mark { #expect(!mark.meaning.isEmpty) }
  }

  @Test func `rows and columns are told apart by what they say`() throws {
    let body =
      #"[["state","B2","zip code tabulation area","B1"],["06","2","90210","1"],["06",null,"90001","3"],["06"]]"#
    let rows = try CensusACS().rows(in: Array(body.utf8), of: ["B1", "B2"], from: "census")
    #expect(rows == ["90210": ["1", "2"], "90001": ["3", .null]])
    for table in [#"[["B1"],["1"]]"#, #"[["zip code tabulation area"],["90210"]]"#, "[]", "{}"] {
      #expect(throws: RunFailure.self) {
        try CensusACS().rows(in: Array(table.utf8), of: ["B1"], from: "census")
      }
    }
  }
}
