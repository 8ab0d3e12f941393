internal import AssayColumns
internal import AssayQuality
internal import AssayStore

extension NodeRunner {
  /// Looks for the keys of a dataset's rows in the datasets that they refer to.
  func match(_ node: RunNode) async throws {
    guard let grading = plan.gradings[node.name] else { preconditionFailure("keys are those of a graded dataset") }
    let measures = state.results.measures
    var asked: Set<Measure> = []
    for measure in grading.measures where asked.insert(measure).inserted {
      guard case .references(let key) = measure, let start = measures[node.name], let other = measures[key.dataset]
      else { continue }
      let settled = try await context.workers.run { () throws -> MeasureValue? in
        var values = start
        do throws(GradingFault) {
          try values.settle(key, in: other)
        } catch {
          throw RunFailure(error.message)
        }
        return values[measure]
      }
      state.note { $0.measures[node.name]?[measure] = settled }
    }
  }

  /// What SQLite says of a query may hold values, unless it speaks of the query itself.
  private func answer(
    of query: CheckQuery, _ inputs: [(name: String, rows: any BatchSequence)], hidesValues: Bool
  ) async throws -> MeasureValue {
    do {
      return try await query.answer(inputs)
    } catch let failure as StoreFailure where hidesValues && failure.code == .badQuery {
      let words = "\(failure)"
      if words.contains("no such") || words.contains("syntax error") || words.contains("ambiguous") { throw failure }
      throw RunFailure("the query of a check cannot be run; why is not told, since columns are private")
    }
  }

  /// Asks the queries of a dataset's checks.
  func query(_ node: RunNode, _ own: NodeContext) async throws {
    guard let grading = plan.gradings[node.name] else { preconditionFailure("queries are those of a graded dataset") }
    let hidden = Set(plan.definition.checks.flatMap(\.privateColumns))
    var asked: Set<Measure> = []
    for measure in grading.measures where asked.insert(measure).inserted {
      guard case .query(let query) = measure else { continue }
      var names: [String] = []
      for name in [node.name] + query.inputs where !names.contains(name) { names.append(name) }
      let inputs = try names.map { name in (name: name, rows: try keptRows(name, node) as any BatchSequence) }
      // Without columns there is nothing that a query could name.
      if inputs.contains(where: { $0.rows.schema.count == 0 }) { continue }
      let asking = CheckQuery(query, dataset: node.name, grading.sampling, privateColumns: hidden)
      let value = try await answer(of: asking, inputs, hidesValues: !hidden.isEmpty)
      state.note { $0.measures[node.name]?[measure] = value }
    }
  }
}
