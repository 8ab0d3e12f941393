package import AssayDefinition

/// What `assay explain` says: of a component, of a family, or of a part of the pipeline file. Plain text for a terminal.
package struct Explanation {
  let catalogue: Catalogue
  let paragraphs: WrappedText

  /// - Parameter width: Columns of the terminal; 40 to 100 of them are used.
  package init(catalogue: Catalogue, width: Int = 80) {
    self.catalogue = catalogue
    paragraphs = WrappedText(width: min(max(width, 40), 100))
  }

  /// A name that nothing has.
  package struct UnknownName: Error, Hashable {
    /// What is wrong, with the nearest name.
    package var message: String
  }

  /// An answer to the words behind `explain`.
  package enum Answer: Sendable, Hashable {
    case found(String)
    /// Nothing is called so: what is wrong, with the nearest name.
    case unknown(String)
  }

  /// The answer to the words behind `explain`, as `text(for:)` has it.
  package func text(of words: [String]) -> Answer {
    do throws(UnknownName) { return .found(try text(for: words)) } catch { return .unknown(error.message) }
  }

  /// The text for the words behind `explain`: none (all kinds), a kind, a family, a part of the file such as `api`, or
  /// a family and a kind. A kind that several families have is told for each of them.
  package func text(for words: [String]) throws(UnknownName) -> String {
    guard let last = words.last else { return overview }
    // Names of families and parts may have several words.
    let name = words.joined(separator: " ")
    var found: [String] = []
    for family in catalogue.families where isName(name, of: family) { found.append(text(of: family)) }
    for part in parts where part.names.contains(name) { found.append(text(ofPart: part)) }
    for family in catalogue.families {
      for component in family.components where component.kind == name { found.append(text(of: component, in: family)) }
    }
    if found.isEmpty, words.count > 1 {
      let outer = words.dropLast().joined(separator: " ")
      guard let family = catalogue.families.first(where: { isName(outer, of: $0) }) else {
        if words.count > 2 {
          throw UnknownName(message: "explain takes a kind, or a family and a kind: explain source csv")
        }
        throw UnknownName(
          message: "there is no family '\(outer)'\(suggestion(for: outer, among: catalogue.families.map(\.name)))")
      }
      guard let component = family.components.first(where: { $0.kind == last }) else {
        throw UnknownName(
          message: "there is no \(family.name) '\(last)'"
            + suggestion(for: last, among: family.components.map(\.kind), listing: 60))
      }
      return text(of: component, in: family)
    }
    if found.isEmpty {
      throw UnknownName(
        message: nearest(name, among: names).map { "there is nothing called '\(name)'; did you mean '\($0)'?" }
          ?? "there is nothing called '\(name)'; 'assay explain' lists all there is")
    }
    return found.joined(separator: "\n" + String(repeating: "─", count: paragraphs.width) + "\n\n")
  }

  /// Everything that can be explained, for completion; each name once.
  package var names: [String] {
    var names: [String] = []
    let all =
      catalogue.families.flatMap { [$0.name] + $0.components.map(\.kind) } + parts.flatMap(\.names)
      + catalogue.families.map { PipelineReference.plural(of: $0.name) }
    for name in all where !names.contains(name) { names.append(name) }
    return names
  }

  private func isName(_ word: String, of family: FamilyReference) -> Bool {
    word == family.name || word == PipelineReference.plural(of: family.name)
  }

  /// A part of the pipeline file that is no component, under the names by which it is asked for.
  private struct Part {
    var names: [String]
    var title: String
    var summary: String
    var keys: [KeyReference]
  }

  private var parts: [Part] {
    let top = PipelineReference.keys
    let whole = Part(
      names: ["pipeline"], title: "pipeline file", summary: "The top-level keys of a pipeline file.", keys: top)
    return [whole]
      + PipelineReference.objects(in: top).map { object in
        let key = top.first { PipelineReference.objects(in: [$0]).first?.name == object.name }
        let isFamily = key.map { key in
          catalogue.families.contains { PipelineReference.plural(of: $0.name) == key.name }
        }
        return Part(
          names: [object.name] + (isFamily == false ? [key?.name].compactMap(\.self) : []), title: object.name,
          summary: key?.doc ?? "", keys: object.keys)
      }
  }

  private var overview: String {
    var text = "What a pipeline file may use. 'assay explain KIND' tells the keys, defaults and examples of one.\n"
    for family in catalogue.families {
      text += "\n\(PipelineReference.plural(of: family.name))\n"
      text += summaries(family.components.map { ($0.kind, $0.summary) })
    }
    text += "\nparts of the file\n"
    text += summaries(parts.map { ($0.names[0], $0.summary.isEmpty ? "Keys: \(list($0.keys))." : $0.summary) })
    return text
  }

  private func list(_ keys: [KeyReference]) -> String { keys.map(\.name).joined(separator: ", ") }

  private func summaries(_ lines: [(name: String, summary: String)]) -> String {
    let column = (lines.map(\.name.count).max() ?? 0) + 4
    return lines.map { name, summary in
      let label = "  \(name)" + String(repeating: " ", count: max(1, column - name.count - 2))
      return paragraphs.wrap(summary, first: label, indent: column)
    }.joined()
  }

  private func text(of family: FamilyReference) -> String {
    var text = "\(PipelineReference.plural(of: family.name))\n\n"
    text += paragraphs.wrap(family.introduction, indent: 2)
    text += "\nKinds\n" + summaries(family.components.map { ($0.kind, $0.summary) })
    if !family.commonKeys.isEmpty {
      text += "\nKeys of every \(family.name)\n" + table(family.commonKeys) + nested(family.commonKeys)
    }
    return text
  }

  private func text(ofPart part: Part) -> String {
    var text = "\(part.title)\n\n"
    if !part.summary.isEmpty { text += paragraphs.wrap(part.summary, indent: 2) + "\n" }
    return text + "Keys\n" + table(part.keys) + nested(part.keys)
  }

  private func text(of component: ComponentReference, in family: FamilyReference) -> String {
    var text = paragraphs.wrap("\(family.name) \(component.kind) — \(component.summary)", indent: 0)
    if !component.details.isEmpty { text += "\n" + paragraphs.wrap(component.details, indent: 2) }
    if !component.keys.isEmpty { text += "\nKeys\n" + table(component.keys) }
    if let shorthand = component.shorthand {
      text += "\n" + paragraphs.wrap("A value alone, without a mapping, stands for '\(shorthand)'.", indent: 2)
    }
    text += nested(component.keys)
    if !family.commonKeys.isEmpty {
      text += "\nKeys of every \(family.name)\n" + table(family.commonKeys) + nested(family.commonKeys)
    }
    for (number, example) in component.examples.enumerated() {
      text += component.examples.count == 1 ? "\nExample\n" : "\nExample \(number + 1)\n"
      for line in PipelineReference.placed(example, family: family.name).split(separator: "\n") {
        text += "  \(line)\n"
      }
    }
    return text
  }

  private func nested(_ keys: [KeyReference]) -> String {
    PipelineReference.objects(in: keys).map { "\nKeys of \($0.name)\n" + table($0.keys) }.joined()
  }

  private func table(_ keys: [KeyReference]) -> String {
    let column = (keys.map(\.name.count).max() ?? 0) + 4
    return keys.map { key in
      var takes = words(key.shape)
      if key.isRequired { takes += ", required" }
      if let text = key.defaultText { takes += ", default `\(text)`" }
      if key.isSecret { takes += ", secret" }
      let label = "  \(key.name)" + String(repeating: " ", count: max(1, column - key.name.count - 2))
      return paragraphs.wrap(takes, first: label, indent: column) + paragraphs.wrap(key.doc, indent: column + 2)
    }.joined()
  }

  /// What a key takes. Components are told by their family's name, which can be explained in turn.
  private func words(_ shape: Shape) -> String {
    switch shape {
    case .component(CheckFamily.name): "checks"
    case .component(ReportFamily.name): "mapping of kinds to paths"
    case .list(.component(CheckFamily.name)): "list of checks"
    case .list(.reference): shape.words
    case .list(let item): "list of \(words(item))"
    case .map(let value): "mapping of names to \(words(value))"
    default: shape.words
    }
  }
}
