package import AssayDefinition
internal import AssayStore

/// A condition over the columns of a row in SQLite's SQL: `revenue >= 0 OR refunded`.
package struct SQLPredicate: ConfigValue, Hashable {
  package var sql: String

  package init(_ sql: String) { self.sql = sql }

  package static var shape: Shape { .text }

  package static func decode(_ node: YAMLNode, _ context: Decoding) -> SQLPredicate? {
    guard let text = context.text(node, expecting: "an SQL condition") else { return nil }
    if let fault = RowExpressions.check(text) {
      context.fault(.badExpression, at: node.location, "'\(text)' is no SQL condition: \(fault)")
      return nil
    }
    return SQLPredicate(text)
  }

  package static func display(_ value: SQLPredicate) -> String? { value.sql }
}
