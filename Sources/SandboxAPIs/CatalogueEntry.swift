/// A made-up dataset of a catalogue of open data, which CKAN and data.gov describe each in its own way.
struct CatalogueEntry: Sendable {
  /// Something to download.
  struct File: Sendable {
    let name: String
    /// As publishers write it: `CSV`, `csv`, `.csv`.
    let format: String
    /// About one in sixty lacks its scheme.
    let url: String
    /// Bytes; mostly unknown.
    let size: Int?
  }

  let id: String
  /// Of the title, unique.
  let slug: String
  let title: String
  /// Empty for one in twenty.
  let notes: String
  let tags: [String]
  /// Nil for about one in fifty.
  let organization: (slug: String, title: String)?
  /// Nil for about one in twenty.
  let license: String?
  /// Seconds since 1970.
  let created: Int
  let modified: Int
  let popularity: Int
  /// None for about one in forty.
  let files: [File]
  /// What is searched, in lower case.
  private let text: String

  /// 2,400 datasets: ten topics, four kinds, sixty places.
  static let all = topics.flatMap { topic in
    kinds.flatMap { kind in Place.all.map { CatalogueEntry(topic, kind, $0) } }
  }

  /// Those in whose title, notes or tags each word of a query stands; all of them for none, and for `*:*`.
  static func matching(_ query: String) -> [CatalogueEntry] {
    let words = query.lowercased().split { $0.isWhitespace || $0 == "\"" }.filter { $0 != "*:*" }
    return words.isEmpty ? all : all.filter { entry in words.allSatisfy { entry.text.contains($0) } }
  }

  /// A UUID from a text.
  static func uuid(_ text: String) -> String {
    let digits = [stableHash(text), stableHash("\(text)/")].map { number in
      let hex = String(number, radix: 16)
      return String(repeating: "0", count: 16 - hex.utf8.count) + hex
    }.joined()
    var parts: [Substring] = []
    var rest = digits[...]
    for length in [8, 4, 4, 4, 12] {
      parts.append(rest.prefix(length))
      rest = rest.dropFirst(length)
    }
    return parts.joined(separator: "-")
  }
}

extension CatalogueEntry {
  private static let topics = [
    "Water quality", "Air quality", "Traffic counts", "Building permits", "Bus stops", "Street trees", "School meals",
    "Noise complaints", "Recycling collections", "Library visits",
  ]
  private static let kinds = ["monthly figures", "yearly figures", "locations", "survey answers"]
  private static let publishers = [
    "Office of Water", "Office of Transport", "Office of Buildings", "Office of Parks", "Office of Schools",
    "Office of Statistics",
  ]
  private static let licenses = ["cc-by", "cc-zero", "odc-pddl", "other-pd"]
  private static let formats = [["CSV", "csv", ".csv"], ["JSON", "json"], ["XLSX", "xlsx"], ["GeoJSON", "geojson"]]

  private init(_ topic: String, _ kind: String, _ place: Place) {
    title = "\(topic), \(kind), \(place.city) (\(place.zip))"
    slug = title.lowercased().split { !$0.isLetter && !$0.isNumber }.joined(separator: "-")
    id = Self.uuid(slug)
    var numbers = SeededNumbers(seed: stableHash(slug))
    let words = topic.lowercased().split(separator: " ").map(String.init)
    let notes =
      numbers.chance(perMille: 50)
      ? "" : "\(topic) in \(place.city), \(place.state): \(kind), as they were sent in by those who keep them."
    let tags = [words.joined(separator: "-"), words[0], place.state.lowercased()]
    (self.notes, self.tags) = (notes, tags)
    text = (title + " " + notes + " " + tags.joined(separator: " ")).lowercased()
    let publisher = Self.publishers[Int(stableHash(topic) >> 33) % Self.publishers.count]
    organization =
      numbers.chance(perMille: 20)
      ? nil : (publisher.lowercased().split(separator: " ").joined(separator: "-"), publisher)
    license = numbers.chance(perMille: 50) ? nil : numbers.pick(Self.licenses)
    let day = 86_400
    created = 1_577_836_800 + numbers.below(1500 * day)  // from 2020-01-01
    modified = created + numbers.below(800 * day)
    popularity = numbers.below(100)
    let count = numbers.chance(perMille: 25) ? 0 : numbers.within(1...3)
    let (slug, kind) = (slug, kind)
    files = (0..<count).map { index in
      let format = numbers.pick(numbers.pick(Self.formats))
      let ending = format.lowercased().filter { $0 != "." }
      return File(
        name: "\(kind) \(index + 1)", format: format,
        url: (numbers.chance(perMille: 16) ? "" : "https://") + "files.example.org/\(slug)/\(index + 1).\(ending)",
        size: numbers.chance(perMille: 300) ? numbers.within(1_000...9_000_000) : nil)
    }
  }
}
