/// The ways of handing out rows in pages.
enum CRMPages {
  /// `page` and `per_page`, with every hint that APIs give about the end.
  static func numbered(_ request: SandboxRequest, _ rows: [Customer]) throws(Refusal) -> Answer {
    let page = try request.integer("page", default: 1, in: 1...1_000_000)
    // Like many real APIs: a page larger than allowed is cut in silence.
    let size = min(try request.integer("per_page", default: 50, in: 1...1_000_000), CRM.largestPage)
    var total = rows.count
    if case .wrongTotal(let claimed) = request.faults.kind { total = claimed }
    let pages = (total + size - 1) / size
    return .json([
      "items": .array(slice(rows, from: (page - 1) * size, count: size).map(\.json)),
      "page": .integer(page),
      "per_page": .integer(size),
      "total": .integer(total),
      "total_pages": .integer(pages),
      "has_more": .bool(page < pages),
    ])
  }

  /// An opaque `cursor`; `next_cursor` is null on the last page.
  static func byCursor(_ request: SandboxRequest, _ rows: [Customer]) throws(Refusal) -> Answer {
    let size = min(try request.integer("limit", default: 50, in: 1...1_000_000), CRM.largestPage)
    let start = try startOf(request["cursor"], rows)
    let next = start + size
    var cursor: JSONText = next < rows.count ? .string("c" + String(next, radix: 16)) : .null
    if request.faults.kind == .stuckCursor { cursor = .string(request["cursor"] ?? "c0") }
    return .json(["data": .array(slice(rows, from: start, count: size).map(\.json)), "next_cursor": cursor])
  }

  /// `next` is the whole URL of the next page, null on the last one.
  static func byURL(_ request: SandboxRequest, _ rows: [Customer]) throws(Refusal) -> Answer {
    let size = min(try request.integer("limit", default: 50, in: 1...1_000_000), CRM.largestPage)
    let start = try request.integer("after", default: 0, in: 0...1_000_000)
    let next = start + size
    var link: JSONText = .null
    if next < rows.count || request.faults.kind == .stuckCursor {
      let after = request.faults.kind == .stuckCursor ? start : next
      var query = request.query.filter { $0.name != "after" }
      query.append(("after", String(after)))
      let pairs = query.map { percentEncoded($0.name) + "=" + percentEncoded($0.value) }
      link = .string(
        "http://\(request.authority)\(request.linkPrefix)\(request.path)?\(pairs.joined(separator: "&"))")
    }
    return .json(["results": .array(slice(rows, from: start, count: size).map(\.json)), "next": link])
  }

  /// `offset` and `limit`, with the total; a page is cut in silence, as `numbered` does.
  static func byOffset(_ request: SandboxRequest, _ rows: [Customer]) throws(Refusal) -> Answer {
    let size = min(try request.integer("limit", default: 50, in: 1...1_000_000), CRM.largestPage)
    let start = try request.integer("offset", default: 0, in: 0...1_000_000_000)
    var total = rows.count
    if case .wrongTotal(let claimed) = request.faults.kind { total = claimed }
    return .json([
      "rows": .array(slice(rows, from: start, count: size).map(\.json)),
      "offset": .integer(start),
      "total": .integer(total),
      "has_more": .bool(start + size < rows.count),
    ])
  }

  /// A bare list; the `Link` header names the other pages, those further on by relative addresses.
  static func byLink(_ request: SandboxRequest, _ rows: [Customer]) throws(Refusal) -> Answer {
    let page = try request.integer("page", default: 1, in: 1...1_000_000)
    let size = min(try request.integer("per_page", default: 50, in: 1...1_000_000), CRM.largestPage)
    let last = max(1, (rows.count + size - 1) / size)
    func link(_ number: Int, _ relation: String) -> String {
      let query = request.query.filter { $0.name != "page" } + [("page", String(number))]
      let pairs = query.map { percentEncoded($0.name) + "=" + percentEncoded($0.value) }.joined(separator: "&")
      return "<\(request.linkPrefix)\(request.path)?\(pairs)>; rel=\"\(relation)\""
    }
    var links = [link(1, "first"), link(last, "last")]
    let next = request.faults.kind == .stuckCursor ? page : page + 1
    if next <= last { links.insert(link(next, "next prefetch"), at: 0) }
    return Answer.json(.array(slice(rows, from: (page - 1) * size, count: size).map(\.json)))
      .with(header: "Link", links.joined(separator: ", "))
  }

  private static func startOf(_ cursor: String?, _ rows: [Customer]) throws(Refusal) -> Int {
    guard let cursor, !cursor.isEmpty else { return 0 }
    guard cursor.hasPrefix("c"), let start = Int(cursor.dropFirst(), radix: 16), (0...rows.count).contains(start)
    else {
      throw Refusal(.error(400, "bad_cursor", "the cursor was not given out by this API"))
    }
    return start
  }

  private static func slice(_ rows: [Customer], from start: Int, count: Int) -> ArraySlice<Customer> {
    rows.dropFirst(start).prefix(count)
  }
}
