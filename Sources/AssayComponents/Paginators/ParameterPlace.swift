internal import AssayDefinition
internal import AssayHTTP

/// Where a paginator's parameters go: its key `in`.
enum ParameterPlace: String, ConfigChoice {
  case query, header, body

  var place: PageRequest.Place {
    switch self {
    case .query: .query
    case .header: .header
    case .body: .body
    }
  }

  /// What is said of the key `in`.
  static let doc =
    "Where the parameters go. In a JSON body a name with dots leads to a member within: `page.number`; in a form it is a field."
}
