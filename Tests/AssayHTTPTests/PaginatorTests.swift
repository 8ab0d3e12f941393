import AssayHTTP
import Testing

struct PaginatorTests {
  let url: RequestURL

  init() throws { url = try RequestURL("https://h/items?kind=a") }

  func page(_ count: Int, _ values: [String: PageValue] = [:], hash: String? = nil) -> PageSummary {
    PageSummary(recordCount: count, values: values, url: url, bodyHash: hash)
  }

  func query(_ request: PageRequest?) -> String? {
    request.map { $0.parameters.map { "\($0.name)=\($0.value)" }.joined(separator: "&") }
  }

  @Test
  func `page numbers go on over short pages and end on an empty one`() throws {
    var pages = PageNumberPaginator(sizeParam: "per_page", pageSize: 3)
    #expect(query(try pages.next(after: nil)) == "page=1&per_page=3")
    #expect(query(try pages.next(after: page(3, hash: "a"))) == "page=2&per_page=3")
    #expect(query(try pages.next(after: page(1, hash: "b"))) == "page=3&per_page=3")
    #expect(query(try pages.next(after: page(3, hash: "c"))) == "page=4&per_page=3")
    #expect(try pages.next(after: page(0, hash: "d")) == nil)
    #expect(pages.warnings.isEmpty)
  }

  /// Counts and values of the pages, and after which one it ends.
  struct End: Sendable {
    var name: String
    var paginator: PageNumberPaginator
    var pages: [(Int, [String: PageValue])]
    var warning: String?
  }

  static let ends: [End] = [
    End(
      name: "total", paginator: .init(totalPath: "$.t"),
      pages: [(2, ["$.t": .integer(5)]), (2, ["$.t": .integer(5)]), (1, ["$.t": .integer(5)])]),
    End(
      name: "total as text", paginator: .init(totalPath: "$.t"),
      pages: [(2, ["$.t": .text("4")]), (2, ["$.t": .text("4")])]),
    End(name: "total as decimal", paginator: .init(totalPath: "$.t"), pages: [(2, ["$.t": .decimal(2)])]),
    End(
      name: "a total that grows", paginator: .init(totalPath: "$.t"),
      pages: [(2, ["$.t": .integer(2 + 1)]), (2, ["$.t": .integer(5)]), (1, ["$.t": .integer(5)])]),
    End(
      name: "fewer rows than the total", paginator: .init(totalPath: "$.t"),
      pages: [(2, ["$.t": .integer(9)]), (0, ["$.t": .integer(9)])],
      warning: "the API counts 9 rows in all, but its pages held 2"),
    End(
      name: "a total of 0 beside rows", paginator: .init(totalPath: "$.t"),
      pages: [(2, ["$.t": .integer(0)]), (0, ["$.t": .integer(0)])]),
    End(
      name: "total pages", paginator: .init(totalPagesPath: "$.p"),
      pages: [(2, ["$.p": .integer(2)]), (2, ["$.p": .integer(2)])]),
    End(
      name: "has_more", paginator: .init(hasMorePath: "$.m"),
      pages: [(2, ["$.m": .boolean(true)]), (2, ["$.m": .boolean(false)])]),
    End(
      name: "has_more as 0", paginator: .init(hasMorePath: "$.m"),
      pages: [(2, ["$.m": .integer(1)]), (2, ["$.m": .integer(0)])]),
    End(
      name: "has_more with an empty page", paginator: .init(hasMorePath: "$.m"), pages: [(0, ["$.m": .boolean(true)])]),
    End(
      name: "a path that is not there", paginator: .init(totalPath: "$.t"), pages: [(2, [:]), (0, [:])],
      warning: "total_path $.t is not in the first page"),
  ]

  @Test(arguments: ends.indices)
  func `page numbers end where the API says so`(index: Int) throws {
    let end = Self.ends[index]
    var paginator = end.paginator
    _ = try paginator.next(after: nil)
    for (number, (count, values)) in end.pages.enumerated() {
      let next = try paginator.next(after: page(count, values, hash: "\(number)"))
      #expect((next == nil) == (number == end.pages.count - 1), "\(end.name), page \(number + 1)")
    }
    #expect(paginator.warnings == (end.warning.map { [$0] } ?? []), "\(end.name)")
  }

