import AssayColumns

/// Writes rows as SQLite's records into the leaves of images.
///
/// First the columns are measured: each cell gets its serial type, the code of a record's header for kind and length.
/// Then the rows are laid out on pages and written in ascending order, so that a copy may run over into what is
/// written after it.
final class RowPacker {
  /// The longest record that lies on its leaf as a whole (the format's U − 35).
  private static let longestRecord = RowImage.pageSize - 35
  /// What a leaf has for rows.
  private static let room = RowImage.pageSize - 8

  private let rows: Range<Int>
  private var columns: [MeasuredColumn] = []
  /// For each row the bytes of its serial types in the upper 16 bits, and of its values in the lower 48.
  private let sizes: UnsafeMutablePointer<UInt64>

  private init(_ rows: Range<Int>) {
    self.rows = rows
    sizes = .allocate(capacity: rows.count)
    sizes.initialize(repeating: 0, count: rows.count)
  }

  deinit {
    sizes.deallocate()
    for column in columns { column.deallocate() }
  }

  /// The batch's rows in images, or nil where SQLite has to convert them itself.
  static func pack(_ batch: Batch) -> [RowImage]? {
    var images: [RowImage] = []
    var start = 0
    while start < batch.rowCount {
      let end = min(start + StageWriter.chunkRows, batch.rowCount)
      let packer = RowPacker(start..<end)
      // The packer's pointers lead into the batch's arrays, which neither move nor end while the batch is held.
      let isPacked = withExtendedLifetime(batch) {
        for (column, field) in zip(batch.columns, batch.schema.fields) {
          guard let measured = MeasuredColumn(column, field, packer.rows, packer.sizes) else { return false }
          packer.columns.append(measured)
        }
        return packer.write(into: &images)
      }
      if !isPacked { return nil }
      start = end
    }
    return images
  }

  // MARK: layout

  /// A record's length with its header, and its header's length alone.
  @inline(__always)
  private func record(_ row: Int) -> (header: Int, length: Int) {
    let serials = Int(sizes[row] >> 48)
    // The header's length counts itself.
    let header = serials < 0x7F ? serials + 1 : serials < 0x3FFE ? serials + 2 : serials + 3
    return (header, header + Int(sizes[row] & 0xFFFF_FFFF_FFFF))
  }

  /// Lays the rows out on leaves and writes them; false where a row does not fit on one.
  private func write(into images: inout [RowImage]) -> Bool {
    var row = 0
    while row < rows.count {
      // Each leaf's first row, and the bytes of its cells.
      var leaves: [(first: Int, bytes: Int)] = []
      let first = row
      var used = Self.room
      while row < rows.count {
        let length = record(row).length
        if length > Self.longestRecord { return false }
        let cell = varintLength(length) + varintLength(row - first + 1) + length
        if used + cell + 2 > Self.room {
          if leaves.count == RowImage.pageLimit - 2 { break }
          leaves.append((row, 0))
          used = 0
        }
        used += cell + 2
        leaves[leaves.count - 1].bytes += cell
        row += 1
      }
      images.append(columns.withUnsafeBufferPointer { write(leaves, $0, rows: first..<row) })
    }
    return true
  }

  private func write(
    _ leaves: [(first: Int, bytes: Int)], _ columns: UnsafeBufferPointer<MeasuredColumn>, rows: Range<Int>
  ) -> RowImage {
    // A single leaf is the root itself.
    let firstLeaf = leaves.count == 1 ? 1 : 2
    let image = RowImage(
      pageCount: firstLeaf + leaves.count,
      rows: self.rows.lowerBound + rows.lowerBound..<self.rows.lowerBound + rows.upperBound)
    for (number, leaf) in leaves.enumerated() {
      let end = number + 1 < leaves.count ? leaves[number + 1].first : rows.upperBound
      let page = (firstLeaf + number) * RowImage.pageSize
      let start = RowImage.pageSize - leaf.bytes
      image.putPageHeader(at: page, kind: RowImage.leaf, cells: end - leaf.first, contentStart: start)
      var target = image.pages.assumingMemoryBound(to: UInt8.self) + page + start
      for row in leaf.first..<end {
        let place = image.pages.distance(to: UnsafeMutableRawPointer(target)) - page
        image.put(UInt16(truncatingIfNeeded: place), at: page + 8 + 2 * (row - leaf.first))
        target = writeCell(row, id: row - rows.lowerBound + 1, columns, at: target)
      }
    }
    if leaves.count > 1 { writeRoot(leaves, of: image, firstRow: rows.lowerBound) }
    return image
  }

  /// Writes page 2 with the way to each leaf: its number, and the number of its last row.
  private func writeRoot(_ leaves: [(first: Int, bytes: Int)], of image: RowImage, firstRow: Int) {
    let page = RowImage.pageSize
    let ids = leaves.dropFirst().map { $0.first - firstRow }
    var start = RowImage.pageSize - ids.reduce(0) { $0 + 4 + varintLength($1) }
    image.putPageHeader(at: page, kind: RowImage.interior, cells: ids.count, contentStart: start)
    image.put(UInt32(2 + leaves.count), at: page + 8)
    for (number, id) in ids.enumerated() {
      image.put(UInt16(truncatingIfNeeded: start), at: page + 12 + 2 * number)
      image.put(UInt32(3 + number), at: page + start)
      start += 4
      start += putVarint(id, at: image.pages.assumingMemoryBound(to: UInt8.self) + page + start)
    }
  }

  // MARK: cells

  /// Writes a row and returns the end of it.
  @inline(__always)
  private func writeCell(
    _ row: Int, id: Int, _ columns: UnsafeBufferPointer<MeasuredColumn>, at start: UnsafeMutablePointer<UInt8>
  ) -> UnsafeMutablePointer<UInt8> {
    let (header, length) = record(row)
    var serials = start
    serials += putVarint(length, at: serials)
    serials += putVarint(id, at: serials)
    var values = serials + header
    serials += putVarint(header, at: serials)
    for column in columns {
      let serial = column.serials[row]
      if serial < 0x80 {
        serials.pointee = UInt8(truncatingIfNeeded: serial)
        serials += 1
      } else {
        serials += putVarint(Int(serial), at: serials)
      }
      if serial >= 13 {
        let count = Int((serial &- 13) >> 1)
        column.copyText(row, count, to: values)
        values += count
      } else if let payloads = column.payloads {
        let size = Int(serialSizes >> (UInt64(serial) * 4) & 15)
        // The number's lowest `size` bytes, highest first; the rest of the eight is written over.
        let bits = payloads[row] << UInt64(64 - 8 * size)
        UnsafeMutableRawPointer(values).storeBytes(of: bits.bigEndian, as: UInt64.self)
        values += size
      }
    }
    return values
  }
}
