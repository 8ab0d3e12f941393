internal import AssayFormats
internal import AssayStore
internal import Synchronization

/// Writes the events of a run into the store while it goes on, so that others can follow it. What has come while a group
/// was being written is the next group: a run never waits for its ledger.
final class EventLedger: Sendable {
  private let waiting = Mutex<[(at: StoreTime, json: String)]>([])
  private let wake: AsyncStream<Void>.Continuation
  private let failure = Mutex<StoreFailure?>(nil)
  private let writer = Mutex<Task<Void, Never>?>(nil)

  /// The version of the events' shape.
  static let version: Int64 = 1

  init(_ store: Store?, run: String) {
    let (signals, wake) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
    self.wake = wake
    guard let store else { return }
    let task = Task { [self] in
      for await _ in signals { await write(to: store, run) }
      await write(to: store, run)
    }
    writer.withLock { $0 = task }
  }

  private func write(to store: Store, _ run: String) async {
    let events = waiting.withLock { waiting in
      defer { waiting = [] }
      return waiting
    }
    if events.isEmpty { return }
    do throws(StoreFailure) {
      try await store.appendEvents(events, to: run)
    } catch {
      failure.withLock { $0 = $0 ?? error }
    }
  }

  func note(_ event: RunEvent, counters: NodeCounters.Values? = nil) {
    var object: JSONObject = ["version": .integer(Self.version)]
    switch event {
    case .started(let node):
      object.set("event", to: .string("started"))
      object.set("node", to: node.json)
    case .ended(let node, let state, let message):
      object.set("event", to: .string("ended"))
      object.set("node", to: node.json)
      object.set("status", to: .string(state.rawValue))
      object.set("error", to: message.map { .string($0) } ?? .null)
      if let counters {
        object.set("rows_in", to: .integer(Int64(counters.rowsIn)))
        object.set("rows_out", to: .integer(Int64(counters.rowsOut)))
      }
    case .waiting(let node, let resources):
      object.set("event", to: .string("waiting"))
      object.set("node", to: node.json)
      object.set("resources", to: .string(resources.joined(separator: ", ")))
    case .publishing: object.set("event", to: .string("publishing"))
    }
    waiting.withLock { $0.append((.now, JSONValue.object(object).text)) }
    wake.yield()
  }

  /// Waits until all events are written; returns why some are not.
  func finish() async -> StoreFailure? {
    wake.finish()
    await writer.withLock { $0 }?.value
    return failure.withLock { $0 }
  }
}

extension RunNode {
  var json: JSONValue {
    .object(["kind": .string(kind.rawValue), "name": .string(name), "type": .string(type)])
  }
}
