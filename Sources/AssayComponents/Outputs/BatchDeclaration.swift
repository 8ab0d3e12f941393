package import AssayDefinition

/// How the rows of a batch stand in a body.
enum BatchFormat: String, ConfigChoice {
  case json, jsonl
}

/// The `batch` of an output: how many rows a request holds, and how.
package struct BatchDeclaration: ConfigObject {
  var size = 100
  var into: String?
  var format = BatchFormat.json

  package static let schema = Schema(
    "batch", BatchDeclaration(), summary: "How many rows a request holds, and how.",
    keys: [
      Key("size", \.size, range: 1...100_000, "Rows in a request; the last one may hold fewer."),
      Key("into", \.into, shown: "the body is the list", "The member of an object that holds the list of rows."),
      Key("format", \.format, "`json`: a list; `jsonl`: a line for each row."),
    ],
    rules: [
      Rule("into") { batch in
        if batch.into == "" { return "'into' names a member" }
        return batch.into != nil && batch.format == .jsonl
          ? "lines stand in no object; 'into' goes with format: json" : nil
      }
    ])

  /// The body that holds the bodies of rows.
  func body(of rows: [[UInt8]]) -> [UInt8] {
    switch format {
    case .jsonl: return rows.flatMap { $0 + [UInt8(ascii: "\n")] }
    case .json:
      let list = [UInt8(ascii: "[")] + Array(rows.joined(separator: [UInt8(ascii: ",")])) + [UInt8(ascii: "]")]
      guard let into else { return list }
      return Array("{\(jsonText(into)):".utf8) + list + [UInt8(ascii: "}")]
    }
  }

  var contentType: String { format == .json ? "application/json" : "application/x-ndjson" }
}
