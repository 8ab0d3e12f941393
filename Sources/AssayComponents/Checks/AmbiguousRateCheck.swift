package import AssayDefinition
package import AssayEngine
package import AssayQuality

/// `ambiguous_rate`: few keys of a look-up fit several things.
package struct AmbiguousRateCheck: LookupRateCheck, Component {
  package var step = DatasetName("")
  var max: Graded<Amount>?

  package static let schema = Schema(
    "ambiguous_rate", AmbiguousRateCheck(), summary: "Few rows of a look-up step fit several things.",
    details: "The share of the step's rows with the status `ambiguous`, of all rows for which something was asked.",
    keys: [
      Key("step", \.step, required: true, "The look-up step."),
      Key("max", \.max, required: true, "The greatest share (or number) of rows, or `{warn: 1%, fail: 5%}`."),
    ],
    examples: ["dataset: [{ambiguous_rate: {step: located, max: 2%}}]"],
    faults: [
      FaultExample(
        "dataset: [{ambiguous_rate: {step: ⟪locatd, max: 2%}}]",
        "there is no source or step 'locatd'; did you mean 'located'?")
    ])

  package var holding: [LookupStatus] { [.ok, .notFound, .error] }
  package var claim: RowClaim {
    RowClaim("no row of '\(step.name)' is ambiguous", noun: "rows", verb: "are not ambiguous")
  }
  package var thresholds: RowThresholds { RowThresholds(atMost: max) }
}
