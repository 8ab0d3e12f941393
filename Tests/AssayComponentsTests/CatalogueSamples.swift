import AssayComponents
import AssayDefinition
import AssayEngine

/// A component of the catalogue, as a test's argument.
struct Sample: Sendable, CustomStringConvertible {
  var family: String
  var component: ComponentReference

  var description: String { "\(family) \(component.kind)" }

  /// Every component of every family.
  static let all: [Sample] = Catalogue.standard.families.flatMap { family in
    family.components.map { Sample(family: family.name, component: $0) }
  }
}

/// A pipeline around a component's YAML: with a source named `example` where the component needs one, one named
/// `customers` that sources may ask for each row of, and a look-up named `located` that checks may judge.
func pipeline(around yaml: String, family: String) -> String {
  let hasSource = family == SourceFamily.name || family == PaginatorFamily.name
  return "version: 1\nname: example\n"
    + (hasSource ? "" : "sources: {example: {type: csv, path: example.csv}}\n")
    + (family == CheckFamily.name ? "steps: {located: {type: geocode, from: example, address: \"{address}\"}}\n" : "")
    + PipelineReference.placed(yaml, family: family) + "\n"
    + (family == SourceFamily.name ? "  customers: {type: csv, path: customers.csv}\n" : "")
}

/// What the decoder says of a pipeline whose variables have no values, as `assay validate` reads it.
func decode(_ text: String) -> PipelineDecoder.Result {
  PipelineDecoder(catalogue: .standard, variables: Variables(unsetIsFault: false)).decode(text)
}
