import AssayColumns
import AssayComponents
import AssayDefinition
import AssayEngine
import AssayFormats
import AssayHTTP
import AssayStore
import Synchronization

/// Sources, steps and outputs of the tests' own, beside the checks and reports of the program.
let testCatalogue: Catalogue = {
  let standard = Catalogue.standard
  return Catalogue()
    .adding(
      SourceFamily.self,
      [
        Entry(CountingSource.self) { $0 }, Entry(PlainTextSource.self) { $0 }, Entry(HangingSource.self) { $0 },
        Entry(FlakySource.self) { $0 },
      ]
    )
    .adding(
      StepFamily.self,
      [Entry(PassStep.self) { $0 }, Entry(ConcatenationStep.self) { $0 }, Entry(SquareStep.self) { $0 }]
    )
    .adding(OutputFamily.self, [Entry(LineOutput.self) { $0 }])
    .adding(CheckFamily.self, standard.entries(CheckFamily.self))
    .adding(ReportFamily.self, standard.entries(ReportFamily.self))
    .adding(AuthFamily.self, standard.entries(AuthFamily.self))
}()

/// Integers from 0 on in a column `id`, in small batches.
struct CountingSource: Source, Component {
  var rows = 10
  var batch = 3
  var pauses = 0
  var failsAt: Int?

  static let schema = Schema(
    "counting", CountingSource(), summary: "Integers.",
    keys: [
      Key("rows", \.rows, "How many."), Key("batch", \.batch, "How many at once."),
      Key("pauses", \.pauses, "Turns between batches."),
      Key("fails_at", \.failsAt, "Breaks at this row."),
    ])

  func read(into rows: SourceWriter, _ context: NodeContext) async throws {
    var at = 0
    while at < self.rows {
      let end = min(at + batch, self.rows)
      if let failsAt, end > failsAt { throw RunFailure("broken at row \(failsAt)") }
      let ids = Column(.integers((at..<end).map { Int64($0) }))
      try await rows.write(DecodedRows(names: ["id"], columns: [ids], rowCount: end - at), reading: .own)
      await someTurns(pauses)
      at = end
    }
  }
}

/// How often something was tried, by run and name.
final class Attempts: Sendable {
  static let all = Attempts()
  private let counts = Mutex<[String: Int]>([:])

  /// Counts an attempt; returns its number.
  func next(_ context: NodeContext) -> Int {
    counts.withLock { counts in
      counts["\(context.run.runID) \(context.name)", default: 0] += 1
      return counts["\(context.run.runID) \(context.name)"] ?? 0
    }
  }
}

/// Brings three rows, and breaks behind them in its first attempts.
struct FlakySource: Source, Component {
  var failures = 1
  var hangs = false

  static let schema = Schema(
    "flaky", FlakySource(), summary: "Rows that come at last.",
    keys: [
      Key("failures", \.failures, "How often it breaks."),
      Key("hangs", \.hangs, "Whether it hangs rather than to break."),
    ])

  func read(into rows: SourceWriter, _ context: NodeContext) async throws {
    let number = Attempts.all.next(context)
    let ids = Column(.integers([Int64(number), 8, 9]))
    try await rows.write(DecodedRows(names: ["id"], columns: [ids], rowCount: 3), reading: .own)
    if number > failures { return }
    if hangs { try await Task.sleep(for: .seconds(3600)) }
    throw RunFailure("broken in attempt \(number)")
  }
}

/// Brings one row, and then nothing for longer than any test takes.
struct HangingSource: Source, Component {
  var stubborn = false

  static let schema = Schema(
    "hanging", HangingSource(), summary: "One row, and no end.",
    keys: [Key("stubborn", \.stubborn, "Whether it goes on when it is told to stop.")])

  func read(into rows: SourceWriter, _ context: NodeContext) async throws {
    // Nobody tells a task of its own to stop.
    if stubborn { await Task { try? await Task.sleep(for: .seconds(3600)) }.value }
    let ids = Column(.integers([0]))
    try await rows.write(DecodedRows(names: ["id"], columns: [ids], rowCount: 1), reading: .own)
    try await Task.sleep(for: .seconds(3600))
  }
}

/// Rows as they stand in the file: parts behind `---`, the first line of each has its names, `~` is null.
struct PlainTextSource: Source, Component {
  var data = ""
  var own = false

  static let schema = Schema(
    "plain", PlainTextSource(), summary: "Rows of the pipeline file.",
    keys: [Key("data", \.data, "The rows."), Key("own", \.own, "Whether cells have kinds of their own.")])

  func read(into rows: SourceWriter, _ context: NodeContext) async throws {
    for part in data.split(separator: "---\n") {
      let lines = part.split(separator: "\n").map {
        $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
      }
      let cells = lines.dropFirst()
      let columns = lines[0].indices.map { place in
        let texts = cells.map { $0[place] == "~" ? nil : $0[place] }
        return own
          ? Column.cells(texts.map { $0.map { Int64($0).map { .integer($0) } ?? .text($0) } ?? .null })
          : Column.texts(texts)
      }
      try await rows.write(
        DecodedRows(names: lines[0], columns: columns, rowCount: cells.count), reading: own ? .own : .fromText)
    }
  }
}

/// Hands rows on as they are, or breaks at one of them.
struct PassStep: Step, Component {
  var failsAt: Int?
  var typed = false

