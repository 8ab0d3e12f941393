/// Each page names the URL of the next one in its `Link` header (RFC 8288); the last one has none.
///
/// The URL may be relative to the page's own, and may lead to another host; credentials are not sent there. A link with
/// an `anchor` tells of another resource, unless that is the page.
package struct HeaderLinkPaginator: Paginator, Hashable {
  /// The relation of the next page, in lower case.
  package let relation: String
  /// At least 1.
  package let maxPages: Int

  private var fetched = 0
  private var seen: Set<String> = []

  package init(relation: String = "next", maxPages: Int = defaultMaxPages) {
    self.relation = relation.lowercased()
    self.maxPages = maxPages
  }

  package mutating func next(after page: PageSummary?) throws(PaginationFault) -> PageRequest? {
    guard let page else { return PageRequest() }
    fetched += 1
    seen.insert(page.url.description)
    guard let url = try nextURL(of: page) else { return nil }
    guard seen.insert(url.description).inserted else {
      throw PaginationFault("the next page's URL came a second time (page \(fetched)): \(url)")
    }
    if fetched >= maxPages { throw maxPagesFault(maxPages) }
    return PageRequest(url: url)
  }

  private func nextURL(of page: PageSummary) throws(PaginationFault) -> RequestURL? {
    var found: RequestURL?
    for field in page.headers.all("link") {
      for link in try links(of: field) where link.relations.contains(relation) {
        let url = try resolve(link.target, page)
        if let anchor = link.anchor, try resolve(anchor, page) != page.url { continue }
        if let found, found != url {
          throw PaginationFault(
            "the Link header of page \(fetched) names two pages as '\(relation)': \(found) and \(url)")
        }
        found = url
      }
    }
    return found
  }

  private func links(of field: String) throws(PaginationFault) -> [WebLink] {
    do throws(LinkHeaderFault) {
      return try LinkHeader.parse(field)
    } catch {
      throw PaginationFault(
        "the Link header of page \(fetched) cannot be read: \(error.message) (byte \(error.byte) of \"\(Self.excerpt(field))\")"
      )
    }
  }

  private func resolve(_ reference: String, _ page: PageSummary) throws(PaginationFault) -> RequestURL {
    do throws(TransportFailure) {
      return try page.url.resolving(reference)
    } catch {
      throw PaginationFault("the link to the page behind page \(fetched) cannot be followed: \(error.message)")
    }
  }

  /// The beginning of a field, without control characters.
  private static func excerpt(_ field: String) -> String {
    let shown = String(field.unicodeScalars.prefix(120).map { $0.value < 0x20 ? " " : Character($0) })
    return field.unicodeScalars.count > 120 ? shown + "…" : shown
  }
}
