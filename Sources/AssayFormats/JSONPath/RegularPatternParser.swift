/// The structure of an I-Regexp before it is compiled.
indirect enum RegularPatternNode {
  case atom(RegularPattern.Atom)
  case start
  case end
  case sequence([RegularPatternNode])
  case choice([RegularPatternNode])
  case `repeat`(RegularPatternNode, least: Int, most: Int?)

  private static let programLimit = 20_000

  /// Appends the steps of this node; false where the program grows too long.
  func compile(into program: inout [RegularPattern.Step]) -> Bool {
    guard program.count < Self.programLimit else { return false }
    switch self {
    case .atom(let atom): program.append(.consume(atom))
    case .start: program.append(.start)
    case .end: program.append(.end)
    case .sequence(let nodes):
      for node in nodes where !node.compile(into: &program) { return false }
    case .choice(let nodes): return Self.compileChoice(nodes[...], into: &program)
    case .repeat(let node, let least, let most):
      for _ in 0..<least where !node.compile(into: &program) { return false }
      guard let most else { return node.compileLoop(into: &program) }
      var forks: [Int] = []
      for _ in least..<max(most, least) {
        forks.append(program.count)
        program.append(.fork(program.count + 1, 0))
        guard node.compile(into: &program) else { return false }
      }
      for fork in forks { program[fork] = .fork(fork + 1, program.count) }
    }
    return true
  }

  private func compileLoop(into program: inout [RegularPattern.Step]) -> Bool {
    let fork = program.count
    program.append(.fork(fork + 1, 0))
    guard compile(into: &program) else { return false }
    program.append(.jump(fork))
    program[fork] = .fork(fork + 1, program.count)
    return true
  }

  private static func compileChoice(
    _ nodes: ArraySlice<RegularPatternNode>, into program: inout [RegularPattern.Step]
  ) -> Bool {
    var jumps: [Int] = []
    for node in nodes.dropLast() {
      let fork = program.count
      program.append(.fork(fork + 1, 0))
      guard node.compile(into: &program) else { return false }
      jumps.append(program.count)
      program.append(.jump(0))
      program[fork] = .fork(fork + 1, program.count)
    }
    guard let last = nodes.last, last.compile(into: &program) else { return false }
    for jump in jumps { program[jump] = .jump(program.count) }
    return true
  }
}

/// Reads an I-Regexp by the grammar of RFC 9485, section 3. Each function gives nil where the text breaks it.
struct RegularPatternParser {
  private let scalars: [Unicode.Scalar]
  private var at = 0
  private var nesting = 0

  init(_ text: String) { scalars = Array(text.unicodeScalars) }

  private var next: Unicode.Scalar? { at < scalars.count ? scalars[at] : nil }

  private mutating func take(_ scalar: Unicode.Scalar) -> Bool {
    guard next == scalar else { return false }
    at += 1
    return true
  }

  mutating func parse() -> RegularPatternNode? {
    guard let node = choice(), next == nil else { return nil }
    return node
  }

  private mutating func choice() -> RegularPatternNode? {
    nesting += 1
    defer { nesting -= 1 }
    guard nesting <= 100 else { return nil }
    var branches: [RegularPatternNode] = []
    repeat {
      guard let branch = branch() else { return nil }
      branches.append(branch)
    } while take("|")
    return branches.count == 1 ? branches[0] : .choice(branches)
  }

  private mutating func branch() -> RegularPatternNode? {
    var pieces: [RegularPatternNode] = []
    while let scalar = next, scalar != "|", scalar != ")" {
      guard let atom = atom(), let piece = quantified(atom) else { return nil }
      pieces.append(piece)
    }
    return .sequence(pieces)
  }

  private mutating func quantified(_ atom: RegularPatternNode) -> RegularPatternNode? {
    if take("*") { return .repeat(atom, least: 0, most: nil) }
    if take("+") { return .repeat(atom, least: 1, most: nil) }
    if take("?") { return .repeat(atom, least: 0, most: 1) }
    guard take("{") else { return atom }
    guard let least = integer() else { return nil }
    var most: Int? = least
    if take(",") { most = next == "}" ? nil : integer() ?? -1 }
    guard take("}"), most ?? least >= least else { return nil }
    return .repeat(atom, least: least, most: most)
  }

  private mutating func integer() -> Int? {
    var value = 0
    let start = at
    while let scalar = next, JSONPathParser.isDigit(scalar) {
      value = min(value * 10 + Int(scalar.value - 48), 1_000_000)
      at += 1
    }
    return at > start ? value : nil
  }

  private mutating func atom() -> RegularPatternNode? {
    guard let scalar = next else { return nil }
    at += 1
    switch scalar {
    case "(":
      guard let inner = choice(), take(")") else { return nil }
      return inner
    case "[": return characterSet().map { .atom($0) }
    case ".": return .atom(.anyButLineBreaks)
    case "\\": return escape().map { .atom($0) }
    case "^": return .start
    case "$": return .end
    case "*", "+", "?", "{", "}", "]", ")": return nil
    default: return .atom(.scalar(scalar))
    }
  }

  private mutating func escape() -> RegularPattern.Atom? {
    guard let scalar = next else { return nil }
    at += 1
    switch scalar {
    case "n": return .scalar("\n")
    case "r": return .scalar("\r")
    case "t": return .scalar("\t")
    case "p": return category()
    case "P": return category().map { .set([$0], isNegated: true) }
    case "(", ")", "*", "+", "-", ".", "?", "[", "\\", "]", "^", "{", "|", "}", "$": return .scalar(scalar)
    default: return nil
    }
  }

  private mutating func category() -> RegularPattern.Atom? {
    guard take("{"), let major = next else { return nil }
    at += 1
    var name = String(major)
    if let minor = next, minor != "}" {
      name.unicodeScalars.append(minor)
      at += 1
    }
    let known = ["Llmotu", "Mcen", "Ndlo", "Pcdefios", "Sckmo", "Zlps", "Ccfno"]
    guard take("}"), let minors = known.first(where: { $0.first == name.first }) else { return nil }
    guard name.unicodeScalars.count == 1 || name.last.map({ minors.dropFirst().contains($0) }) == true else {
      return nil
    }
    return .category(name)
  }

  private mutating func characterSet() -> RegularPattern.Atom? {
    let isNegated = take("^")
    var atoms: [RegularPattern.Atom] = []
    if take("-") { atoms.append(.scalar("-")) }
    while let scalar = next, scalar != "]" {
      if scalar == "-" {
        // A hyphen for itself stands first or last.
        at += 1
        guard next == "]" else { return nil }
        atoms.append(.scalar("-"))
        break
      }
      guard let low = setElement() else { return nil }
      guard case .scalar(let lowScalar) = low, next == "-", at + 1 < scalars.count, scalars[at + 1] != "]" else {
        atoms.append(low)
        continue
      }
      at += 1
      guard case .scalar(let highScalar)? = setElement(), lowScalar <= highScalar else { return nil }
      atoms.append(.range(lowScalar, highScalar))
    }
    guard take("]"), !atoms.isEmpty else { return nil }
    return .set(atoms, isNegated: isNegated)
  }

  private mutating func setElement() -> RegularPattern.Atom? {
    guard let scalar = next, scalar != "[", scalar != "-" else { return nil }
    at += 1
    return scalar == "\\" ? escape() : .scalar(scalar)
  }
}