  @Test(
    arguments: [
      (["$.t": PageValue.integer(7)], 3, ["2", "3"]), (["$.t": .integer(6)], 3, ["2"]), (["$.t": .integer(3)], 3, []),
      (["$.t": .integer(7)], 0, []), (["$.p": .integer(4)], 3, ["2", "3", "4"]),
      (["$.p": .integer(99)], 3, ["2", "3", "4", "5"]),
      (["$.t": .integer(Int64.max)], 1, ["2", "3", "4", "5"]), ([:], 3, nil), (["$.t": .integer(-1)], 3, nil),
      (["$.t": .integer(99), "$.m": .boolean(false)], 3, []),
    ] as [([String: PageValue], Int, [String]?)])
  func `the pages that the first one announces are known at once`(
    values: [String: PageValue], count: Int, numbers: [String]?
  ) throws {
    var paginator = PageNumberPaginator(totalPath: "$.t", totalPagesPath: "$.p", hasMorePath: "$.m", maxPages: 5)
    _ = try paginator.next(after: nil)
    let upcoming = try paginator.upcoming(after: page(count, values))
    #expect(upcoming?.map { $0.parameters[0].value } == numbers)
    // What `next` asks for in turn is what was announced.
    let next = try paginator.next(after: page(count, values))
    if let upcoming { #expect(next == upcoming.first) }
  }

  @Test
  func `a page that repeats the one before is an error, unless both are empty`() throws {
    var pages = PageNumberPaginator(firstPage: 0)
    _ = try pages.next(after: nil)
    _ = try pages.next(after: page(2, hash: "a"))
    #expect(throws: PaginationFault("page 1 is the same as page 0; does the API take its page number from 'page'?")) {
      try pages.next(after: page(2, hash: "a"))
    }
  }

  @Test
  func `max_pages with more to come is an error, without more it is none`() throws {
    var pages = PageNumberPaginator(totalPagesPath: "$.p", maxPages: 2)
    _ = try pages.next(after: nil)
    _ = try pages.next(after: page(1, ["$.p": .integer(2)], hash: "a"))
    #expect(try pages.next(after: page(1, ["$.p": .integer(2)], hash: "b")) == nil)
    var cursor = CursorPaginator(cursorPath: "$.c", cursorParam: "c", maxPages: 1)
    #expect(throws: PaginationFault.self) { try cursor.next(after: page(1, ["$.c": .text("x")])) }
    var links = NextURLPaginator(nextURLPath: "$.n", maxPages: 1)
    #expect(throws: PaginationFault.self) { try links.next(after: page(1, ["$.n": .text("/2")])) }
  }

  @Test(arguments: [PageValue.text("many"), .boolean(true), .decimal(1.5), .structured])
  func `a total that is no number is an error`(value: PageValue) {
    var pages = PageNumberPaginator(totalPath: "$.t")
    #expect(throws: PaginationFault.self) { try pages.next(after: page(1, ["$.t": value])) }
  }

  @Test(arguments: [PageValue.missing, .null, .text(""), .boolean(false)])
  func `a cursor and a next URL end without a token, however many rows there were`(value: PageValue) throws {
    var cursor = CursorPaginator(cursorPath: "$.c", cursorParam: "after")
    #expect(try cursor.next(after: nil) == PageRequest())
    #expect(query(try cursor.next(after: page(0, ["$.c": .text("t1")]))) == "after=t1")
    #expect(query(try cursor.next(after: page(5, ["$.c": .integer(12)]))) == "after=12")
    #expect(try cursor.next(after: page(5, ["$.c": value])) == nil)
    var links = NextURLPaginator(nextURLPath: "$.n")
    #expect(try links.next(after: nil) == PageRequest())
    #expect(try links.next(after: page(5, ["$.n": value])) == nil)
  }

