import Dispatch
import Glibc
import Synchronization

/// Everything that Assay remembers: one SQLite file, shared by several processes.
///
/// All calls are done on the store's own queue; none blocks the caller's thread, and none is undone when the caller's
/// task is cancelled.
package final class Store: Sendable {
  let file: DatabaseFile
  /// Other SQLite files that outputs of this process publish to, by absolute path.
  private let others = Mutex<[String: DatabaseFile]>([:])
  /// How many stages this process has made.
  let stageCount = Mutex(0)
  private let leftOver = Mutex<[StoreFailure]>([])

  /// The store's file, as an absolute path.
  package var path: String { file.path }

  /// What dead runs had committed and could not be finished when the store was opened; it is tried again at each open.
  package internal(set) var unsettled: [StoreFailure] {
    get { leftOver.withLock { $0 } }
    set { leftOver.withLock { $0 = newValue } }
  }

  private let patience: Duration

  private init(file: DatabaseFile, patience: Duration) {
    self.file = file
    self.patience = patience
  }

  /// Opens or creates a store, upgrades an older one, and settles what dead runs left behind.
  /// - Parameter patience: how long to wait for other processes' locks before an operation fails as `locked`.
  /// - Throws: `cannotOpen`, `readOnly`, `notADatabase`, `newerVersion`, `locked`, `diskFull`, `corrupt`.
  package static func open(
    _ path: String, patience: Duration = .seconds(10), now: StoreTime = .now
  ) async throws(StoreFailure) -> Store {
    let file = try await openFile(path, keepsJournal: false, creates: true, patience)
    try await file.perform { connection throws(StoreFailure) in try StoreSchema.migrate(connection.handle) }
    let store = Store(file: file, patience: patience)
    try await store.settle(now: now)
    return store
  }

  /// Whether a table's name belongs to the store or to SQLite, so that no output may use it. Case does not matter.
  package static func isReserved(table: String) -> Bool {
    let name = folded(table)
    return StoreSchema.tables.contains(name) || name.hasPrefix("_assay_") || name.hasPrefix("sqlite_")
  }

  /// Closes the store's files. Calls that follow fail.
  package func close() async {
    let others = others.withLock { others in
      defer { others = [:] }
      return others
    }
    for file in others.values { await file.close() }
    await file.close()
  }

  /// The file in which an output's tables are staged and published: the store itself for nil or its own path.
  /// - Parameter creates: whether a file that is not there is made; otherwise `cannotOpen` is thrown, even where this
  ///   process still has it open.
  func database(at path: String?, creates: Bool) async throws(StoreFailure) -> DatabaseFile {
    guard let path else { return file }
    let place: String? = try await file.perform { [file] _ throws(StoreFailure) in
      if !creates, access(path, F_OK) != 0 { throw .missing(path) }
      return isSameFile(path, file.path) ? nil : absolutePath(path)
    }
    guard let place else { return file }
    if let known = others.withLock({ $0[place] }) { return known }
    let opened = try await Self.openFile(place, keepsJournal: true, creates: creates, patience)
    return others.withLock { others in
      if let known = others[place] { return known }
      others[place] = opened
      return opened
    }
  }

  private static func openFile(
    _ path: String, keepsJournal: Bool, creates: Bool, _ patience: Duration
  ) async throws(StoreFailure) -> DatabaseFile {
    let result: Result<DatabaseFile, StoreFailure> = await withCheckedContinuation { continuation in
      DispatchQueue.global().async {
        continuation.resume(
          returning: Result { () throws(StoreFailure) in
            try DatabaseFile(
              path: absolutePath(path), keepsJournal: keepsJournal, creates: creates, patience: patience)
          })
      }
    }
    return try result.get()
  }
}

private func isSameFile(_ left: String, _ right: String) -> Bool {
  if left == right { return true }
  var first = stat()
  var second = stat()
  return stat(left, &first) == 0 && stat(right, &second) == 0 && first.st_dev == second.st_dev
    && first.st_ino == second.st_ino
}
