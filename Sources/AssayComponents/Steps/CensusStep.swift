internal import AssayColumns
package import AssayDefinition
package import AssayEngine
internal import AssayHTTP
internal import AssayStore

/// Figures of the US Census for zip codes.
package struct CensusStep: Step, Component {
  var api: APIName?
  var zip = Template(parts: [])
  var year = 2023
  var columns = Named<String>()
  var settings = LookupSettings()

  package static let schema = Schema(
    "census", CensusStep(), summary: "Adds figures of the US Census (ACS, 5 years) for zip codes.",
    details: """
      Zip codes are asked for by ZCTA, up to 50 in a request, each once. The bureau's marks for missing figures (−666666666 and its
      like) become null. `STEP_status` is `ok`, `not_found` for a zip code without figures, `error`, or `skipped`. Of `zip + 4` the
      first five digits count.
      """,
    keys: [
      Key("api", \.api, "An entry under `apis`: its key and limits, and its address in place of the bureau's."),
      Key("zip", \.zip, required: true, "The zip code."),
      Key("year", \.year, range: 2020...2100, "The survey's year."),
      Key(
        "columns", \.columns, required: true,
        "New columns: the name here, and the bureau's variable, such as `B01003_001E`; up to 49."),
    ] + LookupSettings.schema.keys(at: \.settings),
    rules: [
      Rule("columns") { step in
        if step.columns.items.isEmpty { return "'columns' names no variable" }
        if step.columns.items.count > 49 { return "one request holds 49 variables, not \(step.columns.items.count)" }
        return step.columns.items.first { item in
          item.value.isEmpty || !item.value.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") }
        }.map { "'\($0.value)' is no variable of the Census" }
      }
    ] + LookupSettings.schema.rules(at: \.settings),
    examples: [
      "type: census\nfrom: example\nzip: \"{zipcode}\"\nyear: 2023\ncolumns: {population: B01003_001E, median_income: B19013_001E}"
    ],
    faults: [
      FaultExample("type: census\nfrom: example\nzip: \"{zipcode}\"\n⟪columns: {}", "'columns' names no variable")
    ])

  package var work: StepWork { .lookup(CensusLookup(step: self)) }
}

private struct CensusLookup: Lookup {
  let step: CensusStep
  private let survey = CensusACS()

  init(step: CensusStep) { self.step = step }

  var inputs: [Template] { [step.zip] }
  var answerColumns: [LookupColumn] {
    step.columns.items.map { LookupColumn($0.name, type: survey.type(of: $0.value)) }
  }
  var keysPerRequest: Int { survey.zipsPerRequest }
  var settings: LookupSettings { step.settings }

  /// The first five digits. What is no zip code is asked for all the same, and not found, so that nothing is hidden.
  func key(_ inputs: [String]) -> LookupKey? {
    let zip = collapsed(inputs[0])
    if zip.isEmpty { return nil }
    let head = zip.prefix(5)
    let isPlusFour = zip.count > 5 && head.allSatisfy(\.isNumber) && zip.dropFirst(5).first == "-"
    return LookupKey([isPlusFour ? String(head) : zip])
  }

  func ask(_ keys: [LookupKey], _ context: NodeContext) async throws -> [LookupAnswer] {
    let client = try context.client(step.api, provider: survey.defaults)
    return try await survey.figures(
      zips: keys.map { $0.parts[0] }, variables: variables, year: step.year, client, context.run.workers)
  }

  private var variables: [String] { step.columns.items.map(\.value) }
  var usualAge: AnswerAge { survey.defaults.age }

  func client(_ context: NodeContext) throws -> APIClient? { try context.client(step.api, provider: survey.defaults) }

  func memoryScope(_ context: NodeContext) throws -> AnswerScope? {
    let client = try context.client(step.api, provider: survey.defaults)
    return AnswerScope(
      api: client.name,
      text: "census \(client.base?.description ?? "") acs5 \(step.year) \(variables.joined(separator: ","))")
  }

  func recall(_ remembered: RememberedAnswer, of key: LookupKey) throws -> LookupAnswer {
    try survey.recall(remembered, variables: variables)
  }
}
