package import AssayDefinition
package import AssayQuality
package import AssayStore

/// The `remember` of a look-up: how long its answers are used again.
package struct RememberDeclaration: ConfigObject {
  package var found: Duration?
  package var notFound: Duration?

  package static let schema = Schema(
    "remember", RememberDeclaration(), summary: "How long answers are used again, by all pipelines of the store.",
    details: "`0s` keeps an answer for its run alone. Errors are never remembered.",
    keys: [
      Key("found", \.found, shown: "as the provider has it", "How long an answer is good."),
      Key("not_found", \.notFound, shown: "as the provider has it", "How long it is believed that there is none."),
    ])
}

/// A column that tells where a row's answer comes from.
package enum ProvenanceColumn: String, ConfigChoice, CaseIterable {
  case provider
  case fetchedAt = "fetched_at"
  case matchQuality = "match_quality"
  case answerID = "answer_id"

  /// The column's name behind `STEP_`.
  var suffix: String { rawValue }
}

/// The keys that every look-up takes.
package struct LookupSettings: Sendable {
  package var onError = OnLookupError.fail
  package var maxErrors: Amount?
  package var errorColumn: String?
  package var remember: RememberDeclaration?
  package var provenance: [ProvenanceColumn] = []

  package init() {}

  package static let schema = Schema(
    "look-up", LookupSettings(), summary: "What every look-up takes.",
    keys: [
      Key(
        "on_error", \.onError,
        "What a look-up that breaks does: `fail` the run, or leave `null` and the status `error`."),
      Key(
        "max_errors", \.maxErrors,
        "With `on_error: null`: how many distinct keys may break, as a share or a count, before the run ends."),
      Key(
        "error_column", \.errorColumn, "With `on_error: null`: a further column that says why a row's look-up broke."),
      Key("remember", \.remember, "How long answers are used again, by all pipelines of the store."),
      Key(
        "provenance", \.provenance,
        "Further columns that say where a row's answer comes from: `STEP_provider`, `STEP_fetched_at` (UTC), `STEP_match_quality` (in the provider's words), `STEP_answer_id` (its row in the store's table `answer_origins`)."
      ),
    ],
    rules: [
      Rule("provenance") { settings in
        let names = settings.provenance
        return names.indices.first { names[..<$0].contains(names[$0]) }.map { "'\(names[$0].rawValue)' is named twice" }
      },
      Rule("max_errors") { $0.maxErrors != nil && $0.onError == .fail ? "'max_errors' needs 'on_error: null'" : nil },
      Rule("error_column") {
        $0.errorColumn != nil && $0.onError == .fail ? "'error_column' needs 'on_error: null'" : nil
      },
    ])

  /// How long answers are good, where the provider says what is usual.
  package func age(_ usual: AnswerAge) -> AnswerAge {
    AnswerAge(found: remember?.found ?? usual.found, notFound: remember?.notFound ?? usual.notFound)
  }
}
