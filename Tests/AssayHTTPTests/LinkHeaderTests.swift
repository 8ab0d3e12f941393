import AssayHTTP
import Testing

struct LinkHeaderTests {
  @Test(
    arguments: [
      ("", []), (" , ,", []),
      (#"<https://h/a?page=2>; rel="next""#, [WebLink(target: "https://h/a?page=2", relations: ["next"])]),
      ("<a>;rel=next", [WebLink(target: "a", relations: ["next"])]),
      (
        #"<a>; rel="next", <b>; rel="last""#,
        [WebLink(target: "a", relations: ["next"]), WebLink(target: "b", relations: ["last"])]
      ),
      (
        #"<a,b;c>; title="x, <y>; rel=\"no\"" ; REL = "Prev  NEXT""#,
        [WebLink(target: "a,b;c", relations: ["prev", "next"])]
      ),
      (#"<a>; rel=next; rel=prev"#, [WebLink(target: "a", relations: ["next"])]),
      (#"<a>; rel="next"; anchor="/other""#, [WebLink(target: "a", relations: ["next"], anchor: "/other")]),
      (#"<a>;; hreflang ; crossorigin=;rel=next,"#, [WebLink(target: "a", relations: ["next"])]),
      ("<a>; rel=next prev", [WebLink(target: "a", relations: ["next", "prev"])]),
      ("<>; rel=next", [WebLink(target: "", relations: ["next"])]), ("< a >", [WebLink(target: "a")]),
      (#"<a>; title*=UTF-8''%e2%82%ac; rel=next"#, [WebLink(target: "a", relations: ["next"])]),
      (#"<a>; rel="""#, [WebLink(target: "a")]), ("<é>; rel=next", [WebLink(target: "é", relations: ["next"])]),
    ] as [(String, [WebLink])])
  func `links are read as RFC 8288 has them`(field: String, links: [WebLink]) throws {
    #expect(try LinkHeader.parse(field) == links)
  }

  @Test(arguments: [
    ("next", "a link begins with '<'", 0), (#"<a>; rel="next" x, <b>"#, "a ';' or ',' belongs behind a link", 16),
    ("<a", "'<' without its '>'", 0), ("<a>, <b; rel=next", "'<' without its '>'", 5),
    (#"<a>; rel="next"#, "a quote is not closed", 9), (#"<a>; rel="next\"#, "a quote is not closed", 9),
    ("<a>rel=next", "a ';' or ',' belongs behind a link", 3), ("{<a>; rel=next}", "a link begins with '<'", 0),
  ])
  func `what has no target or no end is a fault at its place`(field: String, message: String, byte: Int) {
    let fault = #expect(throws: LinkHeaderFault.self) { try LinkHeader.parse(field) }
    #expect(fault?.message == message)
    #expect(fault?.byte == byte)
  }

  @Test
  func `a long field takes no longer than its length`() throws {
    let many = Array(repeating: #"<https://h/a?page=2>; rel="prev"; title="\"\"\"""#, count: 20_000).joined(
      separator: ",")
    #expect(try LinkHeader.parse(many).count == 20_000)
    #expect(throws: LinkHeaderFault.self) { try LinkHeader.parse(String(repeating: "<", count: 1 << 20)) }
    #expect(try LinkHeader.parse(String(repeating: ",", count: 1 << 20)) == [])
  }
}

struct HeaderLinkPaginatorTests {
  private let url: RequestURL

  init() throws { url = try RequestURL("https://h/items?page=1") }

  private func page(_ fields: String..., at url: RequestURL? = nil) -> PageSummary {
    var headers = HeaderFields()
    for field in fields { headers.append("Link", field) }
    return PageSummary(recordCount: 1, headers: headers, url: url ?? self.url)
  }

  @Test(
    arguments: [
      ([#"<?page=2>; rel="next""#], "https://h/items?page=2"), ([#"</b>; rel="last next""#], "https://h/b"),
      ([#"<a>; rel="last""#, #"<b>; rel="first", <c>; rel=NEXT"#], "https://h/c"),
      ([#"<https://other/c>; rel=next"#], "https://other/c"), ([#"<//other/c>; rel=next"#], "https://other/c"),
      ([], nil), ([""], nil), ([#"<a>; rel="prev""#], nil), (["<a>"], nil), (["<a>; rel=nextish"], nil),
      ([#"<a>; rel=next; anchor="/other""#], nil), ([#"<a>; rel=next; anchor="?page=1""#], "https://h/a"),
      (["<a>; rel=next", "<a>; rel=next"], "https://h/a"),
    ] as [([String], String?)])
  func `the next page is the link with its relation`(fields: [String], next: String?) throws {
    var summary = page()
    for field in fields { summary.headers.append("link", field) }
    var links = HeaderLinkPaginator()
    #expect(try links.next(after: nil) == PageRequest())
    #expect(try links.next(after: summary)?.url?.description == next)
  }

  @Test(arguments: [
    (["<?page=1>; rel=next"], "came a second time (page 1)"), (["<>; rel=next"], "came a second time"),
    (["<a>; rel=next, <b>; rel=next"], "names two pages as 'next': https://h/a and https://h/b"),
    (["<a; rel=next"], "cannot be read: '<' without its '>' (byte 0 of \"<a; rel=next\")"),
    (["<ftp://h/a>; rel=next"], "cannot be followed: 'ftp' URLs are not supported"),
    (["<https://user:pw@h/a>; rel=next"], "cannot be followed"), (["<http://>; rel=next"], "cannot be followed"),
  ])
  func `a hostile header is an error`(fields: [String], message: String) {
    var summary = page()
    for field in fields { summary.headers.append("link", field) }
    var links = HeaderLinkPaginator()
    let fault = #expect(throws: PaginationFault.self) { try links.next(after: summary) }
    #expect(fault?.message.contains(message) == true, "\(fault?.message ?? "")")
  }

  @Test
  func `a page that came before is an error, and so is max_pages with more to come`() throws {
    var links = HeaderLinkPaginator(maxPages: 3)
    _ = try links.next(after: page("<?page=2>; rel=next"))
    let second = try RequestURL("https://h/items?page=2")
    #expect(throws: PaginationFault.self) { try links.next(after: page("<?page=1>; rel=next", at: second)) }
    #expect(throws: PaginationFault.self) { try links.next(after: page("<?page=4>; rel=next", at: second)) }
    var other = HeaderLinkPaginator(relation: "Older")
    #expect(try other.next(after: page("<b>; rel=older"))?.url?.path == "/b")
  }
}
