internal import AssayEngine
internal import AssayQuality

/// A check's result in the plain words of the terminal's summary, for reports that are texts.
///
/// The words hold no control characters and no line breaks, whatever the data holds.
struct CheckText {
  let dataset: String
  let result: RunReport.CheckResult

  /// Neither colours nor the width of some terminal.
  private static let style = TerminalStyle(width: 100)

  /// `format email`, or the check alone where it is of no column.
  var title: String { Self.safe(result.column.map { "\(result.check) \($0)" } ?? result.check) }

  var status: CheckStatus { result.judgement.status }

  /// `failed`, `warned`, `no data`.
  var word: String { CheckBlock.word(status) }

  /// What was expected, what was found, and the sampled rows.
  var details: [String] {
    let block = CheckBlock(result: result, file: "", style: Self.style, shownRows: 5)
    // The terminal indents them under the check.
    return block.details.map { String($0.dropFirst(4)) }
  }

  /// The check first of which most of the rows fail, and what broke before all: the order for who has little room.
  var rank: (grade: Int, share: Double) {
    let judgement = result.judgement
    let grade =
      switch judgement.status {
      case .error: 0
      case .failed: 1
      case .warned: 2
      case .noData: 3
      case .passed: 4
      }
    return (grade, judgement.evaluated > 0 ? -Double(judgement.failed) / Double(judgement.evaluated) : 0)
  }

  /// The checks of a run that do not hold, worst first; equally bad ones by place in the file.
  static func open(_ report: RunReport) -> [CheckText] {
    let ofDatasets = report.datasets.flatMap { dataset in
      dataset.checks.map { CheckText(dataset: dataset.name, result: $0) }
    }
    let ofPipeline = (report.score?.checks ?? []).map { CheckText(dataset: "the pipeline", result: $0) }
    let all = (ofDatasets + ofPipeline).filter { $0.status != .passed }
    return all.enumerated().sorted { ($0.element.rank, $0.offset) < ($1.element.rank, $1.offset) }
      .map(\.element)
  }

  /// A text on one line, with all that does not print escaped.
  static func safe(_ text: String) -> String { style.safe(text) }
}

private func < (left: ((grade: Int, share: Double), Int), right: ((grade: Int, share: Double), Int)) -> Bool {
  (left.0.grade, left.0.share, left.1) < (right.0.grade, right.0.share, right.1)
}

extension RunReport {
  /// The first sentence of a run that did not come to its end; nil for one that did.
  var ending: String? {
    switch outcome {
    case .error: "the run broke"
    case .partial: "a budget ran out"
    case .interrupted: "the run was interrupted"
    case .passed, .warned, .failed: nil
    }
  }
}
