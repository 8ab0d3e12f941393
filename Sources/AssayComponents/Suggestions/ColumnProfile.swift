package import AssayColumns
package import AssayQuality

/// What is known of a column, to suggest checks from.
package struct ColumnProfile: Sendable {
  package var name: String
  /// nil for a column without values.
  package var type: ValueType?
  package var rows: Int
  package var nulls: Int
  package var distinct: Int
  package var distribution: ColumnDistribution?
  package var texts: TextShape?
  /// Digits behind a leading zero are among the values.
  package var hasCodes: Bool
  package var outliers: Int

  /// Cells that are no null.
  package var values: Int { rows - nulls }

  /// The columns of a dataset, in order; everything must have been measured (`DatasetChecks.suggests`).
  package static func all(_ values: MeasureValues) -> [ColumnProfile] {
    ColumnFacts.all(values).enumerated().map { place, facts in
      var profile = ColumnProfile(
        name: facts.name, type: facts.type, rows: values.rowCount, nulls: facts.nulls, distinct: facts.distinct ?? 0,
        distribution: values.distribution(at: place), hasCodes: false, outliers: 0)
      if case .texts(let texts) = values[.textShape, at: place] { profile.texts = texts }
      if case .classes(let classes) = values[.classes, at: place] { profile.hasCodes = classes[.code] > 0 }
      if case .numbers(let spread?) = values[.numericValues, at: place] { profile.outliers = spread.outliers }
      return profile
    }
  }

  /// Whether the name is that of something that tells rows apart.
  var hasKeyName: Bool {
    let words = nameWords
    return !words.isDisjoint(with: ["id", "key", "uuid", "guid", "sku", "isin", "vin", "number", "no", "nr"])
      || words == ["email"] || words == ["code"]
  }

  /// Values that occurred before.
  var repeats: Int { values - distinct }

  /// Whether every value occurs once, and there are some.
  var isUnique: Bool { values > 1 && distinct == values }

  /// The words of the name, in small letters: `customerID` is `customer` and `id`.
  var nameWords: Set<String> {
    var words: [String] = [""]
    var wasSmall = false
    for scalar in name.unicodeScalars {
      let isWord = scalar.properties.isAlphabetic || scalar.properties.numericType != nil
      if !isWord || scalar.properties.isUppercase && wasSmall { words.append("") }
      if isWord { words[words.count - 1] += scalar.properties.lowercaseMapping }
      wasSmall = scalar.properties.isLowercase
    }
    return Set(words.filter { !$0.isEmpty })
  }
}
