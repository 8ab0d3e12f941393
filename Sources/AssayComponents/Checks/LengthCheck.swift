package import AssayDefinition
internal import AssayEngine
package import AssayQuality

/// `length`: every value's text has a length within bounds.
package struct LengthCheck: PredicateCheck, Component {
  var min: Int?
  var max: Int?

  package static let schema = Schema(
    "length", LengthCheck(), summary: "Every value's text has a length within bounds.",
    details: "Lengths are counted in Unicode scalars.",
    keys: [
      Key("min", \.min, range: 0...Int.max, "The least length."),
      Key("max", \.max, range: 0...Int.max, "The greatest length."),
    ],
    rules: [
      Rule("min") { $0.min == nil && $0.max == nil ? "'length' needs 'min', 'max' or both" : nil },
      Rule("max") { ($0.min ?? 0) > ($0.max ?? .max) ? "'min' is greater than 'max', so no value would hold" : nil },
    ],
    examples: ["columns: {state: [{length: {min: 2, max: 2}}]}"],
    faults: [FaultExample("columns: {state: [{length: ⟪{}}]}", "'length' needs 'min', 'max' or both")])

  package var predicate: Predicate { .length(min: min, max: max) }
  package var claim: RowClaim {
    let bounds = [min.map { "at least \($0)" }, max.map { "at most \($0)" }].compactMap(\.self)
    let words = "\(bounds.joined(separator: " and ")) characters"
    return RowClaim("every value has \(words)", verb: "have \(words)")
  }
}
