internal import AssayColumns
internal import AssayQuality

extension Suggestions {
  /// What the columns of a dataset suggest. Every check holds for the rows that were measured.
  package init(_ profiles: [ColumnProfile], duplicateRows: Int) {
    guard let rows = profiles.first?.rows, rows > 0 else { return }
    dataset.append(
      Suggestion(
        "row_count: {min: \(NiceBounds.below(Double(rows) / 2))}",
        why: "half of today's \(NumberText.count(rows, "row"))"))
    // A name that looks like a variable would be taken for one.
    let names = profiles.filter { !$0.name.contains("${") }.map { YAMLText.scalar($0.name) }.joined(separator: ", ")
    dataset.append(
      Suggestion("schema: {required: [\(names)]}", why: "the columns of today; others may come"))
    let unique = profiles.filter { !$0.name.contains("${") && $0.isUnique && $0.nulls == 0 && $0.hasKeyName }
    if let first = unique.first { key = [first.name] }
    if key.isEmpty, duplicateRows == 0, rows > 1 {
      dataset.append(Suggestion("duplicate_rows", why: "no row repeats another one today"))
    }
    columns = profiles.map { ($0.name, Self.checks(of: $0)) }
    withoutOutliers = profiles.filter { $0.outliers > 0 && $0.isIdentifier }.map(\.name)
  }

  private static func checks(of column: ColumnProfile) -> [Suggestion] {
    guard column.values > 0 else { return [] }
    var checks: [Suggestion] = []
    func add(_ check: String, _ why: String) {
      checks.append(Suggestion(column: column.name, check, why: why))
    }
    if column.nulls == 0 {
      add("not_null", "no value is missing in \(NumberText.count(column.rows, "row"))")
    } else if Double(column.nulls) <= 0.2 * Double(column.rows) {
      // A floor, so that it holds for the share of today.
      let percent = column.values * 100 / column.rows
      add(
        "{not_null: {}, at_least: \(percent)%}",
        "\(NumberText.percent(column.nulls, of: column.rows)) are missing today")
    }
    if column.isUnique, column.hasKeyName || column.values >= 100 && column.isKeyLike {
      add("unique", "all \(NumberText.count(column.values, "value")) differ")
    } else if column.hasKeyName, column.repeats > 0, column.repeats * 8 <= column.values {
      // Each repetition makes two rows fail at most: itself, and the first of its value.
      add(
        "{unique: {}, at_most: \(2 * column.repeats)}",
        "\(NumberText.count(column.repeats, "value occurs", plural: "values occur")) again today")
    }
    if let type = column.type, type != .text {
      add("{type: \(type.rawValue)}", "every value is \(article(type.rawValue))")
    }
    if let range = range(of: column) { checks.append(range) }
    if let values = acceptedValues(of: column) {
      checks.append(values)
    } else if column.type == .text, let text = text(of: column) {
      checks.append(text)
    }
    return checks
  }

  private static func range(of column: ColumnProfile) -> Suggestion? {
    switch column.distribution {
    case .numbers(let shape)
    where (column.type == .integer || column.type == .decimal) && shape.minimum.isFinite && shape.maximum.isFinite:
      let low = NiceBounds.low(shape.minimum, high: shape.maximum)
      let high = NiceBounds.high(shape.maximum, low: shape.minimum)
      guard low.isFinite, high.isFinite else { return nil }
      let today = "today \(NiceBounds.text(shape.minimum)) to \(NiceBounds.text(shape.maximum))"
      // Ids grow, and say nothing by their size.
      if column.isIdentifier {
        return Suggestion(column: column.name, "{range: {min: \(NiceBounds.text(low))}}", why: today)
      }
      return Suggestion(
        column: column.name, "{range: {min: \(NiceBounds.text(low)), max: \(NiceBounds.text(high))}}",
        why: "\(today), with some room")
    case .days(let shape):
      let first = Moment(seconds: Int64(shape.minimum) * 86_400).text.prefix(10)
      let last = Moment(seconds: Int64(shape.maximum) * 86_400).text.prefix(10)
      // Years beyond four digits are no dates of a pipeline file.
      guard first.count == 10, first < "9999" else { return nil }
      return Suggestion(
        column: column.name, "{range: {min: \(first.prefix(4))-01-01}}", why: "today \(first) to \(last)")
    default: return nil
    }
  }

  /// Few values that come again and again are a list of their own.
  private static func acceptedValues(of column: ColumnProfile) -> Suggestion? {
    guard case .values(let found)? = column.distribution, column.type == .text, found.entries.count <= 25,
      found.entries.count * 4 <= found.total,
      found.entries.allSatisfy({ $0.text.utf8.count <= 60 && !$0.text.contains("${") })
    else { return nil }
    let values = found.entries.map(\.text).sorted().map { YAMLText.scalar($0) }.joined(separator: ", ")
    return Suggestion(
      column: column.name, "{accepted_values: [\(values)]}",
      why: "\(NumberText.count(found.entries.count, "value")) in \(NumberText.count(found.total, "row"))")
  }

  private static func text(of column: ColumnProfile) -> Suggestion? {
    guard let texts = column.texts, column.values >= 3 || texts.formats.contains(.email) else { return nil }
    if let format = texts.formats.first(where: { column.mayBe($0) }) {
      return Suggestion(
        column: column.name, "{format: \(format.rawValue)}", why: "every value has this format")
    }
    if texts.shortest == texts.longest, column.values >= 10 {
      return Suggestion(
        column: column.name, "{length: {min: \(texts.shortest), max: \(texts.longest)}}",
        why: "every value has \(NumberText.count(texts.longest, "character"))")
    }
    if texts.longest >= 1 {
      let room = NiceBounds.above(Double(texts.longest) * 1.5)
      return Suggestion(
        column: column.name, "{length: {min: \(min(texts.shortest, 1)), max: \(room)}}",
        why: "today \(texts.shortest) to \(NumberText.count(texts.longest, "character"))")
    }
    return nil
  }

  private static func article(_ noun: String) -> String {
    "aeiou".contains(noun.prefix(1)) ? "an \(noun)" : "a \(noun)"
  }
}

extension ColumnProfile {
  /// Whether its size says nothing: numbers that tell rows apart, or other rows by their ids.
  var isIdentifier: Bool { type == .integer && (isUnique || nameWords.contains("id")) }

  /// Whether values that all differ may well do so by rule: prices and notes differ by chance.
  var isKeyLike: Bool {
    switch type {
    case .integer: true
    case .text: (texts?.longest ?? .max) <= 40 && texts?.shortest == texts?.longest
    default: false
    }
  }

  /// Whether a format that all values happen to have is meant: short ones fit by chance.
  func mayBe(_ format: Format) -> Bool {
    switch format {
    case .email, .url, .uuid, .ipv4, .ipv6, .phoneE164, .iban, .creditCard: true
    case .zipUS: hasCodes || !nameWords.isDisjoint(with: ["zip", "zipcode", "postal", "postcode", "plz"])
    case .countryISO2: !nameWords.isDisjoint(with: ["country", "nation", "nationality"])
    case .currencyISO4217: !nameWords.isDisjoint(with: ["currency", "curr", "ccy"])
    case .date, .datetime: false
    }
  }
}
