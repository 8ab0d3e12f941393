/// A column of one batch: values and validity apart.
package struct Column: Sendable {
  /// The values, by how they are laid out. Where validity says null, the value is empty or zero.
  package enum Storage: Sendable {
    case text(TextStorage)
    case integers([Int64])
    case decimals([Double])
    case booleans(Bitmap)
    case variant(VariantStorage)
  }

  package var storage: Storage
  /// A set bit for each cell that is not null; nil where no cell is null.
  package var validity: Bitmap?

  /// A column of values with their validity. Both must be of one count.
  package init(_ storage: Storage, validity: Bitmap? = nil) {
    self.storage = storage
    self.validity = validity
    precondition(validity.map { $0.count == count } ?? true, "validity must cover all values")
  }

  /// A column of nulls. O(count).
  package static func nulls(count: Int) -> Column {
    let zeros = [UInt32](repeating: 0, count: count)
    return Column(
      .text(TextStorage(bytes: [], starts: zeros, lengths: zeros)),
      validity: Bitmap(repeating: false, count: count))
  }

  /// A column of text cells, nil for null. O(bytes).
  package static func texts(_ values: [String?]) -> Column {
    var storage = TextStorage()
    var validity = Bitmap(count: 0)
    for value in values {
      if let value { storage.append(value) } else { storage.appendEmpty() }
      validity.append(value != nil)
    }
    return Column(.text(storage), validity: validity.setCount == values.count ? nil : validity)
  }

  /// A column of cells that carry their own kinds. O(bytes).
  package static func cells(_ values: some Sequence<Cell>) -> Column {
    var storage = VariantStorage()
    for value in values { storage.append(value) }
    return Column(variant: storage)
  }

  /// A column of cells that carry their own kinds; those with the tag `null` are null. O(cells).
  package init(variant storage: VariantStorage) {
    var validity = Bitmap(count: 0)
    for tag in storage.tags { validity.append(tag != VariantStorage.Tag.null.rawValue) }
    self.init(.variant(storage), validity: validity.setCount == validity.count ? nil : validity)
  }

  /// How many cells there are.
  package var count: Int {
    switch storage {
    case .text(let texts): texts.count
    case .integers(let values): values.count
    case .decimals(let values): values.count
    case .booleans(let bits): bits.count
    case .variant(let cells): cells.count
    }
  }

  /// How many cells are null. O(count / 64).
  package var nullCount: Int { validity.map { $0.count - $0.setCount } ?? 0 }

  /// Whether a cell is null.
  @inline(__always)
  package func isNull(_ index: Int) -> Bool { validity.map { !$0[index] } ?? false }

  /// One cell by itself.
  package subscript(_ index: Int) -> Cell {
    if isNull(index) { return .null }
    switch storage {
    case .text(let texts): return .text(texts.string(at: index))
    case .integers(let values): return .integer(values[index])
    case .decimals(let values): return .decimal(values[index])
    case .booleans(let bits): return .boolean(bits[index])
    case .variant(let cells): return cells.cell(at: index)
    }
  }

  /// Bytes the column keeps alive, shared ones counted whole: for the bounds of logs and keepers.
  package var byteCount: Int {
    let values =
      switch storage {
      case .text(let texts): texts.bytes.count + texts.count * 8
      case .integers(let values): values.count * 8
      case .decimals(let values): values.count * 8
      case .booleans(let bits): bits.words.count * 8
      case .variant(let cells): cells.bytes.count + cells.count * 9
      }
    return values + (validity?.words.count ?? 0) * 8
  }
}
