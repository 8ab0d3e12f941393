internal import AssayEngine
internal import AssayQuality

/// A check that does not hold: what was expected, what was found, and in which rows.
struct CheckBlock {
  let result: RunReport.CheckResult
  let file: String
  let style: TerminalStyle

  /// Failing rows that are shown, of those that were sampled.
  var shownRows = 3

  /// A status in words.
  static func word(_ status: CheckStatus) -> String { status == .noData ? "no data" : status.rawValue }

  var lines: [String] { head + details }

  /// The lines below the first: what was expected, what was found, and in which rows.
  var details: [String] {
    let judgement = result.judgement
    let samples = judgement.sample.prefix(shownRows)
    let labels = samples.map { "row \($0.row)" }
    let width = max(8, labels.map(displayWidth).max() ?? 0)
    var lines = entry("expected", judgement.expected, width)
    lines += entry("observed", observed, width)
    if let known = result.baseline { lines += entry("baseline", words(known), width) }
    for (label, row) in zip(labels, samples) {
      lines.append(labelled(label, text(of: row, room: style.textWidth - 6 - width), width))
    }
    let more = max(judgement.failed, judgement.sample.count) - samples.count
    if !samples.isEmpty, more > 0 {
      lines.append(labelled("", "\(style.symbol(.more)) and \(NumberText.grouped(more)) more", width))
    }
    return lines
  }

  /// `✗ failed  not_null email                 customers.yaml:14`.
  private var head: [String] {
    let (symbol, tint): (Symbol, Tint) =
      switch result.judgement.status {
      case .passed: (.good, .good)
      case .warned: (.caution, .caution)
      case .failed, .error: (.bad, .bad)
      case .noData: (.nothing, .caution)
      }
    let mark = "\(style.symbol(symbol)) \(padded(Self.word(result.judgement.status), to: 7))"
    let room = style.textWidth - 4 - displayWidth(mark)
    let check = style.safe(result.check)
    let title = style.cut(result.column.map { "\(check) \(style.safe($0))" } ?? check, to: room)
    let place = result.line > 0 && !file.isEmpty ? "\(style.safe(file)):\(result.line)" : ""
    let line = "  \(style.paint(mark, tint))  \(style.paint(title, .strong))"
    let free = room - displayWidth(title) - displayWidth(place)
    if place.isEmpty { return [line] }
    if free >= 2 { return [line + String(repeating: " ", count: free) + style.paint(place, .faint)] }
    return [line, labelled("at", place, 8)]
  }

  private func labelled(_ label: String, _ text: String, _ width: Int) -> String {
    "    \(style.paint(padded(label, to: width), .faint))  \(text)"
  }

  private func entry(_ label: String, _ text: String, _ width: Int) -> [String] {
    let lines = style.wrap(style.safe(text), width: style.textWidth - 6 - width)
    return lines.prefix(6).enumerated().map { labelled($0 == 0 ? label : "", $1, width) }
  }

  private var observed: String {
    let judgement = result.judgement
    var counts: String?
    if judgement.evaluated > 0 {
      let (failed, evaluated) = (judgement.failed, judgement.evaluated)
      // A query may give more rows than there are.
      let share = failed > evaluated ? "" : " (\(NumberText.percent(failed, of: evaluated)))"
      counts =
        "\(NumberText.grouped(failed)) of \(NumberText.grouped(evaluated)) \(failed == 1 ? "fails" : "fail")\(share)"
    }
    switch judgement.observed {
    case .text(let text): return judgement.failed > 0 ? "\(text); \(counts ?? "")" : text
    case .number(let number):
      guard let counts, judgement.failed > 0 else { return NumberText.short(number) }
      let held = Double(judgement.evaluated - judgement.failed) / Double(judgement.evaluated) * 100
      let failing = Double(judgement.failed) / Double(judgement.evaluated) * 100
      if number == roundedToHundredths(held) { return "\(NumberText.short(number))% hold; \(counts)" }
      // The number is in the counts.
      if number == Double(judgement.failed) || number == roundedToHundredths(failing) { return counts }
      return "\(NumberText.short(number)); \(counts)"
    case nil:
      if judgement.status == .noData { return "nothing to judge: no row has a value that this check looks at" }
      return counts ?? "nothing"
    }
  }

  /// What the baseline says: `known: 12 rows in the baseline`.
  private func words(_ known: BaselineComparison) -> String {
    guard let failed = known.failed else { return "new: the baseline does not have it" }
    let before: String =
      switch known.observed {
      case .number(let number)? where failed == 0: NumberText.short(number)
      case .text(let text)?: text
      default: NumberText.count(failed, "row")
      }
    let keys = known.newKeys.prefix(5).map { key in
      key.map { "\($0.name)=\(plainKey($0.text, "=", 24) ?? value($0.text, limit: 24))" }.joined(separator: " ")
    }
    let more = known.newKeys.count - keys.count
    let new = keys.isEmpty ? "" : "; new: \(keys.joined(separator: ", "))\(more > 0 ? " and \(more) more" : "")"
    return "\(known.verdict.rawValue): \(before) in the baseline\(new)"
  }

  /// `id=7  email: "x"`: the key in short, then the judged cells.
  private func text(of row: FailingRow, room: Int) -> String {
    let key = row.key.filter { entry in !row.cells.contains { $0.name == entry.name } }.prefix(3)
    let parts = key.map { ($0, "=") } + row.cells.prefix(6).map { ($0, ": ") }
    if parts.isEmpty { return "" }
    // One value may take what there is, several share it.
    let share = max(12, (room - 2 * (parts.count - 1)) / parts.count)
    let texts = parts.map { cell, sign in
      let name = style.cut(style.safe(cell.name), to: max(6, share / 2))
      let limit = max(8, share - displayWidth(name) - sign.count)
      return name + sign + (plainKey(cell.text, sign, limit) ?? value(cell.text, limit: limit))
    }
    return style.cut(texts.joined(separator: "  "), to: room)
  }

  /// A key such as `A-17` without quotes, where none are needed to tell what it is.
  private func plainKey(_ text: String?, _ sign: String, _ limit: Int) -> String? {
    guard sign == "=", let text, !text.isEmpty, text != "null", text.utf8.count <= limit else { return nil }
    let isPlain = text.unicodeScalars.allSatisfy { scalar in
      scalar.isASCII && (scalar.properties.isAlphabetic || scalar.properties.numericType != nil)
        || scalar == "-" || scalar == "_" || scalar == "."
    }
    return isPlain ? text : nil
  }

  private func value(_ text: String?, limit: Int) -> String {
    text == Sampling.mask ? Sampling.mask : style.quoted(text, limit: min(limit, 48))
  }
}
