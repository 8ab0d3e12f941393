/// A token that is known beforehand, in the `Authorization` header (RFC 6750).
package struct BearerAuth: Auth, Hashable {
  package var token: String

  package init(token: String) { self.token = token }

  package var secrets: [String] { [token] }

  package func authorize(_ request: inout HTTPRequest) { request.headers["Authorization"] = "Bearer \(token)" }
}
