/// Something that happened in a run: for the terminal, the ledger and whoever follows along.
package enum RunEvent: Sendable {
  case started(RunNode)
  /// A node waits until there is as much of the named resources as it uses.
  case waiting(RunNode, resources: [String])
  /// A node came to its end; the message is why it failed.
  case ended(RunNode, RunSchedule.State, message: String?)
  /// Files and tables are being published.
  case publishing
}
