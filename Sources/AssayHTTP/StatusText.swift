/// A status with its name, as messages show it: `404 Not Found`.
package func statusText(_ status: Int) -> String {
  statusNames[status].map { "\(status) \($0)" } ?? "\(status)"
}

private let statusNames: [Int: String] = [
  206: "Partial Content",
  300: "Multiple Choices", 301: "Moved Permanently", 302: "Found", 303: "See Other", 304: "Not Modified",
  307: "Temporary Redirect", 308: "Permanent Redirect", 400: "Bad Request", 401: "Unauthorized",
  402: "Payment Required", 403: "Forbidden", 404: "Not Found", 405: "Method Not Allowed", 406: "Not Acceptable",
  407: "Proxy Authentication Required", 408: "Request Timeout", 409: "Conflict", 410: "Gone", 411: "Length Required",
  412: "Precondition Failed", 413: "Content Too Large", 414: "URI Too Long", 415: "Unsupported Media Type",
  416: "Range Not Satisfiable", 422: "Unprocessable Content", 423: "Locked", 425: "Too Early",
  426: "Upgrade Required", 429: "Too Many Requests", 431: "Request Header Fields Too Large",
  451: "Unavailable For Legal Reasons", 500: "Internal Server Error", 501: "Not Implemented", 502: "Bad Gateway",
  503: "Service Unavailable", 504: "Gateway Timeout", 505: "HTTP Version Not Supported", 507: "Insufficient Storage",
]

/// What a user can do about a status, or nil.
func statusHint(_ status: Int, sentCredentials: Bool) -> String? {
  switch status {
  case 206: "the service sent a part where the whole was asked for; look for a Range header of the source"
  // One that names an address is followed.
  case 301, 302, 303, 307, 308: "the service sends elsewhere and does not say where; check base_url and path"
  case 400, 422: "check the path, query and body of the request"
  case 401 where !sentCredentials:
    "no credentials were sent: the api has no auth, or the request left the host of base_url"
  case 401: "check the api's auth"
  case 402: "the service wants to be paid, or a plan's quota is used up"
  case 403 where !sentCredentials:
    "no credentials were sent: the api has no auth, or the request left the host of base_url"
  case 403: "the api's auth does not allow this; check its rights, and the service's access rules"
  case 404, 410: "check base_url and path"
  case 405: "check the method"
  case 407: "check the user and password of the proxy that the environment names"
  case 413, 414: "send less at once: a smaller batch or page"
  case 408, 425, 500, 502, 503, 504: "the service is in trouble: try again later"
  case ..<200, 600...: "HTTP knows no such status: check that base_url is the service's"
  case 429: "lower the api's rate_limit or concurrency"
  default: nil
  }
}
