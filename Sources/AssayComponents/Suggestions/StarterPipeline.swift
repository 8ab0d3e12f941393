internal import AssayDefinition
package import AssayEngine
internal import AssayQuality

/// The pipeline file that `assay init FILE` writes: its checks hold for the file as it is, and each says why it is there.
package struct StarterPipeline: Sendable {
  package var name: String
  /// The source as a pipeline file has it: its kind, and its keys in order.
  package var kind: String
  package var keys: [(name: String, value: String)]
  /// The file as people know it.
  package var file: String
  package var rows: Int
  package var overall: Double?
  package var suggestions: Suggestions

  /// A pipeline for what a run of `check` has measured; nil where the file has no rows to learn from.
  package init?(_ check: FileCheck, _ report: RunReport, path: String) {
    guard let dataset = report.datasets.first, let values = dataset.measured, values.rowCount > 0,
      let source = check.sourceKeys(path: path)
    else { return nil }
    name = dataset.name
    (kind, keys) = source
    file = check.file
    rows = dataset.rows
    overall = dataset.metrics?.overall.value
    suggestions = dataset.suggestions ?? Suggestions()
  }

  /// The file's text.
  package var text: String {
    var lines = [
      "# Written by `assay init` from \(file.split(separator: "/").last.map { YAMLText.comment(String($0)) } ?? "a file") with "
        + "\(NumberText.count(rows, "row")). Every check holds today: keep what should always hold,",
      "# and change or drop the rest. `assay explain CHECK` tells of a check, `assay explain` of all there are.",
      "version: 1", "name: \(YAMLText.scalar(name))", "", "sources:",
      "  \(YAMLText.key(name)): {type: \(kind)\(keys.map { ", \($0.name): \($0.value)" }.joined())}", "", "checks:",
      "  \(YAMLText.key(name)):",
    ]
    if !suggestions.key.isEmpty {
      let key = suggestions.key.map { YAMLText.scalar($0) }.joined(separator: ", ")
      lines.append(commented("    key: [\(key)]", "it tells rows apart, so that failing ones are named by it"))
    }
    if !suggestions.withoutOutliers.isEmpty {
      let names = suggestions.withoutOutliers.map { YAMLText.scalar($0) }.joined(separator: ", ")
      lines.append(commented("    exclude: {validity: [\(names)]}", "the size of an id says nothing"))
    }
    if let overall {
      let bound = max(0, Int(overall) - 5)
      lines.append(commented("    score: {overall: {fail_below: \(bound)}}", "today \(NumberText.short(overall))"))
    }
    if !suggestions.dataset.isEmpty {
      lines.append("    dataset:")
      lines += suggestions.dataset.map { commented("      - \($0.check)", $0.why) }
    }
    let columns = suggestions.columns.filter { !$0.checks.isEmpty }
    if !columns.isEmpty {
      lines.append("    columns:")
      for column in columns {
        lines.append("      \(YAMLText.key(column.name)):")
        lines += column.checks.map { commented("        - \($0.check)", $0.why) }
      }
    }
    lines += [
      "", "# Where rows go once the gate has passed; take away the marks to use it.", "# outputs:",
      "#   - {type: sqlite, from: \(YAMLText.scalar(name)), table: \(YAMLText.scalar(name))}",
    ]
    return lines.joined(separator: "\n") + "\n"
  }

  private func commented(_ line: String, _ why: String) -> String { "\(line)  # \(YAMLText.comment(why))" }
}

extension RunReport.Dataset {
  /// What checks the dataset suggests; nil where nothing was measured for that.
  package var suggestions: Suggestions? {
    guard let measured else { return nil }
    var repeated = 0
    if case .rows(let found)? = measured[.duplicateRows()] { repeated = found.failed }
    return Suggestions(ColumnProfile.all(measured), duplicateRows: repeated)
  }
}
