import AssayColumns

/// What the texts of a column have in common.
package struct TextShape: Sendable, Hashable {
  /// The least and greatest length of a value, in Unicode scalars.
  package var shortest: Int
  package var longest: Int
  /// Formats that every value has, in the order of their declaration.
  package var formats: [Format]
}

/// Finds lengths and common formats of a column's values. Memory: none that grows with the rows.
struct TextShapeFinder: ColumnAccumulator {
  typealias Part = TextShape?

  private var shape: Part = nil

  func part(of view: BatchView, at place: Int) -> Part {
    let column = view.batch.columns[place]
    var lengths = (shortest: Int.max, longest: 0)
    var candidates = Format.allCases
    func look(_ text: Span<UInt8>) {
      var scalars = 0
      for index in text.indices where text[index] & 0xC0 != 0x80 { scalars += 1 }
      lengths = (min(lengths.shortest, scalars), max(lengths.longest, scalars))
      // Most formats are out after the first value, and cost nothing from then on.
      var index = 0
      while index < candidates.count {
        if candidates[index].matches(text) { index += 1 } else { candidates.remove(at: index) }
      }
    }
    if case .text(let texts) = column.storage {
      let bytes = texts.bytes.span
      for row in 0..<column.count where !column.isNull(row) { look(bytes.extracting(texts.range(at: row))) }
    } else {
      for row in 0..<column.count { if let text = column[row].text { look(text.utf8.span) } }
    }
    guard lengths.shortest <= lengths.longest else { return nil }
    return TextShape(shortest: lengths.shortest, longest: lengths.longest, formats: candidates)
  }

  mutating func merge(_ part: Part, rowsBefore: Int) {
    guard let part else { return }
    guard let known = shape else {
      shape = part
      return
    }
    shape = TextShape(
      shortest: min(known.shortest, part.shortest), longest: max(known.longest, part.longest),
      formats: known.formats.filter { part.formats.contains($0) })
  }

  func finish() -> MeasureValue { .texts(shape) }
}
