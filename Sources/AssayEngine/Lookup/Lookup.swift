package import AssayColumns
package import AssayDefinition

/// What a look-up asks for: the normalised inputs of a row. Rows with equal keys share one request.
package struct LookupKey: Sendable, Hashable {
  package var parts: [String]

  package init(_ parts: [String]) { self.parts = parts }
}

/// What came of a look-up for a row; the text is what `STEP_status` holds.
package enum LookupStatus: String, Sendable, Hashable {
  case ok
  case notFound = "not_found"
  case ambiguous
  case error
  /// An input was null or empty, so nothing was asked.
  case skipped
}

/// What a provider answered for one key.
package struct LookupAnswer: Sendable {
  package var status: LookupStatus
  /// A cell for each of the look-up's answer columns; all null unless something was found.
  package var cells: [Cell]

  package init(_ status: LookupStatus, cells: [Cell]) {
    self.status = status
    self.cells = cells
  }
}

/// A column that a look-up adds.
package struct LookupColumn: Sendable, Hashable {
  package var name: String
  /// The type of its values, where the provider's facts fix it.
  package var type: ValueType?

  package init(_ name: String, type: ValueType? = nil) {
    self.name = name
    self.type = type
  }
}

/// What is done with a row whose look-up broke.
package enum OnLookupError: String, ConfigChoice {
  /// The run ends.
  case fail
  /// The row's new columns are null, and its status is `error`.
  case null
}

/// A provider of answers: it sees keys, never rows. Normalising, asking each key once, asking concurrently and joining
/// back are the stage's.
package protocol Lookup: Sendable {
  /// The per-row inputs. A null or blank in one of them, unless it is optional, skips the row.
  var inputs: [Template] { get }
  /// Further per-row inputs that take no part in the key: the amount that a rate is applied to.
  var carried: [Template] { get }
  /// What the provider answers for a key, in the order of `LookupAnswer.cells`.
  var answerColumns: [LookupColumn] { get }
  /// The columns that rows get: by default those of the answer.
  var addedColumns: [LookupColumn] { get }
  /// How many keys one request may hold.
  var keysPerRequest: Int { get }
  var onError: OnLookupError { get }

  /// The key of a row's filled inputs; nil skips the row.
  func key(_ inputs: [String]) -> LookupKey?
  /// The answers to the keys, one for each, in their order.
  func ask(_ keys: [LookupKey], _ context: NodeContext) async throws -> [LookupAnswer]
  /// A row's added cells, where they depend on carried inputs too.
  func cells(_ answer: LookupAnswer, carried: [String?]) -> [Cell]
}

extension Lookup {
  package var carried: [Template] { [] }
  package var addedColumns: [LookupColumn] { answerColumns }
  package var keysPerRequest: Int { 1 }
  package var onError: OnLookupError { .fail }
  package func cells(_ answer: LookupAnswer, carried: [String?]) -> [Cell] { answer.cells }

  /// Every input trimmed, with runs of blanks made one; nil where all of them are blank.
  package func key(_ inputs: [String]) -> LookupKey? {
    let parts = inputs.map(collapsed)
    return parts.allSatisfy(\.isEmpty) ? nil : LookupKey(parts)
  }
}

/// A text without blanks at its ends and with single spaces within.
package func collapsed(_ text: String) -> String {
  text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
}
