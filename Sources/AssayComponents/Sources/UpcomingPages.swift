internal import AssayHTTP
internal import Synchronization

/// Pages that can be addressed in advance, taken one by one until the paginator has seen the last.
final class UpcomingPages: Sendable {
  private let rest: Mutex<ArraySlice<PageRequest>>

  init(_ pages: [PageRequest]) { rest = Mutex(pages[...]) }

  /// The next page, or nil where none is left or wanted.
  func take() -> PageRequest? { rest.withLock { $0.popFirst() } }

  /// No further page is wanted.
  func stop() { rest.withLock { $0 = [] } }
}