  @Test
  func `a cursor that came before is an error, even in a longer circle`() throws {
    var cursor = CursorPaginator(cursorPath: "$.c", cursorParam: "after")
    for token in ["a", "b", "c"] { _ = try cursor.next(after: page(1, ["$.c": .text(token)])) }
    #expect(throws: PaginationFault("the cursor 'a' came a second time (page 4), so the pages would repeat")) {
      try cursor.next(after: page(1, ["$.c": .text("a")]))
    }
  }

  @Test(arguments: [
    ("https://h/items?page=2", "https://h/items?page=2"), ("?page=2", "https://h/items?page=2"),
    ("/v2/items", "https://h/v2/items"), ("https://other/next?sig=a%2Bb", "https://other/next?sig=a%2Bb"),
    ("http://h/plain", "http://h/plain"),
  ])
  func `a next URL may be relative or lead elsewhere`(text: String, resolved: String) throws {
    var links = NextURLPaginator(nextURLPath: "$.n")
    let next = try links.next(after: page(1, ["$.n": .text(text)]))
    #expect(next?.url?.description == resolved)
    let request = HTTPRequest(.get, url)
    #expect(next?.applied(to: request).takesCredentials == resolved.hasPrefix("https://h/"))
  }

  @Test(arguments: ["ftp://h/x", "javascript:alert(1)", "https://user:pw@h/x", "https://h/items?kind=a"])
  func `a next URL that is no http, or is this page, is an error`(text: String) {
    var links = NextURLPaginator(nextURLPath: "$.n")
    #expect(throws: PaginationFault.self) { try links.next(after: page(1, ["$.n": .text(text)])) }
  }

  @Test(arguments: [PageValue.boolean(true), .structured])
  func `a token that is no text is an error`(value: PageValue) {
    var cursor = CursorPaginator(cursorPath: "$.c", cursorParam: "after")
    #expect(throws: PaginationFault.self) { try cursor.next(after: page(1, ["$.c": value])) }
    var links = NextURLPaginator(nextURLPath: "$.n")
    #expect(throws: PaginationFault.self) { try links.next(after: page(1, ["$.n": value])) }
    var pages = PageNumberPaginator(hasMorePath: "$.m")
    if value == .structured {
      #expect(throws: PaginationFault.self) { try pages.next(after: page(1, ["$.m": value])) }
    }
  }

  @Test(arguments: [
    (1, PageValue.missing, true), (0, .missing, false), (1, .null, false), (1, .text(""), false),
  ])
  func `a path that leads nowhere on a first page with rows is told`(count: Int, value: PageValue, told: Bool) throws {
    var cursor = CursorPaginator(cursorPath: "$.c", cursorParam: "after")
    #expect(try cursor.next(after: page(count, ["$.c": value])) == nil)
    #expect(cursor.warnings == (told ? ["cursor_path $.c is not in the first page's answer: is it right?"] : []))
    var links = NextURLPaginator(nextURLPath: "$.n")
    #expect(try links.next(after: page(count, ["$.n": value])) == nil)
    #expect(links.warnings == (told ? ["next_url_path $.n is not in the first page's answer: is it right?"] : []))
    var later = CursorPaginator(cursorPath: "$.c", cursorParam: "after")
    _ = try later.next(after: page(1, ["$.c": .text("t")]))
    _ = try later.next(after: page(1))
    #expect(later.warnings.isEmpty)
  }

  @Test
  func `what a server claims to have does not fill the memory, and all its pages are still asked for`() throws {
    var pages = PageNumberPaginator(totalPath: "$.t", maxPages: .max)
    _ = try pages.next(after: nil)
    let first = page(1, ["$.t": .integer(.max)])
    let upcoming = try pages.upcoming(after: first) ?? []
    #expect(upcoming.count == 10_000)
    #expect(query(upcoming.last) == "page=10001")
    var next = try pages.next(after: first)
    for (index, request) in upcoming.enumerated() {
      #expect(next == request)
      next = try pages.next(after: page(1, ["$.t": .integer(.max)], hash: "\(index)"))
    }
    #expect(query(next) == "page=10002")
  }

  @Test
  func `sums beyond what a number holds are faults`() throws {
    var pages = PageNumberPaginator(
      sizeParam: "n", pageSize: .max, firstPage: .max, totalPath: "$.t", totalPagesPath: "$.p", maxPages: .max)
    #expect(query(try pages.next(after: nil)) == "page=\(Int.max)&n=\(Int.max)")
    let first = page(1, ["$.p": .integer(.max)])
    #expect(throws: PaginationFault.self) { try pages.upcoming(after: first) }
    #expect(throws: PaginationFault.self) { try pages.next(after: first) }
    var rows = PageNumberPaginator()
    _ = try rows.next(after: page(.max, hash: "a"))
    #expect(query(try rows.next(after: page(.max, hash: "b"))) == "page=3")
  }

  @Test
  func `a single page is one`() throws {
    var single = SinglePaginator()
    #expect(single.next(after: nil) == PageRequest())
    #expect(single.next(after: page(5)) == nil)
  }
}
