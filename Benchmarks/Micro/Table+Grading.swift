import AssayColumns
import AssayQuality

extension Table {
  /// Grading: what is measured of batches, and how it is gathered.
  func gradingKernels() throws -> [Kernel] {
    let duplicates = try GradingPlan([.duplicateRows()])
    let hashed = try batches.map { try duplicates.partial(for: $0) }
    let numbers = try GradingPlan([.numericValues("id"), .numericValues("revenue")])
    let collected = try gathered(numbers, try batches.map { try numbers.partial(for: $0) })
    let metrics = try GradingPlan(DatasetMetrics.measures())
    let bytes = batches.reduce(0) { $0 + $1.columns.reduce(0) { $0 + textBytes($1) } }
    return [
      Kernel(name: "rows, hash", bytes: bytes, items: rowCount, unit: "rows") {
        for batch in batches { _ = try duplicates.partial(for: batch) }
        return batches.count
      },
      Kernel(name: "duplicates, gather", bytes: 0, items: rowCount, unit: "rows") {
        let values = try gathered(duplicates, hashed).finish()
        guard case .rows(let found) = values[.duplicateRows()] else { return -1 }
        return found.failed
      },
      Kernel(name: "quartiles and outliers", bytes: 0, items: 2 * rowCount, unit: "numbers") {
        let values = try collected.finish()
        guard case .numbers(let spread) = values[.numericValues("revenue")] else { return -1 }
        return spread?.outliers ?? -1
      },
      Kernel(name: "five metrics, whole", bytes: bytes, items: rowCount, unit: "rows") {
        let values = try gathered(metrics, try batches.map { try metrics.partial(for: $0) }).finish()
        return Int((DatasetMetrics(values).overall.value ?? 0) * 100)
      },
    ]
  }

  private func gathered(_ plan: GradingPlan, _ partials: [Partial]) throws -> Grader {
    var grader = Grader(plan)
    for partial in partials { try grader.merge(partial) }
    return grader
  }

  private func textBytes(_ column: Column) -> Int {
    guard case .text(let texts) = column.storage else { return 0 }
    return texts.lengths.reduce(0) { $0 + Int($1) }
  }
}
