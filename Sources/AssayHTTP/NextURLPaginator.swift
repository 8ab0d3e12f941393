/// Each page names the URL of the next one, absolute or relative to its own; the last one has none.
///
/// The URL may lead to another host; credentials are not sent there. It must be http or https.
package struct NextURLPaginator: Paginator, Hashable {
  package let nextURLPath: String
  /// At least 1.
  package let maxPages: Int

  private var fetched = 0
  private var seen: Set<String> = []
  package private(set) var warnings: [String] = []

  package init(nextURLPath: String, maxPages: Int = defaultMaxPages) {
    self.nextURLPath = nextURLPath
    self.maxPages = maxPages
  }

  package var paths: [String] { [nextURLPath] }

  package mutating func next(after page: PageSummary?) throws(PaginationFault) -> PageRequest? {
    guard let page else { return PageRequest() }
    fetched += 1
    if fetched == 1 { warnings += missingPath(in: page, key: "next_url_path", path: nextURLPath) }
    seen.insert(page.url.description)
    guard let text = try nextToken(page.value(nextURLPath), key: "next_url_path", path: nextURLPath) else {
      return nil
    }
    let url: RequestURL
    do {
      url = try page.url.resolving(text)
    } catch {
      throw PaginationFault("next_url_path \(nextURLPath) cannot be followed: \(error.message)")
    }
    guard seen.insert(url.description).inserted else {
      throw PaginationFault("the next page's URL came a second time (page \(fetched)): \(url)")
    }
    if fetched >= maxPages { throw maxPagesFault(maxPages) }
    return PageRequest(url: url)
  }
}
