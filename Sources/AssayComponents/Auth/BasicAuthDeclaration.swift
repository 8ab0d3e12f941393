package import AssayDefinition
internal import AssayEngine
package import AssayHTTP

/// `auth: {type: basic}`: user name and password (RFC 7617).
package struct BasicAuthDeclaration: AuthDeclaration, Component {
  var username = ""
  var password = ""

  package static let schema = Schema(
    "basic", BasicAuthDeclaration(), summary: "User name and password in the `Authorization` header (RFC 7617).",
    keys: [
      Key("username", \.username, required: true, "The user's name; without a colon."),
      Key("password", \.password, required: true, secret: true, canBeEmpty: true, "The password."),
    ],
    rules: [Rule("username") { $0.username.contains(":") ? "a user name of basic auth has no colon" : nil }],
    examples: ["type: basic\nusername: assay\npassword: \"${secret:CRM_PASSWORD}\""],
    faults: [FaultExample("⟪type: basic\nusername: assay", "basic auth of api 'example' needs 'password'")])

  package func makeAuth(_ context: AuthContext) throws -> any Auth { BasicAuth(username: username, password: password) }
}
