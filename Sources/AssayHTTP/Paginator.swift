/// What a paginator may read of one page.
package struct PageSummary: Sendable, Hashable {
  /// Records of this page.
  package var recordCount: Int
  /// The value at each of the paginator's `paths`; a path that is not here counts as missing.
  package var values: [String: PageValue]
  package var headers: HeaderFields
  /// The URL that answered, without credentials.
  package var url: RequestURL
  /// Tells whether two bodies are the same (`sha256Hex`).
  package var bodyHash: String?

  package init(
    recordCount: Int, values: [String: PageValue] = [:], headers: HeaderFields = [:], url: RequestURL,
    bodyHash: String? = nil
  ) {
    self.recordCount = recordCount
    self.values = values
    self.headers = headers
    self.url = url
    self.bodyHash = bodyHash
  }

  func value(_ path: String?) -> PageValue { path.flatMap { values[$0] } ?? .missing }
}

/// A value of a page's body, as far as a paginator looks into it.
package enum PageValue: Sendable, Hashable {
  case missing
  case null
  case text(String)
  case integer(Int64)
  case decimal(Double)
  case boolean(Bool)
  /// A list or an object.
  case structured
}

/// Why pagination cannot go on.
package struct PaginationFault: Error, Sendable, Hashable, CustomStringConvertible {
  /// A sentence without a full stop. It may hold a token of the API; mask it like any text.
  package var message: String

  package init(_ message: String) { self.message = message }

  package var description: String { message }
}

/// What sets one page's request apart from the source's own.
package struct PageRequest: Sendable, Hashable {
  package enum Place: String, Sendable, Hashable, CaseIterable {
    case query
    case header
    /// In the body, which whoever makes the request knows: `applied(to:)` leaves it alone.
    case body
  }

  package struct Parameter: Sendable, Hashable {
    package var place: Place
    package var name: String
    package var value: String
    /// Whether a JSON body takes the value as a number.
    package var isNumber: Bool

    package init(_ name: String, _ value: String, in place: Place = .query, isNumber: Bool = false) {
      self.place = place
      self.name = name
      self.value = value
      self.isNumber = isNumber
    }

    /// A whole number.
    package init(_ name: String, _ value: Int, in place: Place = .query) {
      self.init(name, String(value), in: place, isNumber: true)
    }
  }

  /// Set in order; each replaces a parameter of its name.
  package var parameters: [Parameter]
  /// The whole URL of the page, in place of the source's own.
  package var url: RequestURL?

  package init(parameters: [Parameter] = [], url: RequestURL? = nil) {
    self.parameters = parameters
    self.url = url
  }

  /// The parameters that go into the body, in order.
  package var bodyParameters: [Parameter] { parameters.filter { $0.place == .body } }

  /// The request for this page, but for the parameters of its body. A URL of another host keeps where credentials may
  /// go, so they are not sent there.
  package func applied(to request: HTTPRequest) -> HTTPRequest {
    var paged = request
    if let url { paged.url = url }
    for parameter in parameters {
      switch parameter.place {
      case .query: paged.url.setQuery(parameter.name, parameter.value)
      case .header: paged.headers[parameter.name] = parameter.value
      case .body: break
      }
    }
    return paged
  }
}

/// Decides which page is asked for next: a pure value, without network or clock.
///
/// `next(after: nil)` gives the first page, `next(after: summary)` the one after it, nil means that there are no more.
/// A source that fetches ahead takes `upcoming` after the first page, and still hands every page to `next` in order:
/// what it returns is the next of the `upcoming` ones, or nil to stop, or another page: then those that were fetched
/// ahead are not the right ones.
package protocol Paginator: Sendable {
  /// JSONPaths whose values `next` wants to see.
  var paths: [String] { get }
  /// The names of parameters that go into the body, in the order in which they are set.
  var bodyParameters: [String] { get }
  /// Oddities that are no errors, in order: fewer rows than the total, a path that was not there.
  var warnings: [String] { get }
  /// The next page's request, or nil after the last one. Throws on a repeated token or page, and at `max_pages`.
  mutating func next(after page: PageSummary?) throws(PaginationFault) -> PageRequest?
  /// The further pages, if the first one tells how many there are; nil if each page has to be seen first. They are
  /// 10,000 at most, whatever a server claims: those behind them come from `next`.
  func upcoming(after first: PageSummary) throws(PaginationFault) -> [PageRequest]?
}

extension Paginator {
  package var paths: [String] { [] }
  package var bodyParameters: [String] { [] }
  package var warnings: [String] { [] }
  package func upcoming(after first: PageSummary) throws(PaginationFault) -> [PageRequest]? { nil }
}

/// The pages that a paginator asks for where nothing else is said.
package let defaultMaxPages = 10_000

/// The fault of a pagination that is not over at `max_pages`.
func maxPagesFault(_ maxPages: Int) -> PaginationFault {
  PaginationFault(
    "max_pages (\(maxPages)) is reached, and this was not the last page; raise max_pages or narrow the query")
}
