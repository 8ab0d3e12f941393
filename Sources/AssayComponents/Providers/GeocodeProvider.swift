package import AssayColumns
internal import AssayDefinition
package import AssayEngine
package import AssayFormats
package import AssayHTTP

/// A column that a geocoder can fill, with its place in a result.
package struct GeocodeField: Sendable {
  package var name: String
  package var type: ValueType
  package var path: JSONPath

  package init(_ name: String, _ type: ValueType, _ path: JSONPath) {
    self.name = name
    self.type = type
    self.path = path
  }
}

/// The facts of a geocoder: how it is asked, and what its answers mean.
package protocol GeocodeProvider: Sendable {
  var defaults: ProviderDefaults { get }
  /// How many addresses one request may hold.
  var keysPerRequest: Int { get }
  /// What it can tell of an address, in the order of its answers' cells.
  var fields: [GeocodeField] { get }
  /// What an answer must look like before it is used.
  var expectation: BodyExpectation { get }
  func request(_ keys: [LookupKey], _ client: APIClient) throws -> HTTPRequest
  /// The answers to the keys, one for each, with their origins.
  func answers(_ keys: [LookupKey], _ exchange: HTTPExchange) throws -> [LookupAnswer]
  /// What a remembered answer says of its key.
  func recall(_ remembered: RememberedAnswer, of key: LookupKey) throws -> LookupAnswer
}

/// The geocoders, which a `geocode` step names.
package enum GeocoderFamily: ComponentFamily {
  package typealias Product = any GeocodeProvider
  package static let name = "geocoder"
  package static let introduction =
    "A geocoder knows where addresses are. It stands by its name under `provider` of a step of type `geocode`."
}

extension Cell {
  /// A JSON value as a cell: lists and objects as their text, a missing value as null.
  init(_ value: JSONValue?) {
    switch value {
    case nil, .null: self = .null
    case .bool(let flag): self = .boolean(flag)
    case .integer(let number): self = .integer(number)
    case .decimal(let number): self = .decimal(number)
    case .string(let text): self = .text(text)
    case let other?: self = .text(other.text)
    }
  }
}
