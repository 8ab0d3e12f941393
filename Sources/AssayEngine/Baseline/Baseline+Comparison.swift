internal import AssayHTTP
package import AssayQuality

/// What a baseline says of a check's result.
package struct BaselineComparison: Sendable, Hashable {
  package enum Verdict: String, Sendable, Hashable, CaseIterable {
    /// The failure is in the baseline, and no worse than there: it does not fail the gate.
    case known
    /// The failure is in the baseline, and was less there.
    case worse
    /// The check held when the baseline was taken, or was not there.
    case new
    /// The check holds, and did not when the baseline was taken.
    case fixed
  }

  package var verdict: Verdict
  /// What the baseline has of the check; nil where it has nothing.
  package var failed: Int?
  package var observed: CheckJudgement.Observed?
  /// Keys of rows that fail and are not in the baseline, sorted; empty where keys do not tell.
  package var newKeys: [[NamedText]] = []
}

extension Baseline {
  /// The results with the baseline's verdicts; what it knows fails no more, but warns.
  func applied(to results: [DatasetGrading.Result], mask: SecretMask) -> [DatasetGrading.Result] {
    results.map { result in
      var result = result
      result.dataset.checks = applied(to: result.dataset.checks, of: result.dataset.name, mask: mask)
      return result
    }
  }

  /// The same for the checks of one dataset.
  func applied(
    to checks: [RunReport.CheckResult], of dataset: String, mask: SecretMask
  ) -> [RunReport.CheckResult] {
    let known = Dictionary(entries.map { (Identity($0), $0) }) { first, _ in first }
    return zip(checks, Self.numbers(of: checks)).map { check, number in
      var check = check
      let identity = Identity(dataset: dataset, check: check.check, column: check.column, number: number)
      check.baseline = check.compared(to: known[identity], mask)
      if check.baseline?.verdict == .known, [.failed, .error].contains(check.judgement.status) {
        check.judgement.status = .warned
      }
      return check
    }
  }

  /// What a whole run says of the baseline itself: the failures in it that are gone, so that it can be written anew.
  func note(on report: RunReport) -> String? {
    var fixed: [String] = []
    var fewer: [String] = []
    var seen: Set<Identity> = []
    for (dataset, checks) in report.checksByDataset {
      for (check, number) in zip(checks, Self.numbers(of: checks)) {
        let identity = Identity(dataset: dataset, check: check.check, column: check.column, number: number)
        seen.insert(identity)
        let failed = check.judgement.failed
        switch check.baseline?.verdict {
        case .fixed: fixed.append(identity.title)
        case .known where (check.baseline?.failed ?? 0) > failed:
          fewer.append("\(identity.title) (\(failed) of \(check.baseline?.failed ?? 0) rows)")
        default: break
        }
      }
    }
    let gone = entries.filter { !seen.contains(Identity($0)) }.map(\.title)
    let parts = [("holds now", fixed), ("fails in fewer rows", fewer), ("is no check any more", gone)].compactMap {
      words, titles -> String? in
      if titles.isEmpty { return nil }
      let shown = titles.prefix(5).joined(separator: ", ")
      return "\(words): \(shown)" + (titles.count > 5 ? " and \(titles.count - 5) more" : "")
    }
    if parts.isEmpty { return nil }
    return "the baseline can be tightened: \(parts.joined(separator: "; ")); 'assay baseline' writes it anew"
  }

  /// Which check it is.
  private struct Identity: Hashable {
    var dataset: String
    var check: String
    var column: String?
    var number: Int

    init(dataset: String, check: String, column: String?, number: Int) {
      self.dataset = dataset
      self.check = check
      self.column = column
      self.number = number
    }

    init(_ entry: Entry) {
      self.init(dataset: entry.dataset, check: entry.check, column: entry.column, number: entry.number)
    }

    var title: String {
      Entry(
        dataset: dataset, check: check, column: column, number: number, status: .passed, observed: nil, failed: 0,
        keys: nil
      ).title
    }
  }
}

extension RunReport.CheckResult {
  /// What a baseline's entry for the check, if there is one, says of it; nil where there is nothing to say.
  fileprivate func compared(to entry: Baseline.Entry?, _ mask: SecretMask) -> BaselineComparison? {
    guard let entry else { return judgement.status == .passed ? nil : BaselineComparison(verdict: .new) }
    var comparison = BaselineComparison(verdict: .known, failed: entry.failed, observed: entry.observed)
    if judgement.status == .passed {
      // What had nothing to judge was no failure.
      if entry.status == .noData { return nil }
      comparison.verdict = .fixed
      return comparison
    }
    if let keys = entry.keys, let failingKeys {
      let before = Set(keys)
      let now = failingKeys.map { $0.map { NamedText($0.name, $0.text.map { mask.apply(to: $0) }) } }
      comparison.newKeys = Baseline.sorted(now.filter { !before.contains($0) })
    }
    if !comparison.newKeys.isEmpty || !isNoWorse(than: entry, mask) { comparison.verdict = .worse }
    return comparison
  }

  private func isNoWorse(than entry: Baseline.Entry, _ mask: SecretMask) -> Bool {
    if judgement.status == .noData || entry.status == .noData { return judgement.status == entry.status }
    if judgement.failed > 0, entry.failed > 0 { return judgement.failed <= entry.failed }
    switch (judgement.observed, entry.observed) {
    case (.number(let now)?, .number(let before)?) where judgement.failed == 0 && entry.failed == 0:
      guard let bounds = judgement.bounds else { return now == before }
      return bounds.distance(to: now) <= bounds.distance(to: before)
    // A private value is not in the file, so that nothing says that it is no worse.
    case (.text(Sampling.mask)?, _): return false
    case (.text(let now)?, .text(let before)?): return mask.apply(to: now) == before
    default: return false
    }
  }
}
