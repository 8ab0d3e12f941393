internal import AssayColumns

/// The rows of a dataset as a later run compares its own with them: their keys, and a hash of each other cell.
///
/// Of private columns no cells are kept, and none may be in the key. Two cells that differ have the same
/// hash once in four thousand million.
package struct RowSnapshot: Sendable, Hashable {
  /// The columns of the key.
  package let key: [String]
  /// The columns whose cells are compared: those that are neither in the key nor private.
  package internal(set) var columns: [String] = []
  /// The rows' keys: cells parted by `separator`, a null by itself `null`.
  package internal(set) var keys: [String] = []
  /// Hashes of cells: by column, then by row.
  var hashes: [[UInt32]] = []

  /// What stands between the cells of a key: the unit separator of ASCII, which data hardly hold.
  package static let separator: Character = "\u{1F}"
  static let null = "\u{0}"

  init(key: [String]) { self.key = key }

  package var rowCount: Int { keys.count }

  /// The cells of a row's key, nil for null.
  package func keyCells(_ row: Int) -> [String?] { Self.keyCells(keys[row]) }

  static func keyCells(_ key: String) -> [String?] {
    key.split(separator: separator, omittingEmptySubsequences: false).map { $0 == null ? nil : String($0) }
  }

  /// The same rows with keys changed, as masks do.
  package func mappingKeys(_ change: (String) -> String) -> RowSnapshot {
    var copy = self
    copy.keys = keys.map(change)
    return copy
  }
}

/// What came of a snapshot.
package enum RowSnapshotValue: Sendable, Hashable {
  case kept(RowSnapshot)
  /// There are more rows than are kept.
  case tooMany(limit: Int)
  /// Keys and hashes take more bytes than are kept.
  case tooLarge
}

/// Keeps the keys of all rows and hashes of their cells, as long as there are not too many.
///
/// Memory: 4 bytes a cell and the keys, at most `mostBytes` together.
struct RowSnapshotTaker: RowAccumulator {
  /// 32 MiB.
  static let mostBytes = 32 << 20

  private let key: [String]
  private let limit: Int
  private let hidden: Set<String>
  private var value: RowSnapshotValue
  private var heldKeyBytes = 0

  init(key: [String], limit: Int, privateColumns: Set<String>) {
    precondition(privateColumns.isDisjoint(with: key), "no value of a private column is kept")
    self.key = key
    self.limit = limit
    hidden = privateColumns
    value = .kept(RowSnapshot(key: key))
  }

  struct Part: Sendable {
    var rowCount: Int
    /// Empty where the batch lies beyond the limit.
    var keys: [String] = []
    var columns: [String] = []
    var hashes: [[UInt32]] = []
  }

  /// The hash of a null.
  private static let nullHash = word(.start)

  private static func word(_ hash: Hash128) -> UInt32 { UInt32(truncatingIfNeeded: hash.low ^ hash.low >> 32) }

  func part(of view: BatchView) throws(GradingFault) -> Part {
    let batch = view.batch
    var part = Part(rowCount: batch.rowCount)
    // What would be dropped again is not worked out.
    guard batch.firstRow + batch.rowCount <= limit else { return part }
    let keyColumns = key.map { batch.column($0) }
    func cell(_ column: Column?, _ row: Int) -> String { column?[row].text ?? RowSnapshot.null }
    part.keys.reserveCapacity(batch.rowCount)
    for row in 0..<batch.rowCount {
      var text = cell(keyColumns[0], row)
      for column in keyColumns.dropFirst() {
        text.append(RowSnapshot.separator)
        text += cell(column, row)
      }
      part.keys.append(text)
    }
    for (field, column) in zip(batch.schema.fields, batch.columns)
    where !key.contains(field.name) && !hidden.contains(field.name) {
      var sums = [Hash128](repeating: .start, count: batch.rowCount)
      addHashes(of: column, seed: 1, to: &sums)
      part.columns.append(field.name)
      part.hashes.append(sums.map(Self.word))
    }
    return part
  }

  /// Bytes of keys and hashes.
  var heldBytes: Int {
    guard case .kept(let snapshot) = value else { return 0 }
    return heldKeyBytes + 4 * snapshot.columns.count * snapshot.rowCount
  }

  /// What would have to leave memory is not kept.
  mutating func spill(to file: SpillFile) throws(GradingFault) { value = .tooLarge }

  mutating func merge(_ part: Part, rowsBefore: Int) throws(GradingFault) {
    guard case .kept(var snapshot) = value, part.rowCount > 0 else { return }
    guard rowsBefore + part.rowCount <= limit, part.keys.count == part.rowCount else {
      value = .tooMany(limit: limit)
      return
    }
    heldKeyBytes += part.keys.reduce(0) { $0 + $1.utf8.count + 16 }
    let width = max(snapshot.columns.count, part.columns.count)
    guard heldKeyBytes + 4 * width * (rowsBefore + part.rowCount) <= Self.mostBytes else {
      value = .tooLarge
      return
    }
    // Taken apart while it grows, so that its arrays are not copied.
    value = .tooLarge
    snapshot.keys += part.keys
    for (place, name) in part.columns.enumerated() {
      if place == snapshot.columns.count {
        snapshot.columns.append(name)
        snapshot.hashes.append([UInt32](repeating: Self.nullHash, count: rowsBefore))
      }
      snapshot.hashes[place] += part.hashes[place]
    }
    for place in part.columns.count..<max(part.columns.count, snapshot.columns.count) {
      snapshot.hashes[place] += [UInt32](repeating: Self.nullHash, count: part.rowCount)
    }
    value = .kept(snapshot)
  }

  func finish(_ schema: DatasetSchema) throws(GradingFault) -> MeasureValue {
    guard case .kept(var snapshot) = value else { return .snapshot(value) }
    // Columns that only the end told of are null throughout.
    for name in schema.names where !key.contains(name) && !hidden.contains(name) && !snapshot.columns.contains(name) {
      snapshot.columns.append(name)
      snapshot.hashes.append([UInt32](repeating: Self.nullHash, count: snapshot.rowCount))
    }
    return .snapshot(.kept(snapshot))
  }
}
