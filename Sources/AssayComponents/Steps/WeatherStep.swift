package import AssayDefinition
package import AssayEngine

/// The weather of places on days that are over.
package struct WeatherStep: Step, Component {
  private static let openMeteo = NamedComponent<WeatherFamily>(kind: OpenMeteo.schema.kind, value: OpenMeteo())

  var selection = ProviderSelection(usual: openMeteo)
  var latitude: Template?
  var longitude: Template?
  var location: Template?
  var date = Template(parts: [])
  var precision = 2
  var units = WeatherUnits.metric
  var columns = Named<String>()
  var settings = LookupSettings()

  package static let schema = Schema(
    "weather", WeatherStep(), summary: "Adds the weather of a place on a day.",
    details: """
      Each distinct place and day is asked for once. Coordinates are rounded to `precision` decimals before, so that rows near each
      other share an answer: 2 decimals are about a kilometre, and the data are no finer. −180 stands for 180 degrees too. Of a `date` with a time
      the day counts that is written in it. Days are those of the place.

      `STEP_status` is `ok`; `not_found` where the provider knows no value of the day, and, without asking, for coordinates and
      dates that are none, and for days that are not over; `error`; or `skipped` where an input is null or empty. A day is over once it is so
      everywhere: at 12:00 UTC of the next day. Until then it would be a forecast, which changes. Latest days may still be corrected by a
      provider: `remember: {found: 1d}` asks for them again.

      What a provider can tell of a day is said with the provider: `assay explain open_meteo`, `assay explain visual_crossing`.
      """,
    keys: ProviderSelection.schema(usual: openMeteo).keys(at: \.selection) + [
      Key("latitude", \.latitude, "The place's latitude in degrees, north positive."),
      Key("longitude", \.longitude, "The place's longitude in degrees, east positive."),
      Key(
        "location", \.location,
        "The place by its name or postal code, in the place of coordinates, for a provider that takes names: `visual_crossing`."
      ),
      Key("date", \.date, required: true, "The day: `2026-11-24`, or a datetime."),
      Key("precision", \.precision, range: 0...6, "Decimals to which coordinates are rounded."),
      Key("units", \.units, "`metric`: °C, mm, km/h, snow in cm; `us`: °F, inches, mph."),
      Key(
        "columns", \.columns, required: true,
        "New columns: the name here, and the provider's, such as `temperature_mean` or `precipitation`."),
    ] + LookupSettings.schema.keys(at: \.settings),
    rules: ProviderSelection.schema(usual: openMeteo).rules(at: \.selection) + [
      Rule("location") { $0.locationFault },
      Rule("latitude", code: .missingKey) { step in
        step.location == nil && (step.latitude == nil || step.longitude == nil)
          ? "the place is missing: give 'latitude' and 'longitude'" : nil
      },
      Rule("columns") { $0.columnsFault },
    ] + LookupSettings.schema.rules(at: \.settings),
    examples: [
      """
      type: weather
      from: example
      latitude: "{lat}"
      longitude: "{lng}"
      date: "{ordered_at}"
      columns: {temp: temperature_mean, rain: precipitation}
      """
    ],
    faults: [
      FaultExample(
        "type: weather\nfrom: example\n⟪location: \"{city}\"\ndate: \"{d}\"\ncolumns: {t: temperature_mean}",
        "'open_meteo' takes no names of places; give 'latitude' and 'longitude'"),
      FaultExample(
        "⟪type: weather\nfrom: example\ndate: \"{d}\"\ncolumns: {t: temperature_mean}",
        "the place is missing: give 'latitude' and 'longitude'"),
      FaultExample(
        "type: weather\nfrom: example\nlatitude: \"{a}\"\nlongitude: \"{b}\"\ndate: \"{d}\"\n⟪columns: {t: temperature_men}",
        "'open_meteo' tells no 'temperature_men'; did you mean 'temperature_mean'?"),
      FaultExample(
        "type: weather\nfrom: example\nproviders: [open_meteo, visual_crossing]\nlatitude: \"{a}\"\nlongitude: \"{b}\"\n"
          + "date: \"{d}\"\n⟪columns: {sky: conditions}",
        "'open_meteo' tells none of the columns"),
    ])

  package var work: StepWork {
    let lookups = selection.chosen.map { WeatherLookup(step: self, provider: $0) }
    return .lookup(lookups[0], fallbacks: Array(lookups.dropFirst()))
  }

  private var locationFault: String? {
    guard location != nil else { return nil }
    if latitude != nil || longitude != nil { return "a place has either coordinates or a 'location'" }
    return selection.chosen.first { !$0.value.takesNames }.map {
      "'\($0.kind)' takes no names of places; give 'latitude' and 'longitude'"
    }
  }

  private var columnsFault: String? {
    if columns.items.isEmpty { return "'columns' names no value" }
    let wanted = columns.items.map(\.value)
    let known = selection.chosen.flatMap { $0.value.fields.map(\.name) }
    if let unknown = wanted.first(where: { !known.contains($0) }) {
      let names = selection.chosen.map { "'\($0.kind)'" }.joined(separator: " or ")
      return "\(names) tells no '\(unknown)'\(suggestion(for: unknown, among: known))"
    }
    let idle = selection.chosen.first { provider in !provider.value.fields.contains { wanted.contains($0.name) } }
    return idle.map { "'\($0.kind)' tells none of the columns" }
  }
}
