import AssayColumns
import GRDBSQLite

/// The module `assay_columns`: a read-only virtual table over batches, scanned from the first row to the last.
///
/// `CREATE VIRTUAL TABLE t USING assay_columns(N)` shows the N-th input of the connection. Rows are read straight
/// from the columns.
enum ColumnsTable {
  static let moduleName = "assay_columns"

  /// Makes the module known to a connection. The inputs live as long as the connection.
  static func register(on handle: SQLHandle) throws(StoreFailure) -> TableInputs {
    let inputs = TableInputs()
    let retained = Unmanaged.passRetained(inputs).toOpaque()
    let code = sqlite3_create_module_v2(handle.pointer, moduleName, module, retained) { pointer in
      if let pointer { Unmanaged<TableInputs>.fromOpaque(pointer).release() }
    }
    if code != SQLITE_OK { throw handle.failure() }
    return inputs
  }

  // `nonisolated(unsafe)`, since SQLite wants a pointer: what it leads to is written once, here, before its first use, and
  // only read afterwards, so that threads may share it.
  nonisolated(unsafe) private static let module: UnsafePointer<sqlite3_module> = {
    let module = UnsafeMutablePointer<sqlite3_module>.allocate(capacity: 1)
    module.initialize(to: sqlite3_module())
    module.pointee.xCreate = { columnsConnect($0, $1, $2, $3, $4, $5) }
    module.pointee.xConnect = { columnsConnect($0, $1, $2, $3, $4, $5) }
    module.pointee.xBestIndex = { table, info in
      guard let table = columnsTable(table), let info else { return SQLITE_ERROR }
      let input = table.pointee.input.takeUnretainedValue()
      for place in 0..<Int(info.pointee.nConstraint) {
        guard let constraint = info.pointee.aConstraint?[place], constraint.iColumn >= 0,
          Int32(constraint.op) == SQLITE_INDEX_CONSTRAINT_EQ
        else { continue }
        input.comparedColumns.insert(Int(constraint.iColumn))
      }
      let rows = max(1, input.rows.rowCount)
      info.pointee.estimatedRows = Int64(rows)
      info.pointee.estimatedCost = Double(rows)
      return SQLITE_OK
    }
    module.pointee.xDisconnect = { columnsDisconnect($0) }
    module.pointee.xDestroy = { columnsDisconnect($0) }
    module.pointee.xOpen = { table, result in
      guard let table = columnsTable(table) else { return SQLITE_ERROR }
      let cursor = UnsafeMutablePointer<ColumnsCursor>.allocate(capacity: 1)
      let scan = TableScan(table.pointee.input.takeUnretainedValue())
      cursor.initialize(to: ColumnsCursor(scan: .passRetained(scan), destructor: scan.destructor))
      result?.pointee = UnsafeMutableRawPointer(cursor).assumingMemoryBound(to: sqlite3_vtab_cursor.self)
      return SQLITE_OK
    }
    module.pointee.xClose = { pointer in
      guard let cursor = columnsCursor(pointer) else { return SQLITE_OK }
      cursor.pointee.scan.release()
      cursor.deinitialize(count: 1)
      cursor.deallocate()
      return SQLITE_OK
    }
    module.pointee.xFilter = { pointer, _, _, _, _ in
      guard let cursor = columnsCursor(pointer) else { return SQLITE_ERROR }
      cursor.pointee.scan.takeUnretainedValue().rewind()
      cursor.pointee.rowNumber = 0
      return columnsAdvance(cursor)
    }
    module.pointee.xNext = { pointer in
      guard let cursor = columnsCursor(pointer) else { return SQLITE_ERROR }
      cursor.pointee.row &+= 1
      cursor.pointee.rowNumber &+= 1
      return cursor.pointee.row < cursor.pointee.end ? SQLITE_OK : columnsAdvance(cursor)
    }
    module.pointee.xEof = { pointer in
      guard let cursor = columnsCursor(pointer) else { return 1 }
      return cursor.pointee.row < cursor.pointee.end ? 0 : 1
    }
    module.pointee.xColumn = { pointer, context, index in
      guard let cursor = columnsCursor(pointer), let columns = cursor.pointee.columns else { return SQLITE_ERROR }
      columns[Int(index)].emit(cursor.pointee.row, to: context, cursor.pointee.destructor)
      return SQLITE_OK
    }
    module.pointee.xRowid = { pointer, rowid in
      guard let cursor = columnsCursor(pointer) else { return SQLITE_ERROR }
      rowid?.pointee = cursor.pointee.rowNumber
      return SQLITE_OK
    }
    return UnsafePointer(module)
  }()
}

