package import AssayColumns
internal import AssayDefinition
package import AssayEngine
internal import AssayFormats
package import AssayHTTP

/// A column that a geocoder can fill.
package struct GeocodeField: Sendable, Hashable {
  package var name: String
  package var type: ValueType

  package init(_ name: String, _ type: ValueType) {
    self.name = name
    self.type = type
  }
}

/// What a step asks of a geocoder: the same for all its addresses.
package struct GeocodeTask: Sendable, Hashable {
  /// Whether a key has the parts street, city, state and zip, some of them empty; else it is one text.
  package var isInParts: Bool
  /// The names of the fields that become columns.
  package var fields: Set<String>

  package init(isInParts: Bool, fields: Set<String>) {
    self.isInParts = isInParts
    self.fields = fields
  }
}

/// The facts of a geocoder: how it is asked, and what its answers mean.
package protocol GeocodeProvider: Sendable {
  /// What it can tell of an address, in the order of its answers' cells. All tell `latitude`, `longitude` and
  /// `matched_address`.
  var fields: [GeocodeField] { get }
  /// Address, limits and manners of the service.
  func defaults(for task: GeocodeTask) -> ProviderDefaults
  /// How many addresses one request may hold.
  func keysPerRequest(for task: GeocodeTask) -> Int
  /// What of the provider's own keys shapes its answers.
  func scope(of task: GeocodeTask) -> String
  /// Why the service may not be asked there, at that rate and with so many requests at once; nil where it may.
  func refusal(to base: RequestURL?, rate: RateLimit?, concurrency: Int) -> String?
  func request(_ keys: [LookupKey], _ task: GeocodeTask, _ client: APIClient) throws -> HTTPRequest
  /// What an answer must look like before it is used.
  func expectation(of keys: [LookupKey], _ task: GeocodeTask) -> BodyExpectation
  /// The answers to the keys, one for each, with their origins.
  func answers(to keys: [LookupKey], _ task: GeocodeTask, _ exchange: HTTPExchange) throws -> [LookupAnswer]
  /// What a remembered answer says. Throws where it does not say what the task asks for.
  func recall(_ remembered: RememberedAnswer, _ task: GeocodeTask) throws -> LookupAnswer
}

extension GeocodeProvider {
  package func keysPerRequest(for task: GeocodeTask) -> Int { 1 }
  package func scope(of task: GeocodeTask) -> String { "" }
  package func refusal(to base: RequestURL?, rate: RateLimit?, concurrency: Int) -> String? { nil }

  /// An answer without a place.
  func nothing(_ status: LookupStatus, _ reason: String? = nil) -> LookupAnswer {
    LookupAnswer(status, cells: fields.map { _ in .null }, reason: reason.map { LookupReason($0) })
  }
}

/// The geocoders, which a `geocode` step names.
package enum GeocoderFamily: ComponentFamily {
  package typealias Product = any GeocodeProvider
  package static let name = "geocoder"
  package static let introduction =
    "A geocoder knows where addresses are. It stands by its name, or as `{type: NAME, …}` with its keys, under `provider` or `providers` of a step of type `geocode`."
}

/// A latitude or longitude in degrees: a number, or a text that is one; nil for what is none, or off the globe.
func degrees(_ value: JSONValue?, within limit: Double) -> Double? {
  let number: Double? =
    switch value {
    case .integer(let number)?: Double(number)
    case .decimal(let number)?: number
    case .string(let text)?: Double(text)
    default: nil
    }
  return number.flatMap { abs($0) <= limit ? $0 : nil }
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

  /// A text as a cell; null for none and for an empty one.
  init(text: (some StringProtocol)?) {
    self = text.flatMap { $0.isEmpty ? nil : .text(String($0)) } ?? .null
  }
}
