package import AssayDefinition
internal import AssayEngine

/// An address as a `geocode` step has it: one text, or parts in fixed places.
package struct GeocodeAddress: ConfigValue {
  var street: Template?
  var city: Template?
  var state: Template?
  var zip: Template?
  var whole: Template?

  private static let schema = Schema(
    "address", GeocodeAddress(), summary: "An address in parts.",
    keys: [
      Key("street", \.street, "House number and street."),
      Key("city", \.city, "City."),
      Key("state", \.state, "State."),
      Key("zip", \.zip, "Postal code; of `zip + 4` the first five digits count."),
    ])

  package static var shape: Shape { .either([.template, .object(name: "address", keys: schema.keyReferences)]) }

  package static func decode(_ node: YAMLNode, _ context: Decoding) -> GeocodeAddress? {
    if node.pairs != nil, schema.keyNames.contains(where: { node[$0] != nil }) { return schema.decode(node, context) }
    return Template.decode(node, context).map {
      var address = GeocodeAddress()
      address.whole = $0
      return address
    }
  }

  private var slots: [Template?] { [street, city, state, zip] }

  var isInParts: Bool { whole == nil }

  /// The templates that the file gives, in the order of an address.
  var inputs: [Template] { whole.map { [$0] } ?? slots.compactMap(\.self) }

  /// The key of filled inputs: the whole text, or street, city, state and zip, those that are not given being empty.
  /// Nil where all of it is empty.
  func key(_ inputs: [String]) -> LookupKey? {
    var parts: [String]
    if isInParts {
      var given = inputs.makeIterator()
      parts = slots.map { $0 == nil ? "" : Self.normalized(given.next() ?? "") }
      parts[3] = Self.fiveDigits(of: parts[3])
    } else {
      parts = inputs.map(Self.normalized)
    }
    return parts.allSatisfy(\.isEmpty) ? nil : LookupKey(parts)
  }

  /// In capitals, blanks and line ends made single spaces, without blanks, commas and semicolons at its ends: those are
  /// what an empty column leaves of `{street?}, {city}`. A full stop stays, since `D.C.` needs it.
  private static func normalized(_ text: String) -> String {
    func isEdge(_ character: Character) -> Bool { character == "," || character == ";" || character == " " }
    let text = collapsed(text)
    guard let first = text.firstIndex(where: { !isEdge($0) }), let last = text.lastIndex(where: { !isEdge($0) }) else {
      return ""
    }
    return text[first...last].uppercased()
  }

  /// The first five digits of `02108-1234`; any other text as it is.
  private static func fiveDigits(of zip: String) -> String {
    let bytes = Array(zip.utf8)
    func isDigit(_ byte: UInt8) -> Bool { byte >= 48 && byte <= 57 }
    let isPlusFour =
      bytes.count == 10 && bytes[5] == UInt8(ascii: "-") && bytes[..<5].allSatisfy(isDigit)
      && bytes[6...].allSatisfy(isDigit)
    return isPlusFour ? String(zip.prefix(5)) : zip
  }
}
