internal import AssayEngine
internal import AssayQuality

/// The checks of a dataset, or of the pipeline's score: those that do not hold in full, the gravest first.
struct CheckList {
  let checks: [RunReport.CheckResult]
  let file: String
  let style: TerminalStyle

  /// Checks that are told in full; the rest is counted.
  private static let shownChecks = 20

  init(_ checks: [RunReport.CheckResult], file: String, style: TerminalStyle) {
    self.checks = checks
    self.file = file
    self.style = style
  }

  var lines: [String] {
    let order: [CheckStatus] = [.failed, .error, .warned, .noData]
    let open = order.flatMap { status in checks.filter { $0.judgement.status == status } }
    var lines = open.prefix(Self.shownChecks).flatMap { CheckBlock(result: $0, file: file, style: style).lines }
    let rest = open.dropFirst(Self.shownChecks)
    if !rest.isEmpty {
      let counts = order.compactMap { status -> String? in
        let count = rest.count { $0.judgement.status == status }
        return count == 0 ? nil : "\(NumberText.grouped(count)) \(CheckBlock.word(status))"
      }
      let more = NumberText.count(rest.count, "more check")
      lines.append("  \(style.symbol(.more)) and \(more): \(counts.joined(separator: ", "))")
    }
    let passed = checks.filter { $0.judgement.status == .passed }
    if !passed.isEmpty {
      lines.append(
        "  " + style.paint("\(style.symbol(.good)) \(NumberText.count(passed.count, "check")) passed", .good))
    }
    let young = passed.filter(\.judgement.lacksHistory)
    if !young.isEmpty {
      let names = young.prefix(6).map { [$0.check, $0.column].compactMap(\.self).joined(separator: " ") }
      let more = young.count > names.count ? ", …" : ""
      lines += style.paragraph(
        "too little history yet to judge \(names.joined(separator: ", "))\(more)", mark: style.symbol(.dot), indent: 2)
    }
    return lines
  }
}
