import AssayColumns

/// Which of some values occur in a column, and which others do.
package struct ValueSetFinding: Sendable, Hashable {
  /// How many unlisted texts are told apart.
  package static let otherLimit = 1000

  /// Values, nulls left out.
  package var values: Int
  /// The listed values that do not occur, in the order of the list.
  package var missing: [String]
  /// The texts of values that are not in the list, in the order in which they first occur; there are more where there are
  /// `otherLimit`.
  package var others: [String]
}

/// Finds which of some values occur in a column: equal texts, equal numbers or equal booleans, as `accepted` tells them.
///
/// Memory: the first `ValueSetFinding.otherLimit` unlisted texts.
struct ValueSetFinder: ColumnAccumulator {
  private let listed: [String]
  /// Whether the numbers and booleans that texts spell count as such.
  private let readsText: Bool
  private let placesOfTexts: [[UInt8]: [Int]]
  private let placesOfNumbers: [Double: [Int]]
  private let placesOfBooleans: [Bool: [Int]]
  private var values = 0
  private var occurs: [Bool]
  private var others: [String] = []
  private var knownOthers: Set<[UInt8]> = []

  init(_ listed: [String], readsText: Bool) {
    self.listed = listed
    self.readsText = readsText
    occurs = Array(repeating: false, count: listed.count)
    var texts: [[UInt8]: [Int]] = [:]
    var numbers: [Double: [Int]] = [:]
    var booleans: [Bool: [Int]] = [:]
    for (place, value) in listed.enumerated() {
      let bytes = Array(value.utf8)
      texts[bytes, default: []].append(place)
      switch classify(bytes.span) {
      case .integer, .decimal: if let number = parseDecimal(bytes.span) { numbers[number, default: []].append(place) }
      case .boolean: if let flag = parseBoolean(bytes.span) { booleans[flag, default: []].append(place) }
      default: break
      }
    }
    (placesOfTexts, placesOfNumbers, placesOfBooleans) = (texts, numbers, booleans)
  }

  struct Part: Sendable {
    var values: Int
    /// Places in the list.
    var found: Set<Int> = []
    var others: [String] = []
  }

  func part(of view: BatchView, at place: Int) -> Part {
    let column = view.batch.columns[place]
    var part = Part(values: column.count - column.nullCount)
    if case .text(let texts) = column.storage {
      var seen = HashTable(keepsNotes: false)
      var sums = [Hash128](repeating: .start, count: column.count)
      addHashes(of: column, seed: 1, to: &sums)
      for row in 0..<column.count where !column.isNull(row) && seen.insert(sums[row]) {
        note(Array(texts.bytes[texts.range(at: row)]), &part)
      }
      return part
    }
    var seen: Set<Cell> = []
    for row in 0..<column.count where !column.isNull(row) {
      let cell = column[row]
      guard seen.insert(cell).inserted else { continue }
      let places: [Int]?
      switch cell {
      case .null: continue
      case .text(let text):
        note(Array(text.utf8), &part, asText: true)
        continue
      case .integer(let number): places = placesOfNumbers[Double(number)]
      case .decimal(let number): places = placesOfNumbers[number]
      case .boolean(let flag): places = placesOfBooleans[flag]
      }
      if let places { part.found.formUnion(places) } else { append(cell.text ?? "", to: &part) }
    }
    return part
  }

  /// Notes a text that was not seen before in the batch.
  private func note(_ bytes: [UInt8], _ part: inout Part, asText: Bool = false) {
    var places = placesOfTexts[bytes] ?? []
    if readsText, !asText {
      switch classify(bytes.span) {
      case .integer, .decimal: places += parseDecimal(bytes.span).flatMap { placesOfNumbers[$0] } ?? []
      case .boolean: places += parseBoolean(bytes.span).flatMap { placesOfBooleans[$0] } ?? []
      default: break
      }
    }
    if places.isEmpty {
      append(String(decoding: bytes, as: UTF8.self), to: &part)
    } else {
      part.found.formUnion(places)
    }
  }

  private func append(_ text: String, to part: inout Part) {
    if part.others.count < ValueSetFinding.otherLimit { part.others.append(text) }
  }

  mutating func merge(_ part: Part, rowsBefore: Int) {
    values += part.values
    for place in part.found { occurs[place] = true }
    for text in part.others where others.count < ValueSetFinding.otherLimit {
      if knownOthers.insert(Array(text.utf8)).inserted { others.append(text) }
    }
  }

  func finish() -> MeasureValue {
    .valueSet(
      ValueSetFinding(
        values: values, missing: listed.indices.filter { !occurs[$0] }.map { listed[$0] }, others: others))
  }
}
