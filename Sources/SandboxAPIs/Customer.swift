/// A customer of the made-up CRM.
struct Customer: Sendable {
  let id: Int
  let name: String
  /// About 2 % are malformed on purpose.
  let email: String
  let street: String
  let place: Place
  /// Hundredths; about 3 % are unknown, some that were refunded are negative.
  let revenue: Int?
  let currency: String
  let employees: Int
  let refunded: Bool
  /// RFC 3339 in UTC.
  let updatedAt: String
  let domain: String
  let phone: String
  let tags: [String]

  /// The columns of the text formats, in the order of the JSON members.
  static let columns = [
    "id", "name", "email", "street", "city", "state", "zipcode", "revenue", "currency", "employees", "refunded",
    "updated_at", "domain", "contact.phone", "contact.tags",
  ]

  var tagsJSON: JSONText { .array(tags.map { .string($0) }) }

  var json: JSONText {
    [
      "id": .integer(id), "name": .string(name), "email": .string(email), "street": .string(street),
      "city": .string(place.city), "state": .string(place.state), "zipcode": .string(place.zip),
      "revenue": revenue.map { .number(twoPlaces($0)) } ?? .null, "currency": .string(currency),
      "employees": .integer(employees), "refunded": .bool(refunded), "updated_at": .string(updatedAt),
      "domain": .string(domain), "contact": ["phone": .string(phone), "tags": tagsJSON],
    ]
  }

  /// The text of each of ``columns``, nil for null.
  var cells: [String?] {
    [
      String(id), name, email, street, place.city, place.state, place.zip, revenue.map(twoPlaces), currency,
      String(employees), String(refunded), updatedAt, domain, phone, tagsJSON.text,
    ]
  }

  /// 1,080 customers at 240 addresses; 1,020 of them were last updated in October 2026.
  static let all: [Customer] = makeAll()
}

extension Customer {
  private static let firstNames = [
    "Ada", "Grace", "Alan", "Edsger", "Barbara", "José", "Zoë", "Katherine", "Dennis", "Margaret", "Linus", "Radia",
    "Ken", "Frances", "Niklaus", "Hedy", "Tim", "Adele", "Claude", "Søren", "Mary", "Guido", "Anita", "Donald",
  ]
  private static let lastNames = [
    "Lovelace", "Hopper", "Turing", "O'Brien", "Liskov", "Álvarez", "Nguyen", "Johnson", "Ritchie", "Hamilton",
    "Perlman", "Thompson", "Allen", "Wirth", "Lamarr", "Goldberg", "Shannon", "Kjær", "Jackson", "Borg", "Knuth",
    "Smith, Jr.", "Dupont", "Müller", "García", "Rossi", "Kim",
  ]
  private static let streets = [
    "Main St", "Oak Ave", "Maple Dr", "Washington Blvd", "2nd St", "Park Pl", "Cedar Ln", "Elm St", "Lake Rd",
    "Hill St", "Broadway", "Market St",
  ]
  private static let currencies = ["USD", "USD", "USD", "USD", "USD", "USD", "EUR", "EUR", "GBP", "JPY", "CAD"]
  private static let tagNames = ["retail", "wholesale", "newsletter", "priority", "trial", "partner"]
  private static let malformed = ["no-at-sign.example", "two@@at.example", "space in@name.example", "@nobody.example"]

  private static func makeAll() -> [Customer] {
    var numbers = SeededNumbers(seed: 20_261_124)
    let addresses = Place.all.flatMap { place in
      (0..<4).map { _ in (street: "\(numbers.within(1...1999)) \(numbers.pick(streets))", place: place) }
    }
    return (0..<1080).map { index in
      // The first 240 take one address each, so that every address occurs.
      let address = index < addresses.count ? addresses[index] : numbers.pick(addresses)
      let first = numbers.pick(firstNames)
      let last = numbers.pick(lastNames)
      let refunded = numbers.chance(perMille: 40)
      let domain = numbers.pick(Companies.domains)
      return Customer(
        id: 1001 + index, name: "\(first) \(last)",
        email: numbers.chance(perMille: 20)
          ? numbers.pick(malformed) : "\(plain(first)).\(plain(last)).\(1001 + index)@\(domain)",
        street: address.street, place: address.place,
        revenue: numbers.chance(perMille: 30) ? nil : amount(refunded: refunded, &numbers),
        currency: numbers.pick(currencies), employees: numbers.within(1...12) * numbers.within(1...40),
        refunded: refunded, updatedAt: moment(of: index, &numbers), domain: domain,
        phone: "+1555\(1_000_000 + numbers.below(9_000_000))",
        tags: tagNames.filter { _ in numbers.chance(perMille: 250) })
    }
  }

  /// Mostly a few thousands to a hundred thousand; one in a hundred is far out.
  private static func amount(refunded: Bool, _ numbers: inout SeededNumbers) -> Int {
    let usual = 150_000 + numbers.below(4_000_000) + numbers.below(4_000_000)
    if refunded && numbers.chance(perMille: 500) { return -usual / 10 }
    return numbers.chance(perMille: 10) ? usual * 12 : usual
  }

  /// October 2026, and for one in 36 each the month before and the month after.
  private static func moment(of index: Int, _ numbers: inout SeededNumbers) -> String {
    let october = 1_790_812_800  // 2026-10-01T00:00:00Z
    let day = 86_400
    let second = numbers.below(30 * day)
    return switch index % 36 {
    case 17: rfc3339(october - 30 * day + second)
    case 35: rfc3339(october + 31 * day + second)
    default: rfc3339(october + second)
    }
  }

  /// The ASCII letters of a name, in lower case, for an address that every mail server takes.
  private static func plain(_ name: String) -> String {
    let folds: [Unicode.Scalar: String] = [
      "é": "e", "ë": "e", "ø": "o", "Á": "a", "á": "a", "í": "i", "ü": "ue", "æ": "ae",
    ]
    var result = ""
    for scalar in name.unicodeScalars {
      if let fold = folds[scalar] {
        result += fold
      } else if scalar.isASCII, scalar.properties.isAlphabetic {
        result += scalar.properties.lowercaseMapping
      }
    }
    return result
  }
}
