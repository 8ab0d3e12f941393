import AssayColumns
import AssayQuality
import Testing

/// Grades batches one after another.
func grade(
  _ batches: [Batch], _ measures: [Measure], sampling: Sampling = Sampling(),
  evaluator: (any SQLPredicateEvaluator)? = nil, schema: DatasetSchema? = nil, memory: Int = .max
) throws -> MeasureValues {
  var grader = Grader(try GradingPlan(measures, sampling: sampling, evaluator: evaluator), memory: memory)
  for batch in batches { try grader.merge(try grader.plan.partial(for: batch)) }
  if memory < .max { #expect(grader.hasSpilled, "nothing went to the temporary file") }
  return try grader.finish(schema: schema)
}

/// A batch of one column of texts, nil for null.
func textBatch(_ name: String = "c", _ texts: [String?], declared: ValueType? = nil) -> Batch {
  Batch(
    schema: DatasetSchema([Field(name, reading: .fromText, declared: declared)]), columns: [.texts(texts)],
    rowCount: texts.count)
}

/// A batch of one column of cells that carry their kinds.
func cellBatch(_ name: String = "c", _ cells: [Cell]) -> Batch {
  Batch(schema: DatasetSchema([Field(name, reading: .own)]), columns: [.cells(cells)], rowCount: cells.count)
}
