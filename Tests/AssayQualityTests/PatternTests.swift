import AssayColumns
import AssayQuality
import Testing

@Suite struct PatternTests {
  struct Case: CustomTestStringConvertible {
    var pattern: String
    var text: String
    var matches: Bool
    var testDescription: String { "\(pattern) on \(text)" }
  }

  @Test(arguments: [
    Case(pattern: "b", text: "abc", matches: true),
    Case(pattern: "^b", text: "abc", matches: false),
    Case(pattern: "^[A-Z]{2}$", text: "CA", matches: true),
    Case(pattern: "^[A-Z]{2}\\z", text: "CA\n", matches: false),
    Case(pattern: "^.$", text: "é", matches: true),
    Case(pattern: "^\\p{Lu}", text: "Éa", matches: true),
    Case(pattern: "", text: "", matches: true),
    Case(pattern: "^$", text: "", matches: true),
    Case(pattern: "(a)(b)(c)(d)", text: "abcd", matches: true),
    Case(pattern: "(?<=a)b(?!c)", text: "abd", matches: true),
  ])
  func `a pattern matches anywhere, over characters`(_ example: Case) throws {
    let matcher = try Pattern(example.pattern).makeMatcher()
    #expect(try matcher.matches(example.text.utf8.span) == example.matches)
  }

  @Test(arguments: [("(a", 2), ("[z-a]", 3), ("a**b(", 2), ("é(?<", 5), ("*a", 0)])
  func `a broken pattern says where`(_ pattern: String, _ offset: Int) throws {
    let fault = #expect(throws: PatternFault.self) { try validatePattern(pattern) }
    #expect(fault?.offset == offset)
    #expect(fault?.message.isEmpty == false)
    #expect(throws: PatternFault.self) {
      try GradingPlan([.count(where: RowTest(.pattern(pattern), columns: ["c"]))])
    }
  }

  @Test func `a hostile match breaks the run instead of hanging it`() throws {
    let plan = try GradingPlan([.count(where: RowTest(.pattern("^(a+)+$"), columns: ["c"]))])
    let hostile = String(repeating: "a", count: 60) + "!"
    let fault = #expect(throws: GradingFault.self) { try plan.partial(for: textBatch("c", ["aa", hostile])) }
    #expect(fault?.code == .patternLimit)
    #expect(fault?.message.contains("(a+)+") == true)
  }

  @Test func `a long text that needs a deep stack ends in an answer or a fault`() throws {
    let matcher = try Pattern("^(?:a|b)*c").makeMatcher()
    let text = String(repeating: "ab", count: 200_000)
    _ = try? matcher.matches(text.utf8.span)
    #expect(try matcher.matches("abc".utf8.span))
  }

  @Test func `one pattern serves several threads`() async throws {
    let pattern = try Pattern("^[0-9]+x$")
    let sums = await withTaskGroup(of: Int.self) { group in
      for worker in 0..<4 {
        group.addTask {
          let matcher = pattern.makeMatcher()
          var sum = 0
          for number in 0..<2_000
          where (try? matcher.matches("\(number)\(worker % 2 == 0 ? "x" : "y")".utf8.span)) == true {
            sum += 1
          }
          return sum
        }
      }
      return await group.reduce(0, +)
    }
    #expect(sums == 4_000)
  }
}
