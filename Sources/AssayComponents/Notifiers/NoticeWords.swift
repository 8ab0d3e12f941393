internal import AssayEngine
internal import AssayFormats

/// A notice in plain words, for people.
struct NoticeWords {
  let notice: Notice

  /// The most checks that are told one by one.
  static let shownChecks = 20
  /// The most messages of the run that are told.
  static let shownMessages = 10

  init(_ notice: Notice) { self.notice = notice }

  /// `orders failed`, `orders recovered`, `orders missed its run of 2026-11-24T06:00:00Z`.
  var title: String {
    if notice.isTest { return "\(notice.pipeline): a test of its notifications" }
    let name = notice.pipeline
    switch notice.event {
    case .failure:
      switch notice.outcome {
      case Outcome.failed.rawValue, Outcome.warned.rawValue: return "\(name) failed its checks"
      case Outcome.partial.rawValue: return "\(name) ran out of its budget"
      case "broken": return "\(name) died"
      default: return "\(name) broke"
      }
    case .recovery: return "\(name) is good again"
    case .warning:
      return notice.outcome == Outcome.failed.rawValue
        ? "\(name) was let through, though checks failed" : "\(name) passed with warnings"
    case .success: return notice.outcome == Outcome.warned.rawValue ? "\(name) passed with warnings" : "\(name) passed"
    case .missed:
      let slot = notice.slot.map { $0.isEmpty ? "" : $0 } ?? ""
      if let count = notice.missedSlots, count > 1 {
        return "\(name) missed \(NumberText.grouped(count)) runs\(slot.isEmpty ? "" : ", the last at \(slot)")"
      }
      return "\(name) missed its run\(slot.isEmpty ? "" : " of \(slot)")"
    }
  }

  /// Why, in a line; nil where all is well. What only warns has no reason of its own: the first of them is told.
  var reason: String? {
    notice.reason.map { CheckText.safe($0) } ?? (notice.event == .warning ? reasons.first : nil)
  }

  /// Why, each thing in a line: what broke, then the checks that do not hold.
  var reasons: [String] {
    var lines = notice.messages.prefix(Self.shownMessages).map { CheckText.safe($0) }
    let more = notice.messages.count - lines.count
    if more > 0 { lines.append("and \(NumberText.count(more, "more message"))") }
    lines += notice.checks.prefix(Self.shownChecks).map(line)
    let others = notice.checks.count - Self.shownChecks
    if others > 0 {
      lines.append("and \(NumberText.count(others, "more check")) that \(others == 1 ? "does" : "do") not hold")
    }
    if lines.isEmpty, let reason = notice.reason { lines.append(CheckText.safe(reason)) }
    return lines
  }

  /// `customers: not_null email`, for each check that does not hold and is told.
  var checkNames: [String] { notice.checks.prefix(Self.shownChecks).map(name) }

  private func name(_ check: Notice.Check) -> String {
    let title = check.column.map { "\(check.check) \($0)" } ?? check.check
    return CheckText.safe(check.dataset.isEmpty ? "the pipeline: \(title)" : "\(check.dataset): \(title)")
  }

  /// `failed customers: not_null email; expected: no value is null; observed: 3 of 200 fail (1.5%)`.
  private func line(_ check: Notice.Check) -> String {
    let word = check.status == "no_data" ? "no data" : check.status
    var text = "\(word) \(name(check)); expected: \(CheckText.safe(check.expected))"
    if let found = observed(check) { text += "; observed: \(CheckText.safe(found))" }
    return text
  }

  private func observed(_ check: Notice.Check) -> String? {
    var counts: String?
    if check.evaluated > 0, check.failed > 0 {
      let (failed, evaluated) = (check.failed, check.evaluated)
      let share = failed > evaluated ? "" : " (\(NumberText.percent(failed, of: evaluated)))"
      counts =
        "\(NumberText.grouped(failed)) of \(NumberText.grouped(evaluated)) \(failed == 1 ? "fails" : "fail")\(share)"
    }
    switch check.observed {
    case .string(let text): return counts.map { "\(text); \($0)" } ?? text
    case .decimal(let number): return numbers(number, counts, check)
    case .integer(let number): return numbers(Double(number), counts, check)
    default: return counts
    }
  }

  /// A number with the counts of rows, unless it is one of them.
  private func numbers(_ number: Double, _ counts: String?, _ check: Notice.Check) -> String {
    guard let counts else { return NumberText.short(number) }
    let share = Double(check.failed) / Double(check.evaluated) * 100
    let isCounted = number == Double(check.failed) || abs(number - share) < 0.005 || abs(number - (100 - share)) < 0.005
    return isCounted ? counts : "\(NumberText.short(number)); \(counts)"
  }

  /// Name and value of what else is to be known, in order; what a notice does not have is left out.
  var facts: [(name: String, value: String)] {
    var facts: [(name: String, value: String)] = []
    func add(_ name: String, _ value: String?) {
      if let value, !value.isEmpty { facts.append((name, CheckText.safe(value))) }
    }
    if notice.outcome != nil, notice.checkCount > 0 {
      let (failed, warned) = (notice.failedChecks.count, notice.warnedChecks.count)
      let passed = notice.checkCount - failed - warned
      add(
        "checks",
        [(failed, "failed"), (warned, "warned"), (passed, "passed")].filter { $0.0 > 0 }
          .map { "\(NumberText.grouped($0.0)) \($0.1)" }.joined(separator: ", "))
    }
    add("score", notice.score.map { NumberText.short($0) })
    add("slot", notice.event == .missed ? nil : notice.slot)
    add("started", notice.startedAt)
    add("took", notice.durationSeconds.map { NumberText.duration($0) })
    add("host", notice.host)
    add("run", notice.runID)
    add("report", notice.report)
    add("link", notice.url.flatMap { $0.hasPrefix("file://") ? nil : $0 })
    add("more", notice.command)
    return facts
  }

  /// `3 earlier messages about failures were held back`; nil where none was.
  var heldBack: String? {
    guard notice.suppressed > 0 else { return nil }
    let noun =
      notice.event == .recovery || notice.event == .failure ? "message about a failure" : "message of this kind"
    let plural =
      notice.event == .recovery || notice.event == .failure ? "messages about failures" : "messages of this kind"
    return
      "\(NumberText.count(notice.suppressed, noun, plural: plural)) \(notice.suppressed == 1 ? "was" : "were") held back"
  }

  /// All of it: the title, the reasons, and what else is to be known.
  var text: String {
    var lines = [title]
    lines += reasons.map { "- \($0)" }
    if let heldBack { lines.append(heldBack) }
    lines += facts.map { "\($0.name): \($0.value)" }
    return lines.joined(separator: "\n")
  }
}
