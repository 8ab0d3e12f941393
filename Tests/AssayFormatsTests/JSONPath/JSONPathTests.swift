import AssayFormats
import Testing

/// The examples of RFC 9535, and cases at the edges of its grammar.
@Suite struct JSONPathTests {
  private func check(_ document: String, _ path: String, _ expected: String) throws {
    let nodes = try JSONPath(path).select(in: try JSONParser.parse(document))
    let wanted = try JSONParser.parse(expected).elements ?? []
    #expect(nodes.map(\.text) == wanted.map(\.text), "\(path)")
  }

  private static let store = #"""
    {"store":{"book":[{"category":"reference","author":"Nigel Rees","title":"Sayings of the Century","price":8.95},
    {"category":"fiction","author":"Evelyn Waugh","title":"Sword of Honour","price":12.99},
    {"category":"fiction","author":"Herman Melville","title":"Moby Dick","isbn":"0-553-21311-3","price":8.99},
    {"category":"fiction","author":"J. R. R. Tolkien","title":"The Lord of the Rings",
    "isbn":"0-395-19395-8","price":22.99}],
    "bicycle":{"color":"red","price":399}}}
    """#

  @Test(arguments: [
    ("$.store.book[*].author", #"["Nigel Rees","Evelyn Waugh","Herman Melville","J. R. R. Tolkien"]"#),
    ("$..author", #"["Nigel Rees","Evelyn Waugh","Herman Melville","J. R. R. Tolkien"]"#),
    ("$.store..price", "[8.95,12.99,8.99,22.99,399]"), ("$..book[2].author", #"["Herman Melville"]"#),
    ("$..book[2].publisher", "[]"), ("$..book[-1].title", #"["The Lord of the Rings"]"#),
    ("$..book[0,1].title", #"["Sayings of the Century","Sword of Honour"]"#),
    ("$..book[:2].title", #"["Sayings of the Century","Sword of Honour"]"#),
    ("$..book[?@.isbn].title", #"["Moby Dick","The Lord of the Rings"]"#),
    ("$..book[?@.price<10].title", #"["Sayings of the Century","Moby Dick"]"#),
    ("$.store.bicycle[?@>1]", "[399]"),
    ("$.store.book[?(@.price<$.store.bicycle.price)&&(@['isbn'])].price", "[8.99,22.99]"),
  ])
  func `section 1_5, the store`(path: String, expected: String) throws { try check(Self.store, path, expected) }

  @Test func `the store's whole descendants are counted`() throws {
    #expect(try JSONPath("$..*").select(in: JSONParser.parse(Self.store)).count == 27)
    #expect(try JSONPath("$.store.*").select(in: JSONParser.parse(Self.store)).count == 2)
  }

  @Test(arguments: [
    (#"{"k":"v"}"#, "$", #"[{"k":"v"}]"#), (#"{"o":{"j j":{"k.k":3}},"'":{"@":2}}"#, "$.o['j j']", #"[{"k.k":3}]"#),
    (#"{"o":{"j j":{"k.k":3}},"'":{"@":2}}"#, #"$.o["j j"]['k.k']"#, "[3]"),
    (#"{"o":{"j j":{"k.k":3}},"'":{"@":2}}"#, #"$["'"]["@"]"#, "[2]"),
    (#"{"'":1,"\"":2,"a\nb":3,"😀":4}"#, #"$['\'']"#, "[1]"),
    (#"{"'":1,"\"":2,"a\nb":3,"😀":4}"#, #"$['"',"\"",'a\nb',"\ud83d\uDE00"]"#, "[2,2,3,4]"),
    (#"{"é":1}"#, "$.é", "[1]"),
    (#"{"o":{"j":1,"k":2},"a":[5,3]}"#, "$[*]", #"[{"j":1,"k":2},[5,3]]"#),
    (#"{"o":{"j":1,"k":2},"a":[5,3]}"#, "$.o[*,*]", "[1,2,1,2]"),
    (#"{"o":{"j":1,"k":2},"a":[5,3]}"#, "$.a[*]", "[5,3]"), (#"["a","b"]"#, "$[1]", #"["b"]"#),
    (#"["a","b"]"#, "$[-2]", #"["a"]"#),
    (#"["a","b"]"#, "$[-3]", "[]"), (#"["a","b","c","d","e","f","g"]"#, "$[1:3]", #"["b","c"]"#),
    (#"["a","b","c","d","e","f","g"]"#, "$[5:]", #"["f","g"]"#),
    (#"["a","b","c","d","e","f","g"]"#, "$[1:5:2]", #"["b","d"]"#),
    (#"["a","b","c","d","e","f","g"]"#, "$[5:1:-2]", #"["f","d"]"#),
    (#"["a","b","c","d","e","f","g"]"#, "$[::-1]", #"["g","f","e","d","c","b","a"]"#), (#"["a","b"]"#, "$[::0]", "[]"),
    ("[0,1,2,3]", "$[-2:]", "[2,3]"), ("[0,1,2,3]", "$[:-3]", "[0]"), ("[0,1,2,3]", "$[10:0:-3]", "[3]"),
    ("[0,1,2,3]", "$[ 1 : 3 : 1 ]", "[1,2]"),
    ("[0,1,2]", "$[2:-10:-1]", "[2,1,0]"), ("[0,1,2]", "$[-100:100]", "[0,1,2]"),
    ("[0,1]", "$[0:9007199254740991:9007199254740991]", "[0]"),
    ("[]", "$[::-1]", "[]"), (#"{"a":[1]}"#, "$[0]", "[]"),
    (#"["a","b","c","d","e","f","g"]"#, "$[0, 3]", #"["a","d"]"#),
    (#"["a","b","c","d","e","f","g"]"#, "$[0:2, 5]", #"["a","b","f"]"#), (#"["a","b"]"#, "$[0, 0]", #"["a","a"]"#),
    (#"{"o":{"j":1,"k":2},"a":[5,3,[{"j":4},{"k":6}]]}"#, "$..j", "[1,4]"),
    (#"{"o":{"j":1,"k":2},"a":[5,3,[{"j":4},{"k":6}]]}"#, "$..[0]", #"[5,{"j":4}]"#),
    (#"{"o":{"j":1,"k":2},"a":[5,3,[{"j":4},{"k":6}]]}"#, "$.a..[0, 1]", #"[5,3,{"j":4},{"k":6}]"#),
    (#"{"o":{"j":1,"k":2},"a":[5,3,[{"j":4},{"k":6}]]}"#, "$..o", #"[{"j":1,"k":2}]"#),
    (#"{"a":null,"b":[null],"c":[{}],"null":1}"#, "$.a", "[null]"),
    (#"{"a":null,"b":[null],"c":[{}],"null":1}"#, "$.a[0]", "[]"),
    (#"{"a":null,"b":[null],"c":[{}],"null":1}"#, "$.b[?@]", "[null]"),
    (#"{"a":null,"b":[null],"c":[{}],"null":1}"#, "$.b[?@==null]", "[null]"),
    (#"{"a":null,"b":[null],"c":[{}],"null":1}"#, "$.c[?@.d==null]", "[]"),
    (#"{"a":null,"b":[null],"c":[{}],"null":1}"#, "$.null", "[1]"),
  ])
  func `selectors and segments of sections 2_2 to 2_6`(document: String, path: String, expected: String) throws {
    try check(document, path, expected)
  }

  private static let filtered = #"""
    {"a":[3,5,1,2,4,6,{"b":"j"},{"b":"k"},{"b":{}},{"b":"kilo"}],"o":{"p":1,"q":2,"r":3,"s":5,"t":{"u":6}},"e":"f"}
    """#

  @Test(arguments: [
    ("$.a[?@.b == 'kilo']", #"[{"b":"kilo"}]"#), ("$.a[?(@.b == 'kilo')]", #"[{"b":"kilo"}]"#),
    ("$.a[?@>3.5]", "[5,4,6]"),
    ("$.a[?@.b]", #"[{"b":"j"},{"b":"k"},{"b":{}},{"b":"kilo"}]"#),
    ("$[?@.*]", #"[[3,5,1,2,4,6,{"b":"j"},{"b":"k"},{"b":{}},{"b":"kilo"}],{"p":1,"q":2,"r":3,"s":5,"t":{"u":6}}]"#),
    ("$[?@[?@.b]]", #"[[3,5,1,2,4,6,{"b":"j"},{"b":"k"},{"b":{}},{"b":"kilo"}]]"#), ("$.o[?@<3, ?@<3]", "[1,2,1,2]"),
    (#"$.a[?@<2 || @.b == "k"]"#, #"[1,{"b":"k"}]"#), (#"$.a[?match(@.b, "[jk]")]"#, #"[{"b":"j"},{"b":"k"}]"#),
    (#"$.a[?search(@.b, "[jk]")]"#, #"[{"b":"j"},{"b":"k"},{"b":"kilo"}]"#), ("$.o[?@>1 && @<4]", "[2,3]"),
    ("$.o[?@.u || @.x]", #"[{"u":6}]"#), ("$.a[?@.b == $.x]", "[3,5,1,2,4,6]"),
    ("$.a[?@ == @]", #"[3,5,1,2,4,6,{"b":"j"},{"b":"k"},{"b":{}},{"b":"kilo"}]"#), ("$.a[?!@.b && @ >= 5]", "[5,6]"),
    ("$.a[?!(@.b || @ < 5)]", "[5,6]"), ("$.a[?length(@.b) > 1]", #"[{"b":"kilo"}]"#),
    ("$.o[?count(@.*) == 1]", #"[{"u":6}]"#),
    ("$[?value(@..u) == 6]", #"[{"p":1,"q":2,"r":3,"s":5,"t":{"u":6}}]"#),
    ("$.a[?length(value(@.b)) == 4]", #"[{"b":"kilo"}]"#),
    ("$.a[?count($.o.*) == @]", "[5]"), ("$.a[?@ == 3 || @ == 5 && @ == 1]", "[3]"),
    ("$.a[?@.b == 'j' || (@ > 4 && @ < 6)]", #"[5,{"b":"j"}]"#),
  ])
  func `filters of section 2_3_5`(path: String, expected: String) throws { try check(Self.filtered, path, expected) }

  @Test(arguments: [
    ("$.absent1 == $.absent2", true), ("$.absent1 <= $.absent2", true), ("$.absent == 'g'", false),
    ("$.absent1 != $.absent2", false),
    ("$.absent != 'g'", true), ("1 <= 2", true), ("1 > 2", false), ("13 == '13'", false), ("'a' <= 'b'", true),
    ("'a' > 'b'", false),
    ("$.obj == $.arr", false), ("$.obj != $.arr", true), ("$.obj == $.obj", true), ("$.obj != $.obj", false),
    ("$.arr == $.arr", true),
    ("$.arr != $.arr", false), ("$.obj == 17", false), ("$.obj != 17", true), ("$.obj <= $.arr", false),
    ("$.obj < $.arr", false),
    ("$.obj <= $.obj", true), ("$.arr <= $.arr", true), ("1 <= $.arr", false), ("1 >= $.arr", false),
    ("1 > $.arr", false), ("1 < $.arr", false),
    ("true <= true", true), ("true > true", false), ("1 == 1.0", true), ("1e2 == 100", true), ("-0 == 0", true),
    ("0.5 < 1", true),
    ("9007199254740993 == 9007199254740992.0", false), ("9007199254740993 > 9007199254740992.0", true),
    ("9223372036854775807 < 9.3e18", true),
    ("-9223372036854775808 > -9.3e18", true), ("2 > 1.5", true), ("-1 > -1.5", true), ("1.5 < 2", true),
    ("null == null", true),
    ("null != false", true), ("'\\u00e9' == 'e\\u0301'", false), ("'a' < 'ab'", true), ("$.same == $.obj", true),
    ("length('😀é') == 2", true), ("length(1) == $.absent", true),
  ])
  func `comparisons of section 2_3_5_3`(condition: String, holds: Bool) throws {
    let document = #"{"obj":{"x":"y","z":1},"arr":[2,3],"same":{"z":1.0,"x":"y"}}"#
    let nodes = try JSONPath("$[?\(condition)]").select(in: JSONParser.parse(document))
    #expect(nodes.count == (holds ? 3 : 0))
  }

  @Test func `singular paths are known`() throws {
    for path in ["$", "$.a", "$['a'][0].b", "$[-1]"] { #expect(try JSONPath(path).isSingular) }
    for path in ["$.*", "$..a", "$[0,1]", "$[0:1]", "$[?@]"] { #expect(try !JSONPath(path).isSingular) }
  }

  @Test func `a path keeps its text, and equals what was written alike`() throws {
    #expect(try JSONPath("$.a[*]").description == "$.a[*]")
    #expect(try JSONPath("$.a[*]") == JSONPath("$.a[*]"))
    #expect(try JSONPath("$.a") != JSONPath("$.b"))
  }
}
