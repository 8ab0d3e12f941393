import AssayHTTP
import Testing

struct OffsetPaginatorTests {
  private let url: RequestURL

  init() throws { url = try RequestURL("https://h/items") }

  private func page(_ count: Int, _ values: [String: PageValue] = [:], hash: String? = nil) -> PageSummary {
    PageSummary(recordCount: count, values: values, url: url, bodyHash: hash)
  }

  private func query(_ request: PageRequest?) -> String? {
    request.map { $0.parameters.map { "\($0.name)=\($0.value)" }.joined(separator: "&") }
  }

  @Test
  func `the offset moves on by the rows that came, and ends on an empty page`() throws {
    var pages = OffsetPaginator(limit: 100)
    #expect(query(try pages.next(after: nil)) == "offset=0&limit=100")
    #expect(query(try pages.next(after: page(50, hash: "a"))) == "offset=50&limit=100")
    #expect(query(try pages.next(after: page(50, hash: "b"))) == "offset=100&limit=100")
    #expect(query(try pages.next(after: page(7, hash: "c"))) == "offset=107&limit=100")
    #expect(try pages.next(after: page(0, hash: "d")) == nil)
    #expect(pages.warnings == [])
    var named = OffsetPaginator(offsetParam: "start", firstOffset: 1)
    #expect(query(try named.next(after: nil)) == "start=1")
    #expect(query(try named.next(after: page(5))) == "start=6")
  }

  @Test(
    arguments: [
      ([(2, ["$.t": .integer(5)]), (2, ["$.t": .integer(5)]), (1, ["$.t": .integer(5)])], []),
      ([(2, ["$.m": .boolean(true)]), (2, ["$.m": .boolean(false)])], []),
      ([(2, ["$.t": .integer(9)]), (0, ["$.t": .integer(9)])], ["the API counts 9 rows in all, but its pages held 2"]),
      (
        [(2, ["$.t": .integer(3)]), (2, ["$.t": .integer(3)]), (2, ["$.t": .integer(3)]), (0, ["$.t": .integer(3)])],
        ["the API counts 3 rows in all, but its pages held more; its total was not believed"]
      ),
      (
        [(4, [:]), (3, [:]), (4, [:]), (0, [:])],
        ["a page held 3 rows where others held 4, and more came after it; the offset moved on by the rows that came"]
      ),
    ] as [([(Int, [String: PageValue])], [String])])
  func `it ends where the API says so, and oddities are told`(pages: [(Int, [String: PageValue])], warnings: [String])
    throws
  {
    let paths = pages[0].1.keys.first
    var paginator = OffsetPaginator(
      totalPath: paths == "$.t" ? "$.t" : nil, hasMorePath: paths == "$.m" ? "$.m" : nil)
    _ = try paginator.next(after: nil)
    for (number, (count, values)) in pages.enumerated() {
      let next = try paginator.next(after: page(count, values, hash: "\(number)"))
      #expect((next == nil) == (number == pages.count - 1), "page \(number + 1)")
    }
    #expect(paginator.warnings == warnings)
  }

