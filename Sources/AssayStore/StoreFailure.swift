/// Why the store, a SQLite file or a staged file could not do what was asked, and what to do about it.
package struct StoreFailure: Error, Sendable, Hashable, CustomStringConvertible {
  /// What kind of failure it is.
  package enum Code: String, Sendable, Hashable {
    /// The file cannot be opened: a missing folder, a folder in its place, no permission.
    case cannotOpen = "store.cannot-open"
    case readOnly = "store.read-only"
    case notADatabase = "store.not-a-database"
    case corrupt = "store.corrupt"
    case diskFull = "store.disk-full"
    case locked = "store.locked"
    /// The store was written by a newer Assay.
    case newerVersion = "store.newer-version"
    /// Another run of the same pipeline is alive.
    case alreadyRunning = "store.already-running"
    /// The slot was decided on by another scheduler.
    case slotTaken = "store.slot-taken"
    /// The run is not, or no longer, known as running.
    case noSuchRun = "store.no-such-run"
    /// A table's name is reserved, belongs to a view, or is otherwise unusable.
    case badTable = "store.bad-table"
    /// Column names that SQLite cannot hold in one table.
    case badColumns = "store.bad-columns"
    /// Rows that the target table does not accept: null or repeated keys, its own constraints.
    case rejectedRows = "store.rejected-rows"
    /// SQL that SQLite refuses, or that is more than one reading statement.
    case badQuery = "store.bad-query"
    case cancelled = "store.cancelled"
    /// Reading or writing failed for another reason.
    case inputOutput = "store.input-output"
  }

  package var code: Code
  /// The file, or the step whose SQL it was.
  package var subject: String
  /// What is wrong, as a sentence without a full stop.
  package var problem: String
  /// What to do about it, as a sentence without a full stop; empty where there is nothing to say.
  package var advice: String

  package init(_ code: Code, _ subject: String, _ problem: String, advice: String = "") {
    self.code = code
    self.subject = subject
    self.problem = problem
    self.advice = advice
  }

  /// `FILE: what is wrong; what to do`.
  package var description: String {
    "\(subject): \(problem)" + (advice.isEmpty ? "" : "; \(advice)")
  }

  /// Whether the same call may succeed a little later.
  package var isTransient: Bool { code == .locked }
}
