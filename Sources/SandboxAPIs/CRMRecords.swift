import FoundationEssentials

/// `/records`: rows that are sent to the CRM, one by one or in batches, and kept.
///
/// A POST creates or replaces by the `id` in its body: an object, a list of objects, `{"records": [...]}`, or lines of
/// JSON. PUT, PATCH and DELETE go to `/records/ID`; what is not there cannot be patched or deleted. A record needs an
/// `id`, and an `email` needs its `@`: else the request is refused with 422, whole. A GET tells what there is.
enum CRMRecords {
  static func answer(_ request: SandboxRequest, id: String?) -> Answer {
    switch (request.method, id) {
    case ("GET", nil):
      return .json([
        "records": .array(request.received.all.map { ["id": .string($0.id), "writes": .integer($0.writes)] }),
        "keys": .object(request.received.keyCounts.sorted { $0.key < $1.key }.map { ($0.key, .integer($0.value)) }),
      ])
    case ("POST", nil):
      return request.received.once(request) { records throws(Refusal) in
        let sent = try values(of: request)
        for value in sent.values { records.write(try checkedID(of: value), value) }
        return sent.isBatch
          ? .json(["accepted": .integer(sent.values.count)]) : .json(["accepted": .integer(1)], status: 201)
      }
    case ("PUT", let id?):
      return request.received.once(request) { records throws(Refusal) in
        let value = try object(of: request)
        _ = try checkedID(of: value, id)
        records.write(id, value)
        return .json(["accepted": .integer(1)])
      }
    case ("PATCH", let id?):
      return request.received.once(request) { records throws(Refusal) in
        guard case .object(var members)? = records[id] else { throw missing(id) }
        let value = try object(of: request)
        _ = try checkedID(of: value, id)
        guard case .object(let changes) = value else { throw missing(id) }
        members.removeAll { member in changes.contains { $0.name == member.name } }
        records.write(id, .object((members + changes).sorted { $0.name < $1.name }))
        return .json(["accepted": .integer(1)])
      }
    case ("DELETE", let id?):
      return request.received.once(request) { records throws(Refusal) in
        guard records[id] != nil else { throw missing(id) }
        records.delete(id)
        return Answer(status: 204, contentType: "", body: "")
      }
    default:
      return .error(405, "method_not_allowed", "\(request.method) does nothing at \(request.path)")
    }
  }

  private static func missing(_ id: String) -> Refusal { Refusal(.error(404, "not_found", "no record \(id)")) }

  private static func object(of request: SandboxRequest) throws(Refusal) -> JSONText {
    let sent = try values(of: request)
    guard !sent.isBatch, let value = sent.values.first else { throw refused("one record is changed at a time") }
    return value
  }

  private static func values(of request: SandboxRequest) throws(Refusal) -> (values: [JSONText], isBatch: Bool) {
    let type = request.header("content-type") ?? ""
    if type.hasPrefix("application/x-ndjson") {
      var values: [JSONText] = []
      for line in request.body.split(separator: "\n") { values.append(try parsed(line)) }
      return (values, true)
    }
    guard type.hasPrefix("application/json") else {
      throw Refusal(.error(415, "unsupported_media_type", "send JSON, not '\(type)'"))
    }
    let value = try parsed(request.body[...])
    switch value {
    case .array(let values): return (values, true)
    case .object(let members):
      if members.count == 1, members[0].name == "records", case .array(let values) = members[0].value {
        return (values, true)
      }
      return ([value], false)
    default: return ([value], false)
    }
  }

  private static func parsed(_ text: Substring) throws(Refusal) -> JSONText {
    do {
      return try JSONDecoder().decode(SentJSON.self, from: Data(text.utf8)).text
    } catch {
      throw Refusal(.error(400, "bad_body", "the body is no JSON"))
    }
  }

  /// The id of a record that may be kept.
  private static func checkedID(of value: JSONText, _ expected: String? = nil) throws(Refusal) -> String {
    guard case .object(let members) = value else { throw refused("a record is an object") }
    if case .string(let email)? = members.first(where: { $0.name == "email" })?.value, !email.contains("@") {
      throw refused("'\(email)' is no email address")
    }
    switch members.first(where: { $0.name == "id" })?.value {
    case .string(let id)? where !id.isEmpty, .number(let id)?:
      guard expected == nil || expected == id else { throw refused("the id is not the one in the path") }
      return id
    case nil where expected != nil: return expected ?? ""
    default: throw refused("a record needs an id")
    }
  }

  private static func refused(_ message: String) -> Refusal { Refusal(.error(422, "refused", message)) }
}

/// Any JSON that was sent; members are sorted by name, since a decoder does not tell their order.
private struct SentJSON: Decodable {
  private struct Name: CodingKey {
    var stringValue: String
    var intValue: Int? { nil }
    init?(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
  }

  var text: JSONText

  init(from decoder: any Decoder) throws {
    if let object = try? decoder.container(keyedBy: Name.self) {
      let names = object.allKeys.sorted { $0.stringValue < $1.stringValue }
      text = .object(try names.map { ($0.stringValue, try object.decode(SentJSON.self, forKey: $0).text) })
      return
    }
    if var list = try? decoder.unkeyedContainer() {
      var values: [JSONText] = []
      while !list.isAtEnd { values.append(try list.decode(SentJSON.self).text) }
      text = .array(values)
      return
    }
    let value = try decoder.singleValueContainer()
    if value.decodeNil() {
      text = .null
    } else if let flag = try? value.decode(Bool.self) {
      text = .bool(flag)
    } else if let number = try? value.decode(Int.self) {
      text = .integer(number)
    } else if let number = try? value.decode(Double.self) {
      text = .number("\(number)")
    } else {
      text = .string(try value.decode(String.self))
    }
  }
}