  static let schema = Schema(
    "pass", PassStep(), summary: "Hands rows on.",
    keys: [Key("fails_at", \.failsAt, "Breaks at this row."), Key("typed", \.typed, "Whether it asks for types.")])

  var work: StepWork { .transform(Pass(step: self)) }

  struct Pass: Transform {
    let step: PassStep
    var needsTypes: Bool { step.typed }
    func apply(_ batch: Batch) throws -> Batch {
      if let place = step.failsAt, batch.firstRow + batch.rowCount > place {
        throw RunFailure("broken at row \(place)")
      }
      return batch
    }
    func outputSchema(_ schema: DatasetSchema) -> DatasetSchema { schema }
  }
}

/// All rows of the first dataset, then all of the second, and so on.
struct ConcatenationStep: Step, Component {
  var failures = 0

  static let schema = Schema(
    "concatenate", ConcatenationStep(), summary: "All rows of several datasets.",
    keys: [Key("failures", \.failures, "How often it breaks behind its last row.")])

  var work: StepWork { .query(Concatenation(failures: failures)) }

  struct Concatenation: Query {
    let failures: Int

    func run(
      _ inputs: [(name: String, rows: any BatchSequence)], _ context: NodeContext,
      write: @escaping @Sendable (Batch) async throws -> Void
    ) async throws -> DatasetSchema {
      let number = Attempts.all.next(context)
      for input in inputs {
        var rows = input.rows.makeIterator()
        while let batch = try rows.next() {
          guard let ids = batch.column("id"), batch.rowCount > 0 else { continue }
          try await write(Batch(schema: oneColumn, columns: [ids], rowCount: batch.rowCount))
        }
      }
      if number <= failures { throw RunFailure("broken in attempt \(number)") }
      return oneColumn
    }
  }
}

/// Looks up the square of a column's number.
struct SquareStep: Step, Component {
  var number: Template?
  var column = "square"
  var perRequest = 1

  static let schema = Schema(
    "square", SquareStep(), summary: "Squares.",
    keys: [
      Key("number", \.number, "The number."), Key("column", \.column, "The new column."),
      Key("per_request", \.perRequest, "Keys in a request."),
    ])

  var work: StepWork { .lookup(Squares(step: self)) }

  struct Squares: Lookup {
    let step: SquareStep
    var inputs: [Template] { step.number.map { [$0] } ?? [] }
    var answerColumns: [LookupColumn] { [LookupColumn(step.column, type: .integer)] }
    var keysPerRequest: Int { step.perRequest }
    func ask(_ keys: [LookupKey], _ context: NodeContext) async -> [LookupAnswer] {
      await someTurns(keys.first.map { $0.parts[0].count } ?? 0)
      return keys.map { key in
        guard let number = Int64(key.parts[0]) else { return LookupAnswer(.notFound, cells: [.null]) }
        return LookupAnswer(.ok, cells: [.integer(number &* number)])
      }
    }
  }
}

/// A line of a file for each row: its first cell, or all of its cells.
struct LineOutput: Output, Component {
  var path = ""
  var pauses = 0
  var whole = false
  var typed = false
  var fails = false

  static let schema = Schema(
    "lines", LineOutput(), summary: "A line a row.",
    keys: [
      Key("path", \.path, required: true, "The file."), Key("pauses", \.pauses, "Turns between batches."),
      Key("whole", \.whole, "Whether names, types and all cells are written."),
      Key("typed", \.typed, "Whether it asks for types."),
      Key("fails", \.fails, "Whether it breaks at the first batch."),
    ])

  var needsTypes: Bool { typed }
  var target: String { path }
  var file: String? { path }

  func stage(_ rows: DatasetReader, _ context: OutputContext) async throws -> StagedOutput {
    let file = try await context.store.stageFile(target: context.node.run.path(path), run: context.node.run.runID)
    var count = 0
    while let batch = try await rows.next() {
      if fails { throw RunFailure("the disk is gone") }
      guard batch.firstRow == count else { throw RunFailure("row \(batch.firstRow) came where \(count) was due") }
      count += batch.rowCount
      var text = ""
      for row in 0..<batch.rowCount {
        let cells = batch.columns.map { $0[row].text ?? "~" }
        text += (whole ? cells.joined(separator: ",") : cells[0]) + "\n"
      }
      for misfit in batch.misfits where whole {
        text += "misfit row \(batch.firstRow + misfit.row) \(batch.schema.names[misfit.column]): \(misfit.text)\n"
      }
      try file.write(Array(text.utf8))
      await someTurns(pauses)
    }
    if whole, let schema = rows.finalSchema {
      let columns = schema.fields.map { "\($0.name):\($0.type?.rawValue ?? "?")" }
      try file.write(Array((columns.joined(separator: ",") + "\n").utf8))
    }
    return .file(try file.finish(), rows: count)
  }
}

/// A transport for pipelines that send nothing.
struct NoTransport: Transport {
  func send(_ request: HTTPRequest, timeouts: Timeouts, maxBody: Int) async throws(TransportFailure) -> HTTPResponse {
    throw TransportFailure(.refused, "there is no network")
  }
}

func testContext(workers: Int = 2) -> RunContext {
  let mask = SecretMask()
  return RunContext(
    runID: "test", directory: "", workers: Workers(width: workers), mask: mask,
    clients: APIClients([], mask: mask, makeTransport: { NoTransport() }), memoryShare: 1 << 20, events: { _ in })
}
