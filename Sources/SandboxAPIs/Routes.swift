/// The table of all APIs: the first part of a path says which one answers.
enum Routes {
  private struct Entry: Sendable {
    let first: String
    let api: @Sendable (SandboxRequest) throws(Refusal) -> Answer
  }

  private static let table: [Entry] =
    CRMAuth.all.map { auth in
      Entry(first: auth.prefix) { request throws(Refusal) in try CRM.answer(request, auth: auth) }
    } + [
      Entry(first: "maps") { Geocoding.answer($0) },
      Entry(first: "data") { request throws(Refusal) in try Census.answer(request) },
      Entry(first: "v6") { ExchangeRates.answer($0) },
      Entry(first: "company") { Companies.answer($0) },
      Entry(first: "echo") { echo($0) },
    ]

  static func answer(_ request: SandboxRequest) -> Answer {
    let first = request.segments.first ?? ""
    guard let api = table.first(where: { $0.first == first })?.api else {
      let known = table.map { "/" + $0.first }.joined(separator: " ")
      return .error(404, "not_found", "no API at \(request.path); there are: \(known)")
    }
    // The CRM's search takes its pages in the body.
    let isSearch = request.method == "POST" && request.segments.last == "search"
    if first != "echo", request.path != CRMOAuth.tokenPath, request.method != "GET", !isSearch {
      return Answer.error(405, "method_not_allowed", "\(request.path) answers GET only").with(header: "Allow", "GET")
    }
    do throws(Refusal) {
      return try api(request)
    } catch {
      return error.answer
    }
  }

  /// Tells the client what arrived: any method, any body.
  private static func echo(_ request: SandboxRequest) -> Answer {
    .json([
      "method": .string(request.method),
      "path": .string(request.path),
      "query": .array(request.query.map { [.string($0.name), .string($0.value)] }),
      "headers": .array(request.headers.map { [.string($0.name), .string($0.value)] }),
      "body": .string(request.body),
    ])
  }
}
