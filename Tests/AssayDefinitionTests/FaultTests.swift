import AssayDefinition
import AssayTestSupport
import Testing

@Suite struct FaultTests {
  static let table: [(String, [Said])] = [
    ("name: x\n⟪siez: 3", [Said(.unknownKey, "unknown key 'siez' in the widget; did you mean 'size'?")]),
    ("⟪size: 3", [Said(.missingKey, "the widget needs 'name'")]),
    ("name: ⟪\"\"", [Said(.badValue, "'name' is empty")]),
    ("name: x\ntoken: ''", []),
    ("name: ⟪\"a\\0b\"", [Said(.badValue, "a text cannot hold a NUL character")]),
    ("name: x\ntags: [a, ⟪\"\\0\"]", [Said(.badValue, "a text cannot hold a NUL character")]),
    ("name: x\nlabels: {⟪\"a\\0\": b}", [Said(.badValue, "a key cannot hold a NUL character")]),
    ("name: x\n⟪ratio: -1", [Said(.badExpression, "'ratio' is negative")]),
    ("name: ⟪[a]", [Said(.wrongType, "expected a text, not a list")]),
    ("name: ⟪{a: 1}", [Said(.wrongType, "expected a text, not a mapping")]),
    (
      "name: ⟪{zipcode}",
      [Said(.unquotedTemplate, "YAML reads {zipcode} without quotes as a mapping; write \"{zipcode}\"")]
    ),
    (
      "name: x\naddress: ⟪{street}",
      [Said(.unquotedTemplate, "YAML reads {street} without quotes as a mapping; write \"{street}\"")]
    ),
    ("name:⟪\nsize: 2", [Said(.wrongType, "expected a text, but nothing is here")]),
    ("name: x\nsize: ⟪big", [Said(.wrongType, "expected an integer, not 'big'")]),
    ("name: x\nsize: ⟪10", [Said(.badValue, "'size' must be 1 to 9, not 10")]),
    ("name: x\ncount: ⟪-1", [Said(.badValue, "'count' must be at least 0, not -1")]),
    ("name: x\nsize: ⟪99999999999999999999", [Said(.wrongType, "expected an integer, not '99999999999999999999'")]),
    ("name: x\nratio: ⟪nan", [Said(.wrongType, "expected a number, not 'nan'")]),
    ("name: x\nflag: ⟪yes", [Said(.wrongType, "expected true or false, not 'yes'")]),
    ("name: x\nwait: ⟪10", [Said(.wrongType, "expected a duration such as 500ms, 10s, 5m, 2h or 1d, not '10'")]),
    ("name: x\nshare: ⟪95", [Said(.wrongType, "expected a share from 0% to 100%, not '95'")]),
    ("name: x\nbytes: ⟪16", [Said(.wrongType, "expected bytes such as 16MiB or 500kB, not '16'")]),
    (
      "name: x\nnumbers: [1, ⟪two, 3, ⟪four]",
      [
        Said(.wrongType, "expected an integer, not 'two'"), Said(.wrongType, "expected an integer, not 'four'"),
      ]
    ),
    ("name: x\nlabels: ⟪[a]", [Said(.wrongType, "expected names with values, not a list")]),
    ("name: x\nlabels:\n  a: 1\n  b: ⟪[1]", [Said(.wrongType, "expected a text, not a list")]),
    ("name: x\ncolor: ⟪gren", [Said(.badValue, "expected one of red, green, blue, not 'gren'; did you mean 'green'?")]),
    (
      "name: x\naddress: ⟪\"{street\"",
      [Said(.badValue, "'{' without its '}' in '{street'; write {{ for the character itself")]
    ),
    ("name: x\nbox:\n  ⟪label: y", [Said(.missingKey, "box of the widget needs 'width'")]),
    ("name: x\nbox: ⟪5", [Said(.wrongType, "box of the widget takes keys with values, not '5'")]),
    (
      "name: x\nbox: {width: ⟪0, ⟪wdith: 4}",
      [
        Said(.badValue, "'width' must be 1 to 10, not 0"),
        Said(.unknownKey, "unknown key 'wdith' in box of the widget; did you mean 'width'?"),
      ]
    ),
    ("name: x\nlow: 5\n⟪high: 4", [Said(.conflict, "'high' is below 'low'")]),
    ("⟪name: x\nlow: 11", [Said(.conflict, "'high' is below 'low'")]),
    ("⟪- a\n- b", [Said(.wrongType, "the widget takes keys with values, not a list")]),
    ("⟪just text", [Said(.wrongType, "the widget takes keys with values, not 'just text'")]),
    ("# ä comment 🙂\nname: \"ä🙂\"\nlabels: {ä🙂: b, c: ⟪[]}", [Said(.wrongType, "expected a text, not a list")]),
    ("name: x\r\n⟪siez: 3\r\n", [Said(.unknownKey, "unknown key 'siez' in the widget; did you mean 'size'?")]),
  ]

  @Test(arguments: table)
  func `a fault is told with its place, its code and what to do`(marked: String, expected: [Said]) {
    let text = MarkedText(marked)
    expect(Widget.read(text.text).context.diagnostics, at: text.places, are: expected)
  }

  /// A required text that may be empty.
  struct Login: ConfigObject {
    var password = "?"

