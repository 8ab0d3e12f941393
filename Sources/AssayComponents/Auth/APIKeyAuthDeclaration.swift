package import AssayDefinition
internal import AssayEngine
package import AssayHTTP

/// `auth: {type: api_key}`: a key in a header or in the query.
package struct APIKeyAuthDeclaration: AuthDeclaration, Component {
  package enum Place: String, ConfigChoice {
    case header, query
  }

  var place = Place.header
  var name = ""
  var value = ""

  package static let schema = Schema(
    "api_key", APIKeyAuthDeclaration(), summary: "A key in a header or in the query.",
    details: "A key in the query is left out of redirects to other hosts and masked in every message.",
    keys: [
      Key("in", \.place, "Where the key goes: `header` or `query`."),
      Key("name", \.name, required: true, "The header's or parameter's name."),
      Key("value", \.value, required: true, secret: true, "The key."),
    ],
    examples: [
      "type: api_key\nin: query\nname: key\nvalue: \"${secret:GOOGLE_KEY}\"",
      "type: api_key\nname: X-API-Key\nvalue: \"${secret:CRM_KEY}\"",
    ],
    faults: [
      FaultExample("type: api_key\nin: ⟪body\nname: key\nvalue: x", "expected one of header, query, not 'body'")
    ])

  package func makeAuth(_ context: AuthContext) throws -> any Auth {
    APIKeyAuth(place: place == .header ? .header : .query, name: name, value: value)
  }
}
