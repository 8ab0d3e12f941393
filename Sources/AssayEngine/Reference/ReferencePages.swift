package import AssayDefinition

/// The reference in Markdown, derived from what components declare of themselves.
package struct ReferencePages {
  let catalogue: Catalogue

  package init(catalogue: Catalogue) { self.catalogue = catalogue }

  /// A file of the reference.
  package struct Page: Sendable, Hashable {
    /// The file's path within the folder of documents.
    package var path: String
    /// The whole file, with a line break at its end.
    package var text: String
  }

  static let notice = "<!-- This page is generated; do not edit. Run `assay reference docs`. -->\n\n"

  /// All pages, the index first.
  package var pages: [Page] {
    [
      Page(path: "reference/README.md", text: Self.notice + index),
      Page(path: "reference/pipeline.md", text: Self.notice + pipeline),
    ]
      + catalogue.families.map {
        Page(path: "reference/\(PipelineReference.page(of: $0.name))", text: Self.notice + page(of: $0))
      }
      + [Page(path: "reference/errors.md", text: Self.notice + errors)]
  }

  private var index: String {
    var text = """
      # Reference

      Every key that a pipeline file may have, with defaults and examples. `assay explain KIND` tells the same in the
      terminal, and [`docs/pipeline.schema.json`](../pipeline.schema.json) tells it to editors.

      - [The pipeline file](pipeline.md): top-level keys, apis, params, values, variables and templates

      """
    for family in catalogue.families {
      let page = PipelineReference.page(of: family.name)
      let kinds = family.components.map { "[`\($0.kind)`](\(page)#\(anchor($0.kind)))" }
      text +=
        "- [\(capitalised(PipelineReference.plural(of: family.name)))](\(page)): \(kinds.joined(separator: ", "))\n"
    }
    return text + "- [Errors](errors.md): the codes of what can be wrong with a file\n"
  }

  private var errors: String {
    var text = """
      # Errors

      Everything that is wrong with a pipeline file is reported at once, and nothing runs (exit code 2). Each line has the form

      ```text
      customers.yaml:12:5: error: unknown key 'paht' in source 'orders' (csv); did you mean 'path'? [config.unknown-key]
      ```

      The code in brackets is stable; the words before it may change. Warnings have codes too, and do not keep a run from
      starting.

      | Code | Meaning |
      |---|---|

      """
    for code in DiagnosticCode.allCases { text += "| `\(code.rawValue)` | \(cell(code.meaning)) |\n" }
    return text
  }

  private func page(of family: FamilyReference) -> String {
    let plural = PipelineReference.plural(of: family.name)
    var text = "# \(capitalised(plural))\n\n"
    text += family.introduction + "\n\n"
    text += "| Kind | What it does |\n|---|---|\n"
    for component in family.components {
      text += "| [`\(component.kind)`](#\(anchor(component.kind))) | \(cell(component.summary)) |\n"
    }
    if !family.commonKeys.isEmpty {
      text += "\nEvery \(family.name) takes these keys, beside its own:\n\n" + table(family.commonKeys)
      text += nested(family.commonKeys, level: "###")
    }
    for component in family.components { text += "\n" + section(component, in: family) }
    return text
  }

  private func section(_ component: ComponentReference, in family: FamilyReference) -> String {
    var text = "## \(component.kind)\n\n\(component.summary)\n"
    if !component.details.isEmpty { text += "\n\(component.details)\n" }
    text += component.keys.isEmpty ? "\nIt has no keys of its own.\n" : "\n" + table(component.keys)
    if let shorthand = component.shorthand {
      text += "\nA value alone, without a mapping, stands for `\(shorthand)`.\n"
    }
    text += nested(component.keys, level: "###")
    for example in component.examples {
      text += "\n```yaml\n\(PipelineReference.placed(example, family: family.name))\n```\n"
    }
    if !component.faults.isEmpty { text += "\nWhat is refused:\n" }
    for fault in component.faults {
      let yaml = PipelineReference.placed(String(fault.yaml.filter { $0 != "⟪" }), family: family.name)
      text += "\n```yaml\n\(yaml)\n```\n\n> \(fault.message)\n"
    }
    return text
  }

  /// The keys of mappings within keys, each under a heading of its own.
  func nested(_ keys: [KeyReference], level: String) -> String {
    PipelineReference.objects(in: keys).map { "\n\(level) \($0.name)\n\n\(table($0.keys))" }.joined()
  }

  func table(_ keys: [KeyReference]) -> String {
    var text = "| Key | Takes | Default | Meaning |\n|---|---|---|---|\n"
    for key in keys {
      let standard = key.isRequired ? "required" : key.defaultText.map { "`\($0)`" } ?? ""
      let secret = key.isSecret ? " Secret: it is masked wherever text leaves the program." : ""
      text += "| `\(key.name)` | \(cell(takes(key.shape))) | \(cell(standard)) | \(cell(key.doc + secret)) |\n"
    }
    return text
  }

  private func takes(_ shape: Shape) -> String {
    switch shape {
    case .list(.reference): shape.words
    case .list(let item): "list of \(takes(item))"
    case .map(let value): "mapping of names to \(takes(value))"
    case .either(let shapes): shapes.map(takes).joined(separator: "; or ")
    case .object(let name, _): name.hasPrefix("`") ? name : "[\(name)](#\(anchor(name)))"
    case .component(CheckFamily.name): "[checks](checks.md)"
    case .component(ReportFamily.name): "mapping of [kinds](reports.md) to their keys"
    case .component(let family): "[\(family)](\(PipelineReference.page(of: family))), by `type`"
    case .reference(let name) where catalogue.families.contains { $0.name == name }:
      "[\(name)](\(PipelineReference.page(of: name)))"
    default: shape.words
    }
  }

  /// A text as a cell of a table.
  private func cell(_ text: String) -> String {
    text.split(separator: "\n").joined(separator: " ").split(separator: "|", omittingEmptySubsequences: false)
      .joined(separator: "\\|")
  }

  /// The place of a heading, as GitHub names it.
  private func anchor(_ heading: String) -> String {
    heading.lowercased().map { $0 == " " ? "-" : String($0) }.joined()
  }

  private func capitalised(_ text: String) -> String { text.prefix(1).uppercased() + text.dropFirst() }
}
