package import AssayDefinition
internal import AssayEngine
package import AssayHTTP

/// `paginator: {type: cursor}`: each page names the token of the next.
package struct CursorPaginatorDeclaration: PaginatorDeclaration, Component {
  var cursorPath: RecordPath?
  var cursorParam = "cursor"
  var place = ParameterPlace.query
  var maxPages = defaultMaxPages

  package static let schema = Schema(
    "cursor", CursorPaginatorDeclaration(), summary: "Each page names the token of the next.",
    details: """
      It ends only where a page names no further token. A token that repeats is an error. In a JSON body a token that came as a
      number goes back as one.
      """,
    keys: [
      Key("cursor_path", \.cursorPath, required: true, "JSONPath to the token of the next page."),
      Key("cursor_param", \.cursorParam, "The parameter that takes the token."),
      Key("in", \.place, ParameterPlace.doc),
      Key("max_pages", \.maxPages, range: 1...Int.max, "How many pages may be asked for."),
    ],
    examples: [
      "type: cursor\ncursor_path: $.next_cursor\ncursor_param: cursor",
      "type: cursor\ncursor_path: $.meta.continue\ncursor_param: X-Continue\nin: header",
    ],
    faults: [FaultExample("⟪type: cursor", "cursor paginator of source 'example' (http) needs 'cursor_path'")])

  package func makePaginator() throws -> any Paginator {
    CursorPaginator(cursorPath: cursorPath?.text ?? "", cursorParam: cursorParam, maxPages: maxPages, in: place.place)
  }
}
