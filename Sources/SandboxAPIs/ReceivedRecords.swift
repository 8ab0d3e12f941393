import Synchronization

/// A record as the CRM keeps it.
package struct ReceivedRecord: Sendable, Equatable {
  /// The `id` that it was sent with, as text.
  package var id: String
  /// The record as compact JSON, members sorted by name.
  package var json: String
  /// How often it was created or changed.
  package var writes: Int

  package init(id: String, json: String, writes: Int) {
    self.id = id
    self.json = json
    self.writes = writes
  }
}

/// The records that one sandbox was sent, and the idempotency keys under which they came.
final class ReceivedRecords: Sendable {
  private struct State {
    var records: [(id: String, value: JSONText, writes: Int)] = []
    var places: [String: Int] = [:]
    var keys: [String: Int] = [:]
    /// What was answered under each key, and to what.
    var answers: [String: (request: String, answer: Answer)] = [:]
  }

  private let state = Mutex(State())

  /// In the order in which they first came; those that were deleted are gone.
  var all: [ReceivedRecord] {
    state.withLock { state in
      state.records.filter { state.places[$0.id] != nil }.map {
        ReceivedRecord(id: $0.id, json: $0.value.text, writes: $0.writes)
      }
    }
  }

  /// How often each key came.
  var keyCounts: [String: Int] { state.withLock { $0.keys } }

  /// Does a request once: one that comes again under its key is answered as before.
  func once(_ request: SandboxRequest, _ body: (inout Records) throws(Refusal) -> Answer) -> Answer {
    state.withLock { state in
      let key = request.header("idempotency-key")
      let shown = "\(request.method) \(request.target) \(request.body)"
      if let key {
        state.keys[key, default: 0] += 1
        if let known = state.answers[key] {
          return known.request == shown
            ? known.answer : .error(422, "key_reused", "the key was used for another request")
        }
      }
      var records = Records(records: state.records, places: state.places)
      let answer: Answer
      do throws(Refusal) {
        answer = try body(&records)
        state.records = records.records
        state.places = records.places
      } catch {
        // What was refused left nothing behind, and may be sent again.
        return error.answer
      }
      if let key { state.answers[key] = (shown, answer) }
      return answer
    }
  }

  /// The records while a request is done.
  struct Records {
    fileprivate var records: [(id: String, value: JSONText, writes: Int)]
    fileprivate var places: [String: Int]

    subscript(id: String) -> JSONText? { places[id].map { records[$0].value } }

    mutating func write(_ id: String, _ value: JSONText) {
      if let place = places[id] {
        records[place].value = value
        records[place].writes += 1
      } else {
        places[id] = records.count
        records.append((id, value, 1))
      }
    }

    mutating func delete(_ id: String) { places[id] = nil }
  }
}
