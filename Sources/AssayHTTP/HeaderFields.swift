/// Header fields in the order in which they are sent; names match in any case.
package struct HeaderFields: Sendable, Hashable, ExpressibleByDictionaryLiteral {
  package struct Field: Sendable, Hashable {
    package var name: String
    package var value: String

    package init(_ name: String, _ value: String) {
      self.name = name
      self.value = value
    }
  }

  package var fields: [Field]

  package init(_ fields: [Field] = []) { self.fields = fields }

  package init(dictionaryLiteral elements: (String, String)...) {
    fields = elements.map { Field($0.0, $0.1) }
  }

  /// The first value of a name; setting replaces all of them, nil removes them. O(n).
  package subscript(name: String) -> String? {
    get { fields.first { Self.same($0.name, name) }?.value }
    set {
      guard let newValue else {
        fields.removeAll { Self.same($0.name, name) }
        return
      }
      guard let first = fields.firstIndex(where: { Self.same($0.name, name) }) else {
        fields.append(Field(name, newValue))
        return
      }
      fields[first].value = newValue
      let rest = fields[(first + 1)...].filter { !Self.same($0.name, name) }
      fields.replaceSubrange((first + 1)..., with: rest)
    }
  }

  /// All values of a name, in order.
  package func all(_ name: String) -> [String] { fields.filter { Self.same($0.name, name) }.map(\.value) }

  /// Appends a field beside others of its name.
  package mutating func append(_ name: String, _ value: String) { fields.append(Field(name, value)) }

  /// The media type of `Content-Type` in lower case, without parameters: `text/html`.
  package var mediaType: String? {
    self["content-type"].map { $0.prefix { $0 != ";" }.trimmingBlanks().lowercased() }
  }

  static func same(_ one: String, _ other: String) -> Bool {
    func lower(_ byte: UInt8) -> UInt8 { byte >= 65 && byte <= 90 ? byte | 0x20 : byte }
    return one.utf8.count == other.utf8.count && one.utf8.elementsEqual(other.utf8) { lower($0) == lower($1) }
  }
}
