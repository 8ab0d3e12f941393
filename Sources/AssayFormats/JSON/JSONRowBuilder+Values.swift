import AssayColumns

extension JSONRowBuilder {
  /// Appends a record that is in memory as a row.
  mutating func appendRecord(_ record: JSONValue) throws(JSONStop) {
    if case .object(let object) = record {
      try setMembers(of: object, prefix: "")
    } else {
      try set(record, in: try column("value"))
    }
    try endRow()
  }

  /// The members of nested objects are columns `a.b`; an empty object stays a cell.
  private mutating func setMembers(of object: JSONObject, prefix: String) throws(JSONStop) {
    for member in object.members {
      let name = prefix.isEmpty ? member.name : "\(prefix).\(member.name)"
      if case .object(let inner) = member.value, !inner.members.isEmpty {
        try setMembers(of: inner, prefix: name)
      } else {
        try set(member.value, in: try column(name))
      }
    }
  }

  private mutating func set(_ value: JSONValue, in column: Int) throws(JSONStop) {
    switch value {
    case .null: put(.null, 0, in: column)
    case .bool(let flag): put(flag ? .yes : .no, 0, in: column)
    case .integer(let number): put(.integer, UInt64(bitPattern: number), in: column)
    case .decimal(let number): put(.decimal, number.bitPattern, in: column)
    case .string(let text):
      let start = extras.count
      extras.append(contentsOf: text.utf8)
      put(.text, try payload(ofExtraFrom: start), in: column)
    case .array, .object:
      let start = extras.count
      value.appendText(to: &extras)
      put(.text, try payload(ofExtraFrom: start), in: column)
    }
  }
}
