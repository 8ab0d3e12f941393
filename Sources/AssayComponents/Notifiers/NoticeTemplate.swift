package import AssayDefinition
internal import AssayEngine
internal import AssayFormats

/// A text with placeholders for what a notice tells: `{pipeline} failed: {reason}`.
package struct NoticeTemplate: RequestText, Hashable {
  package var template: Template

  package static var shape: Shape { .text }
  package static var empty: NoticeTemplate { NoticeTemplate(template: .empty) }
  package static var isTemplate: Bool { true }
  package static var keepsKinds: Bool { true }

  package static func decode(_ node: YAMLNode, _ context: Decoding) -> NoticeTemplate? {
    guard let template = Template.decode(node, context) else { return nil }
    let unknown = template.columnNames.filter { NoticeField(rawValue: $0) == nil }
    for name in unknown {
      context.fault(
        .missingReference, at: node.location,
        "there is no placeholder '{\(name)}'"
          + suggestion(for: name, among: NoticeField.allCases.map(\.rawValue), listing: 40))
    }
    return unknown.isEmpty ? NoticeTemplate(template: template) : nil
  }

  package static func display(_ value: NoticeTemplate) -> String? { Template.display(value.template) }

  package var written: String { template.written }
  package var columns: [(name: String, isOptional: Bool)] { template.columns }
  package var soleColumn: String? { template.soleColumn }
  package func filled(_ cell: (String) -> String?) -> String? { template.filled(cell) }

  /// The text for a notice.
  func text(_ notice: Notice) -> String {
    template.fill { name in NoticeField(rawValue: name)?.text(notice) ?? "" } ?? ""
  }
}

extension JSONTemplate where Text == NoticeTemplate {
  /// The value for a notice: a text that is one placeholder alone is its value with its kind.
  func value(_ notice: Notice) -> JSONValue {
    switch self {
    case .constant(let value): value
    case .text(let text):
      text.soleColumn.flatMap { NoticeField(rawValue: $0)?.value(notice) } ?? .string(text.text(notice))
    case .list(let items): .array(items.map { $0.value(notice) })
    case .object(let members): .object(JSONObject(members.map { ($0.name, $0.value.value(notice)) }))
    }
  }
}
