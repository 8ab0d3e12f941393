package import AssayDefinition
internal import AssayEngine
package import AssayHTTP

/// `paginator: {type: single}`: one request brings all rows.
package struct SinglePaginatorDeclaration: PaginatorDeclaration, Component {
  package static let schema = Schema(
    "single", SinglePaginatorDeclaration(), summary: "One request brings all rows. The default.", keys: [],
    examples: ["type: single"],
    faults: [
      FaultExample(
        "type: single\n⟪max_pages: 3", "unknown key 'max_pages' in single paginator of source 'example' (http)")
    ])

  package func makePaginator() throws -> any Paginator { SinglePaginator() }
}
