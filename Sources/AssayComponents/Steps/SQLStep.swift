internal import AssayColumns
package import AssayDefinition
package import AssayEngine
internal import AssayStore

/// Rows of a query over other datasets.
package struct SQLStep: Step, Component {
  var query = ""

  package static let schema = Schema(
    "sql", SQLStep(), summary: "Rows of an SQL query over other datasets.",
    details: """
      One SELECT in SQLite's SQL; the datasets in `from` are its tables, by their names. It starts when all of them are complete.
      Numbers are numbers, booleans are 1 and 0, all else is text. Two columns of one name become `name` and `name_2`.
      """,
    keys: [Key("query", \.query, required: true, "The SELECT.")],
    rules: [Rule("query", code: .badExpression) { querySyntaxFault($0.query) }],
    examples: [
      """
      type: sql
      from: [example]
      query: SELECT state, count(*) AS customers FROM example GROUP BY state
      """
    ],
    faults: [
      FaultExample("⟪type: sql\nfrom: example", "step 'result' (sql) needs 'query'"),
      FaultExample(
        "type: sql\nfrom: example\n⟪query: SELEC * FROM example", "the query is no SQL: near \"SELEC\": syntax error"),
    ])

  package var work: StepWork { .query(SelectQuery(sql: query)) }
}

private struct SelectQuery: Query {
  let sql: String

  func run(
    _ inputs: [(name: String, rows: any BatchSequence)], _ context: NodeContext,
    write: @escaping @Sendable (Batch) async throws -> Void
  ) async throws -> DatasetSchema {
    let workspace = try await SQLWorkspace.prepare(step: "its query", query: sql, inputs: inputs)
    while let batch = try await workspace.next() { try await write(batch) }
    return workspace.schema
  }
}
