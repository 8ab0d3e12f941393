/// The pages and rows that came so far, and whether they are all: what page numbers and offsets have in common.
struct PageProgress: Sendable, Hashable {
  let counts: PageCounts
  /// At least 1.
  let maxPages: Int
  private(set) var pages = 0
  private(set) var rows = 0
  var warnings: [String] = []

  private var repeats = PageRepeats()
  /// Whether there were more rows than the total, so that it says nothing.
  private var isTotalWrong = false

  init(_ counts: PageCounts, maxPages: Int) {
    self.counts = counts
    self.maxPages = maxPages
  }

  /// The earlier page, from 0, that the next one repeats; nil where it is a new one. To be asked before `take`.
  mutating func repeated(_ page: PageSummary) -> Int? { repeats.note(page, at: pages) }

  /// Takes the next page, in order; true if it is the last. Throws at `max_pages` with more to come.
  mutating func take(_ page: PageSummary) throws(PaginationFault) -> Bool {
    pages += 1
    rows = rows.addingReportingOverflow(page.recordCount).overflow ? .max : rows + page.recordCount
    let told = try counts.told(by: page)
    if pages == 1 { warnings += counts.missing(in: page) }
    if let total = told.rows, total > 0, rows > total, !isTotalWrong {
      // Whatever it counts, it is not the rows: to stop here would leave some out in silence.
      isTotalWrong = true
      warnings.append("the API counts \(total) rows in all, but its pages held more; its total was not believed")
    }
    let total = isTotalWrong ? nil : told.rows
    let isOver =
      page.recordCount == 0 || told.hasMore == false || total.map { rows >= $0 } ?? false
      || told.pages.map { pages >= $0 } ?? false
    if isOver {
      if let total, rows < total {
        warnings.append("the API counts \(total) rows in all, but its pages held \(rows)")
      }
      return true
    }
    if pages >= maxPages { throw maxPagesFault(maxPages) }
    return false
  }

  /// How many pages there are in all, as far as the first one tells; nil if it does not.
  ///
  /// At most 10,001, and `max_pages`, whatever a server claims: its claims are not to fill the memory.
  func announced(by first: PageSummary) throws(PaginationFault) -> Int? {
    let told = try counts.told(by: first)
    if first.recordCount == 0 || told.hasMore == false { return 1 }
    // The first page tells how many rows a page really has: APIs cap what is asked for.
    guard let count = told.pages ?? told.rows.map({ ($0 - 1) / first.recordCount + 1 }) else { return nil }
    return max(1, min(count, maxPages, 10_001))
  }
}
