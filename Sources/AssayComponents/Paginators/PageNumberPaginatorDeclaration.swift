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
  var place = ParameterPlace.query
  var maxPages = defaultMaxPages

  package static let schema = Schema(
    "page_number", PageNumberPaginatorDeclaration(), summary: "Pages are asked for by their numbers.",
    details: """
      It ends on an empty page, when `has_more_path` says false, or when the total is reached. A short page ends nothing. A page
      that repeats an earlier one is an error, and so is reaching `max_pages` with more to come; fewer rows than the total is a
      warning. Where the first page tells the total, the others are fetched concurrently, and arrive in order.

      Rows that are added or removed while pages are fetched move the others: some may come twice, or not at all, and nothing in the
      pages shows it. Ask for a fixed order, and let checks such as `unique_key` find what came twice; a cursor, where the API has
      one, does not have this trouble.
      """,
    keys: [
      Key("page_param", \.pageParam, "The parameter with the page's number."),
      Key("size_param", \.sizeParam, "The parameter with the page's size."),
      Key("page_size", \.pageSize, range: 1...Int.max, "How many rows a page shall have; sent as `size_param`."),
      Key("first_page", \.firstPage, range: 0...Int.max, "The number of the first page."),
      Key("total_path", \.totalPath, "JSONPath to the number of rows in all."),
      Key("total_pages_path", \.totalPagesPath, "JSONPath to the number of pages in all."),
      Key("has_more_path", \.hasMorePath, "JSONPath to true while there are more pages."),
      Key("in", \.place, ParameterPlace.doc),
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
      totalPagesPath: totalPagesPath?.text, hasMorePath: hasMorePath?.text, maxPages: maxPages,
      in: place.place)
  }
}
