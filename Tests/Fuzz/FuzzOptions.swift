import FuzzSubjects

/// The arguments of the program.
struct FuzzOptions {
  var subjects: [FuzzSubject] = []
  /// Seconds of processor time for each subject.
  var seconds = 60
  var seed: UInt64 = 1
  /// The one round to be run; nil for all from 0.
  var round: UInt64?

  static var usage: String {
    "usage: assay-fuzz SUBJECT… | all [--seconds N] [--seed S] [--round R]\n"
      + FuzzSubject.all.map { "  \($0.name): \($0.summary)\n" }.joined()
  }

  struct Mistake: Error {
    var message: String
  }

  init(_ arguments: some Sequence<String>) throws(Mistake) {
    var rest = Array(arguments)[...]
    while let argument = rest.popFirst() {
      switch argument {
      case "--seconds": seconds = try Self.number(argument, &rest)
      case "--seed": seed = try Self.number(argument, &rest)
      case "--round": round = try Self.number(argument, &rest)
      case "all": subjects += FuzzSubject.all
      default:
        guard let subject = FuzzSubject.all.first(where: { $0.name == argument }) else {
          throw Mistake(message: "there is no subject '\(argument)'")
        }
        subjects.append(subject)
      }
    }
    if subjects.isEmpty { throw Mistake(message: "name what is to be fuzzed") }
  }

  private static func number<T: FixedWidthInteger>(
    _ option: String, _ rest: inout ArraySlice<String>
  ) throws(Mistake) -> T {
    guard let text = rest.popFirst(), let number = T(text), number >= 0 else {
      throw Mistake(message: "\(option) takes a number")
    }
    return number
  }
}
