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

  /// The measures of the facts; `profile` asks for distinct values and extremes of all columns too.
  package static func measures(profile: Bool) -> [Measure] {
    var measures: [Measure] = [.everyColumn(.nulls), .everyColumn(.classes)]
    if profile { measures += [.everyColumn(.distinct), .everyColumn(.minimum), .everyColumn(.maximum)] }
    return measures
  }

  /// The facts of all columns in order, as far as they were measured; nulls and classes must have been.
  ///
  /// The extremes of private columns are values of theirs, and left out.
  package static func all(_ values: MeasureValues, privateColumns: Set<String> = []) -> [ColumnFacts] {
    values.schema.fields.enumerated().map { place, field in
      guard case .count(let nulls) = values[.nulls, at: place],
        case .classes(let classes) = values[.classes, at: place]
      else { preconditionFailure("nulls and classes are measured") }
      var facts = ColumnFacts(name: field.name, type: type(of: field, classes), nulls: nulls)
      if case .count(let distinct) = values[.distinct, at: place] { facts.distinct = distinct }
      if privateColumns.contains(field.name) { return facts }
      if case .cell(let cell) = values[.minimum, at: place] { facts.minimum = cell }
      if case .cell(let cell) = values[.maximum, at: place] { facts.maximum = cell }
      return facts
    }
  }

  private static func type(of field: Field, _ classes: ClassCounts) -> ValueType? {
    field.declared ?? classes.narrowestType
  }
}
