internal import AssayColumns

/// Keeps the columns of a node's batches in one order while the schema of its input grows: a column that turns up late
/// goes behind those that the node itself has added, since a schema only grows at its end.
struct BatchAligner {
  private(set) var schema = DatasetSchema()

  /// The batch with its columns in the order of their first appearance; those that it lacks are null.
  mutating func align(_ batch: Batch) -> Batch {
    if batch.schema.names == schema.names { return batch }
    for field in batch.schema.fields where schema.index(of: field.name) == nil { schema.append(field) }
    var aligned = batch
    aligned.columns = schema.fields.map { batch.column($0.name) ?? .nulls(count: batch.rowCount) }
    aligned.schema = schema
    aligned.misfits = batch.misfits.map { misfit in
      var misfit = misfit
      misfit.column = schema.index(of: batch.schema.fields[misfit.column].name) ?? misfit.column
      return misfit
    }
    return aligned
  }

  /// The order of all batches under what is known of the columns in the end.
  func finished(_ final: DatasetSchema) -> DatasetSchema {
    var fields = schema.fields.map { field in final.index(of: field.name).map { final.fields[$0] } ?? field }
    fields += final.fields.filter { schema.index(of: $0.name) == nil }
    return DatasetSchema(fields)
  }
}
