package import AssayEngine
package import AssayQuality

/// A check that asks one thing of each row: a predicate, and words for it. Most checks are no more than that.
package protocol PredicateCheck: Check {
  var predicate: Predicate { get }
  /// What holds, in words.
  var claim: RowClaim { get }
}

extension PredicateCheck {
  package var scope: CheckScope { .column }
  package var rowReason: String { "expected: \(claim.whole)" }

  private func measure(_ place: CheckPlace) -> Measure {
    .count(
      where: RowTest(predicate, columns: place.column.map { [$0] } ?? [], filter: place.common.filter?.sql))
  }

  package func measures(_ place: CheckPlace) -> [Measure] { [measure(place)] }

  package func judge(_ evidence: CheckEvidence, _ place: CheckPlace) -> CheckJudgement {
    judgeRows(evidence[measure(place)], claim, place.common.thresholds, severity: place.common.severity)
  }
}

extension CheckCommon {
  /// `at_least` and `at_most` together.
  package var thresholds: RowThresholds { RowThresholds(atLeast: atLeast, atMost: atMost) }
}
