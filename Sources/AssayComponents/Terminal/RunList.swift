internal import AssayFormats
package import AssayStore

/// The runs of a store as a list, with the slots that had none.
package struct RunList: Sendable {
  private let page: RunPage
  private let now: StoreTime

  /// - Parameter now: The moment up to which runs that have not ended have taken.
  package init(_ page: RunPage, now: StoreTime = .now) {
    self.page = page
    self.now = now
  }

  fileprivate enum Entry {
    case run(RunRecord)
    case slot(PassedSlot)

    var moment: StoreTime {
      switch self {
      case .run(let run): run.startedAt
      case .slot(let slot): slot.slot
      }
    }
  }

  /// The newest first: runs by their start, slots without one by their moment.
  private var entries: [Entry] {
    var entries: [Entry] = []
    var slots = page.slots[...]
    for run in page.runs {
      while let slot = slots.first, slot.slot > run.startedAt {
        entries.append(.slot(slot))
        slots = slots.dropFirst()
      }
      entries.append(.run(run))
    }
    return entries + slots.map { .slot($0) }
  }

  /// One JSON object a line for each run, and for each slot without one, whose `id` is null.
  package var jsonLines: String {
    entries.map { entry in
      switch entry {
      case .run(let run): run.ledgerJSON.text + "\n"
      case .slot(let slot): slot.json.text + "\n"
      }
    }.joined()
  }

  /// The list for people.
  package func text(_ style: TerminalStyle) -> String {
    let entries = entries
    if entries.isEmpty { return "no runs\n" }
    var table = TextTable(style: style)
    let titles = ["", "run", "pipeline", "for or since (UTC)", "took", "outcome", "score", "failed", "requests", "by"]
    let rightAligned: Set = [4, 6, 7, 8]
    table.rows = [titles.enumerated().map { .init($1, .faint, right: rightAligned.contains($0)) }]
    table.rows += entries.map { entry in
      switch entry {
      case .run(let run): cells(run, style)
      case .slot(let slot): cells(slot, style)
      }
    }
    let lines = table.lines()
    let free = style.width - (lines.map(\.width).max() ?? 0) - 2
    var text = (lines.first?.text ?? "") + "\n"
    for (entry, line) in zip(entries, lines.dropFirst()) {
      text += line.text
      if let reason = entry.reason.map(style.safe) {
        // A reason stands in the line where that leaves room for it, and below it elsewhere.
        let isBeside = free >= 30
        let room = isBeside ? free : style.width - 4
        let start = isBeside ? String(repeating: " ", count: style.width - free - line.width) : "\n    "
        text += start + style.paint(style.cut(reason, to: room), .faint)
      }
      text += "\n"
    }
    if page.hasMoreSlots { text += "\(style.symbol(.more)) and more slots without a run in this time\n" }
    if page.hasMore, let last = page.runs.last {
      text += "\(style.symbol(.more)) and older runs: --before \(last.id)\n"
    }
    return text
  }

  private func cells(_ run: RunRecord, _ style: TerminalStyle) -> [TextTable.Cell] {
    let state = OutcomeText(run.outcome)
    let end = run.finishedAt ?? now
    let seconds = Double(max(0, end.milliseconds - run.startedAt.milliseconds)) / 1000
    return [
      .init(style.symbol(state.symbol), state.tint), .init(run.id), .init(style.cut(style.safe(run.pipeline), to: 28)),
      .init(run.slot.map { style.safe(shortened($0)) } ?? shortened(run.startedAt.text)),
      .init(NumberText.duration(seconds), .faint, right: true), .init(state.word, state.tint),
      .init(run.score.map { NumberText.short($0) } ?? "", right: true),
      .init(run.failedChecks.flatMap { $0 == 0 ? nil : NumberText.grouped($0) } ?? "", .bad, right: true),
      .init(run.requests.flatMap { $0 == 0 ? nil : NumberText.grouped($0) } ?? "", right: true),
      .init(run.trigger == .manual ? "" : run.trigger.rawValue, .faint),
    ]
  }

  private func cells(_ slot: PassedSlot, _ style: TerminalStyle) -> [TextTable.Cell] {
    let state = OutcomeText(slot.state)
    return [
      .init(style.symbol(state.symbol), state.tint), .init("-", .faint),
      .init(style.cut(style.safe(slot.pipeline), to: 28)), .init(shortened(slot.slot.text)), .init(""),
      .init(style.safe(state.word), state.tint), .init(""), .init(""), .init(""), .init("schedule", .faint),
    ]
  }

  /// `2026-11-24 06:15:00`, or with the offset of its place.
  private func shortened(_ moment: String) -> String {
    let offset = moment.hasSuffix("Z") ? "" : String(moment.dropFirst(19))
    return moment.prefix(19).replacing("T", with: " ") + offset
  }
}

extension RunList.Entry {
  fileprivate var reason: String? {
    switch self {
    case .run(let run): run.reason ?? (run.outcome == "broken" ? "its process died before its end" : nil)
    case .slot(let slot): slot.reason.flatMap { $0.isEmpty ? nil : $0 }
    }
  }
}

/// How an outcome of the ledger is shown.
struct OutcomeText {
  var word: String
  var symbol: Symbol
  var tint: Tint

  /// - Parameter outcome: Of a run or a slot; nil for a run that has not ended.
  init(_ outcome: String?) {
    word = outcome ?? RunFilter.running
    (symbol, tint) =
      switch outcome {
      case nil: (.dot, .strong)
      case "passed": (.good, .good)
      case "warned", "partial", "interrupted": (.caution, .caution)
      case "missed", "skipped": (.nothing, .caution)
      default: (.bad, .bad)
      }
  }
}
