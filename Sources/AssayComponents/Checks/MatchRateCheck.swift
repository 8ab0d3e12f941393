package import AssayDefinition
package import AssayEngine
package import AssayQuality

/// `match_rate`: a look-up found what it was asked for.
package struct MatchRateCheck: LookupRateCheck, Component {
  package var step = DatasetName("")
  var min: Graded<Amount>?
  var countsAmbiguous = false

  package static let schema = Schema(
    "match_rate", MatchRateCheck(), summary: "A look-up step found enough of what it was asked for.",
    details: """
      The share of the step's rows with the status `ok`, of all rows for which something was asked: those with an empty key, or
      left out since a budget was used up, do not count.
      """,
    keys: [
      Key("step", \.step, required: true, "The look-up step."),
      Key("min", \.min, required: true, "The least share (or number) of rows, or `{warn: 99%, fail: 95%}`."),
      Key("count_ambiguous", \.countsAmbiguous, "Whether rows with the status `ambiguous` count as found."),
    ],
    examples: [
      "dataset: [{match_rate: {step: located, min: 95%}}]",
      "dataset: [{match_rate: {step: located, min: {warn: 99%, fail: 90%}, count_ambiguous: true}}]",
    ],
    faults: [
      FaultExample(
        "dataset: [{match_rate: {step: ⟪example, min: 95%}}]", "'example' looks nothing up; known here: located"),
      FaultExample(
        "dataset: [{match_rate: ⟪{step: located}}]", "check 'match_rate' in checks of 'example' needs 'min'"),
    ])

  package var holding: [LookupStatus] { countsAmbiguous ? [.ok, .ambiguous] : [.ok] }
  package var claim: RowClaim { RowClaim("every row is found by '\(step.name)'", noun: "rows", verb: "are found") }
  package var thresholds: RowThresholds { RowThresholds(atLeast: min) }
}
