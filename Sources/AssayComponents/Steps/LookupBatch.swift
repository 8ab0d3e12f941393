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
    details: """
      The key's `{column}` stands for all keys of a request: joined by `separator` in `path`, `query`, a form or a text; and in a JSON body,
      where a text is nothing but `{column}`, as a list of texts. What `matches` leads to are records in any order; each
      belongs to the key that its `key` leads to, compared after `normalize`. A key without a record is `not_found`, one with several
      is `ambiguous`. Each key's records are remembered by themselves.

      Other columns of the request may differ from row to row: keys that share them are asked for together. A key that holds the
      separator cannot be asked for among others, and is `not_found`.
      """,
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
