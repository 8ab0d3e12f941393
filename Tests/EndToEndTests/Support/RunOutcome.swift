import AssayFormats
import AssayTestSupport
import Testing

/// The published schema of reports.
private let reportSchema = Result { try RepositoryFile("docs/report.schema.json").json() }

/// A run as a caller sees it: exit code, report, and what was said on stderr.
struct RunOutcome: Sendable {
  let code: Int32
  /// The report on stdout; null where the run did not start.
  let report: JSONValue
  let output: String
  let errors: String

  init(_ ending: Ending) throws {
    code = ending.code
    output = ending.output
    errors = ending.errors
    report = output.isEmpty ? .null : try JSONParser.parse(output)
    if report != .null {
      #expect(reportFaults(report) == [])
      #expect(try JSONSchemaValidator(reportSchema.get(), ordered: true).faults(of: report) == [])
      #expect(report["exit_code"] == .integer(Int64(code)))
    }
  }

  var outcome: String? { report["outcome"]?.string }

  /// A node of the run, by its name.
  func step(_ name: String, kind: String? = nil) -> JSONValue? {
    report["steps"]?.elements?.first { $0["name"]?.string == name && (kind == nil || $0["kind"]?.string == kind) }
  }

  func warnings(_ step: String) -> [String] { self.step(step)?["warnings"]?.elements?.compactMap(\.string) ?? [] }

  func error(_ step: String) -> String { self.step(step)?["error"]?.string ?? "" }

  func dataset(_ name: String) -> JSONValue? {
    report["datasets"]?.elements?.first { $0["name"]?.string == name }
  }

  /// A check's result, by its name and column.
  func check(_ name: String, _ column: String? = nil, of dataset: String = "s") -> JSONValue? {
    self.dataset(dataset)?["checks"]?.elements?.first { result in
      result["check"]?.string == name && (column == nil || result["column"]?.string == column)
    }
  }

  var published: [Bool] {
    report["outputs"]?.elements?.compactMap { if case .bool(let flag)? = $0["published"] { flag } else { nil } } ?? []
  }

  /// All that the program said, for failing tests and for the search of secrets.
  var everything: String { output + errors }
}

extension JSONValue {
  var string: String? { if case .string(let text) = self { text } else { nil } }
  var int: Int? { if case .integer(let value) = self { Int(value) } else { nil } }
  var number: Double? {
    switch self {
    case .integer(let value): Double(value)
    case .decimal(let value): value
    default: nil
    }
  }
  var object: JSONObject? { if case .object(let object) = self { object } else { nil } }

  /// A value deep within: `report["run", "id"]`.
  subscript(_ path: String...) -> JSONValue? {
    path.reduce(self as JSONValue?) { $0?[$1] }
  }
}
