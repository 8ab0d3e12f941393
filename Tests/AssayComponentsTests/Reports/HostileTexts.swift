import AssayComponents
import AssayDefinition
import AssayEngine
import AssayQuality
import Testing

/// Texts that mean something to whoever reads reports: markup, commands, controls, characters that are none.
enum HostileTexts {
  static let all: [String] =
    [
      "a & b < c > d \" e ' f", "]]>", "<![CDATA[x]]>", "<!--", "-->", "&lt;&#0;", "<script>alert(1)</script>",
      "| a | b |", "\\| \\\\|", "`x`", "```", "``` ```", "[link](https://example.com)", "![i](https://e.com/i.png)",
      "https://example.com www.example.com a@example.com @someone #12", "**bold** _it_ ~~x~~ # head", "- item",
      "::error::x", "\n::set-output name=a::b", "##[error]x", "%0A%25", "a,b:c=d", "line one\nline two\r\nthree\r",
      "tab\there", " ", "", "\u{2028}\u{2029}\u{FEFF}\u{202E}", noCharacters, "😀é",
    ] + (0..<0x20).map { "c\(Character(Unicode.Scalar(UInt8($0))))d" }
    + [0x7F, 0x80, 0x85, 0x9F].map { "c\(Character(Unicode.Scalar(UInt8($0))))d" }

  /// Code points that are no characters, two of which XML forbids.
  private static let noCharacters = String(
    String.UnicodeScalarView([0xFFFE, 0xFFFF, 0xFDD0, 0x1FFFE].compactMap { Unicode.Scalar(UInt32($0)) }))

  /// The report of a kind as the environment switches it on.
  static func report(of kind: String) throws -> any Report {
    try #require(Catalogue.standard.entries(ReportFamily.self).first { $0.kind == kind }).makeDefault()
  }

  /// A failed run in which every text that may come from data, servers or files is hostile.
  static func report(_ text: String) throws -> RunReport {
    var report = Reports.report(.error, 3)
    report.pipeline = text
    report.file = text
    report.messages = [text]
    report.steps = [Reports.step(text, "output", text, status: "failed", rows: 1, error: text)]
    report.steps[0].counters.warnings = [text]
    report.outputs = [RunReport.Output(type: text, target: text, rows: 1, published: false)]
    let row = FailingRow(row: 1, cells: [NamedText(text, text)], key: [NamedText("k", text)])
    let checks = [CheckStatus.failed, .error, .warned, .noData, .passed].map { status in
      Reports.check(
        text, text,
        CheckJudgement(
          status: status, observed: .text(text), expected: text, evaluated: 2, failed: 1, sample: [row]))
    }
    report.datasets = [try Reports.dataset("orders", [(text, ["1", "2"])], checks: checks)]
    return report
  }
}
