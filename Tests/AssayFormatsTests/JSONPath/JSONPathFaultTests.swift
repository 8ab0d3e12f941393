import AssayFormats
import FormatTwins
import AssayTestSupport
import Testing

@Suite struct JSONPathFaultTests {
  @Test(arguments: [
    ("", 0), (" $", 0), ("$ ", 1), ("a", 0), ("@.a", 0), ("$.", 2), ("$..", 3), ("$...a", 3), ("$. a", 2), ("$.a .", 5),
    ("$.1", 2), ("$.-a", 2),
    ("$.&", 2), ("$.a-b", 3), ("$.'a'", 2), ("$[", 2), ("$[]", 2), ("$[a]", 2), ("$['a'", 5), ("$['a", 2),
    (#"$["a']"#, 2), ("$[1", 3), ("$[1,]", 4), ("$[,1]", 2),
    ("$[1 2]", 4), ("$[01]", 2), ("$[-0]", 2), ("$[-]", 3), ("$[1.0]", 3), ("$[9007199254740992]", 2),
    ("$[-9007199254740992]", 2),
    ("$[99999999999999999999999]", 2), ("$[0:01]", 4), ("$[::-0]", 4), ("$[1:2:3:4]", 7), ("$[0:9007199254740992]", 4),
    (#"$['\x']"#, 3), (#"$['\"']"#, 3), (#"$["\'"]"#, 3),
    (#"$['\ud800']"#, 9), (#"$['\udc00']"#, 3), (#"$['\ud800\u0041']"#, 3), (#"$['\u12']"#, 7), ("$['\u{01}']", 3),
    ("$[?]", 3), ("$[?@", 4), ("$[?@.a==]", 8), ("$[?@.a=1]", 6),
    ("$[?@.a = 1]", 7), ("$[?'a']", 3), ("$[?true]", 3), ("$[?1]", 3), ("$[?@.*==1]", 3), ("$[?@..a==1]", 3),
    ("$[?@[0,1]==1]", 3), ("$[?1==@.*]", 6),
    ("$[?@.a==1==2]", 9), ("$[?@.a&&]", 8), ("$[?@.a&@.b]", 6), ("$[?(@.a]", 7), ("$[?()]", 4), ("$[?!1]", 4),
    ("$[?@.a===1]", 8), ("$[?@ == 'a]", 8),
    ("$[?@ == abc]", 8), ("$[?@ == True]", 8), ("$[?@ == 01]", 8), ("$[?@ == 1.]", 10), ("$[?@ == .5]", 8),
    ("$[?@ == 1e]", 10), ("$[?@ == +1]", 8), ("$[?@ == -]", 9), ("$[?@ == [1]]", 8),
    ("$[?foo(@)]", 3), ("$[?Length(@)==1]", 3), ("$[?length (@)==1]", 3), ("$[?length()==1]", 3),
    ("$[?length(@,@)==1]", 3), ("$[?length(@.*)==1]", 10), ("$[?length(@)]", 3),
    ("$[?length(@.a==1)==1]", 13), ("$[?count(1)==1]", 9), ("$[?count(@)]", 3), ("$[?count(length(@))==1]", 9),
    ("$[?value(@.*)]", 3), ("$[?match(@.a,'a')==true]", 3),
    ("$[?match(@.a)]", 3), ("$[?match(@.*,'a')]", 9), ("$[?search(@,'a','b')]", 3), ("$[?length(match(@,'a'))==1]", 10),
    ("$[?match(@.a,'a',)]", 17), ("$[?match(@,'[')]", 3),
    (#"$[?match(@,'\\d')]"#, 3), ("$[?@.a == 1e999]", 10),
  ])
  func `a broken path is a fault at its place`(path: String, offset: Int) {
    let fault = #expect(throws: JSONPathFault.self, "\(path)") { try JSONPath(path) }
    #expect(fault?.offset == offset, "\(path): \(fault.map(\.description) ?? "")")
  }

  @Test(arguments: [
    "$ .a", "$\n[0]", "$.a\t.b", "$[ 'a' , 'b' ]", "$[?@.a ==\n1]", "$[? @ ]", "$[?! @.a]", "$[?!(@.a)]", "$[?( @.a )]",
    "$[?length( @.a ) == 1]", "$[?count(@ .a [*])==1]",
    "$[?match( @.a , 'a' )]", "$[?@.a==-0]", "$[?@.a==1.0E+2]", "$..*", "$..[*]", "$.._a1", "$[?@.length==1]",
    "$[?((((@))))]", "$[?@[?@[?@]]]", "$[?length(length(@))==1]",
    "$[?'a'=='a']", "$[?$]", "$[?@==$]", #"$["\/\b\f\n\r\t\\"]"#, "$[?count(@['a','b'])==1]", "$[?@.a!=1]",
    "$[9007199254740991]", "$[-9007199254740991]", "$[?@.true==true]",
  ])
  func `white space and rare forms are accepted where the grammar has them`(path: String) throws {
    #expect(try JSONPath(path).description == path)
  }

  @Test func `nesting is bounded`() {
    for (open, close) in [("(", ")"), ("@[?", "]"), ("!(", ")"), ("length(", ")"), ("$[?", "]")] {
      let path = "$[?" + String(repeating: open, count: 50_000) + "@" + String(repeating: close, count: 50_000) + "]"
      let fault = #expect(throws: JSONPathFault.self) { try JSONPath(path) }
      #expect(fault?.message.contains("nested") == true)
    }
  }

  @Test func `mutated paths are paths or faults`() throws {
    let seeds = [
      "$.store.book[?@.price < 10 && match(@.b, '[a-z]{1,3}')].title", "$..[1:5:-2]['a\\u00e9',\"b\"]",
      "$[?!(count(@..*)==1 || @>=$.a[-1])]",
    ]
    let marks = Array("$@.[]()?!'\"\\*:,0-9 <=>&|aeu\u{E9}\u{1F600}".unicodeScalars)
    let document = try JSONParser.parse(#"{"store":{"book":[{"price":1,"b":"ab"}]},"a":[1,{"a":[[1]]}]}"#)
    var random = SeededRandom(seed: 5)
    var valid = 0
    for _ in 0..<5_000 {
      var scalars = Array(seeds[Int(random.next() % 3)].unicodeScalars)
      for _ in 0...(random.next() % 2) {
        let place = Int(random.next() % UInt64(scalars.count))
        switch random.next() % 3 {
        case 0: scalars[place] = marks[Int(random.next() % UInt64(marks.count))]
        case 1: scalars.insert(marks[Int(random.next() % UInt64(marks.count))], at: place)
        default: scalars.remove(at: place)
        }
      }
      var view = String.UnicodeScalarView()
      view.append(contentsOf: scalars)
      if let path = try? JSONPath(String(view)) {
        valid += 1
        _ = path.select(in: document)
      }
    }
    #expect(valid > 100)
  }
}
