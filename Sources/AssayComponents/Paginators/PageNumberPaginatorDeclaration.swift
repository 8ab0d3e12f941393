package import AssayDefinition
internal import AssayEngine
package import AssayHTTP

/// `paginator: {type: page_number}`: pages are asked for by their numbers.
package struct PageNumberPaginatorDeclaration: PaginatorDeclaration, Component {
  var pageParam = "page"
  var sizeParam: String?
  var pageSize: Int?
  var firstPage = 1
  var totalPath: RecordPath?
  var totalPagesPath: RecordPath?
  var hasMorePath: RecordPath?
  var maxPages = defaultMaxPages

  package static let schema = Schema(
    "page_number", PageNumberPaginatorDeclaration(), summary: "Pages are asked for by their numbers.",
    details: """
      It ends on an empty page, when `has_more_path` says false, or when the total is reached. A short page ends nothing. A page
      that repeats the one before is an error, and so is reaching `max_pages` with more to come. Where the first page tells the
      total, the others are fetched concurrently, and arrive in order.
      """,
    keys: [
      Key("page_param", \.pageParam, "The query parameter with the page's number."),
      Key("size_param", \.sizeParam, "The query parameter with the page's size."),
      Key("page_size", \.pageSize, range: 1...Int.max, "How many rows a page shall have; sent as `size_param`."),
      Key("first_page", \.firstPage, range: 0...Int.max, "The number of the first page."),
      Key("total_path", \.totalPath, "JSONPath to the number of rows in all."),
      Key("total_pages_path", \.totalPagesPath, "JSONPath to the number of pages in all."),
      Key("has_more_path", \.hasMorePath, "JSONPath to true while there are more pages."),
      Key("max_pages", \.maxPages, range: 1...Int.max, "How many pages may be asked for."),
    ],
    rules: [
      Rule("size_param") { $0.sizeParam != nil && $0.pageSize == nil ? "'size_param' needs 'page_size'" : nil },
      Rule("page_size") {
        $0.pageSize != nil && $0.sizeParam == nil ? "'page_size' needs 'size_param', the name it is sent by" : nil
      },
    ],
    examples: [
      "type: page_number\npage_param: page\nsize_param: per_page\npage_size: 200",
      "type: page_number\nfirst_page: 0\ntotal_pages_path: $.meta.pages",
    ],
    faults: [
      FaultExample(
        "type: page_number\n⟪size_param: per_page", "'size_param' needs 'page_size'")
    ])

  package func makePaginator() throws -> any Paginator {
    PageNumberPaginator(
      pageParam: pageParam, sizeParam: sizeParam, pageSize: pageSize, firstPage: firstPage, totalPath: totalPath?.text,
      totalPagesPath: totalPagesPath?.text, hasMorePath: hasMorePath?.text, maxPages: maxPages)
  }
}
