/// Pages by number, until an empty page, `has_more` false, or the total reached. A short page ends nothing.
package struct PageNumberPaginator: Paginator, Hashable {
  package let pageParam: String
  /// The query parameter that asks for `pageSize` rows.
  package let sizeParam: String?
  package let pageSize: Int?
  package let firstPage: Int
  /// Where the number of all rows stands.
  package let totalPath: String?
  /// Where the number of all pages stands.
  package let totalPagesPath: String?
  package let hasMorePath: String?
  /// At least 1.
  package let maxPages: Int

  private var fetched = 0
  private var rows = 0
  private var last: PageSummary?
  package private(set) var warnings: [String] = []

  package init(
    pageParam: String = "page", sizeParam: String? = nil, pageSize: Int? = nil, firstPage: Int = 1,
    totalPath: String? = nil, totalPagesPath: String? = nil, hasMorePath: String? = nil,
    maxPages: Int = defaultMaxPages
  ) {
    self.pageParam = pageParam
    self.sizeParam = sizeParam
    self.pageSize = pageSize
    self.firstPage = firstPage
    self.totalPath = totalPath
    self.totalPagesPath = totalPagesPath
    self.hasMorePath = hasMorePath
    self.maxPages = maxPages
  }

  package var paths: [String] { [totalPath, totalPagesPath, hasMorePath].compactMap { $0 } }

  package mutating func next(after page: PageSummary?) throws(PaginationFault) -> PageRequest? {
    guard let page else { return try request(0) }
    if let last, last.recordCount > 0, page.recordCount > 0, let hash = page.bodyHash, hash == last.bodyHash {
      let number = try number(fetched)
      throw PaginationFault(
        "page \(number) is the same as page \(number - 1); does the API take its page number from '\(pageParam)'?")
    }
    last = page
    fetched += 1
    rows = rows.addingReportingOverflow(page.recordCount).overflow ? .max : rows + page.recordCount
    let totals = try totals(of: page)
    if fetched == 1 { noteMissing(in: page) }
    let isOver =
      page.recordCount == 0 || totals.hasMore == false || totals.rows.map { rows >= $0 } ?? false
      || totals.pages.map { fetched >= $0 } ?? false
    if isOver {
      if let total = totals.rows, rows < total {
        warnings.append("the API counts \(total) rows in all, but its pages held \(rows)")
      }
      return nil
    }
    if fetched >= maxPages { throw maxPagesFault(maxPages) }
    return try request(fetched)
  }

  package func upcoming(after first: PageSummary) throws(PaginationFault) -> [PageRequest]? {
    let totals = try totals(of: first)
    if first.recordCount == 0 || totals.hasMore == false { return [] }
    let count: Int
    if let pages = totals.pages {
      count = pages
    } else if let total = totals.rows {
      // The first page tells how many rows a page really has: APIs cap what is asked for.
      count = (total - 1) / first.recordCount + 1
    } else {
      return nil
    }
    var requests: [PageRequest] = []
    for index in 1..<max(1, min(count, maxPages, Self.mostUpcoming + 1)) { requests.append(try request(index)) }
    return requests
  }

  /// What a server claims to have is not to fill the memory; pages behind these follow one by one.
  private static let mostUpcoming = 10_000

  /// The number of a page, `index` of them after the first.
  private func number(_ index: Int) throws(PaginationFault) -> Int {
    let (number, isOver) = firstPage.addingReportingOverflow(index)
    if isOver { throw PaginationFault("page numbers end at \(Int.max); lower first_page (\(firstPage))") }
    return number
  }

  private func request(_ index: Int) throws(PaginationFault) -> PageRequest {
    var parameters = [PageRequest.Parameter(pageParam, String(try number(index)))]
    if let sizeParam, let pageSize { parameters.append(.init(sizeParam, String(pageSize))) }
    return PageRequest(parameters: parameters)
  }

  private struct Totals {
    var rows: Int?
    var pages: Int?
    var hasMore: Bool?
  }

  private func totals(of page: PageSummary) throws(PaginationFault) -> Totals {
    var totals = Totals()
    totals.rows = try count(page, totalPath, "total_path")
    totals.pages = try count(page, totalPagesPath, "total_pages_path")
    // A total of 0 (or -1) beside rows means that the API does not count.
    if page.recordCount > 0 {
      if let rows = totals.rows, rows <= 0 { totals.rows = nil }
      if let pages = totals.pages, pages <= 0 { totals.pages = nil }
    }
    switch page.value(hasMorePath) {
    case .missing, .null: break
    case .boolean(let value): totals.hasMore = value
    case .integer(0), .text("0"), .text("false"), .text("False"), .text(""): totals.hasMore = false
    case .integer, .text("1"), .text("true"), .text("True"): totals.hasMore = true
    case .text(let text): throw PaginationFault("has_more_path \(hasMorePath ?? "") is '\(text)', not true or false")
    case .decimal(let value): throw PaginationFault("has_more_path \(hasMorePath ?? "") is \(value), not true or false")
    case .structured:
      throw PaginationFault("has_more_path \(hasMorePath ?? "") is a list or an object, not true or false")
    }
    return totals
  }

  private func count(_ page: PageSummary, _ path: String?, _ key: String) throws(PaginationFault) -> Int? {
    switch page.value(path) {
    case .missing, .null: return nil
    case .integer(let value): return Int(value)
    case .decimal(let value):
      if let exact = Int(exactly: value) { return exact }
      throw PaginationFault("\(key) \(path ?? "") is \(value), no whole number")
    case .text(let text):
      if let value = Int(text.trimmingBlanks()) { return value }
      throw PaginationFault("\(key) \(path ?? "") is '\(text)', no number")
    case .boolean(let value): throw PaginationFault("\(key) \(path ?? "") is \(value), no number")
    case .structured: throw PaginationFault("\(key) \(path ?? "") is a list or an object, no number")
    }
  }

  private mutating func noteMissing(in page: PageSummary) {
    let keyed = [("total_path", totalPath), ("total_pages_path", totalPagesPath), ("has_more_path", hasMorePath)]
    for case (let key, let path?) in keyed where page.value(path) == .missing {
      warnings.append("\(key) \(path) is not in the first page")
    }
  }
}
