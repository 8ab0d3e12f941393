package import AssayDefinition
package import AssayEngine
package import AssayQuality

/// `sql`: a query over whole datasets finds nothing wrong.
package struct SQLCheck: Check, Component {
  var query = ""
  var inputs: [DatasetOrTable] = []
  var min: Graded<Double>?
  var max: Graded<Double>?

  package static let schema = Schema(
    "sql", SQLCheck(), summary: "A query finds nothing wrong: the rows that it gives are failures.",
    details: """
      One SELECT in SQLite's SQL. The dataset itself is there by its name, and so is what `from` names: sources and steps of the file,
      and `published.TABLE`, which is the table as it will be once the run is published, or, where no output of the run writes
      it, as it stands in the store. Numbers are numbers, booleans are 1 and 0, all else is text.

      Each row of the result counts as a failure; `at_most` allows some, as a count or as a share of the dataset's rows. Samples
      show the first rows with their columns, numbered as the query gives them. With `min` or `max` the query gives one number
      instead, which is judged; null is no data. Where the dataset has no rows there is no data. A query that cannot run breaks the
      run.

      Columns that are private anywhere in the file are masked by name; where the query mentions one, or takes `*`, columns with
      names of their own are masked too.
      """,
    shorthand: "query",
    keys: [
      Key("query", \.query, required: true, "The SELECT."),
      Key("from", \.inputs, "Datasets that it reads beside its own, and `published.TABLE`s."),
      Key("min", \.min, "The query gives one number; the least that is fine, or `{warn: …, fail: …}`."),
      Key("max", \.max, "The query gives one number; the greatest that is fine, or `{warn: …, fail: …}`."),
    ],
    rules: [Rule("query", code: .badExpression) { querySyntaxFault($0.query) }],
    examples: [
      "dataset: [{sql: \"SELECT a.id FROM example a JOIN example b ON a.id = b.parent_id WHERE b.day < a.day\"}]",
      """
      dataset:
        - sql:
            query: SELECT id FROM published.customers EXCEPT SELECT id FROM example
            from: [published.customers]
          at_most: 1%
      """,
      "dataset: [{sql: {query: \"SELECT sum(total) FROM example\", min: 1000}, severity: warn}]",
    ],
    faults: [
      FaultExample(
        "dataset: [{sql: {⟪query: SELEC * FROM example}}]", "the query is no SQL: near \"SELEC\": syntax error"),
      FaultExample(
        "dataset: [{sql: {query: SELECT * FROM example, from: [⟪exampel]}}]",
        "there is no source or step 'exampel'; did you mean 'example'?"),
      FaultExample(
        "dataset: [{⟪sql: SELECT * FROM example WHERE total < 0, at_least: 99%}]",
        "'sql' counts the rows that its query gives: 'at_most' says how many may come"),
    ])

  package var scope: CheckScope { .dataset }
  package var judgesRows: Bool { min == nil && max == nil }
  package var takesFilter: Bool { false }
  package var rowReason: String { "the query gives this row" }

  package func placementFault(_ place: CheckPlace) -> String? {
    judgesRows && place.common.atLeast != nil
      ? "'sql' counts the rows that its query gives: 'at_most' says how many may come" : nil
  }

  private var measure: Measure {
    .query(QueryMeasure(query, inputs: inputs.map(\.name), judgesRows ? .failingRows : .number))
  }

  package func measures(_ place: CheckPlace) -> [Measure] { [measure] }

  package func judge(_ evidence: CheckEvidence, _ place: CheckPlace) -> CheckJudgement {
    if evidence[measure] == nil, evidence.rowCount > 0 {
      return .unjudged(
        "the query did not come to its end, or a dataset that it reads has no columns",
        expected: judgesRows ? "the query gives no rows" : "the query gives a number")
    }
    if judgesRows {
      return judgeRows(
        evidence[measure], RowClaim("the query gives no rows", noun: "rows", verb: "are not given by the query"),
        place.common.thresholds, severity: place.common.severity)
    }
    return judgeValue(
      of: evidence.rowCount == 0 ? nil : evidence[measure], "the query's number", ValueThresholds(min: min, max: max),
      severity: place.common.severity, evaluated: evidence.rowCount)
  }
}
