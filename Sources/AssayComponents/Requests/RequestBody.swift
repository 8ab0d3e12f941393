package import AssayFormats
package import AssayHTTP

/// The body of one request, before it is bytes: parameters of a page can still be set in it.
package enum RequestBody: Sendable, Hashable {
  package struct Field: Sendable, Hashable {
    package var name: String
    package var value: String
  }

  case empty
  case json(JSONValue)
  case form([Field])
  case text(String, contentType: String)

  /// Why a parameter cannot be set in a body: a sentence without a full stop.
  package struct Fault: Error, Sendable, Hashable, CustomStringConvertible {
    package var description: String
  }

  package var bytes: [UInt8] {
    switch self {
    case .empty: []
    case .json(let value): Array(value.text.utf8)
    case .form(let fields): FormEncoding.body(fields.map { ($0.name, $0.value) })
    case .text(let text, _): Array(text.utf8)
    }
  }

  package var contentType: String? {
    switch self {
    case .empty: nil
    case .json: "application/json"
    case .form: FormEncoding.contentType
    case .text(_, let contentType): contentType
    }
  }

  /// The body with parameters set in their order: a field of a form; in JSON a member, or with dots in its name a member
  /// of objects within, which are made where they are missing. Where there is no body, one of JSON is made.
  package func setting(_ parameters: [PageRequest.Parameter]) throws(Fault) -> RequestBody {
    var body = self
    for parameter in parameters { body = try body.setting(parameter) }
    return body
  }

  private func setting(_ parameter: PageRequest.Parameter) throws(Fault) -> RequestBody {
    switch self {
    case .empty: return try RequestBody.json(.object(JSONObject())).setting(parameter)
    case .text:
      throw Fault(description: "a body of 'text' takes no parameter '\(parameter.name)'; it must be json or form")
    case .form(var fields):
      fields.removeAll { $0.name == parameter.name }
      fields.append(Field(name: parameter.name, value: parameter.value))
      return .form(fields)
    case .json(let root):
      let path = parameter.name.split(separator: ".", omittingEmptySubsequences: false)
      guard !path.contains("") else { throw Fault(description: "'\(parameter.name)' names no member of a JSON body") }
      guard let set = Self.setting(path[...], to: Self.value(of: parameter), in: root) else {
        throw Fault(
          description: "'\(parameter.name)' cannot be set in the JSON body: it leads through what is no object")
      }
      return .json(set)
    }
  }

  private static func setting(_ path: ArraySlice<Substring>, to value: JSONValue, in root: JSONValue) -> JSONValue? {
    guard let name = path.first.map(String.init) else { return value }
    guard case .object(var object) = root else { return nil }
    var inner = object[name] ?? .null
    if path.count > 1, inner == .null { inner = .object(JSONObject()) }
    guard let set = setting(path.dropFirst(), to: value, in: inner) else { return nil }
    object.set(name, to: set)
    return .object(object)
  }

  private static func value(of parameter: PageRequest.Parameter) -> JSONValue {
    if parameter.isNumber {
      if let integer = Int64(parameter.value) { return .integer(integer) }
      if let decimal = Double(parameter.value), decimal.isFinite { return .decimal(decimal) }
    }
    return .string(parameter.value)
  }
}