    static let schema = Schema(
      "login", Login(), summary: "A login.",
      keys: [Key("password", \.password, required: true, canBeEmpty: true, "The password.")])
  }

  @Test func `a required text that may be empty must still be there`() throws {
    let context = Decoding(variables: Variables(), catalogue: Catalogue())
    let empty = try #require(YAMLReader.read("password: ''").root)
    #expect(Login.schema.decode(empty, context)?.password == "")
    #expect(context.diagnostics.isEmpty)
    let none = try #require(YAMLReader.read("{}").root)
    _ = Login.schema.decode(none, context)
    #expect(context.diagnostics.map(\.code) == [.missingKey])
  }

  @Test func `a byte order mark shifts no place, and a caret under it stands right`() {
    let text = "\u{FEFF}name: [a]\nsize: 10"
    let found = Widget.read(text).context.diagnostics
    #expect(found.map(\.location) == [Place(line: 1, column: 7), Place(line: 2, column: 7)])
    let lines = DiagnosticRendering(file: "f", text: text).report(found).split(separator: "\n")
    #expect(lines[1...2] == ["    name: [a]", "          ^"])
    #expect(YAMLReader.read("\u{FEFF}a: 1\na: 2").diagnostics.map(\.location) == [Place(line: 2, column: 1)])
    #expect(YAMLReader.read("\u{FEFF}").root == nil)
  }

  @Test func `all faults of a file are found at once`() {
    let text = MarkedText(
      """
      ⟪⟪nmae: x
      size: ⟪big
      flag: ⟪2
      ⟪Color: red
      wait: ⟪soon
      box: ⟪{⟪wide: 1}
      """)
    expect(
      Widget.read(text.text).context.diagnostics, at: text.places,
      are: [
        Said(.missingKey, "the widget needs 'name'"),
        Said(.unknownKey, "unknown key 'nmae' in the widget; did you mean 'name'?"),
        Said(.wrongType, "expected an integer, not 'big'"),
        Said(.wrongType, "expected true or false, not '2'"),
        Said(.unknownKey, "unknown key 'Color' in the widget; did you mean 'color'?"),
        Said(.wrongType, "expected a duration such as 500ms, 10s, 5m, 2h or 1d, not 'soon'"),
        Said(.missingKey, "box of the widget needs 'width'"),
        Said(.unknownKey, "unknown key 'wide' in box of the widget; known here: width, label"),
      ])
  }

  @Test func `an unknown key that is like no other lists what is known only where that is short`() {
    #expect(
      Widget.read("name: x\nzzzzzzzz: 1").context.diagnostics.map(\.message) == ["unknown key 'zzzzzzzz' in the widget"]
    )
    #expect(
      Widget.read("name: x\nbox: {width: 1, zzzzzzzz: 1}").context.diagnostics.map(\.message)
        == ["unknown key 'zzzzzzzz' in box of the widget; known here: width, label"])
  }

  @Test func `a rule is not asked about values that could not be read`() {
    #expect(Widget.read("name: x\nlow: 5\nhigh: four").context.diagnostics.map(\.code) == [.wrongType])
  }

  static let texts = [
    "NO", "no", "00501", "1.50", "0x1F", "1e3", "2024-01-01", "true", "~x", "null_", "12:30:45", "1_000", "=", "<<",
  ]

  @Test(arguments: texts)
  func `a text key takes what is written, whatever YAML might see in it`(text: String) {
    let (widget, context) = Widget.read(
      "name: \(text)\ntags: [\(text)]\nlabels: {\(text == "<<" ? "a" : text): \(text)}")
    #expect(context.diagnostics.isEmpty)
    #expect(widget?.name == text)
    #expect(widget?.tags == [text])
    #expect(widget?.labels.items.first?.value == text)
  }

  @Test func `every kind of value is read`() {
    let (widget, context) = Widget.read(
      """
      name: 'it''s'
      size: 7
      count: 1_000
      ratio: 2
      flag: True
      wait: 1h30m
      share: 99.5%
      bytes: 16MiB
      tags: one
      numbers: [1, -2]
      labels: {b: x, a: "y"}
      color: blue
      address: "{street}, {zip?}"
      box: {width: 4}
      """)
    #expect(context.diagnostics.isEmpty)
    #expect(widget?.name == "it's")
    #expect(widget?.size == 7)
    #expect(widget?.count == 1000)
    #expect(widget?.ratio == 2)
    #expect(widget?.flag == true)
    #expect(widget?.wait == .seconds(5400))
    #expect(widget?.share == Share(0.995))
    #expect(widget?.bytes == ByteCount(16 << 20))
    #expect(widget?.tags == ["one"])
    #expect(widget?.numbers == [1, -2])
    #expect(widget?.labels.items.map(\.name) == ["b", "a"])
    #expect(widget?.labels["a"] == "y")
    #expect(widget?.color == .blue)
    #expect(widget?.address?.text == "{street}, {zip?}")
    #expect(widget?.box?.width == 4)
  }

  @Test func `keys without values are empty lists and maps`() {
    let (widget, context) = Widget.read("name: x\ntags:\nlabels: ~\nnumbers: []")
    #expect(context.diagnostics.isEmpty)
    #expect(widget?.tags == [])
    #expect(widget?.labels.items.isEmpty == true)
  }
}
