import AssayFormats
import AssayTestSupport
import Testing

/// The validator that other tests rest on refuses what it must.
@Suite struct JSONSchemaValidatorTests {
  static let cases: [(schema: String, valid: [String], invalid: [String])] = [
    (#"{"type": ["integer", "null"]}"#, ["1", "null", "1.0"], ["1.5", "\"1\"", "true", "[]"]),
    (#"{"enum": ["a", 1]}"#, ["\"a\"", "1"], ["\"b\"", "null"]),
    (#"{"const": true}"#, ["true"], ["1", "\"true\""]),
    (#"{"type": "string", "pattern": "^a+$"}"#, ["\"aa\""], ["\"ab\"", "1"]),
    (#"{"minimum": 1, "maximum": 2}"#, ["1", "2", "1.5", "\"x\""], ["0", "2.1"]),
    (
      #"{"properties": {"a": {"type": "integer"}}, "required": ["a"], "additionalProperties": false}"#,
      [#"{"a": 1}"#], ["{}", #"{"a": "x"}"#, #"{"a": 1, "b": 2}"#]
    ),
    (#"{"additionalProperties": {"type": "string"}}"#, ["{}", #"{"x": "y"}"#], [#"{"x": 1}"#]),
    (#"{"items": {"type": "integer"}}"#, ["[]", "[1, 2]"], ["[1, \"2\"]"]),
    (#"{"anyOf": [{"type": "integer"}, {"const": "x"}]}"#, ["1", "\"x\""], ["\"y\""]),
    (#"{"oneOf": [{"type": "number"}, {"type": "integer"}]}"#, ["1.5"], ["1", "\"y\""]),
    (#"{"allOf": [{"minimum": 1}, {"maximum": 2}]}"#, ["1"], ["0", "3"]),
    (
      #"{"if": {"properties": {"t": {"const": 1}}}, "then": {"required": ["a"]}, "else": {"required": ["b"]}}"#,
      [#"{"t": 1, "a": 0}"#, #"{"t": 2, "b": 0}"#], [#"{"t": 1}"#, #"{"t": 2, "a": 0}"#]
    ),
    (##"{"$ref": "#/$defs/n", "$defs": {"n": {"type": "number"}}}"##, ["1"], ["\"x\""]),
    (##"{"$ref": "#/$defs/nothing"}"##, [], ["1"]),
    (#"{"format": "email"}"#, [], ["\"a keyword that is not known\""]),
  ]

  @Test(arguments: cases.indices)
  func `values fit a schema or do not`(_ index: Int) throws {
    let (schema, valid, invalid) = Self.cases[index]
    let validator = JSONSchemaValidator(try JSONParser.parse(schema))
    for text in valid { #expect(try validator.faults(of: JSONParser.parse(text)) == [], "\(text)") }
    for text in invalid { #expect(try validator.faults(of: JSONParser.parse(text)) != [], "\(text)") }
  }
}
