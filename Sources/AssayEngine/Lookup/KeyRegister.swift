internal import AssayQuality
internal import Synchronization

/// The distinct keys of one look-up step over a whole run, each owned by the batch that has it first.
///
/// Memory grows with distinct inputs, not with rows.
final class KeyRegister: Sendable {
  private struct State {
    /// Inputs as the rows have them, so that equal ones share the work of normalising.
    var rows = RowNumbers()
    var places: [LookupKey: AnswerPlace] = [:]
  }

  private let state = Mutex(State())

  /// For each row the place of its answer; and the keys that no earlier batch has, which are this batch's to ask for, in
  /// the order of rows. Batches come in their order.
  /// - Parameter batch: The batch's number: its keys' answers become the segment of that number.
  func enter(_ rows: RowKeys, of batch: Int, _ lookup: any Lookup) -> (places: [AnswerPlace], fresh: [LookupKey]) {
    state.withLock { state in
      var fresh: [LookupKey] = []
      var places = state.places
      state.places = [:]
      let numbers = state.rows.numbers(of: rows.hashes, skipping: rows.skips, skipped: AnswerPlace.skipped.raw) { row in
        guard let key = rows.inputs(row).flatMap(lookup.key) else { return AnswerPlace.skipped.raw }
        if let place = places[key] { return place.raw }
        let place = AnswerPlace(segment: batch, offset: fresh.count)
        places[key] = place
        fresh.append(key)
        return place.raw
      }
      state.places = places
      return (numbers.map { AnswerPlace(raw: $0) }, fresh)
    }
  }
}

/// Where a row's answer is: a segment, and a place within it; or nowhere, for a row that is skipped.
struct AnswerPlace: Sendable, Hashable {
  var raw: Int64

  init(raw: Int64) { self.raw = raw }

  init(segment: Int, offset: Int) { raw = Int64(segment) << 32 | Int64(offset) }

  static let skipped = AnswerPlace(raw: -1)

  var isSkipped: Bool { raw < 0 }
  var segment: Int { Int(raw >> 32) }
  var offset: Int { Int(raw & 0xFFFF_FFFF) }
}
