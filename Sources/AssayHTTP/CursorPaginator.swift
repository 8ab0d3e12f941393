/// Each page names the token of the next one; the last one has none (missing, null, empty or false).
package struct CursorPaginator: Paginator, Hashable {
  package let cursorPath: String
  package let cursorParam: String
  /// Where the token goes.
  package let place: PageRequest.Place
  /// At least 1.
  package let maxPages: Int

  private var fetched = 0
  private var seen: Set<String> = []
  package private(set) var warnings: [String] = []

  package init(
    cursorPath: String, cursorParam: String, maxPages: Int = defaultMaxPages, in place: PageRequest.Place = .query
  ) {
    self.cursorPath = cursorPath
    self.cursorParam = cursorParam
    self.place = place
    self.maxPages = maxPages
  }

  package var paths: [String] { [cursorPath] }
  package var bodyParameters: [String] { place == .body ? [cursorParam] : [] }

  package mutating func next(after page: PageSummary?) throws(PaginationFault) -> PageRequest? {
    guard let page else { return PageRequest() }
    fetched += 1
    if fetched == 1 { warnings += missingPath(in: page, key: "cursor_path", path: cursorPath) }
    guard let token = try nextToken(page.value(cursorPath), key: "cursor_path", path: cursorPath) else { return nil }
    guard seen.insert(token).inserted else {
      throw PaginationFault("the cursor '\(token)' came a second time (page \(fetched)), so the pages would repeat")
    }
    if fetched >= maxPages { throw maxPagesFault(maxPages) }
    // A JSON body gets a number back as a number.
    let isNumber =
      switch page.value(cursorPath) {
      case .integer, .decimal: true
      default: false
      }
    return PageRequest(parameters: [.init(cursorParam, token, in: place, isNumber: isNumber)])
  }
}

/// What is said of a path that leads nowhere on a first page with rows: it may be misspelt, and pages would be missed.
func missingPath(in page: PageSummary, key: String, path: String) -> [String] {
  guard page.recordCount > 0, page.value(path) == .missing else { return [] }
  return ["\(key) \(path) is not in the first page's answer: is it right?"]
}

/// A next token as text; nil if there is none.
func nextToken(_ value: PageValue, key: String, path: String) throws(PaginationFault) -> String? {
  switch value {
  case .missing, .null, .boolean(false): return nil
  case .text(let text): return text.isEmpty ? nil : text
  case .integer(let value): return String(value)
  case .decimal(let value): return Int64(exactly: value).map { String($0) } ?? value.description
  case .boolean(true): throw PaginationFault("\(key) \(path) is true, no token")
  case .structured: throw PaginationFault("\(key) \(path) is a list or an object, no token")
  }
}
