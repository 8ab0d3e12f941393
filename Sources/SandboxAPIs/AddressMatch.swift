/// What the geocoders know of an address: they agree, since they know it by its text alone.
struct AddressMatch: Sendable {
  let place: Place
  /// Whether the address has the zip code of the place; else it names the city.
  let byZip: Bool
  /// From the text, however it is written.
  let hash: Int
  /// Millionths of a degree, within about a kilometre of the middle of the zip code.
  let latitude: Int
  let longitude: Int

  /// Nil for an address that is unknown: where no place is named, and three in a hundred beside.
  init?(_ address: String) {
    let words = Self.words(of: address)
    hash = Int(stableHash(words.joined(separator: " ")) >> 33)
    guard hash % 100 >= 3, let match = Self.place(in: words) else { return nil }
    (place, byZip) = match
    latitude = match.place.latitude + hash / 100 % 20_001 - 10_000
    longitude = match.place.longitude + hash / 2_000_000 % 20_001 - 10_000
  }

  /// The place named by a zip code, or else by the words of its city.
  private static func place(in words: [String]) -> (place: Place, byZip: Bool)? {
    for word in words.reversed() {
      if let place = Place.byZip[String(word.prefix(5))] { return (place, true) }
    }
    let text = " " + words.joined(separator: " ") + " "
    return Place.all.first { text.contains(" " + $0.city.lowercased() + " ") }.map { ($0, false) }
  }

  /// Lower case, without commas: the same address written twice is one address.
  private static func words(of address: String) -> [String] {
    address.lowercased().split { $0 == "," || $0.isWhitespace }.map(String.init)
  }
}
