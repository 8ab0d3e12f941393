package import AssayColumns

/// What a report says of a column.
package struct ColumnFacts: Sendable, Hashable {
  package var name: String
  /// The declared type, or the narrowest that holds all values; nil for a column without values.
  package var type: ValueType?
  package var nulls: Int
  /// nil unless it was measured; likewise the extremes.
  package var distinct: Int?
  package var minimum: Cell?
  package var maximum: Cell?
  /// How its values are spread; nil unless it was measured, for texts that are mostly distinct, and for private columns.
  package var distribution: ColumnDistribution?
  /// Whether its values are never shown.
  package var isPrivate = false

  /// The measures of the facts; `profile` asks for distinct values and extremes of all columns too.
  package static func measures(profile: Bool) -> [Measure] {
    var measures: [Measure] = [.everyColumn(.nulls), .everyColumn(.classes)]
    if profile { measures += [.everyColumn(.distinct), .everyColumn(.minimum), .everyColumn(.maximum)] }
    return measures
  }

  /// The facts of all columns in order, as far as they were measured; nulls and classes must have been.
  ///
  /// The extremes of private columns are values of theirs, and left out, and so is how they are spread.
  package static func all(_ values: MeasureValues, privateColumns: Set<String> = []) -> [ColumnFacts] {
    values.schema.fields.enumerated().map { place, field in
      guard case .count(let nulls) = values[.nulls, at: place],
        case .classes(let classes) = values[.classes, at: place]
      else { preconditionFailure("nulls and classes are measured") }
      var facts = ColumnFacts(name: field.name, type: type(of: field, classes), nulls: nulls)
      if case .count(let distinct) = values[.distinct, at: place] { facts.distinct = distinct }
      facts.isPrivate = privateColumns.contains(field.name)
      if facts.isPrivate { return facts }
      if case .cell(let cell) = values[.minimum, at: place] { facts.minimum = cell }
      if case .cell(let cell) = values[.maximum, at: place] { facts.maximum = cell }
      facts.distribution = values.distribution(at: place)
      return facts
    }
  }

  private static func type(of field: Field, _ classes: ClassCounts) -> ValueType? {
    field.declared ?? classes.narrowestType
  }
}
