import AssayColumns

extension JSONPathParser {
  /// A logical expression: `||` binds weaker than `&&`.
  mutating func condition() throws(JSONPathFault) -> JSONPathCondition {
    nesting += 1
    defer { nesting -= 1 }
    guard nesting <= Self.nestingLimit else {
      throw fault("filters are nested deeper than \(Self.nestingLimit) levels")
    }
    var terms = [try conjunction()]
    while takeOperator("||") { terms.append(try conjunction()) }
    return terms.count == 1 ? terms[0] : .any(terms)
  }

  private mutating func conjunction() throws(JSONPathFault) -> JSONPathCondition {
    var terms = [try basic()]
    while takeOperator("&&") { terms.append(try basic()) }
    return terms.count == 1 ? terms[0] : .all(terms)
  }

  /// Steps over an operator with the space around it, or over nothing.
  private mutating func takeOperator(_ text: StaticString) -> Bool {
    let before = at
    skipSpace()
    guard take(text) else {
      at = before
      return false
    }
    skipSpace()
    return true
  }

  private mutating func basic() throws(JSONPathFault) -> JSONPathCondition {
    if next == "!", !starts(with: "!=") {
      at += 1
      skipSpace()
      let start = at
      if next == "(" { return .not(try parenthesised()) }
      let operand = try operand()
      return .not(try test(operand, from: start))
    }
    if next == "(" { return try parenthesised() }
    let start = at
    let left = try operand()
    let before = at
    skipSpace()
    guard let comparison = takeComparison() else {
      at = before
      return try test(left, from: start)
    }
    try checkComparable(left, from: start)
    skipSpace()
    let rightStart = at
    let right = try operand()
    try checkComparable(right, from: rightStart)
    return .comparison(left, comparison, right)
  }

  private mutating func parenthesised() throws(JSONPathFault) -> JSONPathCondition {
    try expect("(")
    skipSpace()
    let inner = try condition()
    skipSpace()
    try expect(")")
    return inner
  }

  private mutating func takeComparison() -> JSONPathComparison? {
    if take("==") { return .equal }
    if take("!=") { return .unequal }
    if take("<=") { return .lessOrEqual }
    if take(">=") { return .greaterOrEqual }
    if take("<") { return .less }
    if take(">") { return .greater }
    return nil
  }

  /// An operand that stands alone must be a test.
  private func test(_ operand: JSONPathOperand, from start: Int) throws(JSONPathFault) -> JSONPathCondition {
    switch operand {
    case .query(let query): return .exists(query)
    case .function(let function) where function.name.isLogical: return .function(function)
    case .function(let function):
      throw fault(
        "\(function.name.rawValue)() gives a value; expected a comparison, as in \(function.name.rawValue)(…) > 1",
        at: start)
    case .literal:
      throw fault("a constant alone is no condition; expected a comparison with '==', '<' …", at: start)
    }
  }

  private func checkComparable(_ operand: JSONPathOperand, from start: Int) throws(JSONPathFault) {
    switch operand {
    case .literal: return
    case .query(let query):
      guard query.isSingular else {
        throw fault("the query may select several values; a comparison takes names and single indices only", at: start)
      }
    case .function(let function):
      guard !function.name.isLogical else {
        throw fault("\(function.name.rawValue)() is a condition by itself and cannot be compared", at: start)
      }
    }
  }

  private mutating func operand() throws(JSONPathFault) -> JSONPathOperand {
    switch next {
    case "@":
      at += 1
      return .query(JSONPathQuery(isRelative: true, segments: try querySegments()))
    case "$":
      at += 1
      return .query(JSONPathQuery(isRelative: false, segments: try querySegments()))
    case "'", "\"": return .literal(.string(try stringLiteral()))
    case let scalar? where scalar == "-" || Self.isDigit(scalar): return .literal(try numberLiteral())
    case let scalar? where Self.isLetter(scalar): return try wordOrFunction()
    default: throw fault("expected '@', '$', a string, a number, true, false, null or a function")
    }
  }

