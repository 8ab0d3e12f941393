import AssayDefinition
import Testing

@Suite struct TemplateTests {
  static let good: [(String, [Template.Part])] = [
    ("", []), ("plain", [.literal("plain")]), ("{a}", [.column("a", optional: false)]),
    ("{a?}", [.column("a", optional: true)]),
    ("{a}, {b c}", [.column("a", optional: false), .literal(", "), .column("b c", optional: false)]),
    ("x{a}y", [.literal("x"), .column("a", optional: false), .literal("y")]), ("{{a}}", [.literal("{a}")]),
    ("{{{a}}}", [.literal("{"), .column("a", optional: false), .literal("}")]),
    ("{a}{b}", [.column("a", optional: false), .column("b", optional: false)]),
    ("{ä.b?}", [.column("ä.b", optional: true)]), ("}}{{", [.literal("}{")]),
  ]

  @Test(arguments: good)
  func `a template is read, and written as it was`(text: String, parts: [Template.Part]) throws {
    let template = try Template(text)
    #expect(template.parts == parts)
    #expect(template.text == text)
    #expect(try Template(template.text) == template)
  }

  static let bad: [(String, String)] = [
    ("{a", "'{' without its '}' in '{a'; write {{ for the character itself"),
    ("a}", "'}' without its '{' in 'a}'; write }} for the character itself"),
    ("{}", "'{}' names no column in '{}'"), ("{?}", "'{}' names no column in '{?}'"),
    ("{{a}", "'}' without its '{' in '{{a}'; write }} for the character itself"),
  ]

  @Test(arguments: bad)
  func `a template that cannot be read says why`(text: String, message: String) {
    do {
      _ = try Template(text)
      Issue.record("'\(text)' was read")
    } catch {
      #expect(error.message == message)
    }
  }

  static let brought: [(String, [Template.Part])] = [
    ("${secret:K}", [.literal("abc{v}d}")]), ("{a}${secret:K}", [.column("a", optional: false), .literal("abc{v}d}")]),
    ("${env:OPEN}a}}", [.literal("{a}")]), ("{{${env:OPEN}", [.literal("{{")]), ("${param:p}", [.literal("{{x}}")]),
    ("{${env:OPEN}}", [.column("{", optional: false)]), ("{${env:MARK}}", [.column("a?", optional: false)]),
    ("{${env:MARK}?}", [.column("a?", optional: true)]), ("$${a}", [.literal("$"), .column("a", optional: false)]),
  ]

  @Test(arguments: brought)
  func `what a variable brings is text, whatever it holds`(text: String, parts: [Template.Part]) {
    #expect(decoded(text).template?.parts == parts)
  }

  @Test(arguments: ["{a${secret:K}", "${secret:K}}", "{}${secret:K}"])
  func `a template that cannot be read is shown without what variables bring`(text: String) {
    let (template, context) = decoded(text)
    #expect(template == nil && context.diagnostics.count == 1)
    #expect(context.diagnostics.allSatisfy { $0.message.contains("'\(text)'") && !$0.message.contains("abc") })
  }

  private func decoded(_ text: String) -> (template: Template?, context: Decoding) {
    let context = Decoding(
      variables: Variables(
        environment: ["K": "abc{v}d}", "OPEN": "{", "MARK": "a?"], params: ["p": "{{x}}"]), catalogue: Catalogue())
    let node = YAMLNode(.scalar(text, quoted: true), at: .start)
    return (Template.decode(node, context), context)
  }

  @Test func `a template is filled for a row`() throws {
    let row = ["a": "1", "b": ""]
    #expect(try Template("{a}-{b}-{c?}").fill { row[$0] } == "1--")
    #expect(try Template("{a}{c}").fill { row[$0] } == nil)
    #expect(try Template("const").fill { _ in nil } == "const")
    #expect(try Template("{c?}").fill { row[$0] } == "")
  }
}
