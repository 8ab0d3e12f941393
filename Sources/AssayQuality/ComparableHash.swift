import AssayColumns

/// Adds the hash of each cell to its row's sum, so that values which mean the same hash alike in whatever format they came.
///
/// Numbers hash by value, so 1 is 1.0. A text that spells a whole number of 64 bits is that number; one that spells
/// another decimal is it in a column of a text format only, unless the column is declared as text (versions, 1.10), and
/// with up to 15 digits, which a double tells apart. `007` is a code and stays a text. Booleans are the texts `true` and
/// `false`, which `True` and `TRUE` are too. A null adds nothing.
/// - Complexity: O(bytes).
func addComparableHashes(of column: Column, field: Field, seed: Int, to sums: inout [Hash128]) {
  let seed = UInt64(seed) &* 0x9E37_79B9_7F4A_7C15
  let readsDecimals = field.reading == .fromText && field.declared != .text
  for row in sums.indices where !column.isNull(row) {
    let hash: Hash128
    switch column.storage {
    case .text(let texts):
      hash = texts.withBytes(at: row) { comparableHash($0, readsDecimals: readsDecimals, seed) }
    case .integers(let values): hash = hashInteger(values[row], seed)
    case .decimals(let values): hash = hashDecimal(values[row], seed)
    case .booleans(let bits): hash = hashBoolean(bits[row], seed)
    case .variant(let cells):
      let payload = cells.payloads[row]
      switch cells.tag(at: row) {
      case .null: continue
      case .text:
        hash = comparableHash(
          cells.bytes.span.extracting(cells.textRange(at: row)), readsDecimals: readsDecimals, seed)
      case .integer: hash = hashInteger(Int64(bitPattern: payload), seed)
      case .decimal: hash = hashDecimal(Double(bitPattern: payload), seed)
      case .no: hash = hashBoolean(false, seed)
      case .yes: hash = hashBoolean(true, seed)
      }
    }
    sums[row].low &+= hash.low
    sums[row].high &+= hash.high
  }
}

private func comparableHash(_ text: Span<UInt8>, readsDecimals: Bool, _ seed: UInt64) -> Hash128 {
  // Most texts are told from numbers by their first byte.
  if text.count > 0, text[0] &- 48 < 10 || text[0] == UInt8(ascii: "-") || text[0] == UInt8(ascii: ".") {
    switch classify(text) {
    case .integer:
      if let integer = parseInteger(text) { return hashInteger(integer, seed) }
    case .decimal:
      if readsDecimals, digits(text) <= 15, let decimal = parseDecimal(text) { return hashDecimal(decimal, seed) }
    default: break
    }
  } else if text.count == 4 || text.count == 5, let boolean = parseBoolean(text) {
    return hashBoolean(boolean, seed)
  }
  return text.withUnsafeBytes { bytes in
    bytes.baseAddress.map { hashText($0, bytes.count, room: bytes.count, seed) } ?? hashText([0], 0, room: 0, seed)
  }
}

private func hashBoolean(_ value: Bool, _ seed: UInt64) -> Hash128 {
  let text: StaticString = value ? "true" : "false"
  return hashText(text.utf8Start, text.utf8CodeUnitCount, room: text.utf8CodeUnitCount, seed)
}

private func digits(_ text: Span<UInt8>) -> Int {
  var count = 0
  for index in text.indices where text[index] &- 48 < 10 { count += 1 }
  return count
}
