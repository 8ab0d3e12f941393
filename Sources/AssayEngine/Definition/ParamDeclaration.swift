package import AssayColumns
package import AssayDefinition

/// One entry under `params`: a typed value that `--param NAME=VALUE` sets.
package struct ParamDeclaration: ConfigObject {
  package var type = ValueType.text
  package var defaultValue: String?
  package var description: String?

  package static let schema = Schema(
    "param", ParamDeclaration(), summary: "A value that `--param NAME=VALUE` sets, used as `${param:NAME}`.",
    keys: [
      Key("type", \.type, "The value's type; a value that does not fit it is a fault."),
      Key("default", \.defaultValue, "The value where the call gives none. Without it the call must give one."),
      Key("description", \.description, "What the value means."),
    ],
    rules: [
      Rule("default") { param in
        param.defaultValue.flatMap { conform(.text($0), to: param.type) == nil ? $0 : nil }
          .map { "the default '\($0)' is no \(param.type.rawValue)" }
      }
    ])
}
