package import AssayQuality

/// What a dimension's value comes from, in words: `212 of 6,020 cells are empty: phone 208, email 4`.
package struct DimensionWords {
  package let text: String

  /// Columns that are named.
  private static let shownColumns = 3

  package init(_ metric: Metric) {
    var columns: [(name: String, number: Int?)] = []
    for detail in metric.details {
      switch detail.value {
      case .counts(let entries):
        columns += entries.filter { $0.value > 0 }.sorted { $0.value > $1.value }.map { ($0.name, $0.value) }
      case .names(let names): columns += names.map { ($0, nil) }
      case .count, .scores: break
      }
    }
    var names = columns.prefix(Self.shownColumns).map { entry in
      cut(entry.name, 30) + (entry.number.map { " \(NumberText.grouped($0))" } ?? "")
    }
    let more = columns.count - names.count
    if more > 0 { names.append("and \(NumberText.grouped(more)) more") }
    let lead = Self.lead(metric, columns: columns.count)
    text = [lead, names.joined(separator: ", ")].filter { !$0.isEmpty }.joined(separator: ": ")
  }

  private static func lead(_ metric: Metric, columns: Int) -> String {
    func count(_ name: String) -> Int {
      for detail in metric.details where detail.name == name {
        if case .count(let count) = detail.value { return count }
      }
      return 0
    }
    func words(_ bad: Int, of all: Int, _ noun: String, _ verb: (one: String, many: String), none: String) -> String {
      if all == 0 { return "Nothing to look at" }
      if bad == 0 { return none }
      return "\(NumberText.grouped(bad)) of \(NumberText.count(all, noun)) \(bad == 1 ? verb.one : verb.many)"
    }
    return switch Dimension(rawValue: metric.name) {
    case .completeness:
      words(count("null_cells"), of: count("total_cells"), "cell", ("is empty", "are empty"), none: "No cell is empty")
    case .uniqueness:
      words(
        count("duplicate_rows"), of: count("total_rows"), "row", ("repeats an earlier one", "repeat an earlier one"),
        none: "No row repeats another")
    case .consistency:
      words(
        columns, of: count("total_columns"), "column", ("mixes numbers and texts", "mix numbers and texts"),
        none: "No column mixes numbers and texts")
    case .validity:
      words(
        count("total_outliers"), of: count("total_numeric_values"), "number", ("is an outlier", "are outliers"),
        none: "No number is far out")
    case .timeliness:
      words(
        count("late_values"), of: count("total_values"), "row", ("is too old", "are too old"), none: "No row is too old"
      )
    case .accuracy:
      words(
        count("failed_evaluations"), of: count("total_evaluations"), "checked value", ("fails", "fail"),
        none: "Every checked value holds")
    case nil: ""
    }
  }
}
