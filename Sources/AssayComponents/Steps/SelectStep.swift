internal import AssayColumns
package import AssayDefinition
package import AssayEngine
internal import AssayQuality

/// Keeps, renames and casts columns, and filters rows.
package struct SelectStep: Step, Component {
  var keep: [String] = []
  var drop: [String] = []
  var rename = Named<String>()
  var cast = Named<ValueType>()
  var filter: SQLPredicate?

  package static let schema = Schema(
    "select", SelectStep(), summary: "Keeps, renames and casts columns, and filters rows.",
    details: """
      The order is: `filter`, `keep` and `drop`, `cast`, `rename`; so all of them use the names that come in. A value that a cast does
      not fit becomes null and is a failing row of an implied `type` check.
      """,
    keys: [
      Key("keep", \.keep, "The columns that stay, in this order; all of them by default."),
      Key("drop", \.drop, "Columns that go."),
      Key("rename", \.rename, "New names: the new one, and the old one, as in `{id: customer_id}`."),
      Key("cast", \.cast, "Types of columns."),
      Key("filter", \.filter, "An SQL predicate: rows for which it is true stay."),
    ],
    rules: [
      Rule("drop") { !$0.keep.isEmpty && !$0.drop.isEmpty ? "'keep' and 'drop' exclude each other" : nil },
      Rule("keep") { step in
        Set(step.keep).count < step.keep.count ? "'keep' names a column twice" : nil
      },
      Rule("rename") { step in
        var names: [String: String] = [:]
        for item in step.rename.items {
          if let other = names.updateValue(item.name, forKey: item.value) {
            return "'rename' gives the column '\(item.value)' two names, '\(other)' and '\(item.name)'"
          }
        }
        return nil
      },
    ],
    examples: [
      "type: select\nfrom: example\nkeep: [id, name, total]\nrename: {customer_id: id}\ncast: {total: decimal}\nfilter: total > 0"
    ],
    faults: [
      FaultExample("type: select\nfrom: example\nkeep: [a]\n⟪drop: [b]", "'keep' and 'drop' exclude each other"),
      FaultExample(
        "type: select\nfrom: example\n⟪rename: {a: id, b: id}", "'rename' gives the column 'id' two names, 'a' and 'b'"),
    ])

  package var work: StepWork { .transform(SelectTransform(step: self)) }
  package var casts: Bool { cast.items.contains { $0.value != .text } }
}

private struct SelectTransform: Transform {
  let step: SelectStep
  private let expressions = SQLVerdicts()

  init(step: SelectStep) { self.step = step }

  var needsTypes: Bool { step.filter != nil }

  func stop() { expressions.stop() }

  func outputSchema(_ schema: DatasetSchema) throws -> DatasetSchema {
    let named = step.keep + step.drop + step.rename.items.map(\.value) + step.cast.items.map(\.name)
    for name in named where schema.index(of: name) == nil {
      throw RunFailure("there is no column '\(name)' to select\(suggestion(for: name, among: schema.names))")
    }
    return try DatasetSchema(chosen(schema).map { try field($0, schema) })
  }

  func apply(_ batch: Batch) throws -> Batch {
    var batch = batch
    // A column that is kept and has not come yet is null so far.
    let late = step.keep.filter { batch.schema.index(of: $0) == nil }
    if !late.isEmpty {
      var schema = batch.schema
      for name in late { schema.append(Field(name, reading: .own)) }
      batch = batch.widened(to: schema)
    }
    if let filter = step.filter {
      let stays = try rows(of: batch, where: filter)
      if stays.setCount < batch.rowCount { batch = batch.gather(stays.setIndices().map { Int32($0) }) }
    }
    let places = chosen(batch.schema)
    let schema = try DatasetSchema(places.map { try field($0, batch.schema) })
    var columns: [Column] = []
    var misfits: [Misfit] = []
    for (index, place) in places.enumerated() {
      guard let type = step.cast[batch.schema.fields[place].name] else {
        columns.append(batch.columns[place])
        continue
      }
      let (column, failed) = batch.columns[place].conformed(to: type)
      columns.append(column)
      misfits += failed.map { Misfit(row: $0.row, column: index, text: $0.text) }
    }
    misfits.sort { ($0.row, $0.column) < ($1.row, $1.column) }
    return Batch(
      schema: schema, columns: columns, rowCount: batch.rowCount, firstRow: batch.firstRow, misfits: misfits)
  }

  /// The rows for which a filter is true.
  private func rows(of batch: Batch, where filter: SQLPredicate) throws -> Bitmap {
    do throws(SQLPredicateFault) {
      return try expressions.verdicts(of: [filter.sql], over: batch)[0].isTrue
    } catch {
      switch error {
      case .missingColumn(let name):
        throw RunFailure("there is no column '\(name)' to filter by\(suggestion(for: name, among: batch.schema.names))")
      case .broken(let message): throw RunFailure(message)
      }
    }
  }

  /// The places of the columns that stay, in their new order.
  private func chosen(_ schema: DatasetSchema) -> [Int] {
    if !step.keep.isEmpty { return step.keep.compactMap(schema.index) }
    return schema.fields.indices.filter { !step.drop.contains(schema.fields[$0].name) }
  }

  private func field(_ place: Int, _ schema: DatasetSchema) throws -> Field {
    var field = schema.fields[place]
    if let type = step.cast[field.name] { field = Field(field.name, reading: field.reading, declared: type) }
    if let renamed = step.rename.items.first(where: { $0.value == field.name }) {
      if schema.index(of: renamed.name) != nil, renamed.name != field.name,
        !step.rename.items.contains(where: { $0.value == renamed.name }), !step.drop.contains(renamed.name),
        step.keep.isEmpty || step.keep.contains(renamed.name)
      {
        throw RunFailure("'\(field.name)' cannot be renamed '\(renamed.name)': there is a column of that name")
      }
      field.name = renamed.name
    }
    return field
  }
}
