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
      Entry(first: "geocoder") { request throws(Refusal) in try CensusGeocoder.answer(request) },
      Entry(first: "search") { request throws(Refusal) in try Nominatim.answer(request) },
      Entry(first: "data") { request throws(Refusal) in try Census.answer(request) },
      Entry(first: "v6") { ExchangeRates.answer($0) },
      Entry(first: "frankfurter") { Frankfurter.answer($0) },
      Entry(first: "company") { Companies.answer($0) },
      Entry(first: "catalog") { Catalog.answer($0) },
      Entry(first: "open-meteo") { WeatherArchive.answer($0) },
      Entry(first: "VisualCrossingWebServices") { WeatherTimeline.answer($0) },
      Entry(first: "ckan") { request throws(Refusal) in try CKAN.answer(request) },
      Entry(first: "datagov") { request throws(Refusal) in try DataGov.answer(request) },
      Entry(first: "echo") { echo($0) },
    ]

  /// What there is, for people.
  static var guide: String {
    let half = CRM.paths.count / 2
    return """
      The CRM has the same paths behind each of
        \(CRMAuth.all.map { "/" + $0.prefix }.joined(separator: " ")):
        \(CRM.paths.prefix(half).joined(separator: " "))
        \(CRM.paths.dropFirst(half).joined(separator: " "))
      ?month=2026-10 narrows them to a month, ?charset=iso-8859-1 or utf-16 encodes text; a search is a POST.
      records takes what is sent, one by one or in lists, once for each Idempotency-Key, and tells of it.

      user assay, password sandbox; key sandbox-key in X-API-Key or api_key; bearer token sandbox-token;
      OAuth2 client assay, secret sandbox-secret, tokens at \(CRMOAuth.tokenPath);
      JWT in HS256 with the key sandbox-jwt-key-of-32-characters, issuer assay;
      HMAC access key assay, secret sandbox-hmac-secret, SHA-256 in base64: X-Signature signs, a line each, method, path,
      query, X-Timestamp, X-Nonce and the SHA-256 of the body in hex; X-Access-Key names the key.

      /maps/api/geocode/json (any key), /geocoder/locations|geographies/onelineaddress|address|addressbatch, /search (a
      User-Agent that says who asks), /data/YEAR/acs/acs5 (any key but bad and expired), /v6/latest/CURRENCY, with a key
      (any but bad, inactive, used-up and, for history, free) /v6/KEY/latest/CURRENCY and /v6/KEY/history/CURRENCY/Y/M/D,
      /frankfurter/v1/latest and /frankfurter/v1/DAY..DAY, /company/DOMAIN,
      /catalog/items?skus=SKU,SKU (or a POST of {"skus": []}), /catalog/search?q=NAME,
      /open-meteo/v1/archive, /VisualCrossingWebServices/rest/services/timeline/PLACE/DATE/DATE (any key),
      /ckan/api/3/action/package_search, /datagov/search (any key but bad in X-Api-Key), and /echo, which answers with
      the request.
      """
  }

  static func answer(_ request: SandboxRequest) -> Answer {
    let first = request.segments.first ?? ""
    guard let api = table.first(where: { $0.first == first })?.api else {
      let known = table.map { "/" + $0.first }.joined(separator: " ")
      return .error(404, "not_found", "no API at \(request.path); there are: \(known)")
    }
    // The CRM's search takes its pages in the body, the geocoder its batches, the catalogue its keys.
    let isSearch = request.method == "POST" && ["search", "addressbatch"].contains(request.segments.last)
    let isList = request.method == "POST" && request.path == Catalog.itemsPath
    let isKept = request.segments.count >= 2 && request.segments[1] == "records" && first.hasPrefix("crm")
    if first != "echo", request.path != CRMOAuth.tokenPath, request.method != "GET", !isSearch, !isList, !isKept {
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
