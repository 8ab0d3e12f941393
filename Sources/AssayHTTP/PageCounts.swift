/// Where pages tell of the end: how many rows or pages there are in all, and whether more follow.
struct PageCounts: Sendable, Hashable {
  var totalPath: String?
  var totalPagesPath: String?
  var hasMorePath: String?

  /// What one page tells; nil for what it does not.
  struct Told: Sendable, Hashable {
    var rows: Int?
    var pages: Int?
    var hasMore: Bool?
  }

  var paths: [String] { [totalPath, totalPagesPath, hasMorePath].compactMap { $0 } }

  /// Throws for a value that is no number, or neither true nor false.
  func told(by page: PageSummary) throws(PaginationFault) -> Told {
    var told = Told()
    told.rows = try count(page, totalPath, "total_path")
    told.pages = try count(page, totalPagesPath, "total_pages_path")
    // A total of 0 (or -1) beside rows means that the API does not count.
    if page.recordCount > 0 {
      if let rows = told.rows, rows <= 0 { told.rows = nil }
      if let pages = told.pages, pages <= 0 { told.pages = nil }
    }
    switch page.value(hasMorePath) {
    case .missing, .null: break
    case .boolean(let value): told.hasMore = value
    case .integer(0), .text("0"), .text("false"), .text("False"), .text(""): told.hasMore = false
    case .integer, .text("1"), .text("true"), .text("True"): told.hasMore = true
    case .text(let text): throw PaginationFault("has_more_path \(hasMorePath ?? "") is '\(text)', not true or false")
    case .decimal(let value): throw PaginationFault("has_more_path \(hasMorePath ?? "") is \(value), not true or false")
    case .structured:
      throw PaginationFault("has_more_path \(hasMorePath ?? "") is a list or an object, not true or false")
    }
    return told
  }

  /// What is said of paths that are not in the first page.
  func missing(in page: PageSummary) -> [String] {
    let keyed = [("total_path", totalPath), ("total_pages_path", totalPagesPath), ("has_more_path", hasMorePath)]
    return keyed.compactMap { key, path in
      path.flatMap { page.value($0) == .missing ? "\(key) \($0) is not in the first page" : nil }
    }
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
}
