package import AssayColumns
package import AssayDefinition
package import AssayStore

/// What is done with rows.
package protocol Step: Sendable {
  var work: StepWork { get }
  /// Whether it declares types of columns, so that values may not fit.
  var casts: Bool { get }
  /// What is wrong with it beside the entries under `apis`, once all of the file has been read.
  /// - Parameter apis: By name; those whose address has no value yet are left out.
  func faults(beside apis: [String: APIDeclaration]) -> [StepFault]
}

/// What is wrong with a step.
package struct StepFault: Sendable, Hashable {
  package var location: SourceLocation
  package var message: String

  package init(at location: SourceLocation, _ message: String) {
    self.location = location
    self.message = message
  }
}

/// The ways in which a step can work.
package enum StepWork: Sendable {
  /// Columns are added from answers to keys. Each fallback is asked only for keys that those before it have not found;
  /// it has the inputs, columns and settings of the first.
  case lookup(any Lookup, fallbacks: [any Lookup] = [])
  /// Each batch is turned into another, on a worker.
  case transform(any Transform)
  /// All rows of the inputs are there before it starts.
  case query(any Query)
}

extension Step {
  package var casts: Bool { false }
  package func faults(beside apis: [String: APIDeclaration]) -> [StepFault] { [] }

  /// Whether the step names several datasets, and reads them whole.
  package var readsSeveral: Bool {
    if case .query = work { return true }
    return false
  }
}

/// Turns a batch into another, by itself: batches are worked on concurrently.
package protocol Transform: Sendable {
  /// Whether values are needed under their final types.
  var needsTypes: Bool { get }
  /// The batch that is made of one; rows may be fewer. A column that it needs and the batch lacks counts as null, since
  /// it may come with a later one.
  func apply(_ batch: Batch) throws -> Batch
  /// The schema of all rows, from the input's; throws where a column that is needed never came.
  func outputSchema(_ schema: DatasetSchema) throws -> DatasetSchema
  /// Ends batches that are being worked on, as far as that can take long. May be called from any thread.
  func stop()
}

extension Transform {
  package func stop() {}
}

/// Makes rows out of whole datasets.
package protocol Query: Sendable {
  /// Writes the result's batches in order; returns its schema.
  func run(
    _ inputs: [(name: String, rows: any BatchSequence)], _ context: NodeContext,
    write: @escaping @Sendable (Batch) async throws -> Void
  ) async throws -> DatasetSchema
}
