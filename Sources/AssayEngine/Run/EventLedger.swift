internal import AssayFormats
internal import AssayStore

/// Writes the events of a run into the store while it goes on, so that others can follow it. Events are grouped: a run
/// never waits for its ledger.
struct EventLedger: Sendable {
  private let feed: AsyncStream<(at: StoreTime, json: String)>.Continuation
  private let writer: Task<Void, Never>

  /// The version of the events' shape.
  static let version: Int64 = 1

  init(_ store: Store?, run: String) {
    let (events, feed) = AsyncStream.makeStream(of: (at: StoreTime, json: String).self)
    self.feed = feed
    writer = Task {
      guard let store else { return }
      for await event in events { try? await store.appendEvents([event], to: run) }
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
    case .publishing: object.set("event", to: .string("publishing"))
    }
    feed.yield((.now, JSONValue.object(object).text))
  }

  /// Waits until all events are written.
  func finish() async {
    feed.finish()
    await writer.value
  }
}

extension RunNode {
  var json: JSONValue {
    .object(["kind": .string(kind.rawValue), "name": .string(name), "type": .string(type)])
  }
}
