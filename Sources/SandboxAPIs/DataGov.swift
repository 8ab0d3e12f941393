import FoundationEssentials

/// The catalogue of data.gov behind api.data.gov: a key, and pages that name the token of the next.
enum DataGov {
  private static let mostRows = 1000

  /// `/datagov/search?q=&org_slug=&keyword=&sort=&per_page=&after=`, the key in `X-Api-Key`.
  static func answer(_ request: SandboxRequest) throws(Refusal) -> Answer {
    switch request.header("x-api-key") ?? request["api_key"] ?? "" {
    case "": return refused("API_KEY_MISSING", "No api_key was supplied. Get one at https://api.data.gov:443")
    case "bad": return refused("API_KEY_INVALID", "An invalid api_key was supplied.")
    default: break
    }
    guard request.path == "/datagov/search" else { return .json(["error": "Not Found"], status: 404) }
    let size = try perPage(request)
    let sort = request["sort"] ?? "relevance"
    let found = try found(request, sort)
    let start = try start(request, found)
    let page = found.dropFirst(start).prefix(size)
    var members: [(name: String, value: JSONText)] = []
    // Left out on the last page.
    if request.faults.kind == .stuckCursor, let after = request["after"] ?? page.last.map({ token($0) }) {
      members.append(("after", .string(after)))
    } else if start + size < found.count, let last = page.last {
      members.append(("after", .string(token(last))))
    }
    members += [("results", .array(page.map { dataset($0, request) })), ("sort", .string(sort))]
    return Answer.json(.object(members))
      .with(header: "X-RateLimit-Limit", "1000").with(header: "X-RateLimit-Remaining", "998")
  }

  private static func refused(_ code: String, _ message: String) -> Answer { .error(403, code, message) }

  private static func invalid(_ field: String, _ message: String) -> Refusal {
    let fields: [(name: String, value: JSONText)] = [(field, [.string(message)])]
    let detail: JSONText = ["query": .object(fields)]
    return Refusal(.json(["message": "Validation error", "detail": detail], status: 422))
  }

  private static func perPage(_ request: SandboxRequest) throws(Refusal) -> Int {
    guard let text = request["per_page"] else { return 20 }
    guard let size = Int(text), (1...mostRows).contains(size) else {
      throw invalid("per_page", "Must be greater than or equal to 1 and less than or equal to \(mostRows).")
    }
    return size
  }

  private static func found(_ request: SandboxRequest, _ sort: String) throws(Refusal) -> [CatalogueEntry] {
    let keywords = request.query.filter { $0.name == "keyword" }.map(\.value)
    let found = CatalogueEntry.matching(request["q"] ?? "").filter { entry in
      (request["org_slug"].map { entry.organization?.slug == $0 } ?? true)
        && keywords.allSatisfy { entry.tags.contains($0) }
    }
    switch sort {
    case "relevance", "distance": return found
    case "popularity": return found.sorted { ($0.popularity, $0.id) > ($1.popularity, $1.id) }
    case "last_harvested_date": return found.sorted { ($0.modified, $0.id) > ($1.modified, $1.id) }
    default:
      throw invalid("sort", "Must be one of: relevance, popularity, distance, last_harvested_date.")
    }
  }

  /// A list in JSON, in base64, as the search engine behind it has it.
  private static func token(_ entry: CatalogueEntry) -> String {
    Data("[\(entry.popularity),\"\(entry.id)\"]".utf8).base64EncodedString()
  }

  private static func start(_ request: SandboxRequest, _ found: [CatalogueEntry]) throws(Refusal) -> Int {
    guard let after = request["after"] else { return 0 }
    guard let last = found.firstIndex(where: { token($0) == after }) else {
      throw Refusal(.json(["error": "Invalid cursor format"], status: 400))
    }
    return last + 1
  }

  private static func dataset(_ entry: CatalogueEntry, _ request: SandboxRequest) -> JSONText {
    let (slug, title) = entry.organization ?? ("unknown", "Unknown")
    let record = "http://\(request.authority)/datagov/harvest_record/\(CatalogueEntry.uuid("harvest \(entry.id)"))"
    return [
      "identifier": .string(entry.id), "slug": .string(entry.slug), "title": .string(entry.title),
      "description": .string(entry.notes), "publisher": .string(title),
      "keyword": .array(entry.tags.map { .string($0) }), "theme": [], "has_spatial": .bool(false),
      "popularity": .integer(entry.popularity),
      // UTC without saying so.
      "last_harvested_date": .string(rfc3339(entry.modified + 7200).dropLast() + ".000000"),
      "distribution_titles": .array(entry.files.map { .string($0.name) }),
      "organization": [
        "id": .string(CatalogueEntry.uuid(slug)), "name": .string(title), "slug": .string(slug),
        "organization_type": "Federal Government", "aliases": [], "description": .null,
      ],
      "dcat": dcat(entry, publisher: title), "harvest_record": .string(record),
      "harvest_record_raw": .string(record + "/raw"), "_score": .number("12.5"),
      "_sort": [.number("12.5"), .integer(entry.popularity), .string(entry.id)],
    ]
  }

  /// What the publisher said, in DCAT-US; what is not known is left out.
  private static func dcat(_ entry: CatalogueEntry, publisher: String) -> JSONText {
    var members: [(name: String, value: JSONText)] = [
      ("@type", "dcat:Dataset"), ("title", .string(entry.title)), ("description", .string(entry.notes)),
      ("identifier", .string(entry.id)), ("accessLevel", "public"),
      ("modified", .string(isoDate(entry.modified / 86_400))),
      ("publisher", ["@type": "org:Organization", "name": .string(publisher)]),
      ("contactPoint", ["@type": "vcard:Contact", "fn": "Data desk", "hasEmail": "mailto:data@example.org"]),
      ("keyword", .array(entry.tags.map { .string($0) })),
    ]
    if let license = entry.license { members.append(("license", .string("https://licenses.example.org/" + license))) }
    if !entry.files.isEmpty {
      members.append(
        (
          "distribution",
          .array(
            entry.files.map { file in
              [
                "@type": "dcat:Distribution", "title": .string(file.name), "format": .string(file.format),
                "downloadURL": .string(file.url),
              ]
            })
        ))
    }
    return .object(members)
  }
}