  @Test
  func `more rows than were asked for are told`() throws {
    var pages = OffsetPaginator(limit: 2)
    #expect(query(try pages.next(after: page(5))) == "offset=5&limit=2")
    _ = try pages.next(after: page(5))
    #expect(
      pages.warnings == ["a page held 5 rows where 2 were asked for; the offset moved on by the rows that came"])
  }

  @Test
  func `pages are known at once by the size that the first one really has`() throws {
    let pages = OffsetPaginator(limit: 1000, totalPath: "$.t")
    let upcoming = try pages.upcoming(after: page(100, ["$.t": .integer(350)]))
    #expect(upcoming?.map { $0.parameters[0].value } == ["100", "200", "300"])
    #expect(try pages.upcoming(after: page(100)) == nil)
    #expect(try pages.upcoming(after: page(0, ["$.t": .integer(350)])) == [])
    #expect(try pages.upcoming(after: page(100, ["$.t": .integer(100)])) == [])
    #expect(try pages.upcoming(after: page(1, ["$.t": .integer(.max)]))?.count == 9_999)
    #expect(try pages.upcoming(after: page(.max, ["$.t": .integer(.max)])) == [])
  }

  @Test
  func `a short page in the middle asks for another one than was addressed in advance`() throws {
    var pages = OffsetPaginator(limit: 100, totalPath: "$.t")
    _ = try pages.next(after: nil)
    let first = page(100, ["$.t": .integer(350)], hash: "a")
    let upcoming = try pages.upcoming(after: first)
    #expect(try pages.next(after: first) == upcoming?[0])
    let third = try pages.next(after: page(60, ["$.t": .integer(350)], hash: "b"))
    #expect(third != upcoming?[1])
    #expect(query(third) == "offset=160&limit=100")
  }

  @Test
  func `a page that repeats is an error that names its offset`() throws {
    var pages = OffsetPaginator(limit: 2)
    _ = try pages.next(after: page(2, hash: "a"))
    #expect(
      throws: PaginationFault(
        "the page at offset 2 is the same as an earlier one; does the API take its offset from 'offset'?")
    ) { try pages.next(after: page(2, hash: "a")) }
  }

  @Test
  func `max_pages with more to come is an error`() throws {
    var pages = OffsetPaginator(maxPages: 2)
    _ = try pages.next(after: page(1, hash: "a"))
    #expect(throws: PaginationFault.self) { try pages.next(after: page(1, hash: "b")) }
    var last = OffsetPaginator(totalPath: "$.t", maxPages: 1)
    #expect(try last.next(after: page(1, ["$.t": .integer(1)])) == nil)
  }

  @Test
  func `sums beyond what a number holds are faults`() throws {
    var pages = OffsetPaginator(firstOffset: 1)
    #expect(throws: PaginationFault.self) { try pages.next(after: page(.max)) }
  }

  @Test
  func `parameters go where they are told to, as numbers`() throws {
    for place in PageRequest.Place.allCases {
      var pages = OffsetPaginator(limit: 2, in: place)
      let request = try pages.next(after: nil)
      #expect(request?.parameters.map(\.place) == [place, place])
      #expect(request?.parameters.map(\.isNumber) == [true, true])
      #expect(request?.bodyParameters.count == (place == .body ? 2 : 0))
      #expect(pages.bodyParameters == (place == .body ? ["offset", "limit"] : []))
      let sent = request?.applied(to: HTTPRequest(.get, url))
      #expect(sent?.url.target == (place == .query ? "/items?offset=0&limit=2" : "/items"))
      #expect(sent?.headers["offset"] == (place == .header ? "0" : nil))
    }
    #expect(OffsetPaginator(in: .body).bodyParameters == ["offset"])
    #expect(PageNumberPaginator(sizeParam: "n", pageSize: 5, in: .body).bodyParameters == ["page", "n"])
    var cursor = CursorPaginator(cursorPath: "$.c", cursorParam: "c", in: .body)
    #expect(cursor.bodyParameters == ["c"])
    #expect(try cursor.next(after: page(1, ["$.c": .integer(5)]))?.parameters.map(\.isNumber) == [true])
    #expect(try cursor.next(after: page(1, ["$.c": .text("6")]))?.parameters.map(\.isNumber) == [false])
  }
}

struct PageRepeatTests {
  private func first(_ hashes: String, count: Int = 1) throws -> Int? {
    var pages = PageNumberPaginator(firstPage: 0)
    _ = try pages.next(after: nil)
    let url = try RequestURL("https://h/")
    for (index, hash) in hashes.enumerated() {
      do throws(PaginationFault) {
        _ = try pages.next(after: PageSummary(recordCount: count, url: url, bodyHash: String(hash)))
      } catch {
        return index
      }
    }
    return nil
  }

  @Test(
    arguments: [
      ("aa", 1), ("abcc", 3), ("abab", 3), ("abcabc", 4), ("abcda", nil), ("abcadbecf", nil), ("abcacb", nil),
      ("abac", nil), ("abcdecd", 6),
    ] as [(String, Int?)])
  func `a repeat is the page before again, or two pages in a row again`(hashes: String, place: Int?) throws {
    #expect(try first(hashes) == place)
  }

  @Test
  func `bodies that differ late in their hashes are others, and unknown hashes are none`() throws {
    var pages = PageNumberPaginator()
    let url = try RequestURL("https://h/")
    for hash in ["0123456789abcd0", "0123456789abcd1"] {
      #expect(try pages.next(after: PageSummary(recordCount: 1, url: url, bodyHash: hash)) != nil)
    }
    for _ in 0..<3 { #expect(try pages.next(after: PageSummary(recordCount: 1, url: url)) != nil) }
  }
}
