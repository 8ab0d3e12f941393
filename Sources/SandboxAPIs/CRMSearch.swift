import FoundationEssentials

/// `POST /search`: pages that are asked for in the body, as JSON or as a form.
enum CRMSearch {
  /// `{"state": "CA", "page": {"number": 2, "size": 200}}`, or `{"after": "c64", "size": 100}`.
  private struct Query: Decodable {
    struct Page: Decodable {
      var number: Int?
      var size: Int?
    }

    var state: String?
    var page: Page?
    var after: String?
    var size: Int?
  }

  static func answer(_ request: SandboxRequest, _ rows: [Customer]) throws(Refusal) -> Answer {
    guard request.method == "POST" else {
      throw Refusal(.error(405, "method_not_allowed", "a search is a POST").with(header: "Allow", "POST"))
    }
    let query = try query(of: request)
    let found = rows.filter { query.state == nil || $0.place.state == query.state }
    let size = min(query.page?.size ?? query.size ?? 50, CRM.largestPage)
    var start = ((query.page?.number ?? 1) - 1) * size
    if let after = query.after {
      guard after.hasPrefix("c"), let place = Int(after.dropFirst(), radix: 16) else {
        throw Refusal(.error(400, "bad_cursor", "the cursor was not given out by this API"))
      }
      start = place
    }
    guard size > 0, (0...1_000_000).contains(start) else {
      throw Refusal(.error(400, "bad_parameter", "the page's number and size must be from 1"))
    }
    let next = start + size
    return .json([
      "hits": .array(found.dropFirst(start).prefix(size).map(\.json)),
      "total": .integer(found.count),
      "after": next < found.count ? .string("c" + String(next, radix: 16)) : .null,
    ])
  }

  private static func query(of request: SandboxRequest) throws(Refusal) -> Query {
    let type = request.header("content-type") ?? ""
    if type.hasPrefix("application/x-www-form-urlencoded") {
      let fields = request.body.split(separator: "&").map { field in
        let name = field.prefix { $0 != "=" }
        return (
          name: percentDecoded(name, form: true), value: percentDecoded(field.dropFirst(name.count + 1), form: true)
        )
      }
      func value(_ name: String) -> String? { fields.first { $0.name == name }?.value }
      let page = Query.Page(number: value("page").flatMap { Int($0) }, size: value("size").flatMap { Int($0) })
      return Query(state: value("state"), page: page, after: value("after"))
    }
    guard type.hasPrefix("application/json") else {
      throw Refusal(.error(415, "unsupported_media_type", "send JSON or a form, not '\(type)'"))
    }
    do {
      return try JSONDecoder().decode(Query.self, from: Data(request.body.utf8))
    } catch {
      throw Refusal(.error(400, "bad_body", "the body is no search: \(error)"))
    }
  }
}
