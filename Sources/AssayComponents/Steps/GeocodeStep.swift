internal import AssayColumns
package import AssayDefinition
package import AssayEngine
internal import AssayHTTP
internal import AssayStore

/// Coordinates of addresses.
package struct GeocodeStep: Step, Component {
  /// An address: one text, or parts that the provider takes apart.
  package struct Address: ConfigValue {
    var street: Template?
    var city: Template?
    var state: Template?
    var zip: Template?
    var whole: Template?

    private static let schema = Schema(
      "address", Address(), summary: "An address in parts.",
      keys: [
        Key("street", \.street, "House number and street."),
        Key("city", \.city, "City."),
        Key("state", \.state, "State."),
        Key("zip", \.zip, "Postal code."),
      ])

    package static var shape: Shape { .either([.template, .object(name: "address", keys: schema.keyReferences)]) }

    package static func decode(_ node: YAMLNode, _ context: Decoding) -> Address? {
      if node.pairs != nil, node["street"] != nil || node["city"] != nil || node["state"] != nil || node["zip"] != nil {
        return schema.decode(node, context)
      }
      return Template.decode(node, context).map {
        var address = Address()
        address.whole = $0
        return address
      }
    }

    /// The parts that the file gives, in the order of an address.
    var parts: [Template] { [whole, street, city, state, zip].compactMap(\.self) }
  }

  private static let google = NamedComponent<GeocoderFamily>(
    kind: GoogleGeocoding.schema.kind, value: GoogleGeocoding())

  var selection = ProviderSelection(usual: google)
  var address = Address()
  var columns = Named<String>()
  var settings = LookupSettings()

  package static let schema = Schema(
    "geocode", GeocodeStep(), summary: "Adds the coordinates of addresses.",
    details: """
      Each distinct address is asked for once. The column `STEP_status` says what came of it: `ok`, `not_found`, `ambiguous`
      where several places fit (the likeliest is taken), `error`, or `skipped` where the address is null. Rows and their order stay as they are.

      What a provider can tell of an address is said with the provider: `assay explain geocoder google`.
      """,
    keys: ProviderSelection.schema(usual: google).keys(at: \.selection) + [
      Key(
        "address", \.address, required: true, "The address: one template, or `{street: …, city: …, state: …, zip: …}`."),
      Key(
        "columns", \.columns, shown: "{latitude: latitude, longitude: longitude}",
        "New columns: the name here, and the provider's name."),
    ] + LookupSettings.schema.keys(at: \.settings),
    rules: ProviderSelection.schema(usual: google).rules(at: \.selection) + [
      Rule("columns") { step in
        let providers = step.selection.chosen
        let known = providers.flatMap { $0.value.fields.map(\.name) }
        let names = providers.map { "'\($0.kind)'" }.joined(separator: " or ")
        return step.columns.items.first { !known.contains($0.value) }.map {
          "\(names) tells no '\($0.value)'\(suggestion(for: $0.value, among: known))"
        }
      }
    ] + LookupSettings.schema.rules(at: \.settings),
    examples: [
      """
      type: geocode
      from: example
      provider: google
      address: {street: "{address}", city: "{city}", zip: "{zipcode?}"}
      columns: {lat: latitude, lng: longitude}
      """,
      "type: geocode\nfrom: example\naddress: \"{address}, {city}\"",
    ],
    faults: [
      FaultExample(
        "type: geocode\nfrom: example\naddress: ⟪{address}",
        "YAML reads {address} without quotes as a mapping; write \"{address}\"")
    ])

  package var work: StepWork {
    let lookups = selection.chosen.map { GeocodeLookup(step: self, provider: $0) }
    return .lookup(lookups[0], fallbacks: Array(lookups.dropFirst()))
  }
}

private struct GeocodeLookup: Lookup {
  let step: GeocodeStep
  let kind: String
  let geocoder: any GeocodeProvider
  let api: APIName?
  /// The names of new columns, and for each its place among the provider's fields; nil where this one does not tell it.
  private let chosen: [(name: String, type: ValueType?, place: Int?)]

  init(step: GeocodeStep, provider: NamedComponent<GeocoderFamily>) {
    self.step = step
    kind = provider.kind
    geocoder = provider.value
    api = step.selection.api(for: provider)
    let pairs = step.columns.items.map { ($0.name, $0.value) }
    let fields = provider.value.fields
    let all = step.selection.chosen.flatMap { $0.value.fields }
    chosen = (pairs.isEmpty ? [("latitude", "latitude"), ("longitude", "longitude")] : pairs).map { name, field in
      (name, all.first { $0.name == field }?.type, fields.firstIndex { $0.name == field })
    }
  }

  var provider: String? { kind }
  var inputs: [Template] { step.address.parts }
  var answerColumns: [LookupColumn] { chosen.map { LookupColumn($0.name, type: $0.type) } }
  var keysPerRequest: Int { geocoder.keysPerRequest }
  var settings: LookupSettings { step.settings }

  /// Addresses that differ in case or blanks alone are one.
  func key(_ inputs: [String]) -> LookupKey? {
    let parts = inputs.map { collapsed($0) }
    return parts.allSatisfy(\.isEmpty) ? nil : LookupKey(parts.map { $0.uppercased() })
  }

  func ask(_ keys: [LookupKey], _ context: NodeContext) async throws -> [LookupAnswer] {
    guard let client = try client(context) else { return [] }
    let exchange = try await client.send(try geocoder.request(keys, client), expecting: geocoder.expectation)
    if !exchange.isFound {
      let nothing = LookupAnswer(
        .notFound, cells: chosen.map { _ in .null }, origin: AnswerOrigin(exchange, payload: []))
      return keys.map { _ in nothing }
    }
    let answers = try await context.run.workers.run { [geocoder] in try geocoder.answers(keys, exchange) }
    return answers.map(narrowed)
  }

  var usualAge: AnswerAge { geocoder.defaults.age }

  func client(_ context: NodeContext) throws -> APIClient? { try context.client(api, provider: geocoder.defaults) }

  func memoryScope(_ context: NodeContext) throws -> AnswerScope? {
    guard let client = try client(context) else { return nil }
    return AnswerScope(api: client.name, text: "geocode \(kind) \(client.base?.description ?? "")")
  }

  func recall(_ remembered: RememberedAnswer, of key: LookupKey) throws -> LookupAnswer {
    if remembered.payload.isEmpty { return LookupAnswer(.notFound, cells: chosen.map { _ in .null }) }
    return narrowed(try geocoder.recall(remembered, of: key))
  }

  /// An answer with the cells that the step asks for.
  private func narrowed(_ answer: LookupAnswer) -> LookupAnswer {
    var narrow = answer
    narrow.cells = chosen.map { choice in choice.place.map { answer.cells[$0] } ?? .null }
    return narrow
  }
}
