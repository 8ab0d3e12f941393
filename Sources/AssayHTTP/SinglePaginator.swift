/// One page is all.
package struct SinglePaginator: Paginator, Hashable {
  package init() {}

  package mutating func next(after page: PageSummary?) -> PageRequest? { page == nil ? PageRequest() : nil }
}
