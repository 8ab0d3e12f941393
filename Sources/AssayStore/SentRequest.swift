/// A request that an output has sent and that was taken; its body is not kept.
package struct SentRequest: Sendable, Hashable {
  /// What tells it from all others of the runs that go on with each other.
  package var key: String
  /// The output's place in the file, from 1.
  package var output: Int
  package var method: String
  /// With secrets masked.
  package var url: String
  package var status: Int
  /// How many rows it held.
  package var rows: Int
  package var sentAt: StoreTime

  package init(
    key: String, output: Int, method: String, url: String, status: Int, rows: Int, sentAt: StoreTime = .now
  ) {
    self.key = key
    self.output = output
    self.method = method
    self.url = url
    self.status = status
    self.rows = rows
    self.sentAt = sentAt
  }
}
