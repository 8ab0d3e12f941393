package import AssayDefinition
package import AssayEngine

/// Figures of the US Census for zip codes.
package struct CensusStep: Step, Component {
  var api: APIName?
  var zip = Template(parts: [])
  var state: Template?
  var year = 2023
  var columns = Named<String>()
  var notesInto: String?
  var settings = LookupSettings()

  package static let schema = Schema(
    "census", CensusStep(), summary: "Adds figures of the US Census (ACS, 5 years) for zip codes.",
    details: """
      The bureau wants a key: an entry under `apis` with `auth: {type: api_key, in: query, name: key, value: …}`. Zip codes are asked for by
      ZCTA, up to 50 in a request, each once; more than 49 variables take several requests, whose rows are joined by zip code. Of
      `zip + 4` the first five digits count. `STEP_status` is `ok`, `not_found` for a zip code without figures, `error`, or `skipped`; the
      quality of an answer is `complete`, or `partial` where a figure is null. What is remembered belongs to a zip code, a year and the
      set of variables, whatever the columns are called.

      The bureau's marks for missing figures become null, and a warning says how many there were of each: -666666666 where an estimate
      could not be computed, -999999999 where it cannot be displayed, both for too few sample cases; -888888888 where it is not
      applicable or not available; for margins of error -555555555 (the estimate is controlled: no sampling error), -333333333 (the
      median is in an open-ended interval) and -222222222 (too few observations). `notes_into` tells the same row by row.

      Medians at the end of an open-ended interval look exact and are left as they are: a median income of 250001 means 250,000 or more,
      2499 less than 2,500, a median home value of 2000001 means 2,000,000 or more.

      Before 2020 zip codes are told by state: `state` is needed then, as postal letters (`CA`) or FIPS code (`06`), and not looked at
      for later years.
      """,
    keys: [
      Key("api", \.api, "An entry under `apis`: its key and limits, and its address in place of the bureau's."),
      Key("zip", \.zip, required: true, "The zip code."),
      Key("state", \.state, "For years before 2020: the state, as `CA` or `06`."),
      Key("year", \.year, range: 2011...2100, "The survey's last year."),
      Key(
        "columns", \.columns, required: true,
        "New columns: the name here, and the bureau's variable, such as `B01003_001E`."),
      Key(
        "notes_into", \.notesInto, "A further column that says why figures of the row are null, where the bureau does."),
    ] + LookupSettings.schema.keys(at: \.settings),
    rules: [
      Rule("columns") { step in
        if step.columns.items.isEmpty { return "'columns' names no variable" }
        return step.columns.items.first { item in
          item.value.isEmpty || !item.value.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") }
        }.map { "'\($0.value)' is no variable of the Census" }
      },
      Rule("notes_into") { step in
        step.notesInto.flatMap { name in
          step.columns.items.contains { $0.name == name } ? "'columns' has a column '\(name)' already" : nil
        }
      },
      Rule("year") { step in
        step.isByState && step.state == nil
          ? "before 2020 the bureau tells zip codes by state: give 'state' too, such as state: \"{state}\"" : nil
      },
    ] + LookupSettings.schema.rules(at: \.settings),
    examples: [
      "type: census\nfrom: example\nzip: \"{zipcode}\"\nyear: 2023\ncolumns: {population: B01003_001E, median_income: B19013_001E}",
      """
      type: census
      from: example
      zip: "{zipcode}"
      state: "{state}"
      year: 2019
      columns: {median_income: B19013_001E, income_margin: B19013_001M}
      notes_into: census_notes
      """,
    ],
    faults: [
      FaultExample("type: census\nfrom: example\nzip: \"{zipcode}\"\n⟪columns: {}", "'columns' names no variable"),
      FaultExample(
        "type: census\nfrom: example\nzip: \"{zipcode}\"\n⟪year: 2019\ncolumns: {population: B01003_001E}",
        "before 2020 the bureau tells zip codes by state: give 'state' too, such as state: \"{state}\""),
    ])

  /// Whether zip codes are asked for by state.
  var isByState: Bool { year < CensusACS.firstYearWithoutStates }

  package var work: StepWork { .lookup(CensusLookup(step: self)) }
}
