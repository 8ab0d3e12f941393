/// A generic look-up API: facts about a company by its domain; a fifth of the domains in use are unknown to it.
enum Companies {
  static let domains = (0..<40).map { index in
    let names = ["northwind", "contoso", "fabrikam", "acme", "globex", "initech", "umbrella", "hooli"]
    let kinds = ["books", "foods", "tools", "travel", "energy"]
    return "\(names[index % names.count])-\(kinds[index / names.count]).example"
  }

  private static let industries = ["Retail", "Food", "Manufacturing", "Travel", "Energy"]

  /// `/company/DOMAIN` and `/company?domain=DOMAIN`.
  static func answer(_ request: SandboxRequest) -> Answer {
    let parts = request.segments
    guard parts.count <= 2, let domain = parts.count == 2 ? String(parts[1]) : request["domain"], !domain.isEmpty
    else {
      return .error(400, "bad_parameter", "ask for /company/DOMAIN or /company?domain=DOMAIN")
    }
    let key = domain.lowercased()
    guard let index = domains.firstIndex(of: key), !index.isMultiple(of: 5) else {
      return .error(404, "not_found", "no company with the domain \(domain)")
    }
    let hash = Int(stableHash(key) >> 33)
    let words = key.dropLast(".example".count).split(separator: "-").map { $0.prefix(1).uppercased() + $0.dropFirst() }
    return .json([
      "domain": .string(key),
      "name": .string(words.joined(separator: " ")),
      "industry": .string(industries[index / 8]),
      "founded": .integer(1950 + hash % 70),
      "employees": .integer(10 + hash % 20_000),
      "headquarters": ["city": .string(Place.all[hash % Place.all.count].city), "country": "US"],
    ])
  }
}
