/// A column's name and how its cells are read.
package struct Field: Sendable, Hashable {
  /// Where a cell's class comes from.
  package enum Reading: UInt8, Sendable, Hashable {
    /// Each cell's text says what it is: CSV and XML.
    case fromText
    /// The cells carry their own kinds: JSON, SQLite, SQL.
    case own
  }

  /// The column's name: any text, unique within a dataset.
  package var name: String
  package var reading: Reading
  /// The type the pipeline file declares. It wins: every non-null cell fits it.
  package var declared: ValueType?
  /// The type, where it is known before the last batch: declared, or scanned for beforehand.
  package var type: ValueType?

  /// A column. A declared type is its type.
  package init(_ name: String, reading: Reading, declared: ValueType? = nil, type: ValueType? = nil) {
    self.name = name
    self.reading = reading
    self.declared = declared
    self.type = declared ?? type
  }
}

/// The columns of a dataset in order. A schema only grows: new columns are appended, earlier rows are null there.
package struct DatasetSchema: Sendable, Hashable {
  package private(set) var fields: [Field]
  private var places: [String: Int]

  /// A schema of the given columns. Their names must be unique.
  package init(_ fields: [Field] = []) {
    self.fields = fields
    places = Dictionary(uniqueKeysWithValues: fields.enumerated().map { ($1.name, $0) })
  }

  /// How many columns there are.
  package var count: Int { fields.count }

  /// The names in order.
  package var names: [String] { fields.map(\.name) }

  /// The place of a column, or nil where there is none of that name. O(1).
  package func index(of name: String) -> Int? { places[name] }

  /// Appends a column. Its name must be new.
  package mutating func append(_ field: Field) {
    precondition(places[field.name] == nil, "a column's name is unique")
    places[field.name] = fields.count
    fields.append(field)
  }

  /// Sets the type of a column, once all of its cells have been seen.
  package mutating func setType(_ type: ValueType?, at index: Int) { fields[index].type = type }
}
