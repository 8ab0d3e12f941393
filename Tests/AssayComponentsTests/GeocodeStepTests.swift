import AssayColumns
import AssayComponents
import AssayDefinition
import AssayEngine
import AssayHTTP
import Testing

/// What makes addresses the same, and what a step hands to its providers.
@Suite struct GeocodeStepTests {
  /// Inputs, and the key's parts; nil where the row is skipped.
  static let texts: [(String, String?)] = [
    ("1 Main St, Boston", "1 MAIN ST, BOSTON"),
    ("  1  main\tst,\r\n Boston ", "1 MAIN ST, BOSTON"),
    (", Boston", "BOSTON"), ("1 Main St, ", "1 MAIN ST"), ("1 Main St,;, ", "1 MAIN ST"),
    ("1 Main St.", "1 MAIN ST."), ("02108-1234", "02108-1234"), ("", nil), (" , ", nil),
    ("Straße 5", "STRASSE 5"), ("Ñ", "Ñ"),
  ]

  @Test(arguments: texts)
  func `case, blanks, and commas at the ends make no other address`(_ text: String, _ key: String?) throws {
    let lookup = try geocodeLookups("address: \"{a}\"")[0]
    #expect(lookup.key([text])?.parts == key.map { [$0] })
  }

  static let zips: [(String, String)] = [
    ("02108-1234", "02108"), ("02108", "02108"), (" 02108-1234 ", "02108"), ("02108-", "02108-"),
    ("02108-12345", "02108-12345"), ("0210-81234", "0210-81234"), ("021081234", "021081234"), ("K1A 0B1", "K1A 0B1"),
    ("abcde-1234", "ABCDE-1234"), ("٠٢١٠٨-1234", "٠٢١٠٨-1234"),
  ]

  @Test(arguments: zips) func `of zip plus four the first five digits count`(_ zip: String, _ kept: String) throws {
    let lookup = try geocodeLookups("address: {street: \"{a}\", zip: \"{z}\"}")[0]
    #expect(lookup.key(["1 Main St", zip])?.parts == ["1 MAIN ST", "", "", kept])
  }

  @Test func `parts keep their places, whichever the file gives`() throws {
    let lookup = try geocodeLookups("address: {state: MA, street: \"{a?}\", city: \"{c?}\"}")[0]
    #expect(lookup.inputs.map(\.text) == ["{a?}", "{c?}", "MA"])
    #expect(lookup.key(["", "Boston,", " ma "])?.parts == ["", "BOSTON", "MA", ""])
    let zip = try geocodeLookups("address: {zip: \"{z}\"}")[0]
    #expect(zip.key([" "]) == nil)
    #expect(zip.key(["02108"])?.parts == ["", "", "", "02108"])
  }

  @Test func `providers share inputs, columns and settings, and each says who it is`() throws {
    let lookups = try geocodeLookups(
      """
      providers: [census, google, {type: nominatim, accept_policy: true}]
      address: {street: "{a}"}
      columns: {lat: latitude, at: matched_address, tract: tract, id: place_id, osm: osm_id}
      on_error: null
      """)
    #expect(lookups.map(\.provider) == ["census", "google", "nominatim"])
    #expect(lookups.map(\.keysPerRequest) == [1000, 1, 1])
    for lookup in lookups {
      #expect(lookup.inputs == lookups[0].inputs)
      #expect(
        lookup.answerColumns == [
          LookupColumn("lat", type: .decimal), LookupColumn("at", type: .text), LookupColumn("tract", type: .text),
          LookupColumn("id", type: .text), LookupColumn("osm", type: .integer),
        ])
      #expect(lookup.settings.onError == .null)
    }
  }

  @Test func `what a provider does not tell is null`() throws {
    let lookups = try geocodeLookups(
      "providers: [census, google]\naddress: \"{a}\"\ncolumns: {lat: latitude, tract: tract, id: place_id}")
    let google = #"{"results":[{"place_id":"x","geometry":{"location":{"lat":1.5,"lng":2}}}]}"#
    let answer = try lookups[1].recall(RememberedAnswer(status: 200, payload: Array(google.utf8)), of: LookupKey(["A"]))
    #expect(answer.cells == [.decimal(1.5), .null, .text("x")])
    let census = #"{"result":{"addressMatches":[]}}"#
    let none = try lookups[0].recall(RememberedAnswer(status: 200, payload: Array(census.utf8)), of: LookupKey(["A"]))
    #expect(none.status == .notFound && none.cells == [.null, .null, .null])
  }

  @Test func `all providers tell where, and the address that was found`() throws {
    for provider: any GeocodeProvider in [CensusGeocoding(), GoogleGeocoding(), NominatimGeocoding()] {
      #expect(provider.fields.prefix(3).map(\.name) == ["latitude", "longitude", "matched_address"])
      #expect(Set(provider.fields.map(\.name)).count == provider.fields.count)
    }
  }

  @Test func `a field of one name has one type, whoever tells it`() {
    var types: [String: ValueType] = [:]
    for provider: any GeocodeProvider in [CensusGeocoding(), GoogleGeocoding(), NominatimGeocoding()] {
      for field in provider.fields {
        #expect(types.updateValue(field.type, forKey: field.name) ?? field.type == field.type)
      }
    }
  }
}
