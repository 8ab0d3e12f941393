package import AssayDefinition
package import AssayEngine
package import AssayQuality

/// `references`: every value occurs in another dataset.
package struct ReferencesCheck: Check, Component {
  var dataset = DatasetOrTable("")
  var column: String?
  var columns: [String] = []
  var targets: [String] = []

  package static let schema = Schema(
    "references", ReferencesCheck(), summary: "Every value occurs in a column of another dataset: a foreign key.",
    details: """
      The other dataset is a source or step of the file, the same dataset, or `published.TABLE`: the table as it will be once the run
      is published, or, where no output of the run writes it, as it stands in the store. Under `dataset` a key of several columns
      is looked for: `{columns: [country, id], dataset: D, to: [country, customer]}`. Nulls, and keys with a null, are not evaluated.

      Values are compared in whatever format they came: numbers by value (`1` is `1.0`), a text that spells a whole number is that
      number (`"1"` is `1`), so that a CSV file meets a JSON one. `007` is a code and no number. Other decimals in texts are
      numbers in CSV and XML, unless the column is declared as `text`. `true`, `True` and a JSON true are one.
      """,
    keys: [
      Key("dataset", \.dataset, required: true, "The dataset in which values must occur, or `published.TABLE`."),
      Key("column", \.column, shown: "the column's own name", "The column of that dataset."),
      Key("columns", \.columns, "Under `dataset`: the columns of a key of several."),
      Key(
        "to", \.targets, shown: "the same names",
        "Under `dataset`: the other dataset's columns, in the order of `columns`."),
    ],
    rules: [
      Rule("column") { $0.column != nil && !$0.columns.isEmpty ? "'column' and 'columns' exclude each other" : nil },
      Rule("to") { check in
        if check.targets.isEmpty { return nil }
        return check.targets.count == check.columns.count
          ? nil : "'to' has as many columns as 'columns': \(check.columns.count), not \(check.targets.count)"
      },
    ],
    examples: [
      "columns: {parent_id: [{references: {dataset: example, column: id}}]}",
      "columns: {customer_id: [{references: {dataset: published.customers, column: id}, at_least: 99%}]}",
      "dataset: [{references: {columns: [country, id], dataset: located, to: [country, customer]}}]",
    ],
    faults: [
      FaultExample(
        "columns: {parent_id: [{references: {dataset: ⟪exampel, column: id}}]}",
        "there is no source or step 'exampel'; did you mean 'example'?"),
      FaultExample(
        "dataset: [{⟪references: {dataset: example, column: id}}]",
        "under 'dataset', 'references' needs 'columns', the columns of the key"),
      FaultExample(
        "dataset: [{references: {columns: [country, id], dataset: example, ⟪to: [id]}}]",
        "'to' has as many columns as 'columns': 2, not 1"),
    ])

  package var scope: CheckScope { .either }
  package var rowReason: String { "expected: \(claim(nil).whole)" }

  package func placementFault(_ place: CheckPlace) -> String? {
    if place.column != nil, !columns.isEmpty {
      return "under a column, 'references' looks for that column alone; 'columns' and 'to' stand under 'dataset'"
    }
    return place.column == nil && columns.isEmpty
      ? "under 'dataset', 'references' needs 'columns', the columns of the key" : nil
  }

  private func key(_ place: CheckPlace) -> ForeignKey {
    let own = place.column.map { [$0] } ?? columns
    let others = place.column == nil ? (targets.isEmpty ? columns : targets) : [column ?? own[0]]
    return ForeignKey(own, in: dataset.name, others, filter: place.common.filter?.sql)
  }

  package func measures(_ place: CheckPlace) -> [Measure] { [.references(key(place))] }

  package func foreignMeasures(_ place: CheckPlace) -> [(dataset: String, measure: Measure)] {
    [(dataset.name, key(place).target)]
  }

  private func claim(_ place: CheckPlace?) -> RowClaim {
    let names = place.map { key($0).targets } ?? [column].compactMap(\.self) + targets
    let target = names.isEmpty ? dataset.name : "\(dataset.name) (\(names.joined(separator: ", ")))"
    let noun = columns.isEmpty ? "value" : "key"
    return RowClaim("every \(noun) occurs in \(target)", noun: noun + "s", verb: "occur in \(target)")
  }

  package func judge(_ evidence: CheckEvidence, _ place: CheckPlace) -> CheckJudgement {
    if evidence[.references(key(place))] == nil {
      return .unjudged("the other dataset did not come to its end", expected: claim(place).whole)
    }
    return judgeRows(
      evidence[.references(key(place))], claim(place), place.common.thresholds, severity: place.common.severity)
  }
}
