package import AssayDefinition
package import AssayEngine
package import AssayQuality

/// `coordinate_bounds`: coordinates are such, and lie where they should.
package struct CoordinateBoundsCheck: Check, Component {
  var latitude = "latitude"
  var longitude = "longitude"
  var south = -90.0
  var north = 90.0
  var west = -180.0
  var east = 180.0

  package static let schema = Schema(
    "coordinate_bounds", CoordinateBoundsCheck(), summary: "Coordinates are valid, and lie within a box.",
    details: """
      Fails a row whose latitude or longitude is no number or lies outside of the box, which has only one of the two, or which
      lies at 0, 0: what many programs write for “unknown”. Rows without both are not evaluated. A box whose west is greater
      than its east crosses the date line.
      """,
    keys: [
      Key("latitude", \.latitude, "The column of latitudes, in degrees."),
      Key("longitude", \.longitude, "The column of longitudes, in degrees."),
      Key("south", \.south, "The least latitude."), Key("north", \.north, "The greatest latitude."),
      Key("west", \.west, "The western edge, a longitude."), Key("east", \.east, "The eastern edge, a longitude."),
    ],
    rules: [
      Rule("south") { $0.south > $0.north ? "'south' is north of 'north', so no place would hold" : nil },
      Rule("south") { abs($0.south) > 90 ? "a latitude is −90 to 90" : nil },
      Rule("north") { abs($0.north) > 90 ? "a latitude is −90 to 90" : nil },
      Rule("west") { abs($0.west) > 180 ? "a longitude is −180 to 180" : nil },
      Rule("east") { abs($0.east) > 180 ? "a longitude is −180 to 180" : nil },
    ],
    examples: [
      "dataset: [coordinate_bounds]",
      "dataset: [{coordinate_bounds: {latitude: lat, longitude: lng, south: 24, north: 50, west: -125, east: -66}, at_least: 99%}]",
    ],
    faults: [
      FaultExample(
        "dataset: [{coordinate_bounds: {⟪south: 50, north: 24}}]", "'south' is north of 'north', so no place would hold"
      )
    ])

  package var scope: CheckScope { .dataset }
  package var rowReason: String { "expected: \(claim.whole)" }

  private var claim: RowClaim {
    let box = [("south", south, -90), ("north", north, 90), ("west", west, -180), ("east", east, 180.0)]
      .filter { $0.1 != $0.2 }.map { "\($0.0) \(Double.display($0.1) ?? "")" }
    let place = box.isEmpty ? "on Earth" : "within \(box.joined(separator: ", "))"
    return RowClaim("every place is \(place)", noun: "places", verb: "are \(place)")
  }

  private func measure(_ place: CheckPlace) -> Measure {
    func quoted(_ name: String) -> String {
      "\"\(name.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\""))\""
    }
    let (lat, lng) = (quoted(latitude), quoted(longitude))
    let across =
      west <= east
      ? "\(lng) BETWEEN \(west) AND \(east)" : "(\(lng) BETWEEN \(west) AND 180 OR \(lng) BETWEEN -180 AND \(east))"
    let test = """
      typeof(\(lat)) IN ('integer', 'real') AND typeof(\(lng)) IN ('integer', 'real') \
      AND \(lat) BETWEEN \(south) AND \(north) AND \(across) AND NOT (\(lat) = 0 AND \(lng) = 0)
      """
    let given = "(\(lat) IS NOT NULL OR \(lng) IS NOT NULL)"
    let filter = place.common.filter.map { "(\($0.sql)) AND \(given)" } ?? given
    return .count(where: RowTest(.expression(test), columns: [latitude, longitude], filter: filter))
  }

  package func measures(_ place: CheckPlace) -> [Measure] { [measure(place)] }

  package func judge(_ evidence: CheckEvidence, _ place: CheckPlace) -> CheckJudgement {
    judgeRows(evidence[measure(place)], claim, place.common.thresholds, severity: place.common.severity)
  }
}
