package import AssayDefinition
internal import AssayEngine
package import AssayHTTP

/// `auth: {type: bearer}`: a token in the `Authorization` header.
package struct BearerAuthDeclaration: AuthDeclaration, Component {
  var token = ""

  package static let schema = Schema(
    "bearer", BearerAuthDeclaration(), summary: "A token in the `Authorization` header (RFC 6750).",
    keys: [Key("token", \.token, required: true, secret: true, "The token.")],
    examples: ["type: bearer\ntoken: \"${secret:CRM_TOKEN}\""],
    faults: [
      FaultExample(
        "type: bearer\n⟪tokn: x\ntoken: y", "unknown key 'tokn' in bearer auth of api 'example'; did you mean 'token'?")
    ])

  package func makeAuth(_ context: AuthContext) throws -> any Auth { BearerAuth(token: token) }
}
