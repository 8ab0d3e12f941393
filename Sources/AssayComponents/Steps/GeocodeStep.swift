package import AssayDefinition
package import AssayEngine
internal import AssayHTTP

/// Coordinates of addresses.
package struct GeocodeStep: Step, Component {
  private static let google = NamedComponent<GeocoderFamily>(
    kind: GoogleGeocoding.schema.kind, value: GoogleGeocoding())

  var selection = ProviderSelection(usual: google)
  var address = GeocodeAddress()
  var columns = Named<String>()
  var settings = LookupSettings()

  package static let schema = Schema(
    "geocode", GeocodeStep(), summary: "Adds the coordinates of addresses.",
    details: """
      Each distinct address is asked for once. Addresses are the same that differ only in case, in blanks and line ends, in
      commas and semicolons at the ends of a part, and in the last four digits of a `zip` such as `02108-1234`. They are asked
      for in that form: in capitals, with single spaces. Parts keep their places (street, city, state, zip) even where some
      are empty; where all are empty, or one that is not optional is null, the row is `skipped`.

      The column `STEP_status` says what came of each: `ok`, `not_found`, `ambiguous` where several places fit, `error`, or
      `skipped`. Rows and their order stay as they are.

      With `providers`, each is asked only for what those before it have not found, or found ambiguous without a place. A
      column that the answering provider does not tell is null; all tell `latitude`, `longitude` and `matched_address`.
      What a provider can tell, how it asks, and what it holds for ambiguous is said with the provider:
      `assay explain geocoder census`.
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
      },
      // Each fault stands at the key that names the provider.
      Rule("provider") { $0.selection.providers.isEmpty ? $0.refusalOfOwnAddress : nil },
      Rule("providers") { $0.selection.providers.isEmpty ? nil : $0.refusalOfOwnAddress },
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
      """
      type: geocode
      from: example
      providers: [{type: census, batch_size: 500}, google]
      address: {street: "{address}", city: "{city}", state: "{state}", zip: "{zipcode?}"}
      columns: {lat: latitude, lng: longitude, found: matched_address, tract: tract, place: place_id}
      """,
    ],
    faults: [
      FaultExample(
        "type: geocode\nfrom: example\naddress: ⟪{address}",
        "YAML reads {address} without quotes as a mapping; write \"{address}\""),
      FaultExample(
        "type: geocode\nfrom: example\nproviders: [census, google]\naddress: \"{a}\"\n⟪columns: {id: osm_id}",
        "'census' or 'google' tells no 'osm_id'"),
    ])

  package var work: StepWork {
    let lookups = selection.chosen.map { GeocodeLookup(step: self, provider: $0) }
    return .lookup(lookups[0], fallbacks: Array(lookups.dropFirst()))
  }

  /// The new columns, each with the name of its field.
  var wanted: [(name: String, field: String)] {
    columns.items.isEmpty
      ? [("latitude", "latitude"), ("longitude", "longitude")] : columns.items.map { ($0.name, $0.value) }
  }

  /// What is asked of each provider.
  var task: GeocodeTask { GeocodeTask(isInParts: address.isInParts, fields: Set(wanted.map(\.field))) }

  /// Why a provider may not be asked at its own address, which is used where the file names no api for it.
  private var refusalOfOwnAddress: String? {
    selection.chosen.lazy.filter { selection.api(for: $0) == nil }.compactMap { refusal($0, nil) }.first
  }

  package func faults(beside apis: [String: APIDeclaration]) -> [StepFault] {
    selection.chosen.compactMap { provider in
      guard let name = selection.api(for: provider), let api = apis[name.name] else { return nil }
      return refusal(provider, api).map { StepFault(at: name.location, "api '\(name.name)': \($0)") }
    }
  }

  private func refusal(_ provider: NamedComponent<GeocoderFamily>, _ api: APIDeclaration?) -> String? {
    let defaults = provider.value.defaults(for: task)
    // What could not be read has its own fault.
    let rate = api?.rateLimit.flatMap { $0.per > .zero && $0.requests > 0 ? $0 : nil }.map {
      RateLimit(requests: $0.requests, per: $0.per, burst: $0.burst)
    }
    return provider.value.refusal(
      to: try? RequestURL(api?.baseURL ?? defaults.baseURL), rate: rate ?? defaults.rateLimit,
      concurrency: api?.concurrency ?? defaults.concurrency)
  }
}
