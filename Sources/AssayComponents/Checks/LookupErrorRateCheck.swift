package import AssayDefinition
package import AssayEngine
package import AssayQuality

/// `lookup_error_rate`: few look-ups broke.
package struct LookupErrorRateCheck: LookupRateCheck, Component {
  package var step = DatasetName("")
  var max: Graded<Amount>?

  package static let schema = Schema(
    "lookup_error_rate", LookupErrorRateCheck(), summary: "Few rows of a look-up step have no answer because it broke.",
    details: """
      The share of the step's rows with the status `error`, of all rows for which something was asked. It needs
      `on_error: null` in the step; `max_errors` there ends the run instead.
      """,
    keys: [
      Key("step", \.step, required: true, "The look-up step."),
      Key("max", \.max, required: true, "The greatest share (or number) of rows, or `{warn: 0, fail: 1%}`."),
    ],
    examples: ["dataset: [{lookup_error_rate: {step: located, max: 1%}}]"],
    faults: [
      FaultExample(
        "dataset: [{lookup_error_rate: {step: located, max: ⟪1.5}}]",
        "expected a share from 0% to 100%, or a count of rows, not '1.5'")
    ])

  package var holding: [LookupStatus] { [.ok, .notFound, .ambiguous] }
  package var claim: RowClaim { RowClaim("no look-up of '\(step.name)' breaks", noun: "rows", verb: "have an answer") }
  package var thresholds: RowThresholds { RowThresholds(atMost: max) }
}
