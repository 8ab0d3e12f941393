package import AssayDefinition
internal import AssayEngine

/// The `api` of a step that asks providers: one entry under `apis`, or one for each of several providers.
package struct ProviderAPIs: ConfigValue {
  /// For the one provider that the step asks.
  var single: APIName?
  /// By the providers' kinds.
  var byProvider = Named<APIName>()

  package static var shape: Shape { .either([APIName.shape, Named<APIName>.shape]) }

  package static func decode(_ node: YAMLNode, _ context: Decoding) -> ProviderAPIs? {
    if node.pairs != nil {
      return Named<APIName>.decode(node, context).map { ProviderAPIs(byProvider: $0) }
    }
    return APIName.decode(node, context).map { ProviderAPIs(single: $0) }
  }

  package static func display(_ value: ProviderAPIs) -> String? { nil }

  /// The entry that requests to a provider go through; nil for the provider's own address without credentials.
  func name(for provider: String) -> APIName? {
    single ?? byProvider.items.first { $0.name == provider }?.value
  }
}

/// Which providers a step asks, and through which entries under `apis`: the keys `provider`, `providers` and `api`.
package struct ProviderSelection<Family: ComponentFamily & SendableMetatype>: Sendable where Family.Product: Sendable {
  /// The provider of a file that names none.
  private let usual: NamedComponent<Family>
  var provider: NamedComponent<Family>?
  var providers: [NamedComponent<Family>] = []
  var apis = ProviderAPIs()

  init(usual: NamedComponent<Family>) { self.usual = usual }

  /// The providers in the order in which they are asked: each is asked only for what those before it have not found.
  var chosen: [NamedComponent<Family>] { providers.isEmpty ? [provider ?? usual] : providers }

  /// The entry that requests to a provider go through.
  func api(for provider: NamedComponent<Family>) -> APIName? { apis.name(for: provider.kind) }

  /// The keys and their rules.
  /// - Parameter usual: The provider of a file that names none.
  static func schema(usual: NamedComponent<Family>) -> Schema<ProviderSelection> {
    Schema(
      "providers", ProviderSelection(usual: usual), summary: "Which providers are asked.",
      keys: [
        Key("provider", \.provider, shown: usual.kind, "Who is asked: a name, or `{type: NAME, …}` with its keys."),
        Key(
          "providers", \.providers,
          "Several, in the place of `provider`: each is asked only for what those before it have not found."),
        Key(
          "api", \.apis,
          "An entry under `apis`: its auth and limits, and its address in place of the provider's. With `providers`, one for each that needs it: `{google: my_google}`."
        ),
      ],
      rules: [
        Rule("provider") { selection in
          selection.provider != nil && !selection.providers.isEmpty
            ? "'provider' and 'providers' exclude each other" : nil
        },
        Rule("providers") { selection in
          let kinds = selection.providers.map(\.kind)
          return kinds.indices.first { kinds[..<$0].contains(kinds[$0]) }.map { "'\(kinds[$0])' is named twice" }
        },
        Rule("api") { selection in
          let kinds = selection.chosen.map(\.kind)
          if selection.apis.single != nil, kinds.count > 1 {
            return "with several providers, 'api' says which is whose: {\(kinds[0]): NAME}"
          }
          let unknown = selection.apis.byProvider.items.first { !kinds.contains($0.name) }
          return unknown.map { "the step asks no '\($0.name)'\(suggestion(for: $0.name, among: kinds))" }
        },
      ])
  }
}
