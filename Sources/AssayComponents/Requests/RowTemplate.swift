package import AssayDefinition

/// A template that is filled with a row's own values: where a JSON body holds nothing but a column, its value keeps its
/// kind.
package struct RowTemplate: RequestText, Hashable {
  package var template: Template

  package init(_ template: Template) { self.template = template }

  package static var shape: Shape { Template.shape }
  package static var empty: RowTemplate { RowTemplate(.empty) }
  package static var isTemplate: Bool { true }
  package static var keepsKinds: Bool { true }

  package static func decode(_ node: YAMLNode, _ context: Decoding) -> RowTemplate? {
    Template.decode(node, context).map { RowTemplate($0) }
  }

  package static func display(_ value: RowTemplate) -> String? { Template.display(value.template) }

  package var written: String { template.written }
  package var columns: [(name: String, isOptional: Bool)] { template.columns }
  package var soleColumn: String? { template.soleColumn }
  package func filled(_ cell: (String) -> String?) -> String? { template.filled(cell) }
}