/// SQLite's table structure with our own behind it, as its documentation asks: `base` must come first.
private struct ColumnsTableState {
  var base = sqlite3_vtab()
  let input: Unmanaged<TableInput>
}

/// SQLite's cursor structure with our own behind it: `base` must come first.
private struct ColumnsCursor {
  var base = sqlite3_vtab_cursor()
  let scan: Unmanaged<TableScan>
  let destructor: sqlite3_destructor_type?
  var columns: UnsafePointer<BoundColumn>?
  var row = 0
  var end = 0
  var rowNumber: Int64 = 0
}

@inline(__always)
private func columnsTable(_ pointer: UnsafeMutablePointer<sqlite3_vtab>?) -> UnsafeMutablePointer<ColumnsTableState>? {
  UnsafeMutableRawPointer(pointer)?.assumingMemoryBound(to: ColumnsTableState.self)
}

@inline(__always)
private func columnsCursor(
  _ pointer: UnsafeMutablePointer<sqlite3_vtab_cursor>?
) -> UnsafeMutablePointer<ColumnsCursor>? {
  UnsafeMutableRawPointer(pointer)?.assumingMemoryBound(to: ColumnsCursor.self)
}

private func columnsConnect(
  _ connection: OpaquePointer?, _ client: UnsafeMutableRawPointer?, _ count: Int32,
  _ arguments: UnsafePointer<UnsafePointer<CChar>?>?,
  _ result: UnsafeMutablePointer<UnsafeMutablePointer<sqlite3_vtab>?>?,
  _ message: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?
) -> Int32 {
  guard let client, count == 4, let text = arguments?[3], let number = Int(String(cString: text)),
    let input = Unmanaged<TableInputs>.fromOpaque(client).takeUnretainedValue()[number]
  else { return SQLITE_ERROR }
  let code = sqlite3_declare_vtab(connection, "CREATE TABLE x(\(columnDeclarations(input.fields)))")
  if code != SQLITE_OK { return code }
  let table = UnsafeMutablePointer<ColumnsTableState>.allocate(capacity: 1)
  table.initialize(to: ColumnsTableState(input: .passRetained(input)))
  result?.pointee = UnsafeMutableRawPointer(table).assumingMemoryBound(to: sqlite3_vtab.self)
  return SQLITE_OK
}

private func columnsDisconnect(_ pointer: UnsafeMutablePointer<sqlite3_vtab>?) -> Int32 {
  guard let table = columnsTable(pointer) else { return SQLITE_OK }
  table.pointee.input.release()
  table.deinitialize(count: 1)
  table.deallocate()
  return SQLITE_OK
}

/// Goes to the next batch, or to the end.
private func columnsAdvance(_ cursor: UnsafeMutablePointer<ColumnsCursor>) -> Int32 {
  let scan = cursor.pointee.scan.takeUnretainedValue()
  do throws(StoreFailure) {
    _ = try scan.advance()
    cursor.pointee.row = scan.range.lowerBound
    cursor.pointee.end = scan.range.upperBound
    cursor.pointee.columns = UnsafePointer(scan.columns.baseAddress)
    return SQLITE_OK
  } catch {
    cursor.pointee.row = 0
    cursor.pointee.end = 0
    if let table = columnsTable(cursor.pointee.base.pVtab) {
      table.pointee.input.takeUnretainedValue().failure = error
    }
    return SQLITE_IOERR
  }
}
