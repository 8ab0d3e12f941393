import AssayComponents
import AssayDefinition
import AssayEngine
import Testing

/// What `assay explain` says.
@Suite struct ExplanationTests {
  let explanation = Explanation(catalogue: .standard)

  @Test(arguments: Sample.all)
  func `a component is explained with its keys and examples`(_ sample: Sample) throws {
    let text = try explanation.text(for: [sample.family, sample.component.kind])
    #expect(text.hasPrefix("\(sample.family) \(sample.component.kind) — "))
    for key in sample.component.keys { #expect(text.contains("\n  \(key.name) "), "\(key.name)") }
    for example in sample.component.examples {
      for line in example.split(separator: "\n") { #expect(text.contains(line)) }
    }
  }

  @Test func `no words list every kind of every family`() throws {
    let text = try explanation.text(for: [])
    for sample in Sample.all { #expect(text.contains("\n  \(sample.component.kind) "), "\(sample)") }
  }

  @Test func `a kind that two families have is told for both`() throws {
    let text = try explanation.text(for: ["csv"])
    #expect(text.contains("source csv — ") && text.contains("output csv — "))
    let one = try explanation.text(for: ["outputs", "csv"])
    #expect(!one.contains("source csv") && text.contains(one))
  }

  @Test func `a family whose name has several words is named in words`() throws {
    for family in ["exchange rate provider", "exchange rate providers"] {
      let words = family.split(separator: " ").map(String.init)
      #expect(try explanation.text(for: words).hasPrefix("exchange rate providers\n"))
      #expect(try explanation.text(for: words + ["open_er_api"]).hasPrefix("exchange rate provider open_er_api — "))
      let fault = #expect(throws: Explanation.UnknownName.self) { try explanation.text(for: words + ["open_er_apy"]) }
      #expect(fault?.message == "there is no exchange rate provider 'open_er_apy'; did you mean 'open_er_api'?")
    }
  }

  @Test func `every name can be explained`() throws {
    for name in explanation.names {
      #expect(try !explanation.text(for: name.split(separator: " ").map(String.init)).isEmpty)
    }
  }

  @Test(arguments: [60, 80, 100])
  func `what is not YAML fits the terminal`(_ width: Int) throws {
    let explanation = Explanation(catalogue: .standard, width: width)
    for name in explanation.names {
      let text = try explanation.text(for: name.split(separator: " ").map(String.init))
      var isExample = false
      for line in text.split(separator: "\n") {
        if !line.hasPrefix(" ") { isExample = line.hasPrefix("Example") }
        #expect(isExample || line.count <= width || line.drop { $0 == " " }.firstIndex(of: " ") == nil, "\(line)")
      }
    }
  }

  static let unknown: [(words: [String], message: String)] = [
    (["cvs"], "there is nothing called 'cvs'; did you mean 'csv'?"),
    (["entirely_unlike"], "there is nothing called 'entirely_unlike'; 'assay explain' lists all there is"),
    (["sorce", "csv"], "there is no family 'sorce'; did you mean 'source'?"),
    (["source", "cvs"], "there is no source 'cvs'; did you mean 'csv'?"),
    (["source", "csv", "x"], "explain takes a kind, or a family and a kind: explain source csv"),
  ]

  @Test(arguments: unknown.indices)
  func `an unknown name is answered with the nearest`(_ index: Int) {
    let (words, message) = Self.unknown[index]
    let fault = #expect(throws: Explanation.UnknownName.self) { try explanation.text(for: words) }
    #expect(fault?.message == message)
  }
}
