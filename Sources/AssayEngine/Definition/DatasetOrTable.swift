package import AssayDefinition
internal import AssayStore

/// The name of a dataset that stands for a table of the store as it will be once the run is published:
/// `published.TABLE`. Where no output of the run writes it, it is the table as it stands.
package struct PublishedTable: Sendable, Hashable {
  package var name: String

  /// The table that a dataset's name means; nil for other names.
  package init?(_ dataset: String) {
    guard dataset.hasPrefix(Self.prefix) else { return nil }
    name = String(dataset.dropFirst(Self.prefix.count))
  }

  static let prefix = "published."
}

/// The name of a dataset that checks compare with: a source or step of the file, or `published.TABLE`.
package struct DatasetOrTable: ConfigValue, Hashable {
  package var name: String
  package var location: SourceLocation

  package init(_ name: String, at location: SourceLocation = .start) {
    self.name = name
    self.location = location
  }

  package static var shape: Shape { .reference("dataset") }

  package static func decode(_ node: YAMLNode, _ context: Decoding) -> DatasetOrTable? {
    guard let name = context.text(node, expecting: "the name of a dataset, or published.TABLE") else { return nil }
    if let table = PublishedTable(name) {
      if table.name.isEmpty || Store.isReserved(table: table.name) {
        context.fault(
          .badValue, at: node.location,
          table.name.isEmpty
            ? "'published.' needs the name of a table behind it"
            : "the table '\(table.name)' is the store's own, and no run publishes it")
        return nil
      }
    } else {
      context.refer(to: "dataset", name, at: node.location)
    }
    return DatasetOrTable(name, at: node.location)
  }

  package static func display(_ value: DatasetOrTable) -> String? { value.name }
}
