package import AssayFormats
package import AssayQuality

extension DistributionSketch {
  /// The sketch as the store keeps it: `{"kind": "numbers", "count": 4, "percentiles": […]}`, or
  /// `{"kind": "texts", "counts": {"CA": 3}}`.
  package var json: JSONValue {
    func quantiles(_ kind: JSONValue, _ found: Quantiles) -> JSONValue {
      .object([
        "kind": kind, "count": .integer(Int64(found.count)),
        "percentiles": .array(found.percentiles.map { Int64(exactly: $0).map { .integer($0) } ?? .decimal($0) }),
      ])
    }
    switch self {
    case .numbers(let found): return quantiles("numbers", found)
    case .days(let found): return quantiles("dates", found)
    case .values(let found):
      let counts = found.entries.map { ($0.text, JSONValue.integer(Int64($0.count))) }
      return .object(["kind": "texts", "counts": .object(JSONObject(counts))])
    }
  }

  /// The sketch that a text of `json` tells of; nil for any other text.
  package init?(json text: String) {
    guard let value = try? JSONParser.parse(text), case .string(let kind)? = value["kind"] else { return nil }
    if kind == "texts" {
      guard case .object(let counts)? = value["counts"] else { return nil }
      var found: [String: Int] = [:]
      for member in counts.members {
        guard case .integer(let count) = member.value else { return nil }
        found[member.name] = Int(count)
      }
      self = .values(ValueFrequencies(found))
      return
    }
    guard case .integer(let count)? = value["count"], let numbers = value["percentiles"]?.elements else { return nil }
    let percentiles = numbers.compactMap { number -> Double? in
      switch number {
      case .integer(let integer): Double(integer)
      case .decimal(let decimal): decimal
      default: nil
      }
    }
    guard percentiles.count == 101 else { return nil }
    let quantiles = Quantiles(count: Int(count), percentiles: percentiles)
    switch kind {
    case "numbers": self = .numbers(quantiles)
    case "dates": self = .days(quantiles)
    default: return nil
    }
  }
}
