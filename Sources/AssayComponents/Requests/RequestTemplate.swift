internal import AssayDefinition
internal import AssayEngine
internal import AssayHTTP

/// What a request does to the service.
enum RequestMethod: String, ConfigChoice {
  case get = "GET"
  case post = "POST"
  case put = "PUT"
  case patch = "PATCH"
  case delete = "DELETE"

  var method: HTTPMethod {
    switch self {
    case .get: .get
    case .post: .post
    case .put: .put
    case .patch: .patch
    case .delete: .delete
    }
  }
}

/// A request in the pipeline file: the keys that whatever sends requests has in common. Its texts stand as they are
/// written, or are templates for each row.
struct RequestTemplate<Text: RequestText>: Sendable {
  var api: APIName?
  var method = RequestMethod.get
  var path = Text.empty
  var query = Named<Text>()
  var headers = Named<String>()
  var body: BodyTemplate<Text>?

  /// The keys, with what is said of `path` and `query` where they are used.
  static func keys(path: String, query: String) -> [Key<RequestTemplate>] {
    addressKeys(path: path, query: query) + [
      Key(
        "method", \.method,
        "What the request does. `POST` and `PATCH` are sent again after a fault only if the api's `retry` has "
          + "`non_idempotent: true`."),
      Key("body", \.body, "What the request carries; not with `GET`."),
    ]
  }

  /// The keys that say where a request goes.
  static func addressKeys(path: String, query: String) -> [Key<RequestTemplate>] {
    [
      Key("api", \.api, "The entry under `apis` with address, auth and limits."),
      Key("path", \.path, required: true, path),
      Key("query", \.query, query),
      Key("headers", \.headers, "Further headers."),
    ]
  }

  static var rules: [Rule<RequestTemplate>] {
    [
      Rule("path") { request in
        let text = request.path.written
        let isWhole = text.hasPrefix("http://") || text.hasPrefix("https://")
        return request.api == nil && !isWhole && !text.isEmpty
          ? "without 'api' the path must be a whole address, beginning with http:// or https://" : nil
      },
      Rule("body") { $0.method == .get && $0.body != nil ? "a GET carries no body; set 'method: POST'" : nil },
    ]
  }

  /// Every column that the texts name, once, in the order in which they come; optional where all that name it say so.
  var columns: [(name: String, isOptional: Bool)] {
    var columns: [(name: String, isOptional: Bool)] = []
    for column in path.columns + query.items.flatMap(\.value.columns) + (body?.columns ?? []) {
      if let place = columns.firstIndex(where: { $0.name == column.name }) {
        columns[place].isOptional = columns[place].isOptional && column.isOptional
      } else {
        columns.append(column)
      }
    }
    return columns
  }

  /// Whether several texts for a column are joined somewhere, rather than be a list of JSON everywhere.
  func joins(_ column: String) -> Bool {
    let joined = (path.columns + query.items.flatMap(\.value.columns)).map(\.name) + (body?.innerColumns ?? [])
    return joined.contains(column)
  }

  /// The request with its texts filled, each encoded for its place; `cell` gives a column's text, nil for null.
  /// - Parameter list: In a JSON body, the texts that a column stands for; nil for one.
  func prepared(
    _ client: APIClient, cell: (String) -> String? = { _ in nil }, list: (String) -> [String]? = { _ in nil }
  ) throws(HTTPFailure) -> PreparedRequest {
    let path = path.filled { cell($0).map { PercentEncoding.segment($0) } } ?? ""
    let query = query.items.compactMap { item in
      item.value.filled(cell).map { RequestURL.QueryItem(item.name, $0) }
    }
    let fields = headers.items.map { HeaderFields.Field($0.name, $0.value) }
    let request = try client.request(method.method, path: path, query: query, headers: HeaderFields(fields))
    let typed = request.headers["Content-Type"] ?? client.headers["Content-Type"]
    return PreparedRequest(
      request: request, body: body?.filled(cell, list: list) ?? .empty, hasContentType: typed != nil)
  }
}

/// A request whose body is not bytes yet, so that pages can set their parameters in it.
struct PreparedRequest: Sendable {
  /// All but the body.
  var request: HTTPRequest
  var body: RequestBody
  /// Whether headers of the pipeline file name the body's type.
  var hasContentType: Bool

  /// The request for a page, or the one that there is.
  func httpRequest(for page: PageRequest = PageRequest()) throws(RequestBody.Fault) -> HTTPRequest {
    let body = try self.body.setting(page.bodyParameters)
    var request = page.applied(to: self.request)
    request.body = body.bytes
    if !hasContentType, let type = body.contentType { request.headers["Content-Type"] = type }
    return request
  }
}

extension RequestTemplate<FilledText> {
  /// The request with its texts read as templates. Throws where one of them is none.
  func templates() throws(Template.SyntaxFault) -> RequestTemplate<Template> {
    var request = RequestTemplate<Template>()
    request.api = api
    request.method = method
    request.path = try Template(path)
    request.query = try query.templates()
    request.headers = headers
    request.body = try body?.templates()
    return request
  }
}

extension Named<FilledText> {
  fileprivate func templates() throws(Template.SyntaxFault) -> Named<Template> {
    var templates: [Named<Template>.Item] = []
    for item in items {
      templates.append(.init(name: item.name, location: item.location, value: try Template(item.value)))
    }
    return Named<Template>(templates)
  }
}

extension BodyTemplate<FilledText> {
  fileprivate func templates() throws(Template.SyntaxFault) -> BodyTemplate<Template> {
    var body = BodyTemplate<Template>()
    body.json = try json?.templates()
    body.form = try form?.templates()
    body.text = try text.map { text throws(Template.SyntaxFault) in try Template(text) }
    body.contentType = contentType
    return body
  }
}

extension JSONTemplate<FilledText> {
  fileprivate func templates() throws(Template.SyntaxFault) -> JSONTemplate<Template> {
    switch self {
    case .constant(let value): return .constant(value)
    case .text(let text): return .text(try Template(text))
    case .list(let items):
      var list: [JSONTemplate<Template>] = []
      for item in items { list.append(try item.templates()) }
      return .list(list)
    case .object(let members):
      var object: [(name: String, value: JSONTemplate<Template>)] = []
      for member in members { object.append((member.name, try member.value.templates())) }
      return .object(object)
    }
  }
}
