/// Pages by the number of rows before them, until an empty page, `has_more` false, or the total reached.
///
/// The offset moves on by the rows that really came: an API that hands out fewer than it was asked for loses none. Where
/// a page in the middle is shorter than the first, pages that were addressed in advance are at the wrong places, and
/// `next` asks for others.
package struct OffsetPaginator: Paginator, Hashable {
  package let offsetParam: String
  /// The parameter that asks for `limit` rows; not sent without one.
  package let limitParam: String
  package let limit: Int?
  package let firstOffset: Int
  /// Where the parameters go.
  package let place: PageRequest.Place
  private var progress: PageProgress
  /// The rows of the largest page so far, and of the last one.
  private var largest = 0
  private var last = 0
  private var hasWarned = false

  /// - Parameters:
  ///   - totalPath: Where the number of all rows stands.
  ///   - maxPages: At least 1.
  package init(
    offsetParam: String = "offset", limitParam: String = "limit", limit: Int? = nil, firstOffset: Int = 0,
    totalPath: String? = nil, hasMorePath: String? = nil, maxPages: Int = defaultMaxPages,
    in place: PageRequest.Place = .query
  ) {
    self.offsetParam = offsetParam
    self.limitParam = limitParam
    self.limit = limit
    self.firstOffset = firstOffset
    self.place = place
    progress = PageProgress(PageCounts(totalPath: totalPath, hasMorePath: hasMorePath), maxPages: maxPages)
  }

  package var paths: [String] { progress.counts.paths }
  package var warnings: [String] { progress.warnings }
  package var bodyParameters: [String] {
    place == .body ? [offsetParam] + (limit == nil ? [] : [limitParam]) : []
  }

  package mutating func next(after page: PageSummary?) throws(PaginationFault) -> PageRequest? {
    guard let page else { return try request(after: 0) }
    if progress.repeated(page) != nil {
      throw PaginationFault(
        "the page at offset \(try offset(after: progress.rows)) is the same as an earlier one; "
          + "does the API take its offset from '\(offsetParam)'?")
    }
    warnIfUneven(page.recordCount)
    return try progress.take(page) ? nil : request(after: progress.rows)
  }

  package func upcoming(after first: PageSummary) throws(PaginationFault) -> [PageRequest]? {
    guard let count = try progress.announced(by: first) else { return nil }
    var requests: [PageRequest] = []
    for index in 1..<max(1, count) {
      let (rows, isOver) = first.recordCount.multipliedReportingOverflow(by: index)
      if isOver { break }
      requests.append(try request(after: rows))
    }
    return requests
  }

  /// Rows and offsets part where an API leaves rows out of its pages, or hands out several for one: nothing shows that
  /// for certain, but pages of uneven sizes are a sign.
  private mutating func warnIfUneven(_ count: Int) {
    if let limit, count > limit, !hasWarned {
      hasWarned = true
      progress.warnings.append(
        "a page held \(count) rows where \(limit) were asked for; the offset moved on by the rows that came")
    }
    if count > 0, last < largest, !hasWarned {
      hasWarned = true
      progress.warnings.append(
        "a page held \(last) rows where others held \(largest), and more came after it; "
          + "the offset moved on by the rows that came")
    }
    largest = max(largest, count)
    last = count
  }

  private func offset(after rows: Int) throws(PaginationFault) -> Int {
    let (offset, isOver) = firstOffset.addingReportingOverflow(rows)
    if isOver { throw PaginationFault("offsets end at \(Int.max); lower first_offset (\(firstOffset))") }
    return offset
  }

  private func request(after rows: Int) throws(PaginationFault) -> PageRequest {
    var parameters = [PageRequest.Parameter(offsetParam, try offset(after: rows), in: place)]
    if let limit { parameters.append(.init(limitParam, limit, in: place)) }
    return PageRequest(parameters: parameters)
  }
}
