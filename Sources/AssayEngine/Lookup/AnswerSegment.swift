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

/// The answers of a batch's rows: the segments that they are in, and for each row which of these, and where in it.
struct RowAnswers: Sendable {
  var segments: [AnswerSegment] = []
  /// Places among `segments`.
  var places: [AnswerPlace] = []

  /// How many rows were not asked for.
  var skippedRows: Int {
    places.count { $0.isSkipped || segments[$0.segment].statuses[$0.offset] == .skipped }
  }
}

/// The answers of a look-up step by the batches that asked for them.
final class AnswerSegments: Sendable {
  private let segments = Mutex<[Int: AnswerSegment]>([:])

  /// Takes over a batch's answers.
  func put(_ segment: AnswerSegment, of batch: Int) { segments.withLock { $0[batch] = segment } }

  /// The answers at places, whose segments are the numbers of batches. Throws `CancellationError` where an earlier batch,
  /// which had the key first, has broken before its answers came. O(places).
  func answers(at places: [AnswerPlace]) throws -> RowAnswers {
    var found = RowAnswers()
    found.places.reserveCapacity(places.count)
    var numbers: [Int: Int] = [:]
    var last = (batch: -1, number: -1)
    for place in places {
      if place.isSkipped {
        found.places.append(place)
        continue
      }
      if place.segment != last.batch {
        if let number = numbers[place.segment] {
          last = (place.segment, number)
        } else {
          guard let segment = segments.withLock({ $0[place.segment] }) else { throw CancellationError() }
          last = (place.segment, found.segments.count)
          numbers[place.segment] = last.number
          found.segments.append(segment)
        }
      }
      found.places.append(AnswerPlace(segment: last.number, offset: place.offset))
    }
    return found
  }
}
