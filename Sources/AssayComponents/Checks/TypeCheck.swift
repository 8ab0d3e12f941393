internal import AssayColumns
package import AssayDefinition
internal import AssayEngine
package import AssayQuality

/// `type`: every value is of a type.
package struct TypeCheck: PredicateCheck, Component {
  var type = ValueType.text

  package static let schema = Schema(
    "type", TypeCheck(), summary: "Every value is of a type.",
    details: "An integer is a decimal too, and a date a datetime. In text formats every value is a text.",
    shorthand: "is",
    keys: [Key("is", \.type, required: true, "The type.")],
    examples: ["columns: {age: [{type: integer}]}", "columns: {age: [{type: {is: integer}, at_most: 10}]}"],
    faults: [
      FaultExample(
        "columns: {age: [{type: ⟪number}]}",
        "expected one of text, integer, decimal, boolean, date, datetime, not 'number'")
    ])

  package var predicate: Predicate { .isOfType(type) }
  package var claim: RowClaim { RowClaim("every value is \(type.rawValue)", verb: "are \(type.rawValue)") }
}
