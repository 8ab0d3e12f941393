internal import Synchronization

/// The answers of one look-up step, each key asked for once: whoever comes second waits for the first.
final class AnswerTable: Sendable {
  private enum Slot {
    case asked([CheckedContinuation<LookupAnswer, any Error>])
    case answered(LookupAnswer)
    case failed(any Error)
  }

  private let slots = Mutex<[LookupKey: Slot]>([:])

  /// The keys among these that nobody has asked for: they are the caller's to ask, and to `settle`.
  func claim(_ keys: [LookupKey]) -> [LookupKey] {
    slots.withLock { slots in
      keys.filter { key in
        if slots[key] != nil { return false }
        slots[key] = .asked([])
        return true
      }
    }
  }

  /// Gives a claimed key its answer, or the error that came instead.
  func settle(_ key: LookupKey, _ result: Result<LookupAnswer, any Error>) {
    let waiting = slots.withLock { slots -> [CheckedContinuation<LookupAnswer, any Error>] in
      let before = slots[key]
      switch result {
      case .success(let answer): slots[key] = .answered(answer)
      case .failure(let error): slots[key] = .failed(error)
      }
      if case .asked(let waiting) = before { return waiting }
      return []
    }
    for continuation in waiting { continuation.resume(with: result) }
  }

  /// Gives up those of claimed keys that have not been settled, so that nobody waits for them for ever.
  func abandon(_ keys: [LookupKey], _ error: any Error) {
    let waiting = slots.withLock { slots -> [CheckedContinuation<LookupAnswer, any Error>] in
      keys.flatMap { key -> [CheckedContinuation<LookupAnswer, any Error>] in
        guard case .asked(let waiting) = slots[key] else { return [] }
        slots[key] = .failed(error)
        return waiting
      }
    }
    for continuation in waiting { continuation.resume(throwing: error) }
  }

  /// The answer to a claimed key, once it is there. It is not cancelled: whoever has claimed the key settles it.
  func answer(_ key: LookupKey) async throws -> LookupAnswer {
    try await withCheckedThrowingContinuation { continuation in
      let ready = slots.withLock { slots -> Result<LookupAnswer, any Error>? in
        switch slots[key] {
        case .answered(let answer): return .success(answer)
        case .failed(let error): return .failure(error)
        case .asked(let waiting):
          slots[key] = .asked(waiting + [continuation])
          return nil
        case nil: return .failure(CancellationError())
        }
      }
      if let ready { continuation.resume(with: ready) }
    }
  }
}
