/// A key in a header or query parameter of a given name.
package struct APIKeyAuth: Auth, Hashable {
  package enum Place: String, Sendable, Hashable, CaseIterable {
    case header
    case query
  }

  package var place: Place
  package var name: String
  package var value: String

  package init(place: Place, name: String, value: String) {
    self.place = place
    self.name = name
    self.value = value
  }

  package var secrets: [String] { [value] }

  package func authorize(_ request: inout HTTPRequest) {
    switch place {
    case .header: request.headers[name] = value
    case .query: request.url.setQuery(name, value)
    }
  }
}
