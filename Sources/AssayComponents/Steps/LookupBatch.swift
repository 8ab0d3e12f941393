internal import AssayDefinition
internal import AssayEngine

/// The `batch` of a look-up: many keys in a request.
struct LookupBatch: ConfigObject {
  var size = 100
  var separator = ","
  /// Always there once it was decoded.
  var key: RecordPath?
  var column: String?

  static let schema = Schema(
    "batch", LookupBatch(), summary: "Many keys in one request, and how its answer is taken apart.",
    keys: [
      Key("size", \.size, range: 1...100_000, "How many keys one request holds at the most."),
      Key("separator", \.separator, "What stands between keys where they are joined."),
      Key("key", \.key, required: true, "The JSONPath to the key within a record: `$.id`."),
      Key(
        "column", \.column, shown: "the only one",
        "The column whose values are the keys, where the request names several."),
    ],
    rules: [Rule("separator") { $0.separator.isEmpty ? "'separator' is empty" : nil }])
}

/// What a key gets that has several matches.
enum OnAmbiguous: String, ConfigChoice {
  /// The values of the first match.
  case first
  /// None.
  case null
}
