import AssayFormats

extension Workspace {
  /// Enriches rows of a CSV file by a step named `e`, and reads what came of them. All columns are text.
  /// - Parameters:
  ///   - step: The keys of the step but `from`, in flow style.
  ///   - apis: The entries of `apis`, in flow style.
  func enrich(
    _ csv: String, _ step: String, apis: String, _ arguments: String..., environment: [String: String] = [:]
  ) async throws -> (run: RunOutcome, rows: [JSONValue]) {
    try write(csv, to: "in.csv")
    let columns = csv.prefix { $0 != "\n" }.split(separator: ",").map { "\($0): text" }.joined(separator: ", ")
    try write(
      """
      version: 1
      name: p
      apis: {\(apis)}
      sources: {s: {type: csv, path: in.csv, columns: {\(columns)}}}
      steps: {e: {from: s, \(step)}}
      outputs: [{type: jsonl, from: e, path: rows.jsonl, publish: always}]
      """, to: "p.yaml")
    let ending = try await start(["run", "p.yaml", "--json"] + arguments, environment: environment).end()
    let rows = try (text("rows.jsonl") ?? "").split(separator: "\n").map { try JSONParser.parse(String($0)) }
    return (try RunOutcome(ending), rows)
  }
}

extension [JSONValue] {
  /// The texts of a member of each.
  func texts(_ name: String) -> [String?] { map { $0[name]?.string } }
}
