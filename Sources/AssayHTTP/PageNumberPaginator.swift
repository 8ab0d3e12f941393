/// Pages by number, until an empty page, `has_more` false, or the total reached. A short page ends nothing.
package struct PageNumberPaginator: Paginator, Hashable {
  package let pageParam: String
  /// The parameter that asks for `pageSize` rows.
  package let sizeParam: String?
  package let pageSize: Int?
  package let firstPage: Int
  /// Where the parameters go.
  package let place: PageRequest.Place
  private var progress: PageProgress

  /// - Parameters:
  ///   - totalPath: Where the number of all rows stands.
  ///   - totalPagesPath: Where the number of all pages stands.
  ///   - maxPages: At least 1.
  package init(
    pageParam: String = "page", sizeParam: String? = nil, pageSize: Int? = nil, firstPage: Int = 1,
    totalPath: String? = nil, totalPagesPath: String? = nil, hasMorePath: String? = nil,
    maxPages: Int = defaultMaxPages, in place: PageRequest.Place = .query
  ) {
    self.pageParam = pageParam
    self.sizeParam = sizeParam
    self.pageSize = pageSize
    self.firstPage = firstPage
    self.place = place
    progress = PageProgress(
      PageCounts(totalPath: totalPath, totalPagesPath: totalPagesPath, hasMorePath: hasMorePath), maxPages: maxPages)
  }

  package var paths: [String] { progress.counts.paths }
  package var warnings: [String] { progress.warnings }
  package var bodyParameters: [String] {
    place == .body ? [pageParam] + (pageSize == nil ? [] : [sizeParam].compactMap { $0 }) : []
  }

  package mutating func next(after page: PageSummary?) throws(PaginationFault) -> PageRequest? {
    guard let page else { return try request(0) }
    if let earlier = progress.repeated(page) {
      let number = try number(progress.pages)
      throw PaginationFault(
        "page \(number) is the same as page \(try self.number(earlier)); "
          + "does the API take its page number from '\(pageParam)'?")
    }
    return try progress.take(page) ? nil : request(progress.pages)
  }

  package func upcoming(after first: PageSummary) throws(PaginationFault) -> [PageRequest]? {
    guard let count = try progress.announced(by: first) else { return nil }
    var requests: [PageRequest] = []
    for index in 1..<max(1, count) { requests.append(try request(index)) }
    return requests
  }

  /// The number of a page, `index` of them after the first.
  private func number(_ index: Int) throws(PaginationFault) -> Int {
    let (number, isOver) = firstPage.addingReportingOverflow(index)
    if isOver { throw PaginationFault("page numbers end at \(Int.max); lower first_page (\(firstPage))") }
    return number
  }

  private func request(_ index: Int) throws(PaginationFault) -> PageRequest {
    var parameters = [PageRequest.Parameter(pageParam, try number(index), in: place)]
    if let sizeParam, let pageSize { parameters.append(.init(sizeParam, pageSize, in: place)) }
    return PageRequest(parameters: parameters)
  }
}
