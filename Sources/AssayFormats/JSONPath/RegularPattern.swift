/// A compiled I-Regexp (RFC 9485), matched in time linear in the text, whatever the pattern.
///
/// `^` and `$` are anchors, as in the mapping of RFC 9485, 5.3; `.` is any character but line feed and carriage return.
struct RegularPattern: Sendable {
  /// What one step of the program asks of a scalar.
  indirect enum Atom: Sendable {
    case scalar(Unicode.Scalar)
    case range(Unicode.Scalar, Unicode.Scalar)
    case anyButLineBreaks
    /// General categories by name: `L`, `Lu` …
    case category(String)
    case set([Atom], isNegated: Bool)

    func accepts(_ scalar: Unicode.Scalar) -> Bool {
      switch self {
      case .scalar(let wanted): scalar == wanted
      case .range(let low, let high): low <= scalar && scalar <= high
      case .anyButLineBreaks: scalar != "\n" && scalar != "\r"
      case .category(let name): scalar.properties.generalCategory.abbreviation.hasPrefix(name)
      case .set(let atoms, let isNegated): atoms.contains { $0.accepts(scalar) } != isNegated
      }
    }
  }

  enum Step: Sendable {
    case consume(Atom)
    case fork(Int, Int)
    case jump(Int)
    case start
    case end
    case success
  }

  let program: [Step]

  /// The pattern that a text spells, or nil where it is no I-Regexp, or one of more than 20,000 steps.
  init?(_ text: String) {
    var parser = RegularPatternParser(text)
    guard let node = parser.parse() else { return nil }
    var program: [Step] = []
    guard node.compile(into: &program) else { return nil }
    program.append(.success)
    self.program = program
  }

  /// Whether the whole text matches, or, `anywhere`, some part of it. O(text × pattern).
  func matches(_ text: String, anywhere: Bool) -> Bool {
    let scalars = Array(text.unicodeScalars)
    var current = Threads(count: program.count)
    var following = Threads(count: program.count)
    for at in 0...scalars.count {
      if at == 0 || anywhere { add(0, to: &current, at: at, count: scalars.count) }
      if current.hasSucceeded, anywhere || at == scalars.count { return true }
      if at == scalars.count || current.places.isEmpty && !anywhere { return false }
      following.clear()
      for place in current.places {
        guard case .consume(let atom) = program[place], atom.accepts(scalars[at]) else { continue }
        add(place + 1, to: &following, at: at + 1, count: scalars.count)
      }
      swap(&current, &following)
    }
    return false
  }

  /// The places at which the program stands, each once.
  private struct Threads {
    var places: [Int] = []
    var marks: [Bool]
    var hasSucceeded = false
    var pending: [Int] = []

    init(count: Int) { marks = [Bool](repeating: false, count: count) }

    mutating func clear() {
      for index in marks.indices { marks[index] = false }
      places.removeAll(keepingCapacity: true)
      hasSucceeded = false
    }
  }

  private func add(_ first: Int, to threads: inout Threads, at: Int, count: Int) {
    threads.pending.append(first)
    while let place = threads.pending.popLast() {
      if threads.marks[place] { continue }
      threads.marks[place] = true
      switch program[place] {
      case .consume: threads.places.append(place)
      case .jump(let target): threads.pending.append(target)
      case .fork(let one, let other): threads.pending.append(contentsOf: [one, other])
      case .start: if at == 0 { threads.pending.append(place + 1) }
      case .end: if at == count { threads.pending.append(place + 1) }
      case .success: threads.hasSucceeded = true
      }
    }
  }
}

extension Unicode.GeneralCategory {
  /// The two letters by which Unicode names the category.
  fileprivate var abbreviation: String {
    switch self {
    case .uppercaseLetter: "Lu"
    case .lowercaseLetter: "Ll"
    case .titlecaseLetter: "Lt"
    case .modifierLetter: "Lm"
    case .otherLetter: "Lo"
    case .nonspacingMark: "Mn"
    case .spacingMark: "Mc"
    case .enclosingMark: "Me"
    case .decimalNumber: "Nd"
    case .letterNumber: "Nl"
    case .otherNumber: "No"
    case .connectorPunctuation: "Pc"
    case .dashPunctuation: "Pd"
    case .openPunctuation: "Ps"
    case .closePunctuation: "Pe"
    case .initialPunctuation: "Pi"
    case .finalPunctuation: "Pf"
    case .otherPunctuation: "Po"
    case .mathSymbol: "Sm"
    case .currencySymbol: "Sc"
    case .modifierSymbol: "Sk"
    case .otherSymbol: "So"
    case .spaceSeparator: "Zs"
    case .lineSeparator: "Zl"
    case .paragraphSeparator: "Zp"
    case .control: "Cc"
    case .format: "Cf"
    case .surrogate: "Cs"
    case .privateUse: "Co"
    case .unassigned: "Cn"
    @unknown default: "Cn"
    }
  }
}
