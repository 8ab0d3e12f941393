package import AssayHTTP
internal import Synchronization

/// What a node has done so far. Any task may add to it.
package final class NodeCounters: Sendable {
  package struct Values: Sendable, Hashable {
    package var rowsIn = 0
    package var rowsOut = 0
    package var requests = 0
    package var retries = 0
    /// What the requests cost of a budget, in its units.
    package var cost = 0.0
    package var cacheHits = 0
    /// The first warnings; `warningCount` counts them all.
    package var warnings: [String] = []
    package var warningCount = 0
    /// Keys that were not asked for, since a budget was used up.
    package var unpaidKeys = 0
    /// Which limit it was, the first time: `the budget of api 'crm' is used up: 5000 requests per run`.
    package var shortage: String?
    /// What came of a look-up; nil for other nodes.
    package var enrichment: EnrichmentSummary?

    /// What is said of keys that were skipped for want of a budget, if some were.
    var skipped: String? {
      shortage.map { "\($0); \(unpaidKeys) \(unpaidKeys == 1 ? "key was" : "keys were") skipped" }
    }
  }

  /// The most warnings that are kept with their text.
  static let keptWarnings = 20

  /// Requests of the node's clients with their cost, which count them as they send.
  package let sent = RequestCounters()
  private let state = Mutex(Values())
  /// What was said of attempts that broke.
  private let attempts = Mutex<[String]>([])
  private let late = Mutex<[String: @Sendable () -> [String]]>([:])

  package init() {}

  /// What has been counted so far, requests included.
  package var values: Values {
    var values = state.withLock { $0 }
    let totals = sent.totals
    values.requests = totals.requests
    values.retries = totals.retries
    for (_, lines) in late.withLock({ $0 }).sorted(by: { $0.key < $1.key }) {
      let said = lines()
      values.warningCount += said.count
      values.warnings += said
    }
    values.cost = totals.cost
    return values
  }

  /// Begins anew for another attempt: what was sent and remembered counts on, rows and warnings of the old one do not.
  /// - Parameter note: What became of it; a warning.
  func restart(_ note: String) {
    let notes = attempts.withLock { attempts in
      attempts.append(note)
      return attempts
    }
    late.withLock { $0 = [:] }
    state.withLock { values in
      let hits = values.cacheHits
      values = Values()
      values.cacheHits = hits
      values.warnings = Array(notes.suffix(Self.keptWarnings))
      values.warningCount = notes.count
    }
  }

  package func add(rowsIn: Int = 0, rowsOut: Int = 0, cacheHits: Int = 0) {
    state.withLock { values in
      values.rowsIn += rowsIn
      values.rowsOut += rowsOut
      values.cacheHits += cacheHits
    }
  }

  /// Notes what came of a look-up.
  func enrich(_ change: (inout EnrichmentSummary) -> Void) {
    state.withLock { values in
      var summary = values.enrichment ?? EnrichmentSummary()
      values.enrichment = nil
      change(&summary)
      values.enrichment = summary
    }
  }

  /// Notes keys that a look-up skips, since a budget does not allow their requests.
  package func skip(unpaidKeys: Int, _ shortage: String) {
    state.withLock { values in
      values.unpaidKeys += unpaidKeys
      values.shortage = values.shortage ?? shortage
    }
  }

  package func warn(_ message: String) {
    state.withLock { values in
      values.warningCount += 1
      if values.warnings.count < Self.keptWarnings, !values.warnings.contains(message) {
        values.warnings.append(message)
      }
    }
  }

  /// Warnings that are worded when they are read, since they count what goes on. One of a name that is there already
  /// changes nothing.
  func warnLate(_ name: String, _ lines: @escaping @Sendable () -> [String]) {
    late.withLock { $0[name] = $0[name] ?? lines }
  }
}
