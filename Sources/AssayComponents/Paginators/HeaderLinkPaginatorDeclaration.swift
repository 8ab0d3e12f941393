package import AssayDefinition
internal import AssayEngine
package import AssayHTTP

/// `paginator: {type: header_link}`: each page names the address of the next in its `Link` header.
package struct HeaderLinkPaginatorDeclaration: PaginatorDeclaration, Component {
  var relation = "next"
  var maxPages = defaultMaxPages

  package static let schema = Schema(
    "header_link", HeaderLinkPaginatorDeclaration(),
    summary: "Each page names the address of the next in its `Link` header (RFC 8288).",
    details: """
      It ends only where a page names no further address. An address that repeats is an error, and so is a header that cannot be
      read. An address of another host is asked without credentials.
      """,
    keys: [
      Key("rel", \.relation, "The relation by which the header names the next page."),
      Key("max_pages", \.maxPages, range: 1...Int.max, "How many pages may be asked for."),
    ],
    rules: [
      Rule("rel") { declaration in
        declaration.relation.isEmpty || declaration.relation.contains { $0.isWhitespace }
          ? "'rel' is one relation, such as next" : nil
      }
    ],
    examples: ["type: header_link", "type: header_link\nrel: next\nmax_pages: 500"],
    faults: [FaultExample("type: header_link\n⟪rel: next last", "'rel' is one relation, such as next")])

  package func makePaginator() throws -> any Paginator {
    HeaderLinkPaginator(relation: relation, maxPages: maxPages)
  }
}
