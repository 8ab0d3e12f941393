package import AssayFormats
package import AssayStore

/// What came of a look-up step: for the report, and for the checks that judge it.
package struct EnrichmentSummary: Sendable, Hashable {
  /// What one of the step's providers was asked, and what it answered; numbers of distinct keys.
  package struct Provider: Sendable, Hashable {
    package var name: String
    package var keys = 0
    package var remembered = 0
    package var found = 0
    package var notFound = 0
    package var ambiguous = 0
    package var errors = 0

    init(_ name: String) { self.name = name }

    mutating func count(_ status: LookupStatus) {
      switch status {
      case .ok: found += 1
      case .notFound: notFound += 1
      case .ambiguous: ambiguous += 1
      case .error: errors += 1
      case .skipped: break
      }
    }
  }

  /// Rows that came in.
  package var rows = 0
  /// Rows for which nothing was asked: an input was null or empty, or a budget was used up.
  package var skippedRows = 0
  /// Different keys of all rows.
  package var keys = 0
  /// Keys whose final answers were known before the run.
  package var remembered = 0
  /// Keys by what came of them.
  package var found = 0
  package var notFound = 0
  package var ambiguous = 0
  package var errors = 0
  /// Keys that were not asked for, since a budget was used up.
  package var unpaid = 0
  /// When the oldest of the answers was fetched; nil where there are none.
  package var oldestAnswer: StoreTime?
  /// In the order in which they are asked; one for a step without `providers`.
  package var providers: [Provider] = []

  package init() {}

  /// Counts a key by what came of it in the end.
  mutating func count(_ answer: LookupAnswer) {
    keys += 1
    if answer.isRemembered { remembered += 1 }
    switch answer.status {
    case .ok: found += 1
    case .notFound: notFound += 1
    case .ambiguous: ambiguous += 1
    case .error: errors += 1
    case .skipped: unpaid += 1
    }
    if let time = answer.provenance?.fetchedAt { oldestAnswer = min(time, oldestAnswer ?? time) }
  }

  /// The block `enrichment` of a step in the JSON report.
  package func json(requests: Int, retries: Int, cost: Double, seconds: Double) -> JSONValue {
    .object([
      "rows": .integer(Int64(rows)), "rows_skipped": .integer(Int64(skippedRows)),
      "distinct_keys": .integer(Int64(keys)), "remembered": .integer(Int64(remembered)),
      "requests": .integer(Int64(requests)), "retries": .integer(Int64(retries)), "found": .integer(Int64(found)),
      "not_found": .integer(Int64(notFound)), "ambiguous": .integer(Int64(ambiguous)),
      "errors": .integer(Int64(errors)), "unpaid": .integer(Int64(unpaid)), "cost": .decimal(cost),
      "duration_seconds": .decimal(seconds), "oldest_answer": .optional(oldestAnswer?.text),
      "providers": .array(
        providers.map {
          .object([
            "name": .string($0.name), "distinct_keys": .integer(Int64($0.keys)),
            "remembered": .integer(Int64($0.remembered)), "found": .integer(Int64($0.found)),
            "not_found": .integer(Int64($0.notFound)), "ambiguous": .integer(Int64($0.ambiguous)),
            "errors": .integer(Int64($0.errors)),
          ])
        }),
    ])
  }
}
