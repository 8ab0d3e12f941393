import AssayComponents
import AssayDefinition
import AssayEngine
import AssayTestSupport
import Testing

@Suite(.timeLimit(.minutes(1))) struct PipelineDecoderTests {
  private func decode(
    _ text: String, _ catalogue: Catalogue = testCatalogue, params: [String: String] = [:],
    variables: Variables = Variables()
  ) -> PipelineDecoder.Result {
    PipelineDecoder(catalogue: catalogue, variables: variables, params: params).decode(text)
  }

  /// A file that is right up to the given part.
  static func file(_ rest: String, steps: String = "") -> String {
    """
    version: 1
    name: p
    sources:
      orders: {type: counting}
      customers: {type: counting}
    steps:
      joined: {type: concatenate, from: [orders, customers]}
    \(steps)outputs:
    - {type: lines, from: joined, path: 1.txt}
    \(rest)
    """
  }

  static let table: [(String, [Said])] = [
    ("⟪", [Said(.missingKey, "the file is empty; a pipeline begins with 'version: 1'")]),
    ("⟪- a", [Said(.wrongType, "a pipeline file is a mapping, not a list")]),
    ("⟪hello", [Said(.wrongType, "a pipeline file is a mapping, not 'hello'")]),
    (
      "⟪⟪name: p\nsources: {}",
      [
        Said(.missingKey, "the pipeline has no 'sources': there is nothing to read"),
        Said(.missingKey, "the pipeline needs 'version: 1'"),
      ]
    ),
    (
      "⟪version: ⟪2\nname: p",
      [
        Said(.missingKey, "the pipeline has no 'sources': there is nothing to read"),
        Said(.badValue, "this program reads pipeline files of version 1, not 2"),
      ]
    ),
    (
      file("version2: 1").replacing("version2", with: "⟪vresion"),
      [
        Said(.unknownKey, "unknown key 'vresion' in the pipeline; did you mean 'version'?")
      ]
    ),
    (
      file("").replacing("name: p", with: "name: ⟪a b"),
      [
        Said(.badValue, "a pipeline's name has letters, digits, '-' and '_', not 'a b'")
      ]
    ),
    (
      file("").replacing("from: joined", with: "from: ⟪joind"),
      [
        Said(.missingReference, "there is no source or step 'joind'; did you mean 'joined'?")
      ]
    ),
    (
      file("checks:\n  ⟪ordres: {}"),
      [Said(.missingReference, "there is no source or step 'ordres'; did you mean 'orders'?")]
    ),
    (
      file("", steps: "  ⟪orders: {type: pass, from: customers}\n"),
      [
        Said(.duplicateName, "the step 'orders' has the name of the source in line 4; a dataset's name is unique")
      ]
    ),
    (
      file("").replacing(
        "  customers: {type: counting}", with: "  customers: {type: counting}\n  ⟪orders: {type: counting}"),
      [
        Said(.yamlDuplicateKey, "duplicate key 'orders'; it stands first in line 4")
      ]
    ),
    (
      file("", steps: "  t: {type: pass, from: ⟪[orders, customers]}\n").replacing("from: joined", with: "from: t"),
      [
        Said(.badValue, "step 't' (pass) reads one dataset; join several with a step of type sql")
      ]
    ),
    (
      file("").replacing("type: lines", with: "type: ⟪line"),
      [Said(.unknownKind, "there is no output 'line'; did you mean 'lines'?")]
    ),
    (
      file("").replacing("orders: {type: counting}", with: "orders: ⟪{rows: 5}"),
      [
        Said(
          .missingKey, "source 'orders' needs a 'type' that says which source it is: counting, plain, hanging, flaky")
      ]
    ),
    (
      file("").replacing("orders: {type: counting}", with: "orders: {type: ⟪csv, columns: {a: ⟪int}}"),
      [
        Said(.unknownKind, "there is no source 'csv'; known here: counting, plain, hanging, flaky"),
        Said(.badValue, "expected one of text, integer, decimal, boolean, date, datetime, not 'int'"),
      ]
    ),
    (file("apis:\n  ⟪shop: {base_url: http://h}"), [Said(.unused, "nothing uses the api 'shop'")]),
    (
      file("apis:\n  a: {⟪base_url: ftp://h}"),
      [
        Said(.conflict, "'ftp://h' is no address; it begins with http:// or https://")
      ]
    ),
    (
      file("checks:\n  orders:\n    dataset: [⟪not_null]"),
      [
        Said(.conflict, "'not_null' judges a column; it stands under 'columns' and the column's name")
      ]
    ),
    (
      file("checks:\n  orders:\n    columns:\n      id: [⟪row_count: {min: 1}]"),
      [
        Said(.conflict, "'row_count' judges a whole dataset; it stands under 'dataset', not under 'id'")
      ]
    ),
    (
      file("checks:\n  orders:\n    columns:\n      id:\n      - not_null:\n        ⟪unique:"),
      [
        Said(.conflict, "'not_null' and 'unique' are two checks; give each a '-' of its own")
      ]
    ),
    (
      file("checks:\n  orders:\n    columns:\n      id: {not_null: , ⟪sevrity: warn}"),
      [
        Said(.unknownKey, "unknown key 'sevrity' beside check 'not_null'; did you mean 'severity'?")
      ]
    ),
    (
      file("checks:\n  orders:\n    columns:\n      id: {⟪not_null: , at_least: 95%, at_most: 5}"),
      [
        Said(.conflict, "'at_least' and 'at_most' exclude each other")
      ]
    ),
    (
      file("checks:\n  orders:\n    columns:\n      id: {not_null: , at_least: ⟪95percent}"),
      [
        Said(.wrongType, "expected a share from 0% to 100%, or a count of rows, not '95percent'")
      ]
    ),
    (
      file("checks:\n  orders:\n    dataset: {⟪row_count: {min: 1}, at_least: 5}"),
      [
        Said(.conflict, "'row_count' judges a value, not rows: 'at_least' and 'at_most' do not apply")
      ]
    ),
    (
      file("checks:\n  orders:\n    columns: {id: [⟪not_nul]}"),
      [Said(.unknownKind, "there is no check 'not_nul'; did you mean 'not_null'?")]
    ),
    (
      file("checks:\n  orders:\n    columns: {id: [⟪[not_null]]}"),
      [Said(.wrongType, "a check is a name, or {name: parameters}, not a list")]
    ),
    (
      file("checks:\n  orders: {on_empty: ⟪nope, ⟪colums: {}}"),
      [
        Said(.badValue, "expected one of fail, warn, pass, not 'nope'"),
        Said(.unknownKey, "unknown key 'colums' in checks of 'orders'; did you mean 'columns'?"),
      ]
    ),
    (
      file("").replacing(
        "orders: {type: counting", with: "orders: {timeout: 0s, on_failure: ⟪go_on, tags: [a, ⟪'b c'], type: counting"),
      [
        Said(.badValue, "expected one of stop, continue, not 'go_on'"),
        Said(.badValue, "a tag has letters, digits, '-' and '_', not 'b c'"),
      ]
    ),
    (
      file("").replacing("orders: {type: counting", with: "orders: {⟪timeout: 0s, tags: x, type: counting"),
      [Said(.conflict, "'timeout' must be longer than 0s")]
    ),
    (
      file("").replacing("path: 1.txt", with: "path: 1.txt, ⟪on_failur: continue"),
      [Said(.unknownKey, "unknown key 'on_failur' in output 1 (lines); did you mean 'on_failure'?")]
    ),
    (
      file("", steps: "  x: {type: pass, from: orders, when: ⟪\"joinde.rows > 0\"}\n"),
      [Said(.missingReference, "there is no source or step 'joinde'; did you mean 'joined'?")]
    ),
    (
      file(
        "",
        steps: "  x: {type: pass, from: orders, when: ⟪\"joined.row > 0 AND 'a.b' <> \\\"orders\\\".status -- c.d\"}\n"),
      [
        Said(
          .missingReference,
          "a condition asks for rows, status, requests of a source or step, not for 'row'; did you mean 'rows'?")
      ]
    ),
    (
      file("params: {month: {default: a}}").replacing("path: 1.txt", with: "path: 1.txt, when: ⟪\"param.moth = 'a'\""),
      [Said(.missingReference, "there is no param 'moth'; did you mean 'month'?")]
    ),
    (
      file("").replacing("path: 1.txt", with: "path: 1.txt, when: ⟪run.day = 1"),
      [Said(.missingReference, "of the run a condition knows 'run.date' alone, not 'run.day'")]
    ),
    (
      file("").replacing("path: 1.txt", with: "path: 1.txt, when: ⟪orders.rows >"),
      [
        Said(
          .badExpression,
          "'orders.rows >' is no condition: incomplete input; it may name param.NAME, run.date, and NAME.rows, NAME.status, NAME.requests"
        )
      ]
    ),
    (
      file("", steps: "  ⟪x: {type: pass, from: orders, when: y.rows > 0}\n  y: {type: pass, from: x}\n")
        .replacing("from: joined, path", with: "from: y, path"),
      [Said(.cycle, "datasets wait for each other in a circle: x → y → x")]
    ),
    (
      file("resources: {warehouse: 2, ⟪none: 0}")
        .replacing("orders: {type", with: "orders: {uses: {⟪warehose: 1}, type")
        .replacing("customers: {type", with: "customers: {uses: {⟪warehouse: 3}, type"),
      [
        Said(
          .missingReference, "there is no resource 'warehose'; declare it under 'resources'; did you mean 'warehouse'?"),
        Said(.conflict, "of the resource 'warehouse' there is 2, so 3 would never be free"),
        Said(.badValue, "there is at least 1 of the resource 'none', not 0"),
      ]
    ),
    (
      file("").replacing("path: 1.txt", with: "path: 1.txt, ⟪retry: {max_attempts: 2}"),
      [Said(.unknownKey, "unknown key 'retry' in output 1 (lines)")]
    ),
    (
      file("").replacing("orders: {type", with: "orders: {retry: {max_attempts: ⟪0, ⟪facto: 3}, type"),
      [
        Said(.badValue, "'max_attempts' must be 1 to 100, not 0"),
        Said(.unknownKey, "unknown key 'facto' in node retry of source 'orders'; did you mean 'factor'?"),
      ]
    ),
    (file("report: {⟪jsn: r.json}"), [Said(.unknownKind, "there is no report 'jsn'; did you mean 'json'?")]),
  ]

  @Test(arguments: table)
  func `a fault is told with its place, its code and what to do`(marked: String, expected: [Said]) {
    let text = MarkedText(marked)
    // What a fault leaves unused is told as well; here that counts only where it is all there is.
    let severity: Diagnostic.Severity = expected[0].code == .unused ? .warning : .error
    expect(decode(text.text).diagnostics.filter { $0.severity == severity }, at: text.places, are: expected)
  }

  static let circles: [(String, [String])] = [
    ("  a: {type: pass, from: a}\n", ["a → a"]),
    ("  a: {type: concatenate, from: [a, orders, a]}\n", ["a → a"]),
    ("  a: {type: pass, from: b}\n  b: {type: pass, from: a}\n", ["a → b → a"]),
    (
      "  a: {type: pass, from: c}\n  b: {type: pass, from: a}\n  c: {type: concatenate, from: [orders, b]}\n",
      ["a → c → b → a"]
    ),
    (
      "  a: {type: pass, from: b}\n  b: {type: pass, from: a}\n  c: {type: pass, from: d}\n  d: {type: pass, from: c}\n",
      ["a → b → a", "c → d → c"]
    ),
    (
      "  a: {type: pass, from: orders}\n  b: {type: concatenate, from: [a, orders]}\n  c: {type: concatenate, from: [a, b]}\n",
      []
    ),
    ("  orders: {type: pass, from: orders}\n", []),
  ]

  @Test(arguments: circles)
  func `steps that wait for each other in a circle are told, each circle once`(steps: String, circles: [String]) {
    let found = decode(Self.file("", steps: steps)).diagnostics.filter { $0.code == .cycle }
    #expect(found.map(\.message) == circles.map { "datasets wait for each other in a circle: \($0)" })
  }

  @Test func `a circle of thousands of steps, and a chain of them, are read without delay`() {
    let names = (0..<4000).map { "n\($0)" }
    func steps(_ first: String) -> String {
      names.enumerated().map { "  \($1): {type: pass, from: \($0 == 0 ? first : names[$0 - 1])}\n" }.joined()
    }
    #expect(decode(Self.file("", steps: steps("n3999"))).diagnostics.count { $0.code == .cycle } == 1)
    let chain = decode(Self.file("", steps: steps("orders")))
    #expect(chain.diagnostics.map(\.code) == [.unused])
    #expect(chain.definition?.steps.count == 4001)
  }

  @Test func `what nothing uses is a warning, and the pipeline can run`() {
    let text = MarkedText(
      Self.file("", steps: "").replacing("from: joined", with: "from: orders").replacing("  joined", with: "  ⟪joined")
        .replacing("  customers: {type: counting}", with: "  customers: {type: counting}\n  ⟪spare: {type: counting}"))
    let result = decode(text.text)
    expect(
      result.diagnostics, at: text.places,
      are: [
        Said(.unused, "nothing uses the source 'spare', so it is not read"),
        Said(.unused, "nothing uses the step 'joined', so it does not run"),
      ])
    #expect(result.definition != nil)
    #expect(result.diagnostics.allSatisfy { $0.severity == .warning })
  }

  static let paramText = file("").replacing(
    "sources:",
    with: "params:\n  day: {type: date}\n  rows: {type: integer, default: 7}\n  note: {default: \"x y\"}\nsources:"
  )
  .replacing("customers: {type: counting}", with: "customers: {type: counting, rows: \"${param:rows}\"}")

  @Test func `params take the values of the call, or their defaults`() throws {
    let result = decode(Self.paramText, params: ["day": "2024-02-29"])
    let definition = try #require(result.definition, "\(result.diagnostics)")
    #expect(definition.params.map(\.name) == ["day", "rows", "note"])
    #expect(definition.params.map(\.value) == ["2024-02-29", "7", "x y"])
    #expect((definition.sources[1].source as? CountingSource)?.rows == 7)
    let given = decode(Self.paramText, params: ["day": "2024-02-29", "rows": "9"])
    #expect((given.definition?.sources[1].source as? CountingSource)?.rows == 9)
  }

  static let paramFaults: [([String: String], [String])] = [
    ([:], ["the param 'day' has no default; give it with --param day=VALUE"]),
    (["day": "2023-02-29"], ["the param 'day' is date, not '2023-02-29'"]),
    (
      ["day": "2024-02-29", "rows": "many"],
      ["the param 'rows' is integer, not 'many'", "expected an integer, not 'many'"]
    ),
    (["day": "2024-02-29", "rwos": "5"], ["--param rwos: the pipeline has no such param; did you mean 'rows'?"]),
  ]

  @Test(arguments: paramFaults)
  func `a param that is missing, wrong or unknown is a fault`(params: [String: String], messages: [String]) {
    let found = decode(Self.paramText, params: params).diagnostics
    #expect(found.map(\.message) == messages)
  }

  @Test func `a default that does not fit is told once`() {
    let text = Self.paramText.replacing("default: 7", with: "default: many").replacing("${param:rows}", with: "5")
    #expect(
      decode(text, params: ["day": "2024-02-29"]).diagnostics.map(\.message) == ["the default 'many' is no integer"])
  }

  @Test func `a param without a value is no fault where values are not needed, also where it is used`() {
    let text = Self.paramText.replacing("${param:rows}", with: "${param:day}")
    #expect(decode(text, variables: Variables(unsetIsFault: false)).diagnostics.isEmpty)
    #expect(decode(text).diagnostics.map(\.code) == [.unsetVariable])
  }

  @Test func `params that cannot be read bring no other faults`() {
    let text = Self.paramText.replacing("note: {default: \"x y\"}", with: "note: [x]")
    #expect(
      decode(text, params: ["day": "2024-02-29"]).diagnostics.map(\.message) == [
        "param of the pipeline takes keys with values, not a list"
      ])
  }

  @Test func `everything that is wrong is told at once, in the order of the file`() {
    let text = MarkedText(
      """
      ⟪nmae: p
      version: ⟪3
      name: ⟪p q
      sources:
        a: {type: ⟪cuonting, on_empty: ⟪maybe}
        b: {type: counting, ⟪row: 5}
      steps:
        c: {type: pass, from: ⟪nowhere}
        ⟪d: {type: pass, from: d}
        e: ⟪{type: pass}
      checks:
        b:
          columns: {id: [⟪nul, {not_null: , ⟪wher: x}]}
      outputs:
      - {type: lines, from: ⟪f, ⟪pth: x}
      """)
    let result = decode(text.text)
    let rendering = DiagnosticRendering(file: "p.yaml", text: text.text)
    let lines = rendering.report(result.diagnostics.filter { $0.severity == .error })
      .split(separator: "\n").filter { $0.hasPrefix("p.yaml:") }
    let places = text.places.map { "p.yaml:\($0.line):\($0.column): error" }
    #expect(
      lines.map { $0.split(separator: ":").prefix(4).joined(separator: ":") }.filter { !$0.contains(":15:3") } == places
    )
    #expect(lines.count { $0.contains(":15:3") } == 1, "the output needs its path")
    #expect(result.definition == nil)
  }

  @Test func `common keys beside a check are read`() throws {
    let result = decode(
      Self.file(
        """
        checks:
          orders:
            key: id
            private: [id]
            columns:
              id:
              - not_null
              - {not_null: , severity: warn, where: id > 3, name: late ids, at_least: {warn: 99%, fail: 50%}}
              - range: {min: 0}
                at_most: 3
        """))
    let checks = try #require(result.definition?.checks.first, "\(result.diagnostics)")
    #expect(checks.key == ["id"])
    #expect(checks.privateColumns == ["id"])
    #expect(checks.checks.map(\.name) == ["not_null", "late ids", "range"])
    #expect(checks.checks[1].common.filter?.sql == "id > 3")
    #expect(checks.checks.map(\.column) == ["id", "id", "id"])
    #expect(checks.checks[2].location.line == 18)
  }

  @Test func `the program's own catalogue reads a pipeline, and hides its secrets`() throws {
    let text = """
      version: 1
      name: shop
      apis:
        shop: {base_url: "https://h.example", auth: {type: basic, username: u, password: "${secret:PW}"}}
      sources:
        orders: {type: http, api: shop, path: /orders}
      outputs:
      - {type: sqlite, from: orders, table: orders}
      """
    let result = decode(text, .standard, variables: Variables(environment: ["PW": "hunter2hunter2"]))
    #expect(result.secrets.contains("hunter2hunter2"))
    let unset = decode(text, .standard)
    #expect(unset.diagnostics.map(\.code) == [.unsetVariable])
  }
}
