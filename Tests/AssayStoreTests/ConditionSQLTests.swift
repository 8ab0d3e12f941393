import AssayColumns
import AssayStore
import Testing

@Suite struct ConditionSQLTests {
  static let texts: [(String, [String])] = [
    ("a.rows > 1", ["a.rows"]), ("a . rows>1 and a.rows", ["a.rows"]),
    ("\"my-step\".status = 'x.y'", ["my-step.status"]),
    ("[a b].c + `d`.`e`", ["a b.c", "d.e"]), ("1.5 > 2.5e3", []), ("'it''s a.b' || x", []),
    ("1 -- a.b\n + c.d /* e.f */", ["c.d"]), ("max(param.größe, 1)", ["param.größe"]), ("a.", []), (".b", []),
    ("\"a\"\"b\".c", ["a\"b.c"]), ("'open a.b", []), ("/* open a.b", []),
  ]

  @Test(arguments: texts)
  func `names of two parts are found as SQLite reads the text`(text: String, names: [String]) {
    #expect(ConditionSQL(text).names.map { "\($0.owner).\($0.field)" } == names)
  }

  static let faults: [(String, String?)] = [
    ("a.b = ", "incomplete input"), ("1) OR (1", "near \")\": syntax error"),
    ("1; DROP TABLE x", nil),
    ("x > 1", "no such column: x"), ("\"a\" = 1", "no such column: a"), ("(SELECT 1 FROM nope)", "no such table: nope"),
    ("", nil),
    ("count(*) > 0", nil), ("a.b > 1", nil), ("'open", "the ' that opens a text or a name is not closed"),
    ("a.b = 'x''", "the ' that opens"), ("[a.b", "the [ that opens"),
  ]

  @Test(arguments: faults)
  func `what SQLite says of a text is told`(text: String, fault: String?) throws {
    let found = ConditionSQL(text).fault
    if let fault { #expect(found?.contains(fault) == true, "\(found ?? "nothing")") }
    if text == "a.b > 1" { #expect(found == nil) }
    if text.isEmpty || text.hasPrefix("count") || text.hasPrefix("1;") { #expect(found != nil) }
  }

  @Test func `values keep their types, and null is not true`() throws {
    let tables = [
      ConditionSQL.Table(
        "v", [("i", .integer(10)), ("d", .decimal(0.5)), ("t", .text("9")), ("b", .boolean(true)), ("n", .null)]),
      ConditionSQL.Table("unused", [("x", .integer(1))]),
    ]
    for (text, holds) in [
      ("v.i > 9", true), ("v.t > 10", true), ("v.d < 1", true), ("v.b", true), ("v.n", false), ("v.n IS NULL", true),
      ("NOT v.n", false), ("v.i / 0", false),
    ] {
      #expect(try ConditionSQL(text).holds(tables) == holds, "\(text)")
    }
  }
}
