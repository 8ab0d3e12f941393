/// The bytes of a batch for a file that this process alone reads: native byte order, no version.
///
/// Keepers spill batches that do not fit into memory. `decode` trusts what `encode` wrote.
package enum BatchCodec {
  /// The batch as bytes, without its misfits. O(bytes).
  package static func encode(_ batch: Batch) -> [UInt8] {
    var writer = ByteWriter()
    writer.put(batch.rowCount)
    writer.put(batch.firstRow)
    for column in batch.columns {
      switch column.storage {
      case .text(let texts):
        writer.put(0)
        // Shared bytes are written once per column that uses them, cut down to what this column names.
        let compact = compacted(texts)
        writer.put(compact.bytes)
        writer.put(compact.starts)
        writer.put(compact.lengths)
      case .integers(let values):
        writer.put(1)
        writer.put(values)
      case .decimals(let values):
        writer.put(2)
        writer.put(values)
      case .booleans(let bits):
        writer.put(3)
        writer.put(bits.words)
      case .variant(let cells):
        writer.put(4)
        let compact = compacted(cells)
        writer.put(compact.tags)
        writer.put(compact.payloads)
        writer.put(compact.bytes)
      }
      writer.put(column.validity == nil ? 0 : 1)
      if let validity = column.validity { writer.put(validity.words) }
    }
    return writer.bytes
  }

  /// The batch that `encode` made these bytes of; `schema` must be the one it had.
  package static func decode(_ bytes: [UInt8], schema: DatasetSchema) -> Batch {
    var reader = ByteReader(bytes: bytes)
    let rowCount = reader.integer()
    let firstRow = reader.integer()
    var columns: [Column] = []
    for _ in 0..<schema.count {
      let storage: Column.Storage =
        switch reader.integer() {
        case 0:
          .text(TextStorage(bytes: reader.array(), starts: reader.array(), lengths: reader.array()))
        case 1: .integers(reader.array())
        case 2: .decimals(reader.array())
        case 3: .booleans(Bitmap(words: reader.array(), count: rowCount))
        default:
          .variant(VariantStorage(tags: reader.array(), payloads: reader.array(), bytes: reader.array()))
        }
      let hasValidity = reader.integer() == 1
      let validity = hasValidity ? Bitmap(words: reader.array(), count: rowCount) : nil
      columns.append(Column(storage, validity: validity))
    }
    return Batch(schema: schema, columns: columns, rowCount: rowCount, firstRow: firstRow)
  }

  private static func compacted(_ cells: VariantStorage) -> VariantStorage {
    var compact = VariantStorage(tags: cells.tags, payloads: cells.payloads, bytes: [])
    for index in 0..<cells.count where cells.tag(at: index) == .text {
      let range = cells.textRange(at: index)
      compact.payloads[index] = UInt64(UInt32(compact.bytes.count)) << 32 | UInt64(UInt32(range.count))
      compact.bytes.append(contentsOf: cells.bytes[range])
    }
    return compact
  }

  private static func compacted(_ texts: TextStorage) -> TextStorage {
    var compact = TextStorage()
    compact.bytes.reserveCapacity(texts.lengths.reduce(0) { $0 + Int($1) })
    compact.lengths = texts.lengths
    compact.starts.reserveCapacity(texts.count)
    for index in 0..<texts.count {
      compact.starts.append(UInt32(compact.bytes.count))
      compact.bytes.append(contentsOf: texts.bytes[texts.range(at: index)])
    }
    return compact
  }
}

private struct ByteWriter {
  var bytes: [UInt8] = []

  mutating func put(_ value: Int) {
    withUnsafeBytes(of: Int64(value)) { bytes.append(contentsOf: $0) }
  }

  mutating func put<T: BitwiseCopyable>(_ values: [T]) {
    put(values.count)
    values.withUnsafeBytes { bytes.append(contentsOf: $0) }
  }
}

private struct ByteReader {
  let bytes: [UInt8]
  var at = 0

  mutating func integer() -> Int {
    defer { at += 8 }
    return Int(bytes.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: at, as: Int64.self) })
  }

  mutating func array<T: BitwiseCopyable>() -> [T] {
    let count = integer()
    let size = count * MemoryLayout<T>.stride
    defer { at += size }
    return [T](unsafeUninitializedCapacity: count) { target, filled in
      bytes.withUnsafeBytes { source in
        UnsafeMutableRawBufferPointer(target).copyMemory(from: .init(rebasing: source[at..<(at + size)]))
      }
      filled = count
    }
  }
}
