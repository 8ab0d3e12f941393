/// The customers of a made-up CRM, in every form in which such APIs hand out rows.
///
/// Another form of pages is one more line in ``routes``.
enum CRM {
  static let largestPage = 500

  private struct Route: Sendable {
    let path: String
    let answer: @Sendable (SandboxRequest, [Customer]) throws(Refusal) -> Answer
  }

  private static let routes = [
    Route(path: "customers") { request, rows throws(Refusal) in try CRMPages.numbered(request, rows) },
    Route(path: "customers-by-cursor") { request, rows throws(Refusal) in try CRMPages.byCursor(request, rows) },
    Route(path: "customers-by-url") { request, rows throws(Refusal) in try CRMPages.byURL(request, rows) },
    Route(path: "customers-by-offset") { request, rows throws(Refusal) in try CRMPages.byOffset(request, rows) },
    Route(path: "customers-by-link") { request, rows throws(Refusal) in try CRMPages.byLink(request, rows) },
    Route(path: "search") { request, rows throws(Refusal) in try CRMSearch.answer(request, rows) },
    Route(path: "customers.csv") { request, rows throws(Refusal) in
      try CRMBodies.encoded(CRMBodies.csv(rows), for: request)
    },
    Route(path: "customers.xml") { request, rows throws(Refusal) in
      try CRMBodies.encoded(CRMBodies.xml(rows), for: request)
    },
    Route(path: "customers.jsonl") { request, rows throws(Refusal) in
      try CRMBodies.encoded(CRMBodies.jsonLines(rows), for: request)
    },
    Route(path: "customers.csv.gz") { _, rows in CRMBodies.gzipped(CRMBodies.csv(rows)) },
    Route(path: "customers.jsonl.gz") { _, rows in CRMBodies.gzipped(CRMBodies.jsonLines(rows)) },
    Route(path: "customers.zip") { _, rows in CRMBodies.zipped(rows) },
  ]

  /// The paths behind each lock.
  static var paths: [String] { routes.map(\.path) + ["customers/ID", "records", "records/ID"] }

  static func answer(_ request: SandboxRequest, auth: CRMAuth) throws(Refusal) -> Answer {
    if request.path == CRMOAuth.tokenPath { return try CRMOAuth.answer(request) }
    guard auth.admits(request) else { return auth.refusal }
    let path = request.segments.dropFirst().joined(separator: "/")
    let rows = try rows(of: request)
    if request.segments.dropFirst().first == "records", request.segments.count <= 3 {
      return CRMRecords.answer(request, id: request.segments.dropFirst(2).first.map(String.init))
    }
    if let route = routes.first(where: { $0.path == path }) { return try route.answer(request, rows) }
    let parts = path.split(separator: "/")
    if parts.count == 2, parts[0] == "customers" {
      guard let customer = Customer.all.first(where: { String($0.id) == parts[1] }) else {
        return .error(404, "not_found", "no customer \(parts[1])")
      }
      return .json(customer.json)
    }
    return .error(404, "not_found", "no route \(request.path)")
  }

  /// All customers, or those last updated in the month that was asked for.
  private static func rows(of request: SandboxRequest) throws(Refusal) -> [Customer] {
    guard let month = request["month"] else { return Customer.all }
    let parts = month.split(separator: "-", omittingEmptySubsequences: false)
    guard parts.count == 2, parts[0].utf8.count == 4, parts[1].utf8.count == 2, Int(parts[0]) != nil,
      let number = Int(parts[1]), (1...12).contains(number)
    else {
      throw Refusal(.error(400, "bad_parameter", "month must look like 2026-10"))
    }
    return Customer.all.filter { $0.updatedAt.hasPrefix(month + "-") }
  }
}
