package import AssayDefinition
internal import AssayEngine
package import AssayHTTP

/// `paginator: {type: offset}`: pages are asked for by the number of rows before them.
package struct OffsetPaginatorDeclaration: PaginatorDeclaration, Component {
  var offsetParam = "offset"
  var limitParam = "limit"
  var limit: Int?
  var firstOffset = 0
  var totalPath: RecordPath?
  var hasMorePath: RecordPath?
  var place = ParameterPlace.query
  var maxPages = defaultMaxPages

  package static let schema = Schema(
    "offset", OffsetPaginatorDeclaration(), summary: "Pages are asked for by the number of rows before them.",
    details: """
      It ends on an empty page, when `has_more_path` says false, or when the total is reached. A short page ends nothing. The offset
      moves on by the rows that really came, so an API that hands out fewer than `limit` loses none. A page that repeats an
      earlier one is an error, and so is reaching `max_pages` with more to come; fewer rows than the total, and pages of uneven
      sizes, are warnings. Where the first page tells the total, the others are fetched concurrently, and arrive in order.

      Rows that are added or removed while pages are fetched move the others: some may come twice, or not at all, and nothing in the
      pages shows it. Ask for a fixed order, and let checks such as `unique_key` find what came twice; a cursor, where the API has
      one, does not have this trouble.
      """,
    keys: [
      Key("offset_param", \.offsetParam, "The parameter with the number of rows before the page."),
      Key("limit_param", \.limitParam, "The parameter with the number of rows of a page; sent if there is a `limit`."),
      Key("limit", \.limit, range: 1...Int.max, "How many rows a page shall have."),
      Key(
        "first_offset", \.firstOffset, range: 0...Int.max, "The offset of the first row: 1 where an API counts from 1."),
      Key("total_path", \.totalPath, "JSONPath to the number of rows in all."),
      Key("has_more_path", \.hasMorePath, "JSONPath to true while there are more pages."),
      Key("in", \.place, ParameterPlace.doc),
      Key("max_pages", \.maxPages, range: 1...Int.max, "How many pages may be asked for."),
    ],
    examples: [
      "type: offset\nlimit: 200\ntotal_path: $.total",
      "type: offset\noffset_param: startIndex\nfirst_offset: 1\nlimit_param: count\nlimit: 100",
    ],
    faults: [FaultExample("type: offset\nlimit: ⟪0", "'limit' must be at least 1, not 0")])

  package func makePaginator() throws -> any Paginator {
    OffsetPaginator(
      offsetParam: offsetParam, limitParam: limitParam, limit: limit, firstOffset: firstOffset,
      totalPath: totalPath?.text, hasMorePath: hasMorePath?.text, maxPages: maxPages, in: place.place)
  }
}
