package import AssayDefinition
package import AssayEngine
package import AssayQuality
internal import AssayStore

/// `enrichment_age`: no answer of a look-up is older than a time.
package struct EnrichmentAgeCheck: Check, Component {
  var step = DatasetName("")
  var max: Graded<Duration>?

  package static let schema = Schema(
    "enrichment_age", EnrichmentAgeCheck(), summary: "No answer that a look-up step used is older than a time.",
    details: "The age of the oldest answer, remembered ones among them, at the end of the run, in days.",
    keys: [
      Key("step", \.step, required: true, "The look-up step."),
      Key("max", \.max, required: true, "The greatest age, or `{warn: 30d, fail: 90d}`."),
    ],
    examples: ["dataset: [{enrichment_age: {step: located, max: 30d}}]"],
    faults: [
      FaultExample(
        "dataset: [{enrichment_age: {step: located, max: ⟪30}}]",
        "expected a duration such as 500ms, 10s, 5m, 2h or 1d, not '30'")
    ])

  package var scope: CheckScope { .dataset }
  package var judgesRows: Bool { false }
  package var lookupStep: DatasetName? { step }

  package func measures(_ place: CheckPlace) -> [Measure] { [] }

  /// The step has to run, whether anything else reads its rows or not.
  package func foreignMeasures(_ place: CheckPlace) -> [(dataset: String, measure: Measure)] {
    [(step.name, .rowCount)]
  }

  package func judge(_ evidence: CheckEvidence, _ place: CheckPlace) -> CheckJudgement {
    let enrichment = evidence.enrichments[step.name]
    let age = enrichment?.oldestAnswer.map { Double(evidence.now.milliseconds - $0.milliseconds) / 86_400_000 }
    let days = age.map { (Swift.max(0, $0) * 100).rounded() / 100 }
    return judgeValue(
      days, "the oldest answer's age in days", ValueThresholds(max: max?.map { $0.seconds / 86_400 }),
      severity: place.common.severity, evaluated: enrichment?.keys ?? 0)
  }
}
