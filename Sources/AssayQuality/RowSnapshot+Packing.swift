extension RowSnapshot {
  /// The rows as bytes: a version, the number of rows, the keys with their lengths, then each column as one word, as a
  /// byte a row into at most 256 words, or as words of 4 bytes. O(cells).
  package func packed() -> [UInt8] {
    var bytes: [UInt8] = [1]
    bytes.reserveCapacity(16 + keys.count * (8 + 4 * hashes.count))
    append(keys.count, to: &bytes)
    for key in keys {
      append(key.utf8.count, to: &bytes)
      bytes += key.utf8
    }
    for column in hashes {
      if let (words, places) = Self.dictionary(of: column) {
        append(words.count, to: &bytes)
        append(words, to: &bytes)
        if words.count > 1 { bytes += places }
      } else {
        bytes.append(0)
        append(column, to: &bytes)
      }
    }
    return bytes
  }

  /// The distinct words and each row's place among them; nil for more than 256, or none.
  private static func dictionary(of column: [UInt32]) -> (words: [UInt32], places: [UInt8])? {
    // Places of words by their lowest bits, from 1, in a table that is at most a quarter full. The words are hashes.
    var slots = [UInt16](repeating: 0, count: 1024)
    var words: [UInt32] = []
    var places: [UInt8] = []
    places.reserveCapacity(column.count)
    for word in column {
      var slot = Int(word & 1023)
      while slots[slot] != 0, words[Int(slots[slot]) - 1] != word { slot = (slot + 1) & 1023 }
      if slots[slot] == 0 {
        if words.count == 256 { return nil }
        words.append(word)
        slots[slot] = UInt16(words.count)
      }
      places.append(UInt8(slots[slot] - 1))
    }
    return words.isEmpty ? nil : (words, places)
  }

  private func append(_ number: Int, to bytes: inout [UInt8]) {
    var rest = UInt64(number)
    while rest >= 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(rest))
  }

  private func append(_ words: [UInt32], to bytes: inout [UInt8]) {
    words.map(\.littleEndian).withUnsafeBytes { bytes.append(contentsOf: $0) }
  }

  /// The snapshot of bytes that `packed` made, under the same columns; nil for other bytes.
  package init?(packed bytes: [UInt8], key: [String], columns: [String]) {
    self.init(key: key)
    self.columns = columns
    var reader = PackedReader(bytes: bytes)
    guard reader.byte() == 1, let rows = reader.number(), rows <= bytes.count else { return nil }
    keys.reserveCapacity(rows)
    for _ in 0..<rows {
      guard let length = reader.number(), let text = reader.take(length) else { return nil }
      keys.append(String(decoding: text, as: UTF8.self))
    }
    for _ in columns {
      guard let count = reader.number(), count <= 256 else { return nil }
      if count == 0 {
        guard let words = reader.words(rows) else { return nil }
        hashes.append(words)
        continue
      }
      guard let words = reader.words(count) else { return nil }
      if count == 1 {
        hashes.append([UInt32](repeating: words[0], count: rows))
        continue
      }
      guard let places = reader.take(rows), places.allSatisfy({ $0 < count }) else { return nil }
      hashes.append(places.map { words[Int($0)] })
    }
    guard reader.isAtEnd else { return nil }
  }
}

/// Reads packed bytes one after another; nil beyond their end.
private struct PackedReader {
  let bytes: [UInt8]
  private var at = 0

  init(bytes: [UInt8]) { self.bytes = bytes }

  var isAtEnd: Bool { at == bytes.count }

  mutating func byte() -> UInt8? {
    guard at < bytes.count else { return nil }
    defer { at += 1 }
    return bytes[at]
  }

  mutating func number() -> Int? {
    var (number, shift) = (UInt64(0), UInt64(0))
    while let next = byte(), shift < 63 {
      number |= UInt64(next & 0x7F) << shift
      if next < 0x80 { return Int(exactly: number) }
      shift += 7
    }
    return nil
  }

  mutating func take(_ count: Int) -> ArraySlice<UInt8>? {
    guard count <= bytes.count - at else { return nil }
    defer { at += count }
    return bytes[at..<at + count]
  }

  mutating func words(_ count: Int) -> [UInt32]? {
    guard count <= (bytes.count - at) / 4, let slice = take(4 * count) else { return nil }
    let start = slice.startIndex
    return (0..<count).map { place in
      (0..<4).reduce(UInt32(0)) { $0 | UInt32(slice[start + 4 * place + $1]) << UInt32(8 * $1) }
    }
  }
}
