package import AssayDefinition

/// Whether runs keep a dataset's rows for later comparisons: `snapshot: false`, or `snapshot: {rows: 200000}`.
package struct SnapshotSetting: ConfigValue, Hashable {
  /// The most rows that are kept; nil for none. With more rows nothing is kept.
  package var rows: Int?

  /// 10,000 rows: what costs a run some milliseconds.
  package static let standard = SnapshotSetting(rows: 10_000)

  private struct Bounds: ConfigObject {
    var rows = 10_000

    static let schema = Schema(
      "snapshot", Bounds(), summary: "How many rows are kept.",
      keys: [Key("rows", \.rows, "The most rows of which something is kept; with more, nothing is.")],
      rules: [Rule("rows") { $0.rows < 1 ? "at least one row is kept; `snapshot: false` keeps none" : nil }])
  }

  package static var shape: Shape {
    .either([Bool.shape, .object(name: "`{rows: …}`", keys: Bounds.schema.keyReferences)])
  }

  package static func decode(_ node: YAMLNode, _ context: Decoding) -> SnapshotSetting? {
    if node.pairs != nil { return Bounds.schema.decode(node, context).map { SnapshotSetting(rows: $0.rows) } }
    return Bool.decode(node, context).map { $0 ? .standard : SnapshotSetting(rows: nil) }
  }

  package static func display(_ value: SnapshotSetting) -> String? {
    value.rows.map { "{rows: \($0)}" } ?? "false"
  }
}
