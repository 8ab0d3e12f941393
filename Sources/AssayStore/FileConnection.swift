import GRDBSQLite

/// What lives with a connection: its handle, compiled statements, and the virtual tables' inputs.
final class FileConnection {
  let handle: SQLHandle
  let inputs: TableInputs
  private var statements: [String: SQLStatement] = [:]
  private var knownUTF8: Bool?

  init(_ handle: SQLHandle) throws(StoreFailure) {
    self.handle = handle
    inputs = try ColumnsTable.register(on: handle)
  }

  /// A statement, compiled on first use and kept.
  func statement(_ sql: String) throws(StoreFailure) -> SQLStatement {
    if let known = statements[sql] { return known }
    let statement = try handle.prepare(sql)
    statements[sql] = statement
    return statement
  }

  /// Forgets a statement, so that its table can be dropped.
  func forget(_ sql: String) { statements[sql] = nil }

  func forgetAll() { statements = [:] }

  /// Whether the file's text is UTF-8, which never changes once it has tables. Another program's file may be UTF-16.
  func isUTF8() throws(StoreFailure) -> Bool {
    if let knownUTF8 { return knownUTF8 }
    let found = try handle.rows("PRAGMA main.encoding") == [["UTF-8"]]
    knownUTF8 = found
    return found
  }

  /// Whether another run is under way, in the store's own file.
  func hasCompany() throws(StoreFailure) -> Bool {
    let alive = try statement("SELECT count(*) > 1 FROM runs WHERE outcome IS NULL")
    defer { alive.reset() }
    return try alive.step() && alive.row() == [.integer(1)]
  }

  /// Images that are shown at once: SQLite attaches 10 databases at the most, unless it was built for more.
  static let mostAttached = 8

  /// Shows images, `mostAttached` at the most, as databases beside the file while `body` runs, outside of any
  /// transaction.
  func withAttached(
    _ images: [RowImage], _ body: (_ names: [String]) throws(StoreFailure) -> Void
  ) throws(StoreFailure) {
    var names: [String] = []
    defer {
      // Where the body failed its statement may still have a transaction, in which nothing is detached.
      handle.rollBack()
      for name in names { sqlite3_exec(handle.pointer, "DETACH \(name)", nil, nil, nil) }
    }
    for image in images {
      let name = "_assay_image_\(names.count)"
      try handle.execute("ATTACH ':memory:' AS \(name)")
      names.append(name)
      try show(image, as: name)
    }
    try body(names)
  }

  private func show(_ image: RowImage, as name: String) throws(StoreFailure) {
    let size = Int64(image.byteCount)
    let code = sqlite3_deserialize(
      handle.pointer, name, image.pages.assumingMemoryBound(to: UInt8.self), size, size,
      UInt32(SQLITE_DESERIALIZE_READONLY))
    if code != SQLITE_OK { throw handle.failure(code) }
    // Pages are then read where they are; without it SQLite would copy each into its cache.
    try handle.execute("PRAGMA \(name).mmap_size = \(size)")
  }
}
