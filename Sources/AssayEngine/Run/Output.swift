internal import AssayColumns
internal import AssayDefinition
package import AssayStore

/// Where rows go. Rows are staged while the run goes on, and published at its end, all or nothing.
package protocol Output: Sendable {
  /// Whether values are needed under their final types.
  var needsTypes: Bool { get }
  /// Where the rows go, for reports: a table or a path as the file has it.
  var target: String { get }
  /// The file that it writes, as the pipeline file has it; nil for the store.
  var file: String? { get }
  /// What tells its target from others, where names may be spelt in several ways.
  var identity: String { get }
  /// Whether no second output may have the same target.
  var isExclusive: Bool { get }
  /// The table of the store, or of another SQLite file, that it publishes to; nil for other outputs.
  var table: String? { get }
  /// Whether what was published before goes.
  var replaces: Bool { get }
  /// Whether it keeps its rows until the run ends, within its share of `memory:`.
  var keepsRows: Bool { get }
  /// How many rows a request holds that it sends; nil for an output that sends none.
  var rowsPerRequest: Int? { get }
  /// Stages all rows of the reader.
  func stage(_ rows: DatasetReader, _ context: OutputContext) async throws -> StagedOutput
}

extension Output {
  package var identity: String { normalizedPath(target) }
  package var isExclusive: Bool { true }
  package var table: String? { nil }
  package var replaces: Bool { true }
  package var keepsRows: Bool { false }
  package var rowsPerRequest: Int? { nil }
}

/// What an output has staged: nothing of it is seen before the run is published.
package enum StagedOutput: Sendable {
  case table(TablePublish)
  case file(FilePublish, rows: Int)
  /// Rows that are handed to others.
  case delivery(any Delivery)
  /// Nothing that may be published, and why: publishing it would break the run.
  case refused(String)
  /// Rows that were only looked at.
  case preview(rows: Int)

  /// How many rows were staged.
  package var rowCount: Int {
    switch self {
    case .table(let table): table.stage.rowCount
    case .file(_, let rows): rows
    case .delivery(let delivery): delivery.rowCount
    case .refused: 0
    case .preview(let rows): rows
    }
  }
}

/// What an output needs of its run.
package struct OutputContext: Sendable {
  package let node: NodeContext
  /// The output's place in the file, from 1: it tells stages of one run apart.
  package let number: Int
  package let store: Store
  /// Whether no rows may replace what is published.
  package let allowsEmpty: Bool
  /// Columns whose values reports and the store's ledger do not tell.
  package let privateColumns: [String]

  package init(
    node: NodeContext, number: Int, store: Store, allowsEmpty: Bool, privateColumns: [String] = []
  ) {
    self.node = node
    self.number = number
    self.store = store
    self.allowsEmpty = allowsEmpty
    self.privateColumns = privateColumns
  }
}
