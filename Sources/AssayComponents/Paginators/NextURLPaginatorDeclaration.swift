package import AssayDefinition
internal import AssayEngine
package import AssayHTTP

/// `paginator: {type: next_url}`: each page names the address of the next.
package struct NextURLPaginatorDeclaration: PaginatorDeclaration, Component {
  var nextURLPath: RecordPath?
  var maxPages = defaultMaxPages

  package static let schema = Schema(
    "next_url", NextURLPaginatorDeclaration(), summary: "Each page names the address of the next.",
    details:
      "It ends only where a page names no further address. An address of another host is asked without credentials.",
    keys: [
      Key("next_url_path", \.nextURLPath, required: true, "JSONPath to the address of the next page."),
      Key("max_pages", \.maxPages, range: 1...Int.max, "How many pages may be asked for."),
    ],
    examples: ["type: next_url\nnext_url_path: $.next"],
    faults: [FaultExample("⟪type: next_url", "next_url paginator of source 'example' (http) needs 'next_url_path'")])

  package func makePaginator() throws -> any Paginator {
    NextURLPaginator(nextURLPath: nextURLPath?.text ?? "", maxPages: maxPages)
  }
}
