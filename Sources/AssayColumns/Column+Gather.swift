extension Column {
  /// The cells at the given places, in that order; a negative place gives a null. Text bytes are shared, not copied.
  /// - Complexity: O(places).
  package func gather(_ places: [Int32]) -> Column {
    var valid = Bitmap(repeating: true, count: places.count)
    var hasNull = false
    for (row, place) in places.enumerated() where place < 0 || isNull(Int(place)) {
      valid[row] = false
      hasNull = true
    }
    let picked: Storage =
      switch storage {
      case .text(let texts):
        .text(
          TextStorage(
            bytes: texts.bytes, starts: pick(texts.starts, places), lengths: pick(texts.lengths, places)))
      case .integers(let values): .integers(pick(values, places))
      case .decimals(let values): .decimals(pick(values, places))
      case .booleans(let bits): .booleans(pick(bits, places))
      case .variant(let cells):
        .variant(
          VariantStorage(
            tags: pick(cells.tags, places), payloads: pick(cells.payloads, places), bytes: cells.bytes))
      }
    return Column(picked, validity: hasNull ? valid : nil)
  }

  /// The cells from `range`, their text bytes shared. O(cells).
  package func slice(_ range: Range<Int>) -> Column {
    gather(range.map { Int32($0) })
  }
}

private func pick<T: ExpressibleByIntegerLiteral>(_ values: [T], _ places: [Int32]) -> [T] {
  places.map { $0 < 0 ? 0 : values[Int($0)] }
}

private func pick(_ bits: Bitmap, _ places: [Int32]) -> Bitmap {
  var picked = Bitmap(count: places.count)
  for (row, place) in places.enumerated() where place >= 0 && bits[Int(place)] { picked[row] = true }
  return picked
}
