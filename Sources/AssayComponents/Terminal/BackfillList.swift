internal import AssayEngine
internal import AssayFormats
package import AssaySchedule
package import AssayStore

/// A moment of a backfill, and what becomes of it.
package struct BackfillItem: Sendable {
  /// What is to be done for a moment.
  package enum Decision: Sendable, Hashable {
    case run
    /// Its newest run broke, and can be gone on with.
    case goOn(with: String)
    /// A run that passed, or one that goes on.
    case skip(run: String, because: String)
  }

  package var moment: ZonedMoment
  package var decision: Decision
  /// The run that was started for it, as it ended.
  package var run: RunRecord?
  /// Its exit code; nil for a moment without one.
  package var exitCode: Int32?
  /// Why it has no run in the ledger, where it should.
  package var problem: String?

  package init(_ moment: ZonedMoment, _ decision: Decision) {
    self.moment = moment
    self.decision = decision
  }

  /// Whether there is anything to do for it.
  package var isWanted: Bool { if case .skip = decision { false } else { true } }

  /// The outcome of its run, or what else became of it.
  var word: String {
    if let run { return run.outcome ?? RunFilter.running }
    if problem != nil { return "refused" }
    switch decision {
    case .skip(_, let reason): return reason
    case .run, .goOn: return "not run"
    }
  }
}

/// The moments of a backfill as a list.
package struct BackfillList {
  private let items: [BackfillItem]

  package init(_ items: [BackfillItem]) { self.items = items }

  /// What would be done, for people.
  package func plan(_ style: TerminalStyle) -> String {
    var table = TextTable(style: style)
    table.rows = items.map { item in
      switch item.decision {
      case .run: [.init(item.moment.text), .init("run", .strong)]
      case .goOn(let run): [.init(item.moment.text), .init("go on with", .strong), .init(style.safe(run))]
      case .skip(let run, let reason):
        [.init(item.moment.text), .init("skip", .faint), .init(style.safe(run), .faint), .init(reason, .faint)]
      }
    }
    return table.lines().map { $0.text + "\n" }.joined() + counts(wanted: "to run") + "\n"
  }

  /// What came of it, for people: a line for each run, and the sums.
  package func summary(_ style: TerminalStyle) -> String {
    var table = TextTable(style: style)
    table.rows = items.filter { $0.isWanted }.map { item in
      let state = OutcomeText(item.run == nil ? "error" : item.run?.outcome)
      return [
        .init(style.symbol(item.word == "not run" ? .nothing : state.symbol), state.tint), .init(item.moment.text),
        .init(style.safe(item.run?.id ?? "-"), .faint), .init(item.word, state.tint),
        .init(item.run.flatMap(seconds).map { NumberText.duration($0) } ?? "", .faint, right: true),
        .init(item.run?.score.map { NumberText.short($0) } ?? "", right: true),
        .init(style.cut(style.safe(item.run?.reason ?? item.problem ?? ""), to: 60), .faint),
      ]
    }
    return table.lines().map { $0.text + "\n" }.joined() + counts(wanted: "run") + "\n"
  }

  /// A run that has ended, as a line without its end.
  package static func line(_ item: BackfillItem, _ style: TerminalStyle) -> String {
    let reason = (item.run?.reason ?? item.problem).map { ": \(style.safe($0))" } ?? ""
    return "\(item.moment.text)  \(item.word)  \(style.safe(item.run?.id ?? "-"))\(reason)"
  }

  /// One JSON object a line for each moment.
  package var jsonLines: String { items.map { $0.json.text + "\n" }.joined() }

  private func counts(wanted word: String) -> String {
    let wanted = items.filter(\.isWanted)
    let begun = wanted.filter { $0.run != nil || $0.problem != nil }
    let count = word == "run" ? begun.count : wanted.count
    var parts = ["\(NumberText.count(items.count, "moment")): \(NumberText.grouped(count)) \(word)"]
    let ended = Dictionary(grouping: begun, by: \.word)
    parts += ended.sorted { $0.key < $1.key }.map { "\(NumberText.grouped($0.value.count)) \($0.key)" }
    if wanted.count > count { parts.append("\(NumberText.grouped(wanted.count - count)) not run") }
    let skipped = items.count - wanted.count
    if skipped > 0 { parts.append("\(NumberText.grouped(skipped)) skipped") }
    return parts.joined(separator: ", ")
  }

  private func seconds(_ run: RunRecord) -> Double? {
    run.finishedAt.map { Double(max(0, $0.milliseconds - run.startedAt.milliseconds)) / 1000 }
  }
}

extension BackfillItem {
  fileprivate var json: JSONValue {
    var object = JSONObject([("at", .string(moment.text))])
    switch decision {
    case .run: object.set("decision", to: .string("run"))
    case .goOn(let run):
      object.set("decision", to: .string("resume"))
      object.set("resumes", to: .string(run))
    case .skip(let run, let reason):
      object.set("decision", to: .string("skip"))
      object.set("reason", to: .string(reason))
      object.set("run", to: .string(run))
    }
    if let exitCode { object.set("exit_code", to: .integer(Int64(exitCode))) }
    if let run {
      object.set("run", to: .string(run.id))
      object.set("outcome", to: .optional(run.outcome))
      object.set("score", to: run.score.map { .decimal($0) } ?? .null)
      object.set("reason", to: .optional(run.reason))
    }
    if let problem { object.set("problem", to: .string(problem)) }
    return .object(object)
  }
}
