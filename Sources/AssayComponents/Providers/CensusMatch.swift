internal import AssayColumns
internal import AssayFormats

/// One match in an answer of the Census geocoder to a single address.
struct CensusMatch: Sendable {
  private let value: JSONValue

  /// The matches of an answer. Throws where it is no answer.
  static func matches(in body: [UInt8]) throws -> [CensusMatch] {
    guard let matches = try JSONParser.parse(body)["result"]?["addressMatches"]?.elements else {
      throw CensusBatch.Malformed(message: "answered JSON without 'result.addressMatches'")
    }
    return matches.map { CensusMatch(value: $0) }
  }

  /// What is wrong with an answer; nil where it can be used.
  static func complaint(about body: [UInt8], geographies: Bool) -> String? {
    do {
      let matches = try matches(in: body)
      guard matches.count == 1 else { return nil }
      if matches[0].place == nil { return "answered a match without its place" }
      return geographies ? matches[0].complaint : nil
    } catch let error as CensusBatch.Malformed {
      return error.message
    } catch {
      return "answered text that is not JSON"
    }
  }

  var place: (longitude: Double, latitude: Double)? {
    guard let longitude = degrees(value["coordinates"]?["x"], within: 180),
      let latitude = degrees(value["coordinates"]?["y"], within: 90)
    else { return nil }
    return (longitude, latitude)
  }

  var hasGeographies: Bool { value["geographies"] != nil }

  /// A text deep within; null where there is none.
  func text(_ path: String...) -> Cell {
    Cell(text: path.reduce(value as JSONValue?) { $0?[$1] }.flatMap { Cell($0).text })
  }

  /// State, county, tract and block; null where the place lies in none that is told.
  var codes: [Cell] {
    ["STATE", "COUNTY", "TRACT", "BLOCK"].map { name in
      // A block tells all four. Its layer is named by its year, such as `2020 Census Blocks`.
      let layers = [layer("Census Blocks"), layer("Census Tracts")].compactMap(\.self)
      return Cell(text: layers.lazy.compactMap { $0[name].flatMap { Cell($0).text } }.first)
    }
  }

  /// The first area of a layer whose name ends so.
  private func layer(_ ending: String) -> JSONValue? {
    guard case .object(let layers)? = value["geographies"] else { return nil }
    return layers.members.first { $0.name.hasSuffix(ending) }?.value.elements?.first
  }

  /// The service answers all the same where it could not look into a layer: then an area is a `status` and no codes.
  private var complaint: String? {
    if !hasGeographies { return "answered a match without its geographies" }
    guard let area = layer("Census Blocks"), area["STATE"] == nil, case .string(let status)? = area["status"] else {
      return nil
    }
    return "answered a match without its geographies: \(status)"
  }
}
