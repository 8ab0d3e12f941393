import AssayComponents
import AssayDefinition
import AssayEngine
import AssayTestSupport
import FormatTwins

extension FuzzSubject {
  static let yaml = FuzzSubject("yaml", "pipeline files: never a trap, always an end, every fault within the file") {
    round in
    var bytes = Array(round.random.pick(pipelines).utf8)
    let marks = Array("{}[]:,-#&*!|>'\"%@`~?$<\n \t\\0".utf8) + [0, 0xC3, 0xA9, 0xFF]
    switch round.random.next(below: 8) {
    case 0: bytes = round.random.document(of: fragments.map { Array($0.utf8) }, atMost: 40)
    case 1:
      // Whole lines change places or occur twice.
      var lines = bytes.split(separator: 0x0A, omittingEmptySubsequences: false)
      for _ in 0...round.random.next(below: 3) {
        lines.insert(round.random.pick(lines), at: round.random.next(below: lines.count + 1))
        lines.remove(at: round.random.next(below: lines.count))
      }
      bytes = Array(lines.joined(separator: [0x0A]))
    case 2:
      let fragment = Array(round.random.pick(fragments).utf8)
      bytes.insert(contentsOf: fragment, at: round.random.next(below: bytes.count + 1))
    default: round.random.mutate(&bytes, marks: marks, times: 1 + round.random.next(below: 4))
    }
    let text = String(decoding: bytes, as: UTF8.self)
    let variables = Variables(environment: ["HOME": "/", "KEY": "x: [y"], unsetIsFault: round.random.once(in: 2))
    let result = PipelineDecoder(catalogue: .standard, variables: variables, params: ["day": "1"]).decode(text)
    // The end of the text counts as a line of its own.
    let lines = text.utf8.count { $0 == 0x0A || $0 == 0x0D } + 2
    for diagnostic in result.diagnostics {
      let place = diagnostic.location
      round.claim(
        place.line >= 1 && place.column >= 1 && place.line <= lines, "a place outside: \(diagnostic)", bytes)
    }
    let hasErrors = result.diagnostics.contains { $0.severity == .error }
    round.expect(result.definition == nil, hasErrors, "a definition is there exactly where no error is", bytes)
    round.claim(
      !DiagnosticRendering(file: "f", text: text).report(result.diagnostics).isEmpty || result.diagnostics.isEmpty,
      "diagnostics are shown", bytes)
  }

  private static let fragments = [
    "version: 1\n", "name: x\n", "sources:\n", "  a: {type: csv, path: a.csv}\n", "- ", "  ", "\n", "\t", "&a ", "*a",
    "<<: *a\n",
    "? ", ": ", "!!str ", "|\n", ">-\n", "\"\\u263\"", "'", "{", "}", "[", "]", "---\n", "...\n", "%YAML 1.1\n",
    "${env:X}",
    "${secret:KEY}", "${param:day}", "${run:date-1d}", "${", "{a}", "\u{FEFF}", "\u{2028}", "\u{85}", "é", "😀", "~",
    "null",
    "1e999999", "0x", "-", "memory: 99999999999999999999GB\n", "a: &x [*x]\n",
    "checks:\n  - {dataset: a, check: not_null}\n",
    "a: &a [1,1,1,1,1,1,1,1]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a]\nc: [*b,*b,*b,*b,*b,*b,*b,*b]\n",
  ]

  private static let pipelines = [
    """
    version: 1
    name: gate
    params:
      day: {type: date, default: 2026-01-01}
    memory: 1GB
    sources:
      customers:
        type: csv
        path: data/*.csv
        delimiter: ";"
        columns: {id: integer, zip: text}
    steps:
      kept: {type: sql, from: customers, query: "SELECT * FROM customers WHERE id > 1"}
    checks:
      - {dataset: customers, check: not_null, columns: [id, zip]}
      - {dataset: kept, check: expression, expression: "id < 10", at_least: 99%}
      - {dataset: kept, check: pattern, column: zip, pattern: "^[0-9]{5}$"}
    outputs:
      - {type: sqlite, from: kept, table: kept, mode: upsert, key: [id]}
    report:
      - {type: json, path: reports/x.json}
    """,
    """
    version: 1
    name: 'from an api'
    apis:
      crm: {base_url: "${env:URL:-http://localhost}", auth: {type: bearer, token: "${secret:KEY}"}, concurrency: 4}
    sources:
      people:
        type: http
        api: crm
        path: /people
        records: "$.items[*]"
        paginate: {type: cursor, cursor: "$.next", param: after}
        on_empty: {severity: warn}
    steps:
      placed:
        type: geocode
        from: people
        provider: google
        api: crm
        address: "{street}, {city}"
    outputs:
      - type: csv
        from: placed
        path: out/${run:date-1d}.csv
    """,
  ]
}
