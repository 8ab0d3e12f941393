internal import AssayColumns
internal import AssayStore
internal import Synchronization

/// The answers to the keys that one batch was the first to have, column by column.
final class AnswerSegment: Sendable {
  /// What is kept of answers beside their own cells.
  enum Extra: Sendable, Hashable {
    case reason
    case provenance(ProvenanceColumn)

    fileprivate func cell(_ answer: LookupAnswer) -> Cell {
      let text: String? =
        switch self {
        case .reason: answer.reason?.text
        case .provenance(.provider): answer.provenance?.provider
        case .provenance(.fetchedAt): answer.provenance?.fetchedAt.text
        case .provenance(.matchQuality): answer.quality
        case .provenance(.answerID): answer.provenance?.id
        }
      return text.map { .text($0) } ?? .null
    }
  }

  /// The cells of answers, and behind them those of the extras.
  let columns: [VariantStorage]
  let statuses: [LookupStatus]

  init(_ answers: [LookupAnswer], width: Int, extras: [Extra]) {
    var columns = [VariantStorage](repeating: VariantStorage(), count: width + extras.count)
    for answer in answers {
      for index in 0..<width { columns[index].append(answer.cells[index]) }
      for (index, extra) in extras.enumerated() { columns[width + index].append(extra.cell(answer)) }
    }
    self.columns = columns
    statuses = answers.map(\.status)
  }

  /// The cells of one answer without its extras.
  func cells(at offset: Int, width: Int) -> [Cell] { (0..<width).map { columns[$0].cell(at: offset) } }
}

/// The answers of a look-up step by the batches that asked for them.
final class AnswerSegments: Sendable {
  private let segments = Mutex<[AnswerSegment?]>([])

  /// All segments that are there; those of batches that have asked for nothing, or not yet, are nil.
  var all: [AnswerSegment?] { segments.withLock { $0 } }

  /// Takes over a batch's answers.
  func put(_ segment: AnswerSegment, of batch: Int) {
    segments.withLock { segments in
      while segments.count <= batch { segments.append(nil) }
      segments[batch] = segment
    }
  }
}
