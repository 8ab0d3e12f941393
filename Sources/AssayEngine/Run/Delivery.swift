internal import Synchronization

/// Rows that an output has staged to hand them to others, which cannot be taken back.
///
/// They are delivered once the gate has decided and what else the run publishes has been tried, and before it is
/// published: a delivery that breaks leaves everything else as it was.
package protocol Delivery: Sendable {
  /// How many rows are to be delivered.
  var rowCount: Int { get }
  /// How many requests that takes, at the most.
  var requestCount: Int { get }
  /// Delivers all rows that no earlier run has delivered, and notes what became of them in the context's progress.
  ///
  /// Throws what broke for good; what was delivered by then is remembered. Cancelled, it begins nothing new.
  func deliver(_ context: DeliveryContext) async throws
}

/// What a delivery needs of its run.
package struct DeliveryContext: Sendable {
  package let node: NodeContext
  /// The output's place in the file, from 1.
  package let number: Int
  /// What was delivered, by this run and by those that it goes on with.
  package let book: SentBook
  package let progress: DeliveryProgress

  package init(node: NodeContext, number: Int, book: SentBook, progress: DeliveryProgress) {
    self.node = node
    self.number = number
    self.book = book
    self.progress = progress
  }
}

/// A row that whom it was for refused, or that could not be sent at all, and that was left out.
package struct LeftOutRow: Sendable, Hashable {
  /// The row within its dataset, from 1.
  package var row: Int
  /// The cells that say whose row it is.
  package var key: [LeftOutCell]
  /// Masked.
  package var reason: String

  package init(row: Int, key: [LeftOutCell], reason: String) {
    self.row = row
    self.key = key
    self.reason = reason
  }
}

/// A column's name and text.
package struct LeftOutCell: Sendable, Hashable {
  package var name: String
  /// Nil for null.
  package var text: String?

  package init(name: String, text: String?) {
    self.name = name
    self.text = text
  }
}

/// How far a delivery has come.
package final class DeliveryProgress: Sendable {
  package struct Values: Sendable {
    /// Requests that were taken, those of earlier runs among them.
    package var requests = 0
    /// Rows in them.
    package var rows = 0
    /// Requests that earlier runs have sent.
    package var earlier = 0
    package var leftOut: [LeftOutRow] = []
  }

  private let state = Mutex(Values())

  package init() {}

  package var values: Values { state.withLock { $0 } }

  /// Notes a request that was taken, now or by an earlier run.
  package func noteSent(rows: Int, isEarlier: Bool = false) {
    state.withLock { values in
      values.requests += 1
      values.rows += rows
      if isEarlier { values.earlier += 1 }
    }
  }

  /// Notes rows that are left out.
  package func noteLeftOut(_ rows: [LeftOutRow]) { state.withLock { $0.leftOut += rows } }
}
