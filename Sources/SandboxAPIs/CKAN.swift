/// A catalogue that speaks CKAN's action API: an envelope that says whether it went well, at most 1,000 rows at a time.
enum CKAN {
  /// `ckan.search.rows_max` as it comes.
  private static let mostRows = 1000

  /// `/ckan/api/3/action/package_search?q=&fq=&sort=&rows=&start=`.
  static func answer(_ request: SandboxRequest) throws(Refusal) -> Answer {
    let parts = request.segments.dropFirst().filter { $0 != "3" }
    guard parts.count == 3, parts[0] == "api", parts[1] == "action" else {
      return .html("404 Not Found", "The requested URL was not found on the server.", status: 404)
    }
    guard parts[2] == "package_search" else {
      return .json(.string("Bad request - Action name not known: \(parts[2])"), status: 400)
    }
    // An error that says so in its body alone, as some portals send it.
    if case .bodyStatus(let type)? = request.faults.kind { return failure(type, "this was asked for", status: 200) }
    var found = CatalogueEntry.matching(request["q"] ?? "*:*")
    for filter in (request["fq"] ?? "").split(whereSeparator: \.isWhitespace) where filter != "AND" {
      found = try narrowed(found, by: filter)
    }
    found = try sorted(found, by: request["sort"] ?? "score desc, metadata_modified desc")
    let rows = min(try natural(request, "rows") ?? 10, mostRows)
    let start = try natural(request, "start") ?? 0
    var count = found.count
    if case .wrongTotal(let claimed)? = request.faults.kind { count = claimed }
    return .json([
      "help": .string("http://\(request.authority)/ckan/api/3/action/help_show?name=package_search"),
      "success": .bool(true),
      "result": [
        "count": .integer(count), "facets": [:], "results": .array(found.dropFirst(start).prefix(rows).map(package)),
        "sort": .string(request["sort"] ?? "score desc, metadata_modified desc"), "search_facets": [:],
      ],
    ])
  }

  private static func failure(_ type: String, _ message: String, status: Int) -> Answer {
    .json(["success": .bool(false), "error": ["__type": .string(type), "message": .string(message)]], status: status)
  }

  private static func natural(_ request: SandboxRequest, _ name: String) throws(Refusal) -> Int? {
    guard let text = request[name] else { return nil }
    guard let value = Int(text), value >= 0 else {
      throw Refusal(failure("Validation Error", "\(name): Must be a natural number", status: 409))
    }
    return value
  }

  /// `field:value`, as Solr has it; of its syntax this alone.
  private static func narrowed(
    _ entries: [CatalogueEntry], by filter: Substring
  ) throws(Refusal) -> [CatalogueEntry] {
    let value = filter.drop { $0 != ":" }.dropFirst().filter { $0 != "\"" }
    switch filter.prefix(while: { $0 != ":" }) {
    case "organization": return entries.filter { $0.organization?.slug == value }
    case "license_id": return entries.filter { $0.license == value }
    case "tags": return entries.filter { $0.tags.contains(value) }
    case "res_format": return entries.filter { $0.files.contains { $0.format == value } }
    default: throw Refusal(failure("Search Query Error", "Search Query is invalid: undefined field", status: 400))
    }
  }

  private static func sorted(
    _ entries: [CatalogueEntry], by order: String
  ) throws(Refusal) -> [CatalogueEntry] {
    // The first field that tells entries apart; all of them find as well as the others.
    for part in order.split(separator: ",") {
      let words = part.split(separator: " ")
      let key: @Sendable (CatalogueEntry) -> String
      switch words.first {
      case "score": continue
      case "id": key = { $0.id }
      case "name": key = { $0.slug }
      case "metadata_created": key = { rfc3339($0.created) }
      case "metadata_modified": key = { rfc3339($0.modified) }
      default: throw Refusal(failure("Search Error", "SOLR returned an error: sort param", status: 409))
      }
      let ascending = entries.sorted { (key($0), $0.id) < (key($1), $1.id) }
      return words.last == "desc" ? ascending.reversed() : ascending
    }
    return entries
  }

  private static func package(_ entry: CatalogueEntry) -> JSONText {
    var organization = JSONText.null
    if let (slug, title) = entry.organization {
      organization = [
        "id": .string(CatalogueEntry.uuid(slug)), "name": .string(slug), "title": .string(title),
        "type": "organization",
        "is_organization": .bool(true), "state": "active",
      ]
    }
    return [
      "id": .string(entry.id), "name": .string(entry.slug), "title": .string(entry.title),
      "notes": .string(entry.notes), "type": "dataset", "state": "active", "private": .bool(false), "author": .null,
      "license_id": .optional(entry.license), "organization": organization,
      "metadata_created": .string(moment(entry.created)), "metadata_modified": .string(moment(entry.modified)),
      "num_resources": .integer(entry.files.count), "num_tags": .integer(entry.tags.count), "extras": [], "groups": [],
      "resources": .array(
        entry.files.enumerated().map { index, file in
          [
            "id": .string(CatalogueEntry.uuid(file.url)), "package_id": .string(entry.id), "name": .string(file.name),
            "format": .string(file.format), "url": .string(file.url), "size": file.size.map { .integer($0) } ?? .null,
            "position": .integer(index),
          ]
        }),
      "tags": .array(entry.tags.map { ["name": .string($0), "display_name": .string($0)] }),
    ]
  }

  /// UTC without saying so.
  private static func moment(_ seconds: Int) -> String { rfc3339(seconds).dropLast() + ".000000" }
}
