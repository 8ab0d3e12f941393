import AssayDefinition
import Testing

@Suite struct VariablesTests {
  static let environment = ["HOME": "/root", "EMPTY": "", "KEY": "s3cret-value", "_x1": "under"]

  static let filled: [(String, String?)] = [
    ("plain", "plain"), ("${env:HOME}", "/root"), ("a${env:HOME}b${env:_x1}c", "a/rootbunderc"),
    ("${env:NONE:-fallback}", "fallback"), ("${env:NONE:-}", ""), ("${env:HOME:-no}", "/root"),
    ("${env:EMPTY:-full}", "full"),
    ("x${env:EMPTY}", "x"), ("${env:NONE:-a:-b}", "a:-b"), ("${env:NONE:-http://h/x}", "http://h/x"),
    ("$${env:HOME}", "${env:HOME}"), ("$", "$"), ("$$", "$$"), ("a$b", "a$b"), ("$5", "$5"),
    ("{x}", "{x}"), ("${param:p}", "v"), ("${param:q:-d}", "d"), ("${run:date}", "2024-03-01"),
    ("${run:date-1d}", "2024-02-29"), ("${run:date+365d}", "2025-03-01"), ("${run:date-0d}", "2024-03-01"),
    ("${run:date-366d}", "2023-03-01"), ("${secret:KEY}", "s3cret-value"), ("$${", "${"), ("$${}", "${}"),
  ]

  @Test(arguments: filled)
  func `a variable is filled`(written: String, expected: String?) {
    let (context, text) = fill(written)
    #expect(context.diagnostics.isEmpty)
    #expect(text == expected)
  }

  static let bad: [(String, DiagnosticCode, String)] = [
    ("${env:NONE}", .unsetVariable, "the environment variable NONE is not set, and there is no default"),
    ("${secret:NONE}", .unsetVariable, "the environment variable NONE is not set, and there is no default"),
    (
      "${HOME}", .badVariable,
      "'${HOME}' names no kind; write ${env:NAME}, ${secret:NAME}, ${param:NAME} or ${run:date}"
    ),
    ("${}", .badVariable, "'${}' names no kind; write ${env:NAME}, ${secret:NAME}, ${param:NAME} or ${run:date}"),
    ("${evn:HOME}", .badVariable, "'evn' is no kind of variable; did you mean 'env'?"),
    ("${vault:HOME}", .badVariable, "'vault' is no kind of variable; known here: env, secret, param, run"),
    ("${env:}", .badVariable, "'' cannot be the name of an environment variable"),
    ("${env:A B}", .badVariable, "'A B' cannot be the name of an environment variable"),
    ("${param:pp}", .badVariable, "there is no param 'pp'; did you mean 'p'?"),
    ("${run:time}", .badVariable, "'run:time' is not known; write ${run:date} or ${run:date-1d}"),
    ("${run:date-1}", .badVariable, "'run:date-1' is not known; write ${run:date-1d} for the day before"),
    ("${run:date1d}", .badVariable, "'run:date1d' is not known; write ${run:date-1d} for the day before"),
    ("${run:date-d}", .badVariable, "'run:date-d' is not known; write ${run:date-1d} for the day before"),
    (
      "${run:date-99999999d}", .badVariable,
      "'run:date-99999999d' is not known; write ${run:date-1d} for the day before"
    ),
    ("${env:HOME", .badVariable, "'${' without its '}'; write $${ for the characters themselves"),
  ]

  @Test(arguments: bad)
  func `a variable without a value, or that cannot be read, is a fault`(
    written: String, code: DiagnosticCode, message: String
  ) {
    let (context, text) = fill(written)
    #expect(text == nil)
    #expect(context.diagnostics == [Diagnostic(.error, code, at: .start, message)])
  }

  @Test func `several variables of one text are told of together`() {
    #expect(fill("${env:NONE}${env:HOME}${x:y}").0.diagnostics.map(\.code) == [.unsetVariable, .badVariable])
  }

  @Test func `unset variables are no fault where values are not needed`() {
    let (widget, context) = Widget.read(
      "name: ${env:NONE}\ntoken: ${secret:NONE}\nsize: ${env:NONE}", Variables(unsetIsFault: false))
    #expect(context.diagnostics.isEmpty)
    #expect(widget?.size == 3)
    #expect(Widget.read("name: ${evn:NONE}", Variables(unsetIsFault: false)).context.hasErrors)
  }

  @Test func `a param that has no value is told of where it is declared, and not where it is used`() {
    var variables = Variables(params: ["p": "v"])
    variables.unsetParams = ["day"]
    #expect(Widget.read("name: ${param:day}", variables).context.diagnostics.isEmpty)
    #expect(Widget.read("name: ${param:dya}", variables).context.diagnostics.map(\.code) == [.badVariable])
  }

  @Test func `params cannot be used before they are read`() {
    #expect(Widget.read("name: ${param:p}").context.diagnostics.map(\.message) == ["a param cannot be used here"])
  }

  @Test func `secrets are gathered, by their variable and by their key`() {
    let (widget, context) = Widget.read(
      "name: x${secret:KEY}y\ntoken: abc${env:HOME}\ntags: [\"${secret:NONE:-spare}\", \"${secret:EMPTY}\"]",
      Variables(environment: Self.environment))
    #expect(widget?.name == "xs3cret-valuey")
    #expect(context.secrets == ["s3cret-value", "abc/root", "spare"])
  }

  @Test func `a private key is secret, however it is named`() {
    let key = "-----BEGIN EC PRIVATE KEY-----\nMHcC\n-----END EC PRIVATE KEY-----"
    let variables = Variables(environment: ["PEM": key, "B": "open"])
    let (_, context) = Widget.read("name: ${env:PEM}\ntags: [\"${env:B}\"]", variables)
    #expect(context.secrets == [key])
    #expect(context.usedEnvironment == ["B": "open"])
  }

  @Test func `a filled value is not read again`() {
    let variables = Variables(environment: ["A": "${env:B}", "B": "{x}", "N": "[1, 2]"])
    let (widget, context) = Widget.read("name: ${env:A}\ntags: [\"${env:N}\"]\nsize: ${env:S:-4}", variables)
    #expect(context.diagnostics.isEmpty)
    #expect(widget?.name == "${env:B}")
    #expect(widget?.tags == ["[1, 2]"])
    #expect(widget?.size == 4)
  }

  private func fill(_ written: String) -> (Decoding, String?) {
    let context = Decoding(
      variables: Variables(
        environment: Self.environment, params: ["p": "v"], runDay: dayNumber(year: 2024, month: 3, day: 1)),
      catalogue: Catalogue())
    return (context, context.fill(written, at: .start))
  }

  static let days: [(String, Int)] = [
    ("1970-01-01", 0), ("1969-12-31", -1), ("2000-02-29", 11_016), ("2024-03-01", 19_783), ("0001-01-01", -719_162),
    ("9999-12-31", 2_932_896), ("1900-03-01", -25_508),
  ]

  @Test(arguments: days)
  func `days and dates are turned into each other`(text: String, day: Int) {
    #expect(dateText(day: day) == text)
    let parts = text.split(separator: "-").compactMap { Int($0) }
    #expect(dayNumber(year: parts[0], month: parts[1], day: parts[2]) == day)
  }

  @Test func `each day of four hundred years has a date that leads back to it`() {
    for day in stride(from: -80_000, to: 70_000, by: 1) {
      let parts = dateText(day: day).split(separator: "-").compactMap { Int($0) }
      #expect(dayNumber(year: parts[0], month: parts[1], day: parts[2]) == day)
    }
  }
}
