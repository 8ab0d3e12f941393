internal import AssayColumns
package import AssayDefinition
internal import AssayEngine
internal import AssayFormats
internal import AssayHTTP

/// `incremental` of an HTTP source: it asks only for what is new since the last published run.
package struct IncrementalDeclaration: ConfigObject {
  var cursor = ""
  var param = ""
  var place = ParameterPlace.query
  var initial: String?
  var lag = Duration.zero

  package static let schema = Schema(
    "incremental", IncrementalDeclaration(), summary: "Asks only for what is new since the last published run.",
    details: """
      The greatest value of the column `cursor` is kept with the run's publishing, for this pipeline, source and set of params, and sent
      as `param` by the next run; the first run sends `initial`, or nothing. A run that publishes nothing changes nothing.
      `--full-refresh` starts again. Values are compared as numbers, as dates and times, or else as text.
      """,
    keys: [
      Key("cursor", \.cursor, required: true, "The column that grows: `updated_at`, `id`."),
      Key("param", \.param, required: true, "The parameter that the cursor's value is sent as."),
      Key("in", \.place, "Where the parameter goes: `query`, `header` or `body`."),
      Key("initial", \.initial, "What the first run sends; without it, nothing is sent."),
      Key(
        "lag", \.lag, "How much earlier than the cursor a run begins, for rows that come late; for dates and times."),
    ])
}

/// Where an incremental source begins.
struct IncrementalStart: Sendable {
  /// What the last published run reached; nil before the first.
  var cursor: String?
  /// What is sent; nil for nothing.
  var sent: String?
}

extension IncrementalDeclaration {
  /// Where the source begins. Throws `RunFailure` for a lag that the cursor does not take.
  func start(_ context: NodeContext) async throws -> IncrementalStart {
    let known = try await context.run.cursors.start(of: context.name)
    guard let known, lag > .zero else { return IncrementalStart(cursor: known, sent: known ?? initial) }
    guard let moment = Moment(known) else {
      throw Self.lagMisfit(known)
    }
    return IncrementalStart(cursor: known, sent: moment.earlier(by: lag).text)
  }

  /// Puts what is sent into a request.
  func apply(_ start: IncrementalStart?, to request: inout PreparedRequest) throws {
    guard let value = start?.sent else { return }
    let parameter = PageRequest.Parameter(param, value, in: place.place)
    request.body = try request.body.setting(place == .body ? [parameter] : [])
    request.request = PageRequest(parameters: [parameter]).applied(to: request.request)
  }

  func tracker(_ start: IncrementalStart?) -> CursorTracker {
    CursorTracker(column: cursor, start: start?.cursor, takesLag: lag > .zero)
  }

  fileprivate static func lagMisfit(_ cursor: String) -> RunFailure {
    RunFailure("'lag' is for dates and times, and the cursor is '\(cursor)'")
  }
}

/// The greatest value of a column, row by row.
struct CursorTracker {
  private let column: String
  private let takesLag: Bool
  private(set) var greatest: String?
  /// Whether the column came at all, where rows did.
  private(set) var isMissing = false
  private var hasCome = false

  /// - Parameters:
  ///   - start: What the run began with, so that a run without news keeps it.
  ///   - takesLag: Whether the next run begins earlier than where this one ends.
  init(column: String, start: String?, takesLag: Bool) {
    self.column = column
    self.takesLag = takesLag
    greatest = start
  }

  mutating func note(_ rows: DecodedRows) {
    guard rows.rowCount > 0 else { return }
    guard let place = rows.names.firstIndex(of: column) else {
      isMissing = !hasCome
      return
    }
    hasCome = true
    isMissing = false
    let cells = rows.columns[place]
    for row in 0..<rows.rowCount {
      guard let text = cells[row].text, !text.isEmpty else { continue }
      if let known = greatest, !Self.isAfter(text, known) { continue }
      greatest = text
    }
  }

  /// Notes how far the source has come. Throws `RunFailure` where no row had the column, or where the next run could not
  /// begin from its value.
  func finish(_ context: NodeContext) throws {
    if isMissing {
      throw RunFailure("no row has the column '\(column)', the cursor of 'incremental'")
    }
    guard let greatest else { return }
    if takesLag, Moment(greatest) == nil { throw IncrementalDeclaration.lagMisfit(greatest) }
    context.run.cursors.advance(context.name, to: greatest)
  }

  /// Whether one value comes after another.
  static func isAfter(_ text: String, _ other: String) -> Bool {
    if let left = Double(text), let right = Double(other) {
      // Beyond 2^53 doubles are too coarse for ids.
      if let left = Int64(text), let right = Int64(other) { return left > right }
      return left > right
    }
    if let left = Moment(text), let right = Moment(other) { return left > right }
    return text > other
  }
}
