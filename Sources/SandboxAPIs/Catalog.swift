import FoundationEssentials

/// A catalogue of articles: looked up by many numbers at once, answered in any order, some unknown, some with two records;
/// and searched by name, with a score for each match.
enum Catalog {
  static let itemsPath = "/catalog/items"

  private static let kinds = ["Lamp", "Chair", "Table", "Shelf", "Clock", "Mirror", "Carpet"]
  private static let colors = ["Black", "White", "Green"]
  /// More numbers in one request are refused.
  private static let mostNumbers = 250
  private static let count = 500

  /// `/catalog/items?skus=A-0001,A-0002`, a POST of `{"skus": [...]}` to it, and `/catalog/search?q=lamp`.
  static func answer(_ request: SandboxRequest) -> Answer {
    if request.path == "/catalog/search" { return search(request["q"] ?? "") }
    guard request.path == itemsPath else {
      return .error(404, "not_found", "no route \(request.path); there are \(itemsPath) and /catalog/search")
    }
    guard let asked = numbers(of: request), !asked.isEmpty else {
      return .error(400, "bad_parameter", "ask for \(itemsPath)?skus=A-0001,A-0002, or post {\"skus\": [\"A-0001\"]}")
    }
    guard asked.count <= mostNumbers else {
      return .error(400, "too_many", "at most \(mostNumbers) numbers in a request, not \(asked.count)")
    }
    let found = asked.flatMap { records(of: $0) }
    return .json(["items": .array(found.reversed()), "asked": .integer(asked.count)])
  }

  private static func numbers(of request: SandboxRequest) -> [String]? {
    struct Posted: Decodable { let skus: [String] }
    if request.method == "POST" { return try? JSONDecoder().decode(Posted.self, from: Data(request.body.utf8)).skus }
    return request["skus"]?.split(separator: ",").map(String.init)
  }

  /// Every tenth number is unknown, every seventh of the others has a record for each of two colours.
  private static func records(of number: String) -> [JSONText] {
    let sku = number.uppercased()
    guard sku.hasPrefix("A-"), let index = Int(sku.dropFirst(2)), (0..<count).contains(index),
      !index.isMultiple(of: 10)
    else { return [] }
    return (index.isMultiple(of: 7) ? [0, 1] : [0]).map { copy in
      [
        "sku": .string(sku), "title": .string("\(colors[(index + copy) % 3]) \(kinds[index % 7])"),
        "price": ["amount": .number(twoPlaces(1000 + Int(stableHash(sku) >> 33) % 90_000)), "currency": "USD"],
      ]
    }
  }

  /// Articles in whose names all words stand; a whole name scores 1.
  private static func search(_ text: String) -> Answer {
    let words = text.lowercased().split(separator: " ")
    let names = colors.flatMap { color in kinds.map { "\(color) \($0)" } }
    let found = words.isEmpty ? [] : names.filter { name in words.allSatisfy { name.lowercased().contains($0) } }
    return .json([
      "matches": .array(
        found.map { name in
          ["name": .string(name), "score": .number(name.lowercased() == text.lowercased() ? "1.0" : "0.5")]
        })
    ])
  }
}
