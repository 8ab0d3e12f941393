/// User name and password in the `Authorization` header (RFC 7617, UTF-8).
package struct BasicAuth: Auth, Hashable {
  package var username: String
  package var password: String

  package init(username: String, password: String) {
    self.username = username
    self.password = password
  }

  package var secrets: [String] { [password, "\(username):\(password)"] }

  package func authorize(_ request: inout HTTPRequest) {
    request.headers["Authorization"] = "Basic " + base64(Array("\(username):\(password)".utf8))
  }
}
