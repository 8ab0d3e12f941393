/// Why a node, and with it the run, broke: a message for the user, without secrets.
package struct RunFailure: Error, Sendable, Hashable, CustomStringConvertible {
  package var message: String

  package init(_ message: String) { self.message = message }

  package var description: String { message }
}
