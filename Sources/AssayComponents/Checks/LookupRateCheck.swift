internal import AssayDefinition
package import AssayEngine
package import AssayQuality

/// A check of the share of a look-up step's rows that have one of some statuses.
///
/// It judges the rows as the step makes them, whatever later steps do with them. Rows for which nothing was asked
/// (`skipped`) are not evaluated.
package protocol LookupRateCheck: Check {
  var step: DatasetName { get }
  /// The statuses of rows that hold.
  var holding: [LookupStatus] { get }
  /// What holds, in words.
  var claim: RowClaim { get }
  var thresholds: RowThresholds { get }
}

extension LookupRateCheck {
  package var scope: CheckScope { .dataset }
  package var lookupStep: DatasetName? { step }
  package var rowReason: String { "expected: \(claim.whole)" }

  private func holds(_ place: CheckPlace) -> Measure { test(holding + [.skipped], place) }
  private func isSkipped(_ place: CheckPlace) -> Measure { test([.skipped], place) }

  private func test(_ statuses: [LookupStatus], _ place: CheckPlace) -> Measure {
    .count(
      where: RowTest(
        .accepted(statuses.map(\.rawValue)), columns: ["\(step.name)_status"], filter: place.common.filter?.sql))
  }

  package func measures(_ place: CheckPlace) -> [Measure] { [] }

  package func foreignMeasures(_ place: CheckPlace) -> [(dataset: String, measure: Measure)] {
    [(step.name, holds(place)), (step.name, isSkipped(place))]
  }

  package func failingRows(_ place: CheckPlace) -> [(dataset: String?, measure: Measure)] {
    [(step.name, holds(place))]
  }

  package func judge(_ evidence: CheckEvidence, _ place: CheckPlace) -> CheckJudgement {
    let rows = evidence.others[step.name]
    var found = rows?[holds(place)]
    if case .rows(var held)? = found, case .rows(let skipped)? = rows?[isSkipped(place)] {
      held.evaluated -= skipped.evaluated - skipped.failed
      found = .rows(held)
    }
    return judgeRows(found, claim, thresholds, severity: place.common.severity)
  }
}
