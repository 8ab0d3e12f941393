package import AssayColumns

/// An end of a range: a number, or the text of a date or datetime.
package enum RangeBound: Sendable, Hashable {
  case number(Double)
  case text(String)

  /// The bound that a text spells: a number, a date or a datetime; nil for all else.
  package init?(_ text: String) {
    let bytes = Array(text.utf8)
    switch classify(bytes.span) {
    case .integer, .decimal:
      guard let number = parseDecimal(bytes.span) else { return nil }
      self = .number(number)
    case .date, .datetime: self = .text(text)
    default: return nil
    }
  }
}

/// How two values are to stand to each other.
package enum Comparison: String, Sendable, Hashable, CaseIterable {
  case equal = "=="
  case unequal = "!="
  case less = "<"
  case atMost = "<="
  case greater = ">"
  case atLeast = ">="
}

/// What a row must satisfy. Only `notNull` and `isNull` judge nulls; for all others a null cell is not evaluated.
package enum Predicate: Sendable, Hashable {
  case notNull
  case isNull
  /// The cell is a value of the type: an integer is a decimal, a date a datetime; in text formats everything is text.
  case isOfType(ValueType)
  /// The cell is one of the values: equal text, or equal numbers (`1` accepts `1.0`), or equal booleans.
  case accepted([String])
  /// The cell is none of the values, compared as in `accepted`.
  case forbidden([String])
  /// The cell lies between the bounds. With number bounds whatever is no number fails; with text bounds whatever is no
  /// date or datetime. A bound of ten characters, a date, means that whole day. Zones are not converted.
  case range(min: RangeBound?, max: RangeBound?, excludesMin: Bool = false, excludesMax: Bool = false)
  /// A PCRE2 pattern matches somewhere in the cell's text (anchors are the author's), or nowhere if `negated`.
  case pattern(String, negated: Bool = false)
  case format(Format)
  /// The cell is a date or datetime not before a moment; whatever is neither fails. A date counts as its midnight in UTC.
  case since(Moment)
  /// The text's length in Unicode scalars lies between the bounds, both included.
  case length(min: Int?, max: Int?)
  /// The cell stands so to that of the other column in its row. A null on either side is not evaluated. Numbers compare by
  /// value, dates by when they are, texts by their bytes; values of unlike kinds are unequal, and in no order.
  case compare(Comparison, to: String)
  /// An SQL expression over the row is true or null.
  case expression(String)
}

/// A predicate with the rows and columns that it is asked of.
package struct RowTest: Sendable, Hashable {
  package var predicate: Predicate
  /// The column that is judged; for an expression, the columns that a sample of failing rows shows, if any.
  package var columns: [String]
  /// An SQL predicate: rows for which it is false or null are not evaluated.
  package var filter: String?

  /// A test of one column, or of an expression over any number of columns.
  package init(_ predicate: Predicate, columns: [String] = [], filter: String? = nil) {
    if case .expression = predicate {
    } else {
      precondition(columns.count == 1, "a predicate over cells judges one column")
    }
    self.predicate = predicate
    self.columns = columns
    self.filter = filter
  }

  /// All columns that must be there for the test, and that a sample of failing rows shows.
  package var judgedColumns: [String] {
    if case .compare(_, let other) = predicate, !columns.contains(other) { return columns + [other] }
    return columns
  }

  /// The SQL texts that must be evaluated for this test.
  var expressions: [String] {
    var texts: [String] = []
    if let filter { texts.append(filter) }
    if case .expression(let text) = predicate { texts.append(text) }
    return texts
  }
}
