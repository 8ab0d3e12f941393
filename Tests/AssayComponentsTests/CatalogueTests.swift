import AssayComponents
import AssayDefinition
import AssayEngine
import AssayTestSupport
import Testing

/// What every entry of the catalogue owes its users.
@Suite struct CatalogueTests {
  @Test(arguments: Sample.all)
  func `a component is documented`(_ sample: Sample) {
    let component = sample.component
    #expect(component.summary.hasSuffix(".") && component.summary.count <= 150)
    #expect(!component.examples.isEmpty)
    #expect(!component.faults.isEmpty)
    #expect(isSnakeCase(component.kind))
    for key in component.keys {
      #expect(isSnakeCase(key.name))
      #expect(isSentence(key.doc), "the meaning of '\(key.name)' is a sentence")
    }
    if let shorthand = component.shorthand { #expect(component.keys.map(\.name).contains(shorthand)) }
  }

  @Test(arguments: Sample.all)
  func `an example is a valid part of a pipeline`(_ sample: Sample) {
    for example in sample.component.examples {
      let text = pipeline(around: example, family: sample.family)
      let result = decode(text)
      let errors = result.diagnostics.filter { $0.severity == .error }
      #expect(errors.isEmpty, "\(DiagnosticRendering(file: "example", text: text).report(errors))")
      #expect(result.definition != nil)
    }
  }

  @Test(arguments: Sample.all)
  func `a faulty example has just the fault that it shows, at its place`(_ sample: Sample) {
    for fault in sample.component.faults {
      let sampled = MarkedText(pipeline(around: fault.yaml, family: sample.family))
      let (text, places) = (sampled.text, sampled.places)
      let errors = decode(text).diagnostics.filter { $0.severity == .error }
      let report = DiagnosticRendering(file: "example", text: text).report(errors)
      #expect(errors.count == 1, "\(report)\n\(text)")
      #expect(errors.map(\.location) == places, "\(report)\n\(text)")
      #expect(errors.first?.message.contains(fault.message) == true, "\(report)")
    }
  }

  @Test func `a key that every member of a family takes is no key of one of them`() {
    for family in Catalogue.standard.families {
      #expect(isSentence(family.introduction))
      let common = family.commonKeys.map(\.name)
      for key in family.commonKeys { #expect(isSnakeCase(key.name) && isSentence(key.doc)) }
      for component in family.components {
        let own = component.keys.map(\.name)
        #expect(own.filter(common.contains).isEmpty, "\(family.name) \(component.kind)")
        #expect(Set(own).count == own.count)
      }
    }
  }

  @Test func `the reference has the top-level keys that the decoder reads`() {
    #expect(PipelineReference.keys.map(\.name) == PipelineDecoder.topKeys)
    for (_, keys) in PipelineReference.objects(in: PipelineReference.keys) {
      for key in keys { #expect(isSnakeCase(key.name) && isSentence(key.doc)) }
    }
  }

  @Test func `the example of the page about the file is valid`() {
    let result = decode(ReferencePages.example)
    #expect(result.diagnostics.isEmpty, "\(result.diagnostics)")
  }

  private func isSentence(_ text: String) -> Bool { text.hasSuffix(".") || text.hasSuffix("…") }

  private func isSnakeCase(_ name: String) -> Bool {
    name.first?.isLetter == true
      && name.unicodeScalars.allSatisfy { ("a"..."z").contains($0) || ("0"..."9").contains($0) || $0 == "_" }
  }
}