  private mutating func querySegments() throws(JSONPathFault) -> [JSONPathSegment] {
    nesting += 1
    defer { nesting -= 1 }
    guard nesting <= Self.nestingLimit else {
      throw fault("filters are nested deeper than \(Self.nestingLimit) levels")
    }
    return try segments()
  }

  private mutating func numberLiteral() throws(JSONPathFault) -> JSONValue {
    let start = at
    _ = take("-")
    let whole = at
    try digits()
    if scalars[whole] == "0", at - whole > 1 { throw fault("a number has no leading zeros", at: start) }
    var isInteger = true
    if take(".") {
      isInteger = false
      try digits()
    }
    if take("e") || take("E") {
      isInteger = false
      if !take("-") { _ = take("+") }
      try digits()
    }
    let token = Array(string(from: start).utf8)
    if isInteger, let value = parseInteger(token.span) { return .integer(value) }
    guard let value = parseDecimal(token.span), value.isFinite else {
      throw fault("the number is beyond the range of a 64-bit decimal", at: start)
    }
    return .decimal(value)
  }

  private mutating func digits() throws(JSONPathFault) {
    let start = at
    while let scalar = next, Self.isDigit(scalar) { at += 1 }
    guard at > start else { throw fault("expected a digit") }
  }

  private mutating func wordOrFunction() throws(JSONPathFault) -> JSONPathOperand {
    let start = at
    while let scalar = next, Self.isLetter(scalar) || Self.isDigit(scalar) || scalar == "_" { at += 1 }
    let word = string(from: start)
    if next == "(" { return .function(try call(word, from: start)) }
    switch word {
    case "true": return .literal(.bool(true))
    case "false": return .literal(.bool(false))
    case "null": return .literal(.null)
    default:
      throw fault("'\(word)' is unknown here; a member is written @.\(word), a text '\(word)' in quotes", at: start)
    }
  }

  private mutating func call(_ word: String, from start: Int) throws(JSONPathFault) -> JSONPathFunction {
    guard let name = JSONPathFunction.Name(rawValue: word) else {
      let known = JSONPathFunction.Name.allCases.map(\.rawValue).joined(separator: ", ")
      throw fault("there is no function '\(word)'; expected one of \(known)", at: start)
    }
    nesting += 1
    defer { nesting -= 1 }
    guard nesting <= Self.nestingLimit else {
      throw fault("functions are nested deeper than \(Self.nestingLimit) levels")
    }
    try expect("(")
    skipSpace()
    var arguments: [JSONPathOperand] = []
    while next != ")" {
      let place = at
      let argument = try operand()
      try check(argument, of: name, from: place)
      arguments.append(argument)
      skipSpace()
      guard take(",") else { break }
      skipSpace()
      if next == ")" { throw fault("expected an argument") }
    }
    try expect(")", " or ','")
    guard arguments.count == name.argumentCount else {
      throw fault(
        "\(word)() takes \(name.argumentCount) argument\(name.argumentCount == 1 ? "" : "s"), "
          + "not \(arguments.count)", at: start)
    }
    if name.isLogical, case .literal(.string(let pattern)) = arguments[1], RegularPattern(pattern) == nil {
      throw fault("'\(pattern)' is no I-Regexp (RFC 9485); \\d is written [0-9], for example", at: start)
    }
    return JSONPathFunction(name: name, arguments: arguments)
  }

  private func check(
    _ argument: JSONPathOperand, of name: JSONPathFunction.Name, from start: Int
  ) throws(JSONPathFault) {
    if name.takesNodes {
      guard case .query = argument else { throw fault("\(name.rawValue)() takes a query, as in @.items[*]", at: start) }
      return
    }
    switch argument {
    case .literal: return
    case .query(let query):
      guard query.isSingular else {
        throw fault("the query may select several values; \(name.rawValue)() takes one value", at: start)
      }
    case .function(let function):
      guard !function.name.isLogical else {
        throw fault("\(function.name.rawValue)() gives no value that \(name.rawValue)() could take", at: start)
      }
    }
  }
}
