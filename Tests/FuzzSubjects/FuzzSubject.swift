import AssayTestSupport
import FormatTwins

/// One thing that is fuzzed: what a round of it generates, and how the result is held against the plain twin.
package struct FuzzSubject: Sendable {
  /// The name on the command line.
  package let name: String
  /// What is held against what, in a line.
  package let summary: String
  private let round: @Sendable (inout Round) -> Void

  init(_ name: String, _ summary: String, _ round: @escaping @Sendable (inout Round) -> Void) {
    self.name = name
    self.summary = summary
    self.round = round
  }

  /// Runs one round. Its input depends on the seed and the number alone, so that any round can be run again by itself.
  package func run(seed: UInt64, round number: UInt64) -> Round {
    var seeding = SeededRandom(seed: seed)
    var round = Round(random: SeededRandom(seed: seeding.next() ^ (number &* 0xD134_2543_DE82_EF95)))
    self.round(&round)
    return round
  }

  /// All subjects.
  package static let all: [FuzzSubject] = [
    .csv, .json, .xml, .number, .utf8, .charset, .gzip, .zipArchive, .linkHeader, .jsonPath, .yaml, .csvWriter,
    .jsonWriter, .codec,
    .quartiles, .moments, .orders, .duplicates,
  ]
}

/// What came of one round.
package struct Round {
  var random: SeededRandom
  /// How many inputs were tried, each way of handing one over counted.
  package private(set) var inputs = 0
  /// The first difference: what was found, and the input that shows it.
  package private(set) var finding: Finding?

  /// A difference between a parser and its twin.
  package struct Finding: Sendable {
    package var what: String
    package var input: [UInt8]

    /// The input as a Swift literal, with its text where it is printable.
    package var literal: String {
      let bytes = "[" + input.map { "0x" + ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined(separator: ", ") + "]"
      guard let text = String(validating: input, as: UTF8.self) else { return bytes }
      return bytes + "\n" + text.debugDescription
    }
  }

  init(random: SeededRandom) { self.random = random }

  /// Counts an input and, where the two answers differ, keeps it with both of them.
  mutating func expect<T: Equatable>(_ found: T, _ expected: T, _ what: @autoclosure () -> String, _ input: [UInt8]) {
    inputs += 1
    guard found != expected, finding == nil else { return }
    finding = Finding(what: "\(what()):\n  found    \(found)\n  expected \(expected)", input: input)
  }

  /// Counts an input and keeps it where the claim does not hold.
  mutating func claim(_ holds: Bool, _ what: @autoclosure () -> String, _ input: [UInt8]) {
    inputs += 1
    guard !holds, finding == nil else { return }
    finding = Finding(what: what(), input: input)
  }
}
